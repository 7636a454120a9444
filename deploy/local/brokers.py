"""Find a RabbitMQ or start one: the one that is named, this machine's, a container, or a fresh installation."""

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import Protocol

from deploy.local import apt
from deploy.local.container import ContainerBroker
from deploy.local.home import Home
from deploy.local.parts import Running
from deploy.local.problems import Unavailable, silent
from deploy.local.rabbitmq import Broker, RabbitMQ, answers
from deploy.local.rabbitmq_release import server_script

__all__ = ["Broker", "BrokerServer", "GivenBroker", "find", "find_or_start"]

WAYS = """Rapport needs RabbitMQ and found none. One of these is enough:
  - install it:             sudo apt-get install rabbitmq-server    (Debian, Ubuntu)
                            brew install rabbitmq                   (macOS)
  - let Rapport install it: run the command as root with --install  (Debian, Ubuntu)
  - have Docker running:    Rapport starts a container
  - use one you have:       export RAPPORT_AMQP_URL=amqp://user:password@host:5672/
                            export RAPPORT_AMQP_MANAGEMENT_URL=http://user:password@host:15672"""


class BrokerServer(Protocol):
    """Any of the ways to have a broker. `running` is what a supervisor should watch; empty where we start nothing."""

    broker: Broker
    running: tuple[Running, ...]

    async def start(self) -> Broker: ...
    async def stop(self) -> None: ...


class GivenBroker:
    """A broker that RAPPORT_AMQP_URL names: nothing is started and nothing is stopped."""

    running: tuple[Running, ...] = ()

    def __init__(self, broker: Broker) -> None:
        self.broker = broker

    async def start(self) -> Broker:
        """Raises Unavailable when it does not let us in."""
        if not await answers(self.broker):
            raise Unavailable(
                "The broker that RAPPORT_AMQP_URL names, or the management API that RAPPORT_AMQP_MANAGEMENT_URL names, "
                "does not let us in; correct it, or unset it and Rapport looks for another."
            )
        return self.broker

    async def stop(self) -> None:
        return None


async def find(
    home: Home, *, install: bool = False, say: Callable[[str], None] = silent, environ: Mapping[str, str] = os.environ
) -> BrokerServer:
    """The first way that is open here, not started yet. Raises Unavailable, naming all ways, when none is."""
    if url := environ.get("RAPPORT_AMQP_URL"):
        return GivenBroker(Broker(url, environ.get("RAPPORT_AMQP_MANAGEMENT_URL")))
    if server_script():
        return RabbitMQ(home)
    if await asyncio.to_thread(ContainerBroker.is_possible):
        return ContainerBroker(home)
    if install and apt.is_possible():
        await apt.install(home, say)
        return RabbitMQ(home)
    raise Unavailable(WAYS)


async def find_or_start(
    home: Home, *, install: bool = False, say: Callable[[str], None] = silent, environ: Mapping[str, str] = os.environ
) -> BrokerServer:
    """`find`, then start; the broker answers at `.broker`."""
    server = await find(home, install=install, say=say, environ=environ)
    await server.start()
    return server
