"""The relay carries committed events from the outbox to the broker: read, publish, delete what was confirmed.

One is active per service: a connection of its own, outside the pool, holds an advisory lock and runs the relay's own
SELECT and DELETE, so a relay that lost the lock can delete nothing. It is never in a transaction while publishing.
A crash between confirm and delete repeats at most one window, with the same ids; the inbox knows them.
"""

import asyncio
import time
from collections import Counter
from typing import Any, NoReturn
from uuid import UUID

import asyncpg
import structlog

from shared import telemetry, tracing
from shared.clock import real_now
from shared.outbox import ledger
from shared.outbox.emit import epoch_of
from shared.outbox.publisher import Denied, Publisher, Refused
from shared.tasks import is_ending

WINDOW = 500
REFUSALS = 5
LOOK_BELOW_SECONDS = 1.0
LOOK_BELOW_COSTS = 20.0
"""A foreign transaction held open keeps deleted rows in the way of a look below: that may cost 5 % of the time."""
POLL_SECONDS = (0.05, 0.25)
LOCK = 4_201_001  # any number: advisory locks are per database, and a database has one relay

log = structlog.get_logger(__name__)

_READ = f"""
    SELECT position, event_id, type, exchange, routing_key, copy_key, correlation_id, time, body
    FROM outbox WHERE position > $1 ORDER BY position LIMIT {WINDOW}
"""
_DELETE = "DELETE FROM outbox WHERE position = ANY($1::bigint[])"
_REFUSE = """
    INSERT INTO outbox_refused
           (event_id, type, exchange, routing_key, copy_key, correlation_id, time, body, reason, refused_at)
    SELECT event_id, type, exchange, routing_key, copy_key, correlation_id, time, body, $2, $3
    FROM outbox WHERE position = $1
"""


class Relay:
    """Carries one service's outbox. `wake` after a commit makes it look at once; otherwise it polls with back-off."""

    def __init__(self, database_url: str, amqp_url: str, service: str) -> None:
        self._database_url = database_url.replace("postgresql+asyncpg://", "postgresql://")
        self._amqp_url = amqp_url
        self._service = service
        self._woken = asyncio.Event()
        self._refusals: Counter[UUID] = Counter()
        self.active = False

    def wake(self) -> None:
        """Something was committed: look now."""
        self._woken.set()

    async def run(self) -> NoReturn:
        """Relay for ever; whatever fails, rows stay and are tried again."""
        pause = 0.1
        while True:
            try:
                await self._hold_lock_and_relay()
            except (Exception, asyncio.CancelledError) as error:
                if is_ending():
                    raise
                pause = 0.1 if self.active else min(pause * 2, 2.0)
                log.warning("relay.retry", reason=repr(error), pause=pause)
            finally:
                self._set_active(False)
            await asyncio.sleep(pause)

    async def _hold_lock_and_relay(self) -> NoReturn:
        connection = await asyncpg.connect(
            self._database_url,
            timeout=5,
            command_timeout=30,
            server_settings={
                "application_name": f"rapport-{self._service}-relay",
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
            },
        )
        try:
            while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                await asyncio.sleep(1)
            publisher = await Publisher.open(self._amqp_url)
            try:
                self._set_active(True)
                await self._relay(connection, publisher)
            finally:
                await publisher.close()
        finally:
            await asyncio.shield(connection.close(timeout=2))

    def _set_active(self, active: bool) -> None:
        self.active = active
        telemetry.relay_active(active)

    async def _relay(self, connection: asyncpg.Connection, publisher: Publisher) -> NoReturn:
        floor, look_below_at, pause = 0, 0.0, POLL_SECONDS[0]
        while True:
            self._woken.clear()
            began = time.monotonic()
            if began >= look_below_at:
                floor = 0  # a transaction with a smaller position may commit late: it is delayed by this, never skipped
            rows = await connection.fetch(_READ, floor)
            if not floor:
                took = time.monotonic() - began
                look_below_at = began + max(LOOK_BELOW_SECONDS, took * LOOK_BELOW_COSTS)
            if not rows:
                pause = await self._rest(pause)
                continue
            pause = POLL_SECONDS[0]
            await self._carry(connection, publisher, rows)
            floor = rows[-1]["position"]

    async def _rest(self, pause: float) -> float:
        try:
            await asyncio.wait_for(self._woken.wait(), pause)
        except TimeoutError:
            return min(pause * 1.5, POLL_SECONDS[1])
        return POLL_SECONDS[0]

    async def _carry(self, connection: asyncpg.Connection, publisher: Publisher, rows: list[asyncpg.Record]) -> None:
        since = time.time_ns()
        confirmed, failure = await publisher.publish(rows)
        tracing.published(confirmed, since)
        await self._delete(connection, confirmed)
        if failure is None:
            return
        log.warning("relay.window_failed", confirmed=len(confirmed), of=len(rows), reason=repr(failure))
        done = {row["position"] for row in confirmed}
        left = [row for row in rows if row["position"] not in done]
        telemetry.publish_failed(Counter(row["type"] for row in left), type(failure).__name__)
        await publisher.reopen()
        for row in left:
            await self._carry_alone(connection, publisher, row)

    async def _carry_alone(self, connection: asyncpg.Connection, publisher: Publisher, row: asyncpg.Record) -> None:
        since = time.time_ns()
        confirmed, failure = await publisher.publish([row])
        tracing.published(confirmed, since)
        await self._delete(connection, confirmed)
        if failure is None:
            return
        telemetry.publish_failed({row["type"]: 1}, type(failure).__name__)
        await publisher.reopen()
        if isinstance(failure, Denied):
            log.error("relay.denied", event_type=row["type"], exchange=row["exchange"], reason=str(failure))
            return
        if not isinstance(failure, Refused):
            raise failure
        self._refusals[row["event_id"]] += 1
        if self._refusals[row["event_id"]] >= REFUSALS:
            await self._set_aside(connection, row, str(failure))

    async def _set_aside(self, connection: asyncpg.Connection, row: asyncpg.Record, reason: str) -> None:
        async with connection.transaction():
            await connection.execute(_REFUSE, row["position"], reason, real_now())
            await connection.execute(_DELETE, [row["position"]])
        del self._refusals[row["event_id"]]
        log.error("relay.refused", event_id=str(row["event_id"]), event_type=row["type"], reason=reason)

    async def _delete(self, connection: asyncpg.Connection, confirmed: list[Any]) -> None:
        if not confirmed:
            return
        async with connection.transaction():
            status = await connection.execute(_DELETE, [row["position"] for row in confirmed])
            if status != f"DELETE {len(confirmed)}":
                raise RuntimeError(f"Another relay took rows of {self._service}: {status} of {len(confirmed)}.")
            await ledger.add(connection, [(epoch_of(row["body"]), row["type"], row["event_id"]) for row in confirmed])
        telemetry.events_published(Counter(row["type"] for row in confirmed))
