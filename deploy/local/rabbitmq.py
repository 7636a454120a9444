"""A private RabbitMQ node from the `rabbitmq-server` of this machine, beside any other node and leaving nothing behind.

The server script is called itself: the wrapper that packages put in /usr/sbin refuses ordinary users. Every listener,
the distribution and epmd sit on 127.0.0.1 with private ports; epmd is started by us, so it ends with us.
"""

import asyncio
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import httpx2

from deploy.local.home import Home
from deploy.local.parts import Part, Running
from deploy.local.ports import LOOPBACK, is_free, kept_port
from deploy.local.problems import Unavailable
from deploy.local.rabbitmq_release import server_script, slim

USER = "rapport"
START_LIMIT_SECONDS = 120.0
# The message stores close at once; then the management agent waits five seconds for nothing (3.10). What is cut off
# there is what a crash would cut off, and survives it.
STOP_SECONDS = 3.0
PLUGINS = ("rabbitmq_management",)


@dataclass(frozen=True)
class Broker:
    """Where a broker answers. `management_url` holds user and password; None where it is not known."""

    amqp_url: str
    management_url: str | None = None


@dataclass(frozen=True)
class _Ports:
    amqp: int
    management: int
    distribution: int
    epmd: int


class RabbitMQ:
    """A private node on one home; data and ports stay the same over restarts. Raises Unavailable if not installed."""

    def __init__(self, home: Home) -> None:
        script, epmd = server_script(), shutil.which("epmd", path=f"{os.environ.get('PATH', '')}:/usr/lib/erlang/bin")
        if script is None or epmd is None:
            raise Unavailable("RabbitMQ is not installed on this machine.")
        self.home = home
        self._ports = _Ports(*(kept_port(home, name) for name in ("amqp", "management", "distribution", "epmd")))
        self._folder = home.folder("rabbitmq", for_servers=True)
        login = f"{USER}:{home.secrets.password('rabbitmq')}@{LOOPBACK}"
        self.broker = Broker(f"amqp://{login}:{self._ports.amqp}/", f"http://{login}:{self._ports.management}")
        self.running: tuple[Running, ...] = (Running(home, self._epmd(epmd)), Running(home, self._node(script)))

    async def start(self) -> Broker:
        """Start and wait until AMQP and the management API answer. Raises Failed when they do not."""
        for running in self.running:
            await running.start()
        return self.broker

    async def stop(self) -> None:
        for running in reversed(self.running):
            await running.stop()

    async def kill(self) -> None:
        """SIGKILL to the node, as a crash would; `start` brings it back on the same ports and data."""
        await self.running[1].kill()

    async def restart(self) -> None:
        await self.running[1].restart()

    def _epmd(self, program: str) -> Part:
        async def listens() -> bool:
            return not is_free(self._ports.epmd)

        argv = [program, "-address", LOOPBACK, "-port", str(self._ports.epmd)]
        return Part("epmd", argv, env={}, ready=listens, account=self.home.account, bare=True, cwd=self._folder)

    def _node(self, script: Path) -> Part:
        slimmed = slim(script, PLUGINS, self._folder)
        own = {"RABBITMQ_PLUGINS_DIR": str(slimmed.parent.parent / "plugins")} if slimmed else {}
        return Part(
            name="rabbitmq",
            argv=[str(slimmed or script)],
            env=self._environment() | own,
            prepare=self._write_settings,
            ready=self._answers,
            ready_limit=START_LIMIT_SECONDS,
            grace=STOP_SECONDS,
            account=self.home.account,
            bare=True,
            cwd=self._folder,
        )

    def _environment(self) -> dict[str, str]:
        folder = self._folder
        return {
            "PATH": f"{os.environ.get('PATH', '')}:/usr/local/bin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "HOME": str(folder),  # where the Erlang cookie is made
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "ERL_EPMD_PORT": str(self._ports.epmd),
            "RABBITMQ_NODENAME": f"rapport-{self.home.tag}@localhost",
            "RABBITMQ_DIST_PORT": str(self._ports.distribution),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),  # absent, so that /etc is not read
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),  # likewise
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ALLOW_INPUT": "1",  # the script then becomes the Erlang machine: one pid to signal
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput -kernel inet_dist_use_interface {127,0,0,1}",
        }

    async def _write_settings(self) -> None:
        settings = {
            "listeners.tcp.1": f"{LOOPBACK}:{self._ports.amqp}",
            "management.tcp.ip": LOOPBACK,
            "management.tcp.port": self._ports.management,
            "default_user": USER,
            "default_pass": self.home.secrets.password("rabbitmq"),
            "default_user_tags.administrator": "true",
            "disk_free_limit.absolute": "200MB",
            "vm_memory_high_watermark.relative": "0.4",
            "raft.wal_max_size_bytes": 64 * 1024 * 1024,  # 512 MB by default, which a laptop would keep in memory
            "log.file": "false",
            "log.console": "true",
            "log.console.level": "info",
        }
        self._write("rabbitmq.conf", "".join(f"{name} = {value}\n" for name, value in settings.items()))
        self._write("enabled_plugins", f"[{','.join(PLUGINS)}].\n")

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        if account := self.home.account:
            os.chown(path, account.uid, account.gid)

    async def _answers(self) -> bool:
        return not is_free(self._ports.amqp) and await answers(self.broker)


async def answers(broker: Broker) -> bool:
    """Whether AMQP lets us in, and the management API where its address is known."""
    with suppress(aio_pika.exceptions.AMQPError, OSError, TimeoutError, httpx2.HTTPError):
        await (await aio_pika.connect(broker.amqp_url, timeout=5)).close()
        if broker.management_url is None:
            return True
        async with asyncio.timeout(5), httpx2.AsyncClient() as client:
            return (await client.get(f"{broker.management_url}/api/overview")).is_success
    return False
