"""A service's parts put together: HTTP door, event door, relay, timers, senders, and how they start and stop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import structlog
from fastapi import APIRouter, FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared import deadlines, health, http, idempotency, inbox, measures, migrations, problems, telemetry
from shared.access import Keys
from shared.clock import clock_from, real_now
from shared.collector import collect_rarely
from shared.db import create_engine, create_sessions, is_away
from shared.links import Links
from shared.log import words_of
from shared.messaging.broker import Handlers, consumer
from shared.messaging.consumption import ConsumersLost, Consumption, QueueMissing
from shared.messaging.door import Door
from shared.messaging.topology import dead_queue_name, queue_name
from shared.outbox import Relay
from shared.outbox.tables import outbox
from shared.settings import ServiceSettings
from shared.standing import Clearances, none_known, wake
from shared.tasks import is_ending

Part = Literal["api", "worker", "relay", "timers"]
ALL_PARTS: frozenset[Part] = frozenset(("api", "worker", "relay", "timers"))
HOUSEKEEPING_SECONDS = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Sender:
    """Rows in, calls out. `step` deals with some rows and says how many; `waiting` counts what could be done now."""

    name: str
    step: Callable[[], Awaitable[int]]
    waiting: Callable[[AsyncSession], Awaitable[int]]
    batch: int
    """How many rows a step takes at most. After one that found few the sender rests, so that it takes many at once."""
    unknown: Callable[[AsyncSession], Awaitable[int]] | None = None
    """Counts what was cut off in sending and waits for a person."""


class Stopped(Exception):
    """The process has to end: `code` is its exit code, the message says what a person should do."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Service:
    """One service's parts; services/<name>/app.py fills it and nothing else wires anything."""

    name: str
    settings: ServiceSettings
    routers: Sequence[APIRouter]
    handlers: Handlers
    rules: Mapping[str, deadlines.Rule] = field(default_factory=dict)
    senders: list[Sender] = field(default_factory=list)
    links: Links = field(default_factory=Links)
    clearances: Clearances = none_known

    def __post_init__(self) -> None:
        amqp_url = self.settings.amqp_url.get_secret_value()
        database_url = self.settings.database_url.get_secret_value()
        self.clock = clock_from(self.settings.clock)
        self.engine = create_engine(database_url, self.settings.pool_size)
        self.sessions = create_sessions(self.engine)
        self.relay = Relay(database_url, amqp_url, self.name)
        limit = asyncio.Semaphore(max(1, self.settings.pool_size - 2))
        self.door = Door(self.name, self.sessions, self.clock, self.relay.wake, limit)
        self.broker = consumer(amqp_url, self.handlers, self.door)
        self.consumption = Consumption(self.broker, amqp_url, self.door)
        telemetry.hears(self.queues)
        telemetry.rules(self.rules)
        telemetry.consumers_ready(lambda: self.consumption.ready)
        self.timers = deadlines.Timers(self.sessions, self.clock, self.rules, self.relay.wake)
        self.parts = ALL_PARTS
        self.stopped: Stopped | None = None
        self.on_end: Callable[[], None] = lambda: None

    def http(self, parts: frozenset[Part] = ALL_PARTS) -> FastAPI:
        """The HTTP app; its lifespan runs the other parts in the background. Without `api` only health is served."""
        self.parts = parts
        app = FastAPI(
            title=f"Rapport {self.name}", docs_url=None, redoc_url=None, lifespan=self._lifespan,
            telemetry={"tracing": False, "metrics": False, "logs": False},  # it would tell paths, queries and errors
        )  # fmt: skip
        app.state.service = self
        app.state.sessions, app.state.clock = self.sessions, self.clock
        app.state.committed = self.relay.wake
        app.state.links = self.links
        app.state.keys = Keys.from_file(self.settings.keys_file)
        app.state.wake = wake(self.clearances) if self.settings.staff_clearance == "required" else None
        problems.install(app)
        app.add_middleware(http.RequestContext)
        app.include_router(health.router)
        for router in self.routers if "api" in parts else ():
            app.include_router(router)
        return app

    @property
    def queues(self) -> list[str]:
        """The queues that this service consumes."""
        return [*(queue_name(self.name, event) for event in self.handlers.heard), dead_queue_name(self.name)]

    async def quiet(self) -> dict[str, int]:
        """What is still under way: outbox rows, due deadlines, rows that senders could do now, messages in hand."""
        async with self.sessions() as session:
            counts = {
                "outbox": await session.scalar(select(func.count()).select_from(outbox)) or 0,
                "due": await deadlines.due(session, self.clock.now()),
                "handlers": self.door.busy,
            }
            for sender in self.senders:
                counts[sender.name] = await sender.waiting(session)
        return counts

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        collect_rarely()
        tasks = [asyncio.create_task(self._guard(run), name=name) for name, run in self._background().items()]
        try:
            yield
        finally:
            await self.consumption.stop()
            for task in reversed(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.engine.dispose()

    def _background(self) -> dict[str, Callable[[], Awaitable[Any]]]:
        runs: dict[str, Callable[[], Awaitable[Any]]] = {}
        if "relay" in self.parts:
            runs["relay"] = self.relay.run
        if "worker" in self.parts:
            runs["worker"] = self.consumption.run
        if "timers" in self.parts:
            runs |= {"timers": self.timers.run, "housekeeping": self._keep_house, "measures": self._measure}
            runs |= {sender.name: partial(self._send, sender) for sender in self.senders}
        return runs

    async def _guard(self, run: Callable[[], Awaitable[Any]]) -> None:
        try:
            await self._wait_for_schema()
            await run()
        except (QueueMissing, ConsumersLost, Stopped) as error:
            code = error.code if isinstance(error, Stopped) else 69 if isinstance(error, QueueMissing) else 70
            self.end(code, str(error))
        except (Exception, asyncio.CancelledError) as error:
            if is_ending():
                raise
            log.exception("service.failed")
            self.end(70, f"{self.name} failed: {type(error).__name__}: {words_of(error)}")
        else:
            self.end(70, f"{self.name} failed: a part that runs for ever came to its end.")

    def end(self, code: int, message: str) -> None:
        """End this process in order, with an exit code and a sentence for whoever reads it."""
        if self.stopped is None:
            self.stopped = Stopped(code, message)
            self.on_end()

    async def _wait_for_schema(self) -> None:
        while True:
            try:
                found = await migrations.state(self.name, self.engine)
            except Exception as error:
                if not is_away(error):
                    raise
                log.warning("database.away", reason=repr(error))
                await asyncio.sleep(1)
                continue
            if found == "current":
                return
            advice = {
                "behind": f"run `rapport db upgrade {self.name}`",
                "newer": "it is of a newer version of Rapport: start that version",
            }[found]
            raise Stopped(69, f"The database of {self.name} does not have this version's schema; {advice}.")

    async def _send(self, sender: Sender) -> None:
        telemetry.sender_begins(sender.name)
        while True:
            try:
                done = await sender.step()
            except Exception as error:
                log.warning("sender.retry", sender=sender.name, exc_info=error)
                await asyncio.sleep(1)
                continue
            if done:
                telemetry.sender_stepped(sender.name)
            if done < sender.batch / 2:
                await asyncio.sleep(self.clock.poll_seconds)

    async def _measure(self) -> None:
        while True:
            try:
                async with self.sessions() as session:
                    await measures.measure(session, self.clock.now(), self.queues)
                    for sender in self.senders:
                        unknown = await sender.unknown(session) if sender.unknown else 0
                        measures.sender_waiting(sender.name, await sender.waiting(session), unknown)
            except Exception as error:
                log.warning("measures.retry", reason=repr(error))
            await asyncio.sleep(measures.MEASURE_SECONDS)

    async def _keep_house(self) -> None:
        while True:
            try:
                async with self.sessions.begin() as session:
                    await inbox.forget_old(session, real_now())
                    await idempotency.forget_old(session, real_now())
            except Exception as error:
                log.warning("housekeeping.retry", reason=repr(error))
            await asyncio.sleep(HOUSEKEEPING_SECONDS)
