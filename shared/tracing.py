"""Traces by OpenTelemetry, off unless OTEL_EXPORTER_OTLP_ENDPOINT names a collector; off, each call here is an `if`.

The traceparent in an event is that of the span that emitted it, so a trace runs from the HTTP request through outbox,
broker and handler to the next event. What is switched on is shared/spans.py, of the extra `tracing`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from shared.messaging.delivery import Delivery
    from shared.spans import Spans

SETTING = "OTEL_EXPORTER_OTLP_ENDPOINT"

Traceparent = AbstractContextManager[str | None]
"""A span's time; yields its traceparent, or None while traces are off."""

_OFF: Traceparent = nullcontext()
_spans: "Spans | None" = None


def begin(service: str) -> None:
    """Trace this process if the setting says where to. Raises ValueError where OpenTelemetry is not installed."""
    if spans := exporter():
        use(spans.exporting(service))


def exporter() -> ModuleType | None:
    """What sends traces; None while they are off. Raises ValueError where OpenTelemetry is not installed."""
    if not os.environ.get(SETTING):
        return None
    try:
        from shared import spans
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{SETTING} is set, but OpenTelemetry is not installed: install rapport[tracing], or unset it."
        ) from error
    return spans


def use(spans: "Spans | None") -> None:
    """Trace with `spans`; None switches traces off."""
    global _spans
    _spans = spans


def request(method: str, headers: Mapping[str, str], end: Callable[[], tuple[str, int]]) -> Traceparent:
    """An HTTP request; `end` tells its route and status when it is over."""
    return _OFF if _spans is None else _spans.request(method, headers.get("traceparent"), end)


def emitting(event_type: str, event_id: UUID, correlation_id: UUID) -> Traceparent:
    """An event is written into the outbox."""
    return _OFF if _spans is None else _spans.emitting(event_type, event_id, correlation_id)


def published(rows: Sequence[Mapping[str, Any]], since: int) -> None:
    """The broker confirmed these outbox rows; `since` is when their publishing began, in nanoseconds of the epoch."""
    if _spans is not None:
        _spans.published(rows, since)


def handling(delivery: "Delivery") -> Traceparent:
    """A message goes its way through a service; its outcome stands in `delivery` at the end."""
    return _OFF if _spans is None else _spans.handling(delivery)
