"""What a failure of a handler means, decided once (R of delivery: nothing is lost, nothing blocks for ever).

Own database away: wait in place, all handlers on one probe. Undecodable, invalid or contradictory: dead letter at
once. Anything else: two more tries, then a dead letter. A dead letter is written before the acknowledgement.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from fast_depends.exceptions import ValidationError as InjectionError
from faststream.exceptions import RejectMessage
from faststream.message import StreamMessage
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.contracts import Contradiction
from shared.contracts.envelope import Undecodable
from shared.db import is_away, ping
from shared.deadletters import Corpse, bury
from shared.messaging.delivery import Delivery
from shared.messaging.topology import dead_queue_name

TRIES = 3
HANDLER_SECONDS = 30.0
HOLD_SECONDS = 60.0
PROBE_SECONDS = 5.0

Message = StreamMessage[Any]

log = structlog.get_logger(__name__)


class GivenUp(Exception):
    """The broker dead-lettered this message; the message says why it did."""


PERMANENT = (Undecodable, Contradiction, ValidationError, InjectionError, GivenUp)


class DatabaseGate:
    """While the database is away all handlers wait on one probe. After HOLD_SECONDS they give their messages back,
    `pause` stops the subscribers, and `resume` starts them when the probe succeeds."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._probe: asyncio.Task[None] | None = None
        self.pause: Callable[[], Awaitable[None]] | None = None
        self.resume: Callable[[], Awaitable[None]] | None = None

    async def wait(self) -> None:
        """Return when the database answers again. Raises RejectMessage(requeue) when that takes too long."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._until_back())
        try:
            await asyncio.wait_for(asyncio.shield(self._probe), HOLD_SECONDS)
        except TimeoutError as error:
            # reject, not nack: RabbitMQ 4.3 counts only rejects toward the delivery limit
            raise RejectMessage(requeue=True) from error

    async def answers(self) -> bool:
        """Whether the database answers now. A stalled one fails with time-outs that no handler is to blame for."""
        try:
            async with asyncio.timeout(PROBE_SECONDS), self._sessions() as session:
                await ping(session)
        except Exception:
            return False
        return True

    async def _until_back(self) -> None:
        loop = asyncio.get_running_loop()
        started, delay, paused = loop.time(), 0.1, False
        while True:
            if await self.answers():
                break
            log.warning("database.away", seconds=round(loop.time() - started, 1))
            await asyncio.sleep(delay)
            delay = min(delay * 2, 2.0)
            if not paused and loop.time() - started > HOLD_SECONDS + 1 and self.pause:
                await self.pause()
                paused = True
        if paused and self.resume:
            await self.resume()


class Failing:
    """Runs one message's transaction and deals with what goes wrong."""

    def __init__(
        self,
        service: str,
        sessions: async_sessionmaker[AsyncSession],
        gate: DatabaseGate,
        limit: asyncio.Semaphore,
        delivery: Delivery,
        message: Message,
    ) -> None:
        self._dead_queue = dead_queue_name(service)
        self._sessions, self._gate, self._limit = sessions, gate, limit
        self._delivery, self._message = delivery, message

    async def run(self, call_next: Callable[[Message], Awaitable[Any]]) -> None:
        """Apply the message, or bury it."""
        delivery = self._delivery
        if delivery.queue == self._dead_queue:
            await self._bury(GivenUp(_broker_reason(self._message)))
            return None
        while True:
            delivery.attempts += 1
            try:
                async with self._limit, asyncio.timeout(HANDLER_SECONDS):  # waiting for a place is not its fault
                    await call_next(self._message)
                return None
            except PERMANENT as error:
                return await self._bury(error)
            except RejectMessage:
                raise
            except Exception as error:
                if is_away(error) or not await self._gate.answers():
                    delivery.attempts -= 1
                    await self._gate.wait()
                elif delivery.attempts >= TRIES:
                    return await self._bury(error)
                else:
                    log.warning("event.retry", attempt=delivery.attempts, exc_info=error)
                    await asyncio.sleep(random.uniform(0.05, 0.15) * delivery.attempts)

    async def _bury(self, error: BaseException) -> None:
        corpse = self._corpse(error)
        while True:
            try:
                async with self._sessions.begin() as session:
                    buried = await bury(session, corpse, self._delivery.attempts)
                break
            except Exception as failure:
                if not is_away(failure) and await self._gate.answers():
                    raise
                await self._gate.wait()
        self._delivery.outcome = "dead" if buried else "duplicate"
        if buried:
            log.error("event.dead", reason=str(error), error_type=type(error).__name__, exc_info=error)

    def _corpse(self, error: BaseException) -> Corpse:
        queue = _original_queue(self._message) or self._delivery.queue
        envelope = self._delivery.envelope
        return Corpse(
            handler=queue,
            queue=queue,
            event_id=envelope.id if envelope else None,
            body=self._message.body,
            headers=self._message.headers,
            content_type=self._message.content_type,
            error=error,
        )


def _deaths(message: Message) -> list[dict[str, Any]]:
    return list(message.headers.get("x-death") or [])


def _original_queue(message: Message) -> str | None:
    return next((str(death["queue"]) for death in _deaths(message) if death.get("queue")), None)


def _broker_reason(message: Message) -> str:
    reasons = ", ".join(str(death.get("reason")) for death in _deaths(message)) or "unknown"
    return f"The broker gave the message up (reason: {reasons}); the handler may have killed its process."
