"""The metrics of a process, defined once. Labels hold names of code and types only, never ids or people."""

from collections.abc import Mapping

from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Gauge, Histogram, generate_latest

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""All others are counted as one, since callers may make up as many as they like."""

_http = Histogram("rapport_http_request_seconds", "HTTP requests.", ["method", "route", "status"])
_handled = Counter("rapport_events_handled", "Events by outcome.", ["handler", "outcome"])
_handler_seconds = Histogram("rapport_handler_seconds", "Seconds from delivery to acknowledgement.", ["handler"])
_published = Counter("rapport_events_published", "Events the broker confirmed.", ["type"])
_publish_failures = Counter("rapport_publish_failures", "Windows that failed.", ["reason"])
_outbox_pending = Gauge("rapport_outbox_pending", "Rows the relay saw in its last read, at most its window.")
_outbox_oldest = Gauge("rapport_outbox_oldest_timestamp_seconds", "Domain time of the oldest row read; 0 when none.")
_relay_active = Gauge("rapport_relay_active", "1 in the process that holds the relay's lock.")
_lateness = Histogram("rapport_deadline_lateness_seconds", "Domain seconds from due to fired.")
_mails_unknown = Counter("rapport_mails_unknown", "Mails whose sending was cut off; a person decides about them.")
_subscriber_paused = Gauge(
    "rapport_subscriber_paused", "1 while failures in a row keep a subscriber paused.", ["handler"]
)


def request_answered(method: str, route: str, status: int, seconds: float) -> None:
    """One HTTP request; `route` is the template."""
    _http.labels(method if method in _METHODS else "other", route, str(status)).observe(seconds)


def event_handled(handler: str, outcome: str, seconds: float) -> None:
    """One message; outcome is applied, duplicate, dead or retried."""
    _handled.labels(handler, outcome).inc()
    _handler_seconds.labels(handler).observe(seconds)


def events_published(counts: Mapping[str, int]) -> None:
    """Confirmed events by type."""
    for event_type, count in counts.items():
        _published.labels(event_type).inc(count)


def publish_failed(reason: str) -> None:
    """A window failed."""
    _publish_failures.labels(reason).inc()


def outbox_waiting(count: int, oldest: float) -> None:
    """The relay read rows."""
    _outbox_pending.set(count)
    _outbox_oldest.set(oldest)


def outbox_is_empty() -> None:
    """The relay found nothing."""
    _outbox_pending.set(0)
    _outbox_oldest.set(0)


def relay_active(active: bool) -> None:
    """Whether this process relays."""
    _relay_active.set(int(active))


def deadline_lateness(seconds: float) -> None:
    """A deadline fired."""
    _lateness.observe(max(0.0, seconds))


def mails_unknown(count: int) -> None:
    """Mails became unknown."""
    _mails_unknown.inc(count)


def metrics_response() -> Response:
    """All metrics of this process."""
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def subscriber_paused(queue: str, *, paused: bool) -> None:
    """A subscriber was paused after failures in a row, or goes on."""
    _subscriber_paused.labels(queue).set(int(paused))
