"""The event door of a service: `events = Handlers("x")`, then `@events.subscriber(Event)` for each event heard."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import signature
from typing import Any, cast
from urllib.parse import urlsplit

from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from shared.clock import Clock as ClockPort
from shared.contracts import Envelope, Event
from shared.copies import Copy
from shared.log import MESSAGES
from shared.merging import of_kept
from shared.messaging.batches import Batch, Told
from shared.messaging.delivery import Delivery, Message, current, decode
from shared.messaging.door import Door
from shared.messaging.middleware import middlewares
from shared.messaging.topology import dead_queue_name, queue_name

PREFETCH = 100
HEARTBEAT_SECONDS = 20
"""aiormq gives a silent connection up after three of them, the broker after two."""

Session = AsyncSession
"""`session`: the handler's transaction; committed after the handler returns, before the message is acknowledged."""
Clock = ClockPort
"""`clock`: domain time."""
Heard = Envelope
"""`heard`: the envelope around the event: its id, `sequence` and domain `time`."""

Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Registered:
    """A handler and what it hears; `batched` when it takes a sequence of Told instead of one event."""

    event: type[Event]
    handler: Handler
    batched: bool


class Handlers:
    """The subscribers of one service, recorded here and registered on its broker when the service is built.

    `heard` tells which event types are heard, from which the topology is declared; `copies`, which tables they fill.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self.registered: list[Registered] = []
        self.copies: list[Copy] = []

    @property
    def heard(self) -> list[type[Event]]:
        """The event types this service hears."""
        return [each.event for each in self.registered]

    def subscriber(self, event: type[Event], *, batched: bool = False) -> Callable[[Handler], Handler]:
        """Hear an event type, on this service's own queue of it.

        The handler takes the event, and by name what else it needs of `heard`, `session` and `clock`. A batched one
        takes a sequence of Told, all in one transaction, and emits nothing, since no single event causes what it does.
        """

        def register(handler: Handler) -> Handler:
            self.registered.append(Registered(event, handler, batched))
            return handler

        return register

    def copies_of(self, *events: type[Event], row: type[DeclarativeBase], key: str, orphan: str) -> None:
        """Declare a table as copies of others' state; every table with a `sequence` is one (see Copy)."""
        self.copies.append(Copy(row, key, events, orphan))


def _given(handler: Handler) -> Callable[[Any, Delivery], Awaitable[None]]:
    """The handler, given what it needs of a delivery. FastStream would take a thread for each parameter."""
    needs = tuple(signature(handler).parameters)[1:]

    async def handle(told: Any, delivery: Delivery) -> None:
        told = await _of_kept(told, delivery)
        if told:
            await handler(told, **{name: getattr(delivery, name) for name in needs})

    return handle


async def _of_kept(told: Any, delivery: Delivery) -> Any:
    """What was told, with the ids of people whose records were merged; None or nothing where nobody needs it."""
    session = cast("AsyncSession", delivery.session)
    if isinstance(told, Event):
        return (await of_kept(session, [told]))[0]
    events = await of_kept(session, [each.event for each in told])
    return [Told(event, each.heard) for event, each in zip(events, told, strict=True) if event]


def _alone(handle: Callable[[Any, Delivery], Awaitable[None]], *, batched: bool) -> Callable[[Event], Awaitable[None]]:
    async def handle_one(event: Event) -> None:
        delivery = current.get()
        await handle([Told(event, cast("Envelope", delivery.heard))] if batched else event, delivery)

    return handle_one


async def _every(_: Message) -> bool:
    """FastStream's default filter is not async and would take a thread for each message."""
    return True


async def _given_up(_: Event) -> None:
    """Messages of the dead queue are buried by the Failures middleware and never come here."""
    raise AssertionError("A message of the dead queue passed the Failures middleware.")


def _queue(name: str) -> RabbitQueue:
    return RabbitQueue(name, queue_type=QueueType.QUORUM, durable=True, declare=False)


def _with_heartbeat(amqp_url: str) -> str:
    address = urlsplit(amqp_url)
    return address._replace(query=address.query or f"heartbeat={HEARTBEAT_SECONDS}").geturl()


def consumer(amqp_url: str, handlers: Handlers, door: Door) -> RabbitBroker:
    """The consuming broker of a service. It declares nothing; a missing queue raises at start."""
    broker = RabbitBroker(
        _with_heartbeat(amqp_url),
        middlewares=middlewares(door),
        decoder=decode,
        apply_types=False,
        logger=logging.getLogger(MESSAGES),
        log_level=logging.DEBUG,
        graceful_timeout=15.0,
        timeout=10.0,
        reconnect_interval=1.0,
    )
    for each in handlers.registered:
        queue, handle = queue_name(handlers.service, each.event), _given(each.handler)
        _subscribe(broker, queue, _alone(handle, batched=each.batched))
        if each.batched:
            door.batches[queue] = Batch(door, handle)
    # Nothing takes what the dead queue rejects: it would be lost.
    _subscribe(broker, dead_queue_name(handlers.service), _given_up, AckPolicy.NACK_ON_ERROR)
    return broker


def _subscribe(
    broker: RabbitBroker, queue: str, handler: Handler, on_error: AckPolicy = AckPolicy.REJECT_ON_ERROR
) -> None:
    channel = Channel(prefetch_count=PREFETCH)  # its own, since a pause narrows one queue's
    subscriber = broker.subscriber(_queue(queue), channel=channel, ack_policy=on_error, no_reply=True)
    subscriber(handler, filter=_every)
