"""Keeps a service's subscribers consuming: starts them when the broker answers, and watches that they go on.

It lets go of the broker while the database is away for long, and takes one message at a time from the queue of a
paused subscriber. Either way the connection is given up as a whole: what was in hand or on its way goes back.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import NoReturn, TypeVar, cast

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelNotFoundEntity
from faststream.rabbit import RabbitBroker
from faststream.rabbit.subscriber import RabbitSubscriber

from shared import telemetry
from shared.messaging.broker import PREFETCH
from shared.messaging.door import Door

log = structlog.get_logger(__name__)

Answer = TypeVar("Answer")

CHECK_SECONDS = 5.0
LOST_AFTER_CHECKS = 3
RESTARTS = 3
START_SECONDS = 60.0
ASK_SECONDS = 5.0
STOP_SECONDS = 30.0
"""More than FastStream waits for what is in hand; what does not end by then waits for a broker that does not answer."""


class QueueMissing(Exception):
    """A queue of ours does not stand on the broker; `rapport topology apply` declares it (exit code 69)."""


class ConsumersLost(Exception):
    """A subscriber could not be brought back; a process that starts anew can (exit code 70)."""


class Consumption:
    """The subscribers of one service. `ready` is true once every one of them consumes."""

    def __init__(self, broker: RabbitBroker, amqp_url: str, door: Door) -> None:
        self._broker, self._amqp_url, self._door = broker, amqp_url, door
        self._asking: AbstractConnection | None = None
        self._taken: dict[str, int] = {}
        self.ready = False

    @property
    def _subscribers(self) -> list[RabbitSubscriber]:
        return [cast("RabbitSubscriber", each) for each in self._broker.subscribers]

    async def run(self) -> NoReturn:
        """Consume for ever. Raises QueueMissing or ConsumersLost when a person has to act."""
        await self._start()
        await self._watch()

    async def _start(self) -> None:
        delay = 0.2
        while True:
            try:
                await _answered(self._broker.start(), START_SECONDS)
            except ChannelNotFoundEntity as error:
                raise QueueMissing(f"{error}; run `rapport topology apply`, then start this service again.") from error
            except (OSError, aio_pika.exceptions.AMQPError, RuntimeError) as error:
                log.warning("broker.away", reason=repr(error))
                await self._let_go()
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)
            else:
                self.ready = True
                return

    async def _let_go(self) -> None:
        """Give the connection up; what is in hand comes again. Raises ConsumersLost when it does not end."""
        try:
            for ends in (self._close, self._broker.stop):
                with suppress(ConnectionError, aio_pika.exceptions.AMQPError, RuntimeError, ExceptionGroup):
                    await _answered(ends(), STOP_SECONDS)  # it is broken, and given up
        except TimeoutError as error:
            raise ConsumersLost("The connection to the broker does not end; this process has to start anew.") from error

    async def _close(self) -> None:
        if self._broker._connection is not None:  # FastStream would first ask the broker to end each consumer
            await self._broker._connection.close()

    async def _renew(self) -> None:
        self.ready = False
        await self._let_go()
        await self._start()

    async def _follow(self) -> None:
        """Do what the door asks for: let go, come back, take less or take more."""
        if self._door.gate.shut:
            self.ready = False
            await self._let_go()
            return
        changed = not self.ready
        for each in self._subscribers:
            prefetch = 1 if self._door.subscriber(each.queue.name).paused else PREFETCH
            if each.channel and each.channel.prefetch_count != prefetch:
                each.channel.prefetch_count, changed = prefetch, True
        if changed:
            await self._renew()

    async def stop(self) -> None:
        """Stop consuming; messages in hand are finished first."""
        self.ready = False
        await self._stop_asking()
        with suppress(Exception):  # a broker that is away has given the messages to somebody else
            await _answered(self._broker.stop(), STOP_SECONDS)

    async def _watch(self) -> NoReturn:
        """A broker may come back without our consumer (seen after node loss): notice it and start it anew."""
        lost: dict[str, int] = {}
        restarts = 0
        while True:
            if await self._has_changed():
                await self._follow()
                continue
            if not self.ready:
                continue
            unconsumed = await self._unconsumed()
            lost = {name: lost.get(name, 0) + 1 for name in unconsumed}
            overdue = [name for name, checks in lost.items() if checks >= LOST_AFTER_CHECKS]
            if not overdue:
                restarts = restarts if unconsumed else 0
                continue
            restarts += 1
            telemetry.consumers_restarted()
            log.error("consumers.lost", queues=overdue, restart=restarts)
            if restarts > RESTARTS:
                raise ConsumersLost(f"No consumer comes back on {', '.join(overdue)}; look at the broker's log.")
            lost = {}
            await self._renew()

    async def _has_changed(self) -> bool:
        """Whether the door asks for something within CHECK_SECONDS."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CHECK_SECONDS):
                await self._door.changed.wait()
        changed = self._door.changed.is_set()
        self._door.changed.clear()
        return changed

    async def _unconsumed(self) -> list[str]:
        """Our queues that do not reach us; none where the broker cannot be asked."""
        try:
            return await _answered(self._ask(), ASK_SECONDS)
        except (OSError, aio_pika.exceptions.AMQPError, RuntimeError):  # the last: a connection that closes meanwhile
            await self._stop_asking()
            return []

    async def _ask(self) -> list[str]:
        if self._asking is None or self._asking.is_closed:
            self._asking = await aio_pika.connect(self._amqp_url, timeout=ASK_SECONDS)
        async with self._asking.channel() as channel:
            return [each.queue.name for each in self._subscribers if await self._is_lost(channel, each.queue.name)]

    async def _is_lost(self, channel: AbstractChannel, name: str) -> bool:
        """Whether a queue is gone or without a consumer, or its messages wait though we have none in hand and got none
        since the last look (other processes' consumers say nothing about ours)."""
        if channel.is_closed:  # a queue before this one is gone: that is enough to act upon
            return False
        try:
            found = (await channel.declare_queue(name, passive=True)).declaration_result
        except ChannelNotFoundEntity:
            return True
        subscriber = self._door.subscriber(name)
        before, self._taken[name] = self._taken.get(name), subscriber.taken
        starves = bool(found.message_count) and not subscriber.in_hand and before == subscriber.taken
        return starves or found.consumer_count == 0

    async def _stop_asking(self) -> None:
        asking, self._asking = self._asking, None
        if asking is not None:
            with suppress(Exception):  # it may be broken, and is given up either way
                await _answered(asking.close(), 2)


async def _answered(asked: Awaitable[Answer], seconds: float) -> Answer:
    """What a broker answers within a time. Raises TimeoutError when it does not.

    What does not end then is left behind: aiormq may wait for a lost connection even when it is cancelled.
    """
    task = asyncio.ensure_future(asked)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            raise TimeoutError
        if task.cancelled():  # aiormq ends its own tasks when a connection is lost
            raise ConnectionResetError("The connection to the broker was lost.")
        return task.result()
    finally:
        task.cancel()
