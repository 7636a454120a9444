"""Three RabbitMQ nodes on loopback that form one cluster, which may be killed one by one."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from deploy.local import processes
from deploy.local.home import Home
from deploy.local.parts import Running
from deploy.local.ports import LOOPBACK
from deploy.local.rabbitmq import Broker, RabbitMQ
from tests.faults.proxy import Proxy

SIZE = 3


@dataclass
class Node:
    """One node of the cluster."""

    name: str
    broker: Broker
    running: Running

    async def control(self, *command: str) -> None:
        """`rabbitmqctl ...` on this node."""
        part = self.running.part
        script = Path(part.argv[0]).with_name("rabbitmqctl")
        argv = [str(script), *command]
        await processes.run(self.running.home, "rabbitmqctl", argv, env=part.env, account=part.account, limit=120)


@dataclass
class Cluster:
    """The nodes, and one address for all that leads to any node that lives."""

    nodes: tuple[Node, ...]
    front: Broker

    @classmethod
    @asynccontextmanager
    async def running(cls, home: Home) -> AsyncIterator["Cluster"]:
        """A fresh cluster; its nodes end with the block. Data, cookie and ports lie in folders of this home."""
        epmd, nodes = _nodes(home)
        everything = [epmd, *(node.running for node in nodes)]
        try:
            for each in everything:
                await each.start()
            for node in nodes[1:]:
                for command in (("stop_app",), ("join_cluster", nodes[0].name), ("start_app",)):
                    await node.control(*command)
            async with (
                Proxy.to(LOOPBACK, *(_port(node.broker.amqp_url) for node in nodes)) as amqp,
                Proxy.to(LOOPBACK, *(_port(node.broker.management_url) for node in nodes)) as management,
            ):
                first = nodes[0].broker
                yield cls(nodes, Broker(_through(first.amqp_url, amqp), _through(first.management_url, management)))
        finally:
            await asyncio.gather(*(each.stop() for each in reversed(everything)))

    async def queues(self, host: str) -> dict[str, Mapping[str, Any]]:
        """What the cluster says of each queue of a virtual host, by name; nothing where it does not answer."""
        try:
            async with httpx2.AsyncClient(base_url=self.front.management_url or "", timeout=10) as management:
                answer = (await management.get(f"/api/queues/{host}")).raise_for_status()
        except httpx2.HTTPError:
            return {}
        return {queue["name"]: queue for queue in answer.json()}

    def leader(self, queue: Mapping[str, Any]) -> Node | None:
        """The node that leads a queue; None while there is none, or it is down."""
        named = queue.get("leader") or queue.get("node")  # the latter for streams
        return next((node for node in self.nodes if node.name == named and node.running.is_up()), None)


def _nodes(home: Home) -> tuple[Running, tuple[Node, ...]]:
    """The port mapper and the nodes, which share it, a cookie and a password."""
    cookie, servers = secrets.token_hex(16), []
    for number in range(1, SIZE + 1):
        own = Home(home.root / f"node-{number}", home.shared)
        own.secrets = home.secrets
        servers.append(RabbitMQ(own))
        _give_cookie(own, cookie)
    epmd = servers[0].running[0]
    shared = {"ERL_EPMD_PORT": servers[0].running[1].part.env["ERL_EPMD_PORT"]}
    nodes = []
    for number, server in enumerate(servers, 1):
        part = server.running[1].part
        part = replace(part, name=f"rabbitmq-{number}", env={**part.env, **shared})
        nodes.append(Node(part.env["RABBITMQ_NODENAME"], server.broker, Running(home, part)))
    return Running(home, replace(epmd.part, name="epmd-of-nodes")), tuple(nodes)


def _give_cookie(home: Home, cookie: str) -> None:
    path = home.folder("rabbitmq", for_servers=True) / ".erlang.cookie"
    path.write_text(cookie)
    path.chmod(0o400)
    if home.account:
        os.chown(path, home.account.uid, home.account.gid)


def _port(url: str | None) -> int:
    return urlsplit(url or "").port or 0


def _through(url: str | None, proxy: Proxy) -> str:
    address = urlsplit(url or "")
    return address._replace(netloc=f"{address.username}:{address.password}@{LOOPBACK}:{proxy.port}").geturl()
