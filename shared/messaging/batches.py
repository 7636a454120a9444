"""Messages that wait together are applied in one transaction: a fast way past Failures and Transaction.

Whatever goes wrong, nothing of the batch is applied, and each of its messages goes the usual way alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog

from shared import inbox
from shared.contracts import Envelope, Event
from shared.contracts.envelope import Undecodable
from shared.messaging.delivery import Delivery
from shared.messaging.door import Door
from shared.messaging.failures import HANDLER_SECONDS

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Told(Generic[E]):
    """One event of a batch, and the envelope around it."""

    event: E
    heard: Envelope


HandleAll = Callable[[Sequence[Told[Event]], Delivery], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Waiting:
    told: Told[Event]
    delivery: Delivery
    applied: "asyncio.Future[bool]"


class Batch:
    """The messages of one subscriber that wait for its next transaction; a batch forms while one is under way."""

    def __init__(self, door: Door, handle: HandleAll) -> None:
        self._door, self._handle = door, handle
        self._waiting: list[_Waiting] = []
        self._run: asyncio.Task[None] | None = None

    async def join(self, delivery: Delivery) -> bool:
        """Apply a message with others. False when it has to go alone; then nothing of it is applied."""
        if delivery.envelope is None or not delivery.is_ordinary:
            return False
        try:
            told = Told(delivery.envelope.event(), delivery.envelope)
        except Undecodable:
            return False
        waiting = _Waiting(told, delivery, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._run is None or self._run.done():
            self._run = asyncio.create_task(self._apply_all(), context=Context())  # of no single message
        return await waiting.applied

    async def _apply_all(self) -> None:
        while batch := self._waiting:
            self._waiting = []
            applied = await self._apply(batch)
            for each in batch:
                if not each.applied.done():  # its message was given back meanwhile; the repeat will be a duplicate
                    each.applied.set_result(applied)

    async def _apply(self, batch: list[_Waiting]) -> bool:
        door, queue = self._door, batch[0].delivery.queue
        try:
            async with door.limit, asyncio.timeout(HANDLER_SECONDS), door.sessions.begin() as session:
                fresh = await inbox.record_all(
                    session, queue, {each.told.heard.id: each.told.heard.epoch for each in batch}
                )
                first = {each.told.heard.id: each for each in reversed(batch) if each.told.heard.id in fresh}
                for each in batch:
                    each.delivery.outcome = "applied" if first.get(each.told.heard.id) is each else "duplicate"
                if told := [each.told for each in batch if each.delivery.outcome == "applied"]:
                    await self._handle(told, Delivery(queue, session=session, clock=door.clock))
        except Exception as error:
            log.warning("batch.split", handler=queue, messages=len(batch), exc_info=error)
            return False
        if told:  # repeats prove nothing
            door.subscriber(queue).succeeded()
            door.committed()
        return True
