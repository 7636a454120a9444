"""What a failure of a handler means, decided once (R of delivery: nothing is lost, nothing blocks for ever).

Own database away or not writable: wait in place, all handlers on one probe. Undecodable or contradictory: dead letter
at once. Killed its process four times: dead letter. Anything else: two more tries, then a dead letter; twenty such in
a row pause the subscriber. A dead letter is written before the acknowledgement, however long that takes.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from faststream.exceptions import RejectMessage
from faststream.message import StreamMessage

from shared import telemetry
from shared.contracts import Contradiction
from shared.contracts.envelope import Undecodable
from shared.db import is_away
from shared.deadletters import Corpse, bury
from shared.log import words_of
from shared.messaging import attempts
from shared.messaging.delivery import Delivery
from shared.messaging.door import Door
from shared.messaging.topology import dead_queue_name

TRIES = 3
HANDLER_SECONDS = 30.0
BURY_AGAIN_SECONDS = (0.2, 30.0)

Message = StreamMessage[Any]
CallNext = Callable[[Message], Awaitable[Any]]

log = structlog.get_logger(__name__)


class GivenUp(Exception):
    """The broker dead-lettered this message; the message says why it did."""


PERMANENT = (Undecodable, Contradiction, GivenUp, attempts.KilledProcess)


class Failing:
    """Runs one message's transaction and deals with what goes wrong."""

    def __init__(self, door: Door, delivery: Delivery, message: Message) -> None:
        self._door, self._delivery, self._message = door, delivery, message
        self._subscriber = door.subscriber(delivery.queue)

    async def run(self, call_next: CallNext) -> None:
        """Apply the message, or bury it. Raises RejectMessage(requeue) where it can do neither for too long."""
        try:
            async with asyncio.timeout_at(self._delivery.held_until):
                await self._apply_or_bury(call_next)
        except TimeoutError as error:
            # reject, not nack: RabbitMQ 4.3 counts only rejects toward the delivery limit
            raise RejectMessage(requeue=True) from error

    async def _apply_or_bury(self, call_next: CallNext) -> None:
        if self._delivery.queue == dead_queue_name(self._door.service):
            return await self._bury(GivenUp(_broker_reason(self._message)))
        delivery = self._delivery
        while True:
            await self._subscriber.turn()
            delivery.attempts += 1
            try:
                await self._try(call_next)
            except PERMANENT as error:
                return await self._bury(error)
            except Exception as error:
                if is_away(error) or not await self._door.gate.answers():
                    delivery.attempts -= 1
                    await self._door.gate.wait(error)
                elif delivery.attempts < TRIES:
                    log.warning("event.retry", attempt=delivery.attempts, exc_info=error)
                    await asyncio.sleep(random.uniform(0.05, 0.15) * delivery.attempts)
                elif self._subscriber.may_bury():
                    return await self._bury(error)
                else:
                    delivery.attempts = TRIES - 1  # each turn of a paused subscriber is one try
            else:
                if delivery.outcome == "applied":  # a repeat proves nothing
                    self._subscriber.succeeded()
                return None

    async def _try(self, call_next: CallNext) -> None:
        """One try. The time it waits for its place is not its fault; a suspect runs alone, its attempt committed."""
        if not self._delivery.suspect or self._delivery.envelope is None:
            return await self._handle(call_next)
        async with self._door.suspects:
            async with self._door.sessions.begin() as session:
                await attempts.begin(session, self._delivery.queue, self._delivery.envelope.id)
            try:
                await self._handle(call_next)
            except Exception:  # an end of the process is none, and stays counted
                await self._survived(self._delivery.envelope.id)
                raise

    async def _handle(self, call_next: CallNext) -> None:
        async with self._door.limit, asyncio.timeout(HANDLER_SECONDS):
            await call_next(self._message)

    async def _survived(self, event_id: UUID) -> None:
        try:
            async with self._door.sessions.begin() as session:
                await attempts.survived(session, self._delivery.queue, event_id)
        except Exception as error:  # this process does not count twice; what stays is one attempt too many
            log.warning("attempt.uncounted", exc_info=error)

    async def _bury(self, error: BaseException) -> None:
        corpse = self._corpse(error)
        delay = BURY_AGAIN_SECONDS[0]
        while True:
            try:
                async with self._door.sessions.begin() as session:
                    buried = await bury(session, corpse, self._delivery.attempts)
                    if self._delivery.suspect and corpse.event_id:
                        await attempts.end(session, corpse.handler, corpse.event_id)
                break
            except Exception as failure:
                if is_away(failure) or not await self._door.gate.answers():
                    await self._door.gate.wait(failure)
                    continue
                telemetry.dead_letter_unwritten(self._delivery.queue)
                log.error("event.unburied", again_in_seconds=delay, exc_info=failure)
                await asyncio.sleep(delay)
                delay = min(delay * 2, BURY_AGAIN_SECONDS[1])
        self._delivery.outcome = "dead" if buried else "duplicate"
        if buried:
            telemetry.dead_letter_buried(corpse.queue)
            log.error("event.dead", reason=words_of(error), error_type=type(error).__name__, exc_info=error)

    def _corpse(self, error: BaseException) -> Corpse:
        queue = _original_queue(self._message) or self._delivery.queue
        envelope = self._delivery.envelope
        return Corpse(
            handler=queue,
            queue=queue,
            event_id=envelope.id if envelope else None,
            epoch=envelope.epoch if envelope else 0,
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
