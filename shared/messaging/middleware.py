"""The way of a message through a service, outermost first: Observe, Together, Failures, Transaction, handler.

The handler's transaction commits before the acknowledgement: a crash in between repeats the message, and the inbox
knows it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from faststream.exceptions import RejectMessage
from faststream.message import StreamMessage
from faststream.middlewares import BaseMiddleware
from sqlalchemy.ext.asyncio import AsyncSession

from shared import deadletters, inbox, telemetry, tracing
from shared.contracts import Contradiction, Envelope
from shared.ids import Origin, new_id, origin
from shared.messaging import attempts
from shared.messaging.delivery import Delivery, Outcome, current, read
from shared.messaging.door import Door
from shared.messaging.failures import Failing

log = structlog.get_logger("events")

CallNext = Callable[[Any], Any]
Message = StreamMessage[Any]


class DoorMiddleware(BaseMiddleware[Any, Any]):
    """A middleware that knows its service's door."""

    def __init__(self, msg: Any, /, *, context: Any, door: Door) -> None:
        super().__init__(msg, context=context)
        self.door = door


class Observe(DoorMiddleware):
    """Binds the event's ids for logs and for what it causes; one log line and the metrics of each message."""

    async def consume_scope(self, call_next: CallNext, msg: Message) -> Any:
        delivery = read(self.context.get_local("handler_").queue.name, msg)
        delivery.clock = self.door.clock
        subscriber = self.door.subscriber(delivery.queue)
        subscriber.taken += 1
        subscriber.in_hand += 1
        try:
            with tracing.handling(delivery) as traceparent:
                story = _story(delivery.envelope, traceparent)
                tokens = current.set(delivery), origin.set(story)
                try:
                    with structlog.contextvars.bound_contextvars(**_names(delivery, story)):
                        await self._told(call_next, msg, delivery)
                finally:
                    current.reset(tokens[0])
                    origin.reset(tokens[1])
        finally:
            subscriber.in_hand -= 1

    @staticmethod
    async def _told(call_next: CallNext, msg: Message, delivery: Delivery) -> None:
        started = time.perf_counter()
        try:
            await call_next(msg)
        except BaseException as error:
            delivery.outcome = _outcome_of(error)
            raise
        finally:
            seconds = time.perf_counter() - started
            telemetry.event_handled(delivery.queue, delivery.outcome, seconds)
            log.info("event", outcome=delivery.outcome, seconds=round(seconds, 4), attempts=delivery.attempts)


def _story(envelope: Envelope | None, traceparent: str | None) -> Origin:
    if envelope is None:
        return Origin(new_id(), traceparent=traceparent)
    return Origin(envelope.correlationid, envelope.id, traceparent or envelope.traceparent)


def _names(delivery: Delivery, story: Origin) -> dict[str, str]:
    """What every log line of this message carries."""
    names = {"handler": delivery.queue, "correlation_id": str(story.correlation_id)}
    if envelope := delivery.envelope:
        names |= {"event_id": str(envelope.id), "event_type": envelope.type}
    return names


def _outcome_of(error: BaseException) -> Outcome:
    if isinstance(error, RejectMessage) and error.extra_options.get("requeue"):
        return "requeued"
    return "cancelled" if isinstance(error, asyncio.CancelledError) else "rejected"


class Together(DoorMiddleware):
    """A message whose handler takes batches is applied with those that wait beside it, if nothing speaks against it."""

    async def consume_scope(self, call_next: CallNext, msg: Message) -> Any:
        delivery = current.get()
        batch = self.door.batches.get(delivery.queue)
        if batch is None or not await batch.join(delivery):
            await call_next(msg)


class Failures(DoorMiddleware):
    """Decides what a failure means: wait for the database, try again, or bury the message as a dead letter."""

    async def consume_scope(self, call_next: CallNext, msg: Message) -> Any:
        await Failing(self.door, current.get(), msg).run(call_next)


class Transaction(DoorMiddleware):
    """One transaction: inbox row, handler, commit. A repeated event is acknowledged and changes nothing."""

    async def consume_scope(self, call_next: CallNext, msg: Message) -> Any:
        delivery = current.get()
        async with self.door.sessions.begin() as session:
            if delivery.envelope and not await self._take(session, delivery, delivery.envelope):
                delivery.outcome = "duplicate"
                return
            delivery.session = session
            await call_next(msg)
            if delivery.suspect and delivery.envelope:
                await attempts.end(session, delivery.queue, delivery.envelope.id)
        delivery.outcome = "applied"
        self.door.committed()

    @staticmethod
    async def _take(session: AsyncSession, delivery: Delivery, envelope: Envelope) -> bool:
        if not delivery.replayed and inbox.is_too_old(envelope.id):
            raise Contradiction(f"The event is older than {inbox.KEPT.days} days: whether it is a repeat is unknown.")
        if await inbox.record(session, delivery.queue, envelope.id, envelope.epoch):
            return True
        if delivery.replayed and await inbox.revive(session, delivery.queue, envelope.id):
            await deadletters.forgive(session, delivery.queue, str(envelope.id))
            return True
        return False


def middlewares(door: Door) -> list[Callable[..., DoorMiddleware]]:
    """The four, outermost first, as FastStream wants them: one instance per message."""

    def made(kind: type[DoorMiddleware]) -> Callable[..., DoorMiddleware]:
        return lambda msg, /, *, context: kind(msg, context=context, door=door)

    return [made(Observe), made(Together), made(Failures), made(Transaction)]
