"""RabbitMQ in a container, for machines with a Docker engine and no `rabbitmq-server`.

Unproven: written against the documentation of testcontainers, never run, because no machine of ours had an engine.
Its `RabbitMqContainer` asks for the client library pika, so the plain container is used. testcontainers' own reaper
removes the container when our process is killed.
"""

import asyncio
import time

from deploy.local.home import Home
from deploy.local.parts import Running
from deploy.local.problems import Unavailable
from deploy.local.rabbitmq import START_LIMIT_SECONDS, USER, Broker, answers

IMAGE = "rabbitmq:4-management"
AMQP_PORT, MANAGEMENT_PORT = 5672, 15672


class ContainerBroker:
    """A broker in a container of its own. Its messages last as long as the container: they do not survive `stop`."""

    running: tuple[Running, ...] = ()

    def __init__(self, home: Home) -> None:
        from testcontainers.core.container import DockerContainer  # here, for it would cost every command 0.2 s

        self._password = home.secrets.password("rabbitmq")
        self._container = (
            DockerContainer(IMAGE)
            .with_env("RABBITMQ_DEFAULT_USER", USER)
            .with_env("RABBITMQ_DEFAULT_PASS", self._password)
            .with_exposed_ports(AMQP_PORT, MANAGEMENT_PORT)
        )
        self.broker = Broker("")

    @staticmethod
    def is_possible() -> bool:
        """Whether a Docker engine answers."""
        from testcontainers.core.docker_client import DockerClient

        try:
            return bool(DockerClient().client.ping())
        except Exception:  # the client raises many kinds, all of which mean "no engine"
            return False

    async def start(self) -> Broker:
        """Pull, start and wait until it lets us in. Raises Unavailable when it does not."""
        await asyncio.to_thread(self._container.start)
        login = f"{USER}:{self._password}@{self._container.get_container_host_ip()}"
        amqp, management = (self._container.get_exposed_port(port) for port in (AMQP_PORT, MANAGEMENT_PORT))
        self.broker = Broker(f"amqp://{login}:{amqp}/", f"http://{login}:{management}")
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not await answers(self.broker):
            if time.monotonic() > deadline:
                await self.stop()
                raise Unavailable(f"The container {IMAGE} did not answer within {START_LIMIT_SECONDS:.0f} s.")
            await asyncio.sleep(0.5)
        return self.broker

    async def stop(self) -> None:
        await asyncio.to_thread(self._container.stop)
