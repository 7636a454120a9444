"""The metrics of a process, defined once: timestamps and totals; ages and rates are computed by whoever reads them.

Labels hold names of code and types only, never ids or people. Each part of a service (`rapport run --only PART`) has
metrics of its own, and a process shows those of the parts that it runs; the help texts name the part.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from time import time
from typing import cast

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST

cast(
    Callable[[], None], disable_created_metrics
)()  # when a series was born is one more series each, and nothing here asks for it

WORKER, RELAY, TIMERS = CollectorRegistry(), CollectorRegistry(), CollectorRegistry()
BY_PART: Mapping[str, CollectorRegistry] = {"api": REGISTRY, "worker": WORKER, "relay": RELAY, "timers": TIMERS}
"""The registry of each part; that of `api` is every process's, since each answers HTTP."""

OUTCOMES = ("applied", "duplicate", "dead", "requeued", "rejected", "cancelled")
"""What becomes of a message; see shared/messaging/delivery.py."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""All others are counted as one, since callers may make up as many as they like."""
OTHER = "other"

_HANDLER_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1500)
_LATENESS_BUCKETS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400)

_http = Histogram("rapport_http_request_seconds", "HTTP requests (api).", ["method", "route", "status"])

_handled = Counter("rapport_events_handled", "Messages by outcome (worker).", ["handler", "outcome"], registry=WORKER)
_handler_seconds = Histogram(
    "rapport_handler_seconds", "Seconds from delivery to just before acknowledgement, waits included (worker).",
    ["handler"], buckets=_HANDLER_BUCKETS, registry=WORKER,
)  # fmt: skip
_buried = Counter("rapport_dead_letters_buried", "Dead letters written (worker).", ["queue"], registry=WORKER)
_unwritten = Counter(
    "rapport_dead_letters_unwritten", "Failures to write a dead letter, which is tried again (worker).",
    ["queue"], registry=WORKER,
)  # fmt: skip
_paused = Gauge(
    "rapport_subscriber_paused", "1 while failures in a row keep this process's subscriber paused (worker).",
    ["queue"], registry=WORKER,
)  # fmt: skip
_consumers_ready = Gauge(
    "rapport_consumers_ready", "1 while every subscriber of this process consumes (worker).", registry=WORKER
)
_consumers_restarted = Counter(
    "rapport_consumers_restarted", "Times the watchdog started lost consumers anew (worker).", registry=WORKER
)
_gate_waiting = Gauge(
    "rapport_database_gate_waiting", "Messages in hand that wait for the service's database (worker).", registry=WORKER
)
_away_since = Gauge(
    "rapport_database_away_timestamp_seconds", "Since when the database does not answer; 0 while it does (worker).",
    registry=WORKER,
)  # fmt: skip

_published = Counter("rapport_events_published", "Events the broker confirmed (relay).", ["type"], registry=RELAY)
_publish_failures = Counter(
    "rapport_publish_failures", "Publishes not confirmed; their rows stay and are tried again (relay).",
    ["type", "reason"], registry=RELAY,
)  # fmt: skip
_last_publish = Gauge(
    "rapport_last_publish_timestamp_seconds", "When the broker last confirmed an event; 0 before that (relay).",
    registry=RELAY,
)  # fmt: skip
_relay_active = Gauge("rapport_relay_active", "1 in the process that holds the relay's lock (relay).", registry=RELAY)

_lateness = Histogram(
    "rapport_deadline_lateness_seconds", "Domain seconds from due to fired (timers).",
    buckets=_LATENESS_BUCKETS, registry=TIMERS,
)  # fmt: skip
_deadline_failures = Counter(
    "rapport_deadline_failures", "Deadlines whose rule failed; they are tried again (timers).", ["kind"],
    registry=TIMERS,
)  # fmt: skip
_mails = Counter("rapport_mails", "Mails that came to an end (timers of notify).", ["outcome"], registry=TIMERS)
_sender_last = Gauge(
    "rapport_sender_last_step_timestamp_seconds", "When a sender last dealt with a row; 0 before that (timers).",
    ["sender"], registry=TIMERS,
)  # fmt: skip


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """One HTTP request; `route` is the template."""
    _http.labels(method if method in _METHODS else OTHER, route, str(status)).observe(seconds)


