"""The spans themselves; imported only where traces are on. Attributes are ids, types, routes and outcomes: no path, no
query, no body, and of an error its class alone.
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace import TracerProvider as AnyTracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.messaging.delivery import Delivery

_TRACEPARENT = re.compile(r'"traceparent":"([0-9a-f-]{55})"')
_SYSTEM = {"messaging.system": "rabbitmq"}
_PROPAGATOR = TraceContextTextMapPropagator()


def exporting(service: str) -> "Spans":
    """Spans that go to the collector, in batches by a thread of their own; what it does not take is dropped."""
    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.namespace": "rapport"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Spans(provider)


class Spans:
    """Makes the spans of one process. The provider is not made global, so no library adds spans of its own."""

    def __init__(self, provider: AnyTracerProvider) -> None:
        self._tracer = provider.get_tracer("rapport")

    @contextmanager
    def request(self, method: str, caller: str | None, end: Callable[[], tuple[str, int]]) -> Iterator[str | None]:
        """A server span; child of the caller's where a traceparent came along."""
        with self._span(method, SpanKind.SERVER, {"http.request.method": method}, _parent(caller)) as span:
            try:
                yield traceparent_of(span)
            finally:
                route, status = end()
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                if status >= 500:
                    span.set_status(StatusCode.ERROR)

    @contextmanager
    def emitting(self, event_type: str, event_id: UUID, correlation_id: UUID) -> Iterator[str | None]:
        """A producer span, child of what is under way."""
        ids = _ids(event_type, event_id, correlation_id)
        with self._span(f"emit {event_type}", SpanKind.PRODUCER, ids, None) as span:
            yield traceparent_of(span)

    def published(self, rows: Sequence[Mapping[str, Any]], since: int) -> None:
        """A producer span for each row, child of the one that emitted it."""
        until = time.time_ns()
        for row in rows:
            found = _TRACEPARENT.search(row["body"])
            ids = _ids(row["type"], row["event_id"], row["correlation_id"])
            attributes = {**ids, "messaging.destination.name": row["exchange"], "messaging.operation.type": "send"}
            self._tracer.start_span(
                f"publish {row['type']}", _parent(found and found[1]), SpanKind.PRODUCER, attributes, start_time=since
            ).end(until)

    @contextmanager
    def handling(self, delivery: Delivery) -> Iterator[str | None]:
        """A consumer span, child of the one that emitted the event."""
        envelope = delivery.envelope
        ids = _ids(envelope.type, envelope.id, envelope.correlationid) if envelope else _SYSTEM
        attributes = {
            **ids, "messaging.destination.name": delivery.queue, "messaging.operation.type": "process",
        }  # fmt: skip
        parent = _parent(envelope.traceparent if envelope else None)
        with self._span(f"process {delivery.queue}", SpanKind.CONSUMER, attributes, parent) as span:
            try:
                yield traceparent_of(span)
            finally:
                span.set_attribute("rapport.outcome", delivery.outcome)
                if delivery.outcome in ("dead", "rejected"):
                    span.set_status(StatusCode.ERROR)

    @contextmanager
    def _span(self, name: str, kind: SpanKind, attributes: Mapping[str, str], parent: Context | None) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, parent, kind, attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                raise


def traceparent_of(span: Span) -> str | None:
    """The W3C header of a span; None for one that is not recorded anywhere."""
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def _parent(traceparent: str | None) -> Context:
    """Where a span hangs; an unreadable or missing traceparent begins a trace."""
    return _PROPAGATOR.extract({"traceparent": traceparent} if traceparent else {}, Context())


def _ids(event_type: str, event_id: UUID, correlation_id: UUID) -> dict[str, str]:
    return {
        **_SYSTEM,
        "messaging.message.id": str(event_id),
        "messaging.message.conversation_id": str(correlation_id),
        "rapport.event.type": event_type,
    }
