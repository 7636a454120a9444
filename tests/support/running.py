"""One service on a real Postgres with FastStream's in-memory broker, driven step by step."""

import importlib
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx2
import orjson
from fastapi import FastAPI
from fastapi.routing import APIRoute
from faststream.rabbit import TestRabbitBroker
from sqlalchemy import select

from shared.access import Grant, Role, mint, new_key
from shared.clock import set_file_clock
from shared.contracts import Envelope, Event
from shared.contracts.envelope import CONTENT_TYPE
from shared.deadletters import dead_letter
from shared.ids import new_id
from shared.messaging.topology import queue_name
from shared.outbox.tables import outbox
from shared.service import Service
from tests.support.databases import fresh_database

BEGINNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
"""Domain time at which every test starts; a Monday."""

PRIVATE_KEY, PUBLIC_KEYS = new_key()


def token(*, role: Role | None = None, site: str | None = None, person: UUID | None = None) -> str:
    """A bearer token with one grant, for a person or for a client of no person."""
    grants = (Grant(role, site or "net"),) if role else ()
    return mint(PRIVATE_KEY, str(person or new_id()), grants, timedelta(hours=1))


def envelope_of(
    event: Event, *, sequence: int = 1, event_id: UUID | None = None, time: datetime = BEGINNING
) -> dict[str, Any]:
    """The CloudEvents document of an event, as its owner would send it."""
    document = {
        "specversion": "1.0",
        "sequence": f"0001.{sequence:010}",
        "id": str(event_id or new_id()),
        "source": f"/rapport/{event.owner}",
        "type": event.type,
        "subject": event.subject,
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "dataschema": f"urn:rapport:schema:{event.name}:v{event.version}",
        "correlationid": str(new_id()),
        "site": event.sites[0],
        "data": event.model_dump(mode="json"),
    }
    return document | ({"othersite": event.sites[1]} if len(event.sites) > 1 else {})


@dataclass
class Running:
    """A service under test. Nothing runs in the background: events, deadlines and senders go when the test says so."""

    service: Service
    app: FastAPI
    clock_file: Path

    @classmethod
    @asynccontextmanager
    async def start(cls, name: str, folder: Path, **settings: Any) -> AsyncIterator[Self]:
        """Build the service on a database of its own."""
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(fresh_database(name))
            clock_file, keys_file = folder / "clock.json", folder / "keys.json"
            set_file_clock(clock_file, BEGINNING)
            keys_file.write_text(json.dumps(PUBLIC_KEYS))
            module = importlib.import_module(f"services.{name}.app")
            values = {"database_url": url, "amqp_url": "amqp://nowhere", "keys_file": keys_file, "pool_size": 5}
            service = module.build(module.Settings(**values, clock=f"file:{clock_file}", **settings))
            stack.push_async_callback(service.engine.dispose)
            await stack.enter_async_context(TestRabbitBroker(service.broker))
            yield cls(service, service.http(), clock_file)

    def client(
        self, *, role: Role | None = None, site: str | None = None, person: UUID | None = None
    ) -> httpx2.AsyncClient:
        """An HTTP client; without a role and a person it carries no token."""
        bearer = token(role=role, site=site, person=person) if role or person else None
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://service",
            headers={"Authorization": f"Bearer {bearer}"} if bearer else {},
        )

    async def hear(
        self, event: Event, *, sequence: int = 1, event_id: UUID | None = None, time: datetime = BEGINNING
    ) -> UUID:
        """Let the service hear an event through its broker; the same `event_id` again is a repeat."""
        document = envelope_of(event, sequence=sequence, event_id=event_id, time=time)
        await self.deliver(type(event), orjson.dumps(document))
        return UUID(document["id"])

    async def deliver(self, event: type[Event], body: bytes, headers: dict[str, Any] | None = None) -> None:
        """Put bytes into the service's queue of an event type."""
        await self.service.broker.publish(
            body, queue=queue_name(self.service.name, event), content_type=CONTENT_TYPE, headers=headers
        )

    async def emitted(self) -> list[Envelope]:
        """What stands in the outbox, oldest first."""
        async with self.service.sessions() as session:
            bodies = await session.scalars(select(outbox.c.body).order_by(outbox.c.position))
            return [Envelope.model_validate_json(body) for body in bodies]

    async def dead(self) -> list[str]:
        """The reasons of all dead letters."""
        async with self.service.sessions() as session:
            return list(await session.scalars(select(dead_letter.c.reason).order_by(dead_letter.c.first_at)))

    def routes(self) -> set[tuple[str, str]]:
        """(method, path template) of every route of the service itself; an access test has to name them all."""
        return {
            (method, route.path)
            for router in self.service.routers
            for route in router.routes
            if isinstance(route, APIRoute)
            for method in route.methods or ()
        }

    def set_clock(self, moment: datetime) -> None:
        """Set domain time; it stands still there."""
        set_file_clock(self.clock_file, moment)

    async def fire(self) -> int:
        """Fire every deadline that is due; returns how many fired."""
        fired = 0
        while await self.service.timers.step():
            fired += 1
        return fired
