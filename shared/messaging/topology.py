"""Names and arguments of everything on the broker, as pure functions. `rapport topology apply` alone declares it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.contracts import Audience, Event

EVENTS = "rapport.events"
INTERNAL = "rapport.internal"
DEAD = "rapport.dead"
INBOUND = "rapport.inbound"
ARCHIVE = "rapport.archive"

DELIVERY_LIMIT = 20
UNLIMITED = 1_000_000  # 4.x limits to 20 where nothing is said, and 3.10 does not take its -1
ARCHIVE_AGE = "30D"
ARCHIVE_SEGMENT_BYTES = 20_000_000


def exchange_of(event: type[Event]) -> str:
    """Where an event is published: partners never have a permission on the internal exchange."""
    return EVENTS if event.audience is Audience.PARTNER else INTERNAL


def routing_key(event: type[Event], site: str) -> str:
    """`reply.overdue.v1.net.af.kabul`: bind `reply.overdue.v1.#` for all sites, `*.*.*.net.af.#` for a country."""
    return f"{event.name}.v{event.version}.{site}"


def queue_name(service: str, event: type[Event]) -> str:
    """One queue per reader and event: `notify.reply-overdue-v1`."""
    return f"{service}.{event.name.replace('.', '-')}-v{event.version}"


def dead_queue_name(service: str) -> str:
    """Where the broker puts what a service could neither handle nor write down."""
    return f"{service}.dead"


def queue_arguments(service: str) -> dict[str, Any]:
    """Arguments of a reader's queue; right on RabbitMQ 3.10 and 4.x."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD,
        "x-dead-letter-routing-key": service,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


@dataclass(frozen=True)
class Exchange:
    """An exchange to declare; all are durable."""

    name: str
    kind: str = "topic"


@dataclass(frozen=True)
class Queue:
    """A queue to declare; all are durable."""

    name: str
    arguments: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True)
class Binding:
    """A binding of a queue to an exchange."""

    exchange: str
    queue: str
    key: str


@dataclass(frozen=True)
class Topology:
    """Everything that must stand on the broker before a service starts."""

    exchanges: tuple[Exchange, ...]
    queues: tuple[Queue, ...]
    bindings: tuple[Binding, ...]


def topology(readers: Mapping[str, Iterable[type[Event]]]) -> Topology:
    """The whole topology, from the events that each service hears."""
    queues = [
        Queue(
            ARCHIVE,
            {
                "x-queue-type": "stream",
                "x-max-age": ARCHIVE_AGE,
                "x-stream-max-segment-size-bytes": ARCHIVE_SEGMENT_BYTES,
            },
        )
    ]
    bindings = [Binding(EVENTS, ARCHIVE, "#"), Binding(INTERNAL, ARCHIVE, "#")]
    for service, heard in sorted(readers.items()):
        queues.append(Queue(dead_queue_name(service), {"x-queue-type": "quorum", "x-delivery-limit": UNLIMITED}))
        bindings.append(Binding(DEAD, dead_queue_name(service), service))
        for event in sorted(heard, key=lambda event: event.type):
            queues.append(Queue(queue_name(service, event), queue_arguments(service)))
            bindings.append(Binding(exchange_of(event), queue_name(service, event), f"{event.name}.v{event.version}.#"))
    exchanges = (Exchange(EVENTS), Exchange(INTERNAL), Exchange(DEAD, "direct"), Exchange(INBOUND))
    return Topology(exchanges, tuple(queues), tuple(bindings))