class _Handler:
    """One handler's numbers with their labels looked up once, which costs more than counting."""

    def __init__(self, handler: str) -> None:
        self.observe = _handler_seconds.labels(handler).observe
        self.count = {outcome: _handled.labels(handler, outcome).inc for outcome in OUTCOMES}


_handler = cache(_Handler)
_heard: set[str] = set()


def hears(queues: Iterable[str]) -> None:
    """This process's subscribers: their series begin at zero, so that the first failure is a rise."""
    for queue in queues:
        _heard.add(queue)
        _handler(queue)
        _buried.labels(queue)
        _unwritten.labels(queue)
        _paused.labels(queue)


def event_handled(handler: str, outcome: str, seconds: float) -> None:
    """One message; `outcome` is one of OUTCOMES."""
    numbers = _handler(handler)
    numbers.count[outcome]()
    numbers.observe(seconds)


def dead_letter_buried(queue: str) -> None:
    """A dead letter was written. The header that names the queue of what the broker gave up could say anything."""
    _buried.labels(queue if queue in _heard else OTHER).inc()


def dead_letter_unwritten(queue: str) -> None:
    """A dead letter could not be written though the database answers."""
    _unwritten.labels(queue).inc()


def subscriber_paused(queue: str, paused: bool) -> None:
    """A subscriber was paused after failures in a row, or goes on."""
    _paused.labels(queue).set(int(paused))


def consumers_ready(ready: Callable[[], bool]) -> None:
    """Ask `ready` whenever the metrics are read."""
    _consumers_ready.set_function(lambda: float(ready()))


def consumers_restarted() -> None:
    """The watchdog found lost consumers."""
    _consumers_restarted.inc()


def database_gate_waiting(change: int) -> None:
    """Messages began (+1) or ended (-1) to wait for the database."""
    _gate_waiting.inc(change)


def database_away(away: bool) -> None:
    """The database stopped answering, or answers again."""
    _away_since.set(time() if away else 0)


def events_published(counts: Mapping[str, int]) -> None:
    """Confirmed events by type."""
    for event_type, count in counts.items():
        _published.labels(event_type).inc(count)
    _last_publish.set(time())


def publish_failed(counts: Mapping[str, int], reason: str) -> None:
    """Events of a window that were not confirmed, by type; `reason` is the name of the first error's class."""
    for event_type, count in counts.items():
        _publish_failures.labels(event_type, reason).inc(count)


def relay_active(active: bool) -> None:
    """Whether this process relays."""
    _relay_active.set(int(active))


def rules(kinds: Iterable[str]) -> None:
    """This process's kinds of deadlines: their series begin at zero."""
    for kind in kinds:
        _deadline_failures.labels(kind)


def deadline_lateness(seconds: float) -> None:
    """A deadline fired."""
    _lateness.observe(max(0.0, seconds))


def deadline_failed(kind: str) -> None:
    """The rule of a deadline failed."""
    _deadline_failures.labels(kind).inc()


def mails_ended(outcome: str, count: int = 1) -> None:
    """Mails came to an end; `outcome` is the state they ended in."""
    _mails.labels(outcome).inc(count)


def sender_begins(sender: str) -> None:
    """This process runs a sender; its series begins at zero."""
    _sender_last.labels(sender)


def sender_stepped(sender: str) -> None:
    """A sender dealt with a row."""
    _sender_last.labels(sender).set(time())


def metrics(parts: Collection[str]) -> bytes:
    """All metrics of a process that runs `parts`, in Prometheus's text format."""
    return generate_latest(REGISTRY) + b"".join(
        generate_latest(registry) for part, registry in BY_PART.items() if part in parts and registry is not REGISTRY
    )
