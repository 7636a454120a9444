"""Keeps a service's subscribers consuming: starts them when the broker answers, and watches that they go on."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NoReturn, TypeVar

import aio_pika
import structlog
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelNotFoundEntity
from faststream.rabbit import RabbitBroker

from shared import telemetry

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

    def __init__(self, broker: RabbitBroker, amqp_url: str) -> None:
        self._broker, self._amqp_url = broker, amqp_url
        self._asking: AbstractConnection | None = None
        self.ready = False
        self._whole, self._must_renew = True, False

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
            with suppress(aio_pika.exceptions.AMQPError, RuntimeError, ExceptionGroup):  # it is broken, and given up
                await _answered(self._close(), STOP_SECONDS)
            with suppress(aio_pika.exceptions.AMQPError, RuntimeError, ExceptionGroup):
                await _answered(self._broker.stop(), STOP_SECONDS)
        except TimeoutError as error:
            raise ConsumersLost("The connection to the broker does not end; this process has to start anew.") from error

    async def _close(self) -> None:
        if self._broker._connection is not None:  # FastStream would first ask the broker to end each consumer
            await self._broker._connection.close()

    async def pause(self) -> None:
        """Stop taking messages (the database is away)."""
        self.ready = False
        self._whole = await self._each(lambda subscriber: subscriber.stop())

    async def resume(self) -> None:
        """Take messages again."""
        if self._whole and await self._each(lambda subscriber: subscriber.start()):
            self.ready = True
        else:
            self._must_renew = True  # the watchdog does it, which may end the process

    async def _renew(self) -> None:
        self.ready = self._must_renew = False
        await self._let_go()
        await self._start()

    async def stop(self) -> None:
        """Stop consuming; messages in hand are finished first."""
        self.ready = False
        await self._stop_asking()
        with suppress(Exception):  # a broker that is away has given the messages to somebody else
            await _answered(self._broker.stop(), STOP_SECONDS)

    async def _each(self, act: Callable[..., Awaitable[None]]) -> bool:
        """Whether every subscriber did it; not where the broker does not answer."""
        try:
            await _answered(asyncio.gather(*(act(each) for each in self._broker.subscribers)), STOP_SECONDS)
        except Exception as error:
            log.warning("broker.away", reason=repr(error))
            return False
        return True

    async def _watch(self) -> NoReturn:
        """A broker may come back without our consumer (seen after node loss): notice it and start it anew."""
        lost: dict[str, int] = {}
        restarts = 0
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            if self._must_renew:
                await self._renew()
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

    async def _unconsumed(self) -> list[str]:
        """Our queues on which the broker knows no consumer; none where the broker cannot be asked."""
        try:
            return await _answered(self._ask(), ASK_SECONDS)
        except (OSError, aio_pika.exceptions.AMQPError, RuntimeError):  # the last: a connection that closes meanwhile
            await self._stop_asking()
            return []

    async def _ask(self) -> list[str]:
        names = [subscriber.queue.name for subscriber in self._broker.subscribers]  # type: ignore[attr-defined]  # all are RabbitSubscribers
        if self._asking is None or self._asking.is_closed:
            self._asking = await aio_pika.connect(self._amqp_url, timeout=ASK_SECONDS)
        async with self._asking.channel() as channel:
            found = [await channel.declare_queue(name, passive=True) for name in names]
        return [queue.name for queue in found if queue.declaration_result.consumer_count == 0]

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
        return task.result()
    finally:
        task.cancel()
