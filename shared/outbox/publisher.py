"""The relay's own connection to the broker: persistent, mandatory, confirmed, every publish with a timeout."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, ChannelPreconditionFailed

from shared.contracts.envelope import CONTENT_TYPE
from shared.messaging.topology import ARCHIVE, EVENTS, INTERNAL

TIMEOUT_SECONDS = 10.0


class Refused(Exception):
    """The broker refuses this one row, however often it is tried; the message carries the broker's words."""


class Denied(Exception):
    """The broker takes no row for this exchange until a person changes something there; rows of others go on."""


class Publisher:
    """Publishes windows of outbox rows, pipelined."""

    def __init__(self, connection: AbstractConnection) -> None:
        self._connection = connection
        self._channel: AbstractChannel | None = None
        self._exchanges: dict[str, AbstractExchange] = {}

    @classmethod
    async def open(cls, amqp_url: str) -> Self:
        """Connect. Raises what aio-pika raises when the broker is away, or its archive."""
        publisher = cls(await aio_pika.connect(amqp_url, timeout=TIMEOUT_SECONDS))
        try:
            await publisher.reopen()
        except BaseException:
            await publisher.close()
            raise
        return publisher

    async def reopen(self) -> None:
        """A fresh channel: after a failure the old one may be closed or hold confirms of lost publishes.

        Raises ChannelNotFoundEntity while the archive is not there. A broker that has just started (3.10, probed) takes
        and confirms messages for half a second before its stream is back: they would go to the readers alone.
        """
        async with asyncio.timeout(TIMEOUT_SECONDS):  # a connection that went silent answers to no goodbye either
            if self._channel is not None and not self._channel.is_closed:
                await self._channel.close()
            self._channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            await self._channel.get_queue(ARCHIVE)
        self._exchanges = {name: await self._channel.get_exchange(name, ensure=False) for name in (EVENTS, INTERNAL)}

    async def close(self) -> None:
        """Close the connection; what was not confirmed stays in the outbox."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await self._connection.close()

    async def publish(self, rows: Sequence[Any]) -> tuple[list[Any], Exception | None]:
        """Publish rows; returns those that the broker confirmed, and the first failure of the others."""
        outcomes = await asyncio.gather(*(self._publish(row) for row in rows), return_exceptions=True)
        confirmed = [row for row, outcome in zip(rows, outcomes, strict=True) if outcome is None]
        failure = next((outcome for outcome in outcomes if outcome is not None), None)
        if failure is not None and not isinstance(failure, Exception):
            raise failure
        return confirmed, failure

    async def _publish(self, row: Any) -> None:
        message = aio_pika.Message(
            row["body"].encode(),
            content_type=CONTENT_TYPE,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=str(row["event_id"]),
            type=row["type"],
            timestamp=row["time"],
            correlation_id=str(row["correlation_id"]),
            app_id="rapport",
            headers={"CC": [row["copy_key"]]} if row["copy_key"] else None,
        )
        try:
            exchange = self._exchanges[row["exchange"]]
            await exchange.publish(message, row["routing_key"], mandatory=True, timeout=TIMEOUT_SECONDS)
        except ChannelPreconditionFailed as error:
            raise Refused(f"The broker refused the message: {error}") from error
        except (ChannelAccessRefused, ChannelNotFoundEntity) as error:
            raise Denied(f"The broker takes nothing for this exchange from us: {error}") from error
        except (KeyError, ValueError) as error:
            raise Refused(f"The message cannot be sent: {error!r}") from error
