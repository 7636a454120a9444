"""One whole platform on this machine: databases, broker, schema, topology, mail catcher, five services.

`up`, the demo and the tests of the whole chain start it by the same code.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx2

from deploy.keys import READ_FROM_INTAKE, SIGN_LINKS, make_pair, new_secret, service_token, write
from deploy.local import brokers
from deploy.local.addresses import Addresses
from deploy.local.databases import ensure_service_databases
from deploy.local.home import Home
from deploy.local.parts import Part
from deploy.local.ports import LOOPBACK, demand_free, kept_port
from deploy.local.postgres import find_or_start
from deploy.local.supervisor import Supervisor
from deploy.registry import SERVICES, platform_topology
from deploy.topology import declare
from shared import migrations

USUAL_PORTS = {name: 8101 + number for number, name in enumerate(SERVICES)} | {"smtp": 8125, "mail": 8126}
SERVICE_TOKEN_LIFE = timedelta(days=30)


@dataclass
class Platform:
    """The parts of one platform on one home. The caller holds the home's lock.

    `usual_ports` takes 8101 and so on (`up`); otherwise every port is private (demo, tests), so several may run.
    """

    home: Home
    say: Callable[[str], None]
    install: bool = False
    clock: str = "real"
    usual_ports: bool = False
    postgres_settings: Mapping[str, str] | None = None
    drop_mail_every: int = 0

    def __post_init__(self) -> None:
        self.supervisor = Supervisor(self.home, say=self.say)
        self.addresses: Addresses

    async def start(self) -> Addresses:
        """Start everything in order, inside `async with self.supervisor`, which stops it whatever happens.

        Raises a Problem that says what to do.
        """
        broker_server = await brokers.find(self.home, install=self.install, say=self.say)
        self.say("starting Postgres and RabbitMQ")
        postgres, broker = await asyncio.gather(find_or_start(self.home, self.postgres_settings), broker_server.start())
        for running in (*postgres.running, *broker_server.running):
            self.supervisor.take(running)
        databases = await ensure_service_databases(self.home, postgres.url, SERVICES)
        self.say("migrating five databases and declaring the topology")
        await asyncio.gather(self._migrate(databases), declare(broker.amqp_url, platform_topology()))
        self.addresses = self._addresses(databases, broker)
        self.addresses.save(self.home)
        self.say("starting the mail catcher and five services")
        parts = [self._mail_catcher(), *(self._service(name, name, self._ports[name]) for name in SERVICES)]
        await self._start_together(parts)
        return self.addresses

    async def _start_together(self, parts: list[Part]) -> None:
        """All at once: none of them needs another one to be ready."""
        running = [self.supervisor.take(part) for part in parts]
        await asyncio.gather(*(each.start() for each in running))

    @staticmethod
    async def _migrate(databases: Mapping[str, str]) -> None:
        for name, url in databases.items():
            await asyncio.to_thread(migrations.upgrade, name, url)

    def _port(self, name: str) -> int:
        if not self.usual_ports:
            return kept_port(self.home, name)
        setting = f"RAPPORT_{name.upper()}_PORT"
        port = int(os.environ.get(setting) or USUAL_PORTS[name])
        demand_free(port, setting)
        return port

    def _addresses(self, databases: dict[str, str], broker: brokers.Broker) -> Addresses:
        self._ports = {name: self._port(name) for name in (*SERVICES, "smtp", "mail")}
        keys_file, private_key_file = self._keys()
        return Addresses(
            services={name: f"http://{LOOPBACK}:{self._ports[name]}" for name in SERVICES},
            databases=databases,
            amqp_url=broker.amqp_url,
            management_url=broker.management_url,
            smtp_port=self._ports["smtp"],
            mail_url=f"http://{LOOPBACK}:{self._ports['mail']}",
            keys_file=str(keys_file),
            private_key_file=str(private_key_file),
            clock=self.clock,
        )

    def _keys(self) -> tuple[Path, Path]:
        """The development key pair of this home, made once."""
        folder = self.home.folder("keys")
        public, private = folder / "public.json", folder / "private.json"
        if not private.exists():  # what is left of a pair is of no use
            public.unlink(missing_ok=True)
        make_pair(private, public, development=True)
        return public, private

    def _link_secret(self, name: str) -> Path:
        """The secret by which a service signs links, made once."""
        path = self.home.folder("keys") / f"{name}-links"
        if not path.exists():
            write(path, new_secret())
        return path

    async def double(self, name: str) -> str:
        """One more process of a service; returns its address."""
        port = kept_port(self.home, f"{name}-2")
        await self.supervisor.add(self._service(name, f"{name}-2", port))
        return f"http://{LOOPBACK}:{port}"

    def _service(self, name: str, part: str, port: int) -> Part:
        prefix = f"RAPPORT_{name.upper()}"
        env = {
            f"{prefix}_DATABASE_URL": self.addresses.databases[name],
            f"{prefix}_PORT": str(port),
            "RAPPORT_AMQP_URL": self.addresses.amqp_url,
            "RAPPORT_KEYS_FILE": self.addresses.keys_file,
            "RAPPORT_CLOCK": self.clock,
        }
        if name in READ_FROM_INTAKE:
            env[f"{prefix}_INTAKE_URL"] = self.addresses.services["intake"]
            env[f"{prefix}_SERVICE_TOKEN"] = service_token(self.addresses.private_key(), name, SERVICE_TOKEN_LIFE)
        if name in SIGN_LINKS:
            env[f"{prefix}_LINK_SECRET_FILE"] = str(self._link_secret(name))
        if name == "notify":
            env |= {} if os.environ.get(f"{prefix}_SMTP_HOST") else {f"{prefix}_SMTP_PORT": str(self._ports["smtp"])}
            link = f"{prefix}_LINK_URL"
            env |= {} if os.environ.get(link) else {link: self.addresses.services["messaging"]}
        argv = [sys.executable, "-m", "deploy.cli.main", "run", name]
        url = f"http://{LOOPBACK}:{port}"
        return Part(part, argv, env, lambda: _ready(url), ready_limit=60.0, grace=20.0, cwd=Path.cwd())

    def _mail_catcher(self) -> Part:
        argv = [
            sys.executable, "-m", "deploy.local.mailcatcher",
            "--port", str(self._ports["smtp"]), "--http-port", str(self._ports["mail"]),
            "--folder", str(self.home.folder("mail")), "--drop-every", str(self.drop_mail_every),
        ]  # fmt: skip
        url = f"http://{LOOPBACK}:{self._ports['mail']}/messages"
        return Part("mail", argv, ready=lambda: _answers(url), ready_limit=30.0, cwd=Path.cwd())


async def _ready(url: str) -> bool:
    return await _answers(f"{url}/readyz")


async def _answers(url: str) -> bool:
    with suppress(httpx2.HTTPError):
        async with httpx2.AsyncClient(timeout=5) as http:
            return (await http.get(url)).is_success
    return False
