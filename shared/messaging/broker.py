"""The event door of a service: `events = Handlers("x")`, then `@events.subscriber(Event)` for each event heard."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from inspect import signature
from typing import Any

from faststream import AckPolicy
from faststream.middlewares import BaseMiddleware
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import Clock as ClockPort
from shared.contracts import Envelope, Event
from shared.messaging.delivery import Message, current, decode
from shared.messaging.topology import dead_queue_name, queue_name

PREFETCH = 50

Session = AsyncSession
"""`session`: the handler's transaction; committed after the handler returns, before the message is acknowledged."""
Clock = ClockPort
"""`clock`: domain time."""
Heard = Envelope
"""`heard`: the envelope around the event: its id, `sequence` and domain `time`."""

Handler = Callable[..., Awaitable[None]]


class Handlers:
    """The subscribers of one service, recorded here and registered on its broker when the service is built.

    `heard` tells which event types are heard, from which the topology is declared.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self.registered: list[tuple[type[Event], Handler]] = []

    @property
    def heard(self) -> list[type[Event]]:
        """The event types this service hears."""
        return [event for event, _ in self.registered]

    def subscriber(self, event: type[Event]) -> Callable[[Handler], Handler]:
        """Hear an event type, on this service's own queue of it. The handler takes the event, and by name what else it
        needs of `heard`, `session` and `clock`."""

        def register(handler: Handler) -> Handler:
            self.registered.append((event, handler))
            return handler

        return register


def _injected(handler: Handler) -> Callable[[Event], Awaitable[None]]:
    """The handler, given what it needs of its delivery. FastStream would take a thread for each parameter."""
    needs = tuple(signature(handler).parameters)[1:]

    async def handle(event: Event) -> None:
        delivery = current.get()
        await handler(event, **{name: getattr(delivery, name) for name in needs})

    return handle


async def _every(_: Message) -> bool:
    """FastStream's default filter is not async and would take a thread for each message."""
    return True


async def _given_up(_: Event) -> None:
    """Messages of the dead queue are buried by the Failures middleware and never come here."""
    raise AssertionError("A message of the dead queue passed the Failures middleware.")


def _queue(name: str) -> RabbitQueue:
    return RabbitQueue(name, queue_type=QueueType.QUORUM, durable=True, declare=False)


def consumer(
    amqp_url: str, handlers: Handlers, middlewares: Sequence[Callable[..., BaseMiddleware[Any, Any]]]
) -> RabbitBroker:
    """The consuming broker of a service. It declares nothing; a missing queue raises at start."""
    broker = RabbitBroker(
        amqp_url,
        default_channel=Channel(prefetch_count=PREFETCH),
        middlewares=middlewares,
        decoder=decode,
        apply_types=False,
        log_level=logging.DEBUG,
        graceful_timeout=15.0,
        timeout=10.0,
        reconnect_interval=1.0,
    )
    for event, handler in handlers.registered:
        _subscribe(broker, queue_name(handlers.service, event), _injected(handler))
    _subscribe(broker, dead_queue_name(handlers.service), _given_up)
    return broker


def _subscribe(broker: RabbitBroker, queue: str, handler: Handler) -> None:
    broker.subscriber(_queue(queue), ack_policy=AckPolicy.REJECT_ON_ERROR, no_reply=True)(handler, filter=_every)
