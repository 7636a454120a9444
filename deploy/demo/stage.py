"""The stage: a real platform of its own, whose domain time the story sets step by step.

A step ends when nothing is under way any more: outboxes empty, no deadline due, senders and handlers idle, and every
reader has taken what was sent to it.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import aio_pika
import asyncpg
import httpx2

from deploy.cli.ledger import account
from deploy.demo.story import BEGINNING
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.platform import Platform
from deploy.local.problems import Problem, Unavailable
from deploy.registry import platform_topology
from shared.access import EVERYWHERE, Grant, Role, mint
from shared.clock import set_file_clock
from shared.ids import new_id

QUIET_SECONDS = 20.0
AWAY_SECONDS = 30.0
BROKER_PART = "rabbitmq"
STAFF = new_id()
"""Whoever acts for the staff where nobody is named: decisions are a person's."""


class NotQuiet(Problem):
    """The platform did not come to rest; the message names what is under way."""

    exit_code = 1


class NotAsWritten(Problem):
    """The story could not be played as the script has it."""

    exit_code = 1


@dataclass(frozen=True)
class Fault:
    """What a test breaks to see that the demo notices."""

    unbind: str | None = None
    drop_mail_every: int = 0


@dataclass
class Stage:
    """A running platform and the hands that drive it."""

    platform: Platform
    addresses: Addresses
    clock_file: Path
    http: httpx2.AsyncClient
    doubles: dict[str, str] = field(default_factory=dict)
    """Addresses of second processes."""
    broker_down: bool = False

    def headers(self, role: Role, site: str, subject: str) -> dict[str, str]:
        """The token of whoever acts."""
        token = mint(self.addresses.private_key(), subject, [Grant(role, site)], timedelta(hours=2))
        return {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, service: str, path: str, **how: Any) -> Any:
        """One HTTP call that must succeed, as `send` makes it; the answer's JSON."""
        response = await self.send(method, service, path, **how)
        if not response.is_success:
            raise Problem(f"{method} {service}{path} answered {response.status_code}: {response.text[:500]}")
        return response.json()

    async def send(
        self,
        method: str,
        service: str,
        path: str,
        *,
        role: Role,
        site: str,
        subject: UUID | str = STAFF,
        story: UUID | None = None,
        json: Any = None,
    ) -> httpx2.Response:
        """One HTTP call, repeated with the same Idempotency-Key while the service is away, as phones do."""
        headers = self.headers(role, site, str(subject)) | {"Idempotency-Key": str(new_id())}
        headers |= {"X-Correlation-Id": str(story)} if story else {}
        end = time.monotonic() + AWAY_SECONDS
        while True:
            try:
                url = f"{self.addresses.services[service]}{path}"
                return await self.http.request(method, url, json=json, headers=headers)
            except httpx2.TransportError:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.2)

    def client(self, url: str, headers: dict[str, str]) -> httpx2.AsyncClient:
        """A client of one service that acts as one caller."""
        return httpx2.AsyncClient(base_url=url, headers=headers, timeout=60)

    async def pages(self, service: str, path: str, *, role: Role, site: str) -> list[Any]:
        """Every item of a list."""
        items: list[Any] = []
        following: str | None = ""
        while following is not None:
            mark = f"&cursor={following}" if following else ""
            page = await self.call("GET", service, f"{path}?limit=100{mark}", role=role, site=site)
            items += page["items"]
            following = page["next"]
        return items

    async def set_time(self, moment: datetime) -> None:
        """Step domain time, and let everything that falls due happen."""
        set_file_clock(self.clock_file, moment)
        await self.quiet()

    async def quiet(self) -> None:
        """Wait until nothing is under way. Raises NotQuiet naming what is, after 20 seconds."""
        end = time.monotonic() + QUIET_SECONDS
        while True:
            busy = await self._under_way()
            if not busy:
                return
            if time.monotonic() > end:
                raise NotQuiet(f"After {QUIET_SECONDS:g} s this is still under way: {'; '.join(busy)}.")
            await asyncio.sleep(0.05)

    async def _under_way(self) -> list[str]:
        busy = await self._busy_services()
        if busy or self.broker_down:
            return busy
        try:
            lines = await account(self.addresses.databases, self.addresses.amqp_url)
        except (Unavailable, asyncpg.PostgresError) as error:
            return [f"the ledger cannot be read ({error!r})"]
        unbalanced = [
            f"{line.reader} has {line.applied} + {line.dead} dead of {line.sent} {line.type}"
            for line in lines
            if line.sent != line.applied + line.dead
        ]
        return unbalanced or await self._busy_services()

    async def _busy_services(self) -> list[str]:
        headers = self.headers("operator", EVERYWHERE, "demo")
        urls = self.addresses.services | self.doubles
        answers = await asyncio.gather(
            *(self.http.get(f"{url}/internal/quiet", headers=headers) for url in urls.values())
        )
        ignored = {"quiet", "outbox"} if self.broker_down else {"quiet"}
        return [
            f"{name}: {count} in {what}"
            for name, answer in zip(urls, answers, strict=True)
            for what, count in answer.raise_for_status().json().items()
            if what not in ignored and count
        ]

    async def waiting_in_outboxes(self) -> int:
        """How many events wait for the broker."""
        headers = self.headers("operator", EVERYWHERE, "demo")
        counts = [
            (await self.http.get(f"{url}/internal/quiet", headers=headers)).json()["outbox"]
            for url in self.addresses.services.values()
        ]
        return sum(counts)

    async def kill(self, part: str) -> None:
        """SIGKILL, as a crash would."""
        await self.platform.supervisor.kill(part)

    async def restart(self, part: str) -> None:
        """Bring it back."""
        await self.platform.supervisor.restart(part)

    async def double(self, service: str) -> None:
        """Let it work in two processes."""
        self.doubles[f"{service}-2"] = await self.platform.double(service)


@asynccontextmanager
async def stage(home: Home, say: Callable[[str], None], *, install: bool, fault: Fault) -> AsyncIterator[Stage]:
    """A platform on a home of its own; nothing is left of it afterwards."""
    clock_file = home.root / "clock.json"
    set_file_clock(clock_file, BEGINNING)
    platform = Platform(home, say, install=install, clock=f"file:{clock_file}", drop_mail_every=fault.drop_mail_every)
    async with platform.supervisor, httpx2.AsyncClient(timeout=30) as http:
        addresses = await platform.start()
        if fault.unbind:
            await _unbind(addresses.amqp_url, fault.unbind)
        yield Stage(platform, addresses, clock_file, http)


async def _unbind(amqp_url: str, queue: str) -> None:
    """Take a reader's binding away, as an operator's slip would."""
    binding = next(each for each in platform_topology().bindings if each.queue == queue)
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        bound = await channel.get_queue(queue, ensure=False)
        await bound.unbind(binding.exchange, binding.key)
