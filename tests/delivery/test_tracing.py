"""One trace from the HTTP request through outbox, broker and handler to the next event and its handler."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.matching.tables import PairRow
from services.messaging.tables import ConversationRow, DebtRow
from shared import tracing
from shared.ids import new_id
from shared.spans import Spans
from tests.support.brokers import fresh_broker
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import BEGINNING, Running

SITE = "net.af.kabul"
OFFERING = f"first-steps@{SITE}"
PAIR, MENTOR, MENTEE = new_id(), new_id(), new_id()
REASON = "Amina moved to Herat"
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

WAY = (
    ("POST /pairs/{pair}/closure", None),
    ("emit rapport.pair.closed.v1", "POST /pairs/{pair}/closure"),
    ("publish rapport.pair.closed.v1", "emit rapport.pair.closed.v1"),
    ("process messaging.pair-closed-v1", "emit rapport.pair.closed.v1"),
    ("emit rapport.reply.settled.v1", "process messaging.pair-closed-v1"),
    ("publish rapport.reply.settled.v1", "emit rapport.reply.settled.v1"),
    ("process notify.reply-settled-v1", "emit rapport.reply.settled.v1"),
)
"""Each span of the story with the one that it hangs on."""

ALLOWED = {
    "http.request.method", "http.route", "http.response.status_code", "messaging.system", "messaging.message.id",
    "messaging.message.conversation_id", "messaging.destination.name", "messaging.operation.type",
    "rapport.event.type", "rapport.outcome",
}  # fmt: skip


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    """Spans of this process, kept in memory."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracing.use(Spans(provider))
    yield kept
    tracing.use(None)


@pytest.fixture
async def matching(tmp_path: Path) -> AsyncIterator[Running]:
    """Matching with a pair, messaging with its conversation and an answer that is owed, and notify."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh_broker())
        running = {
            name: await stack.enter_async_context(live(name, url, tmp_path / name))
            for name in ("matching", "messaging", "notify")
        }
        await _store(running["matching"], _pair())
        await _store(running["messaging"], _conversation())
        await _store(running["messaging"], _debt())
        yield running["matching"]


async def _store(it: Running, row: Any) -> None:
    async with it.service.sessions.begin() as session:
        session.add(row)


def _pair() -> PairRow:
    return PairRow(
        pair=PAIR, offering=OFFERING, site=SITE, pair_kind="assigned", mentor=MENTOR, mentee=MENTEE, state="open",
        matched_at=BEGINNING, matched_by="a coordinator",
    )  # fmt: skip


def _conversation() -> ConversationRow:
    return ConversationRow(pair=PAIR, offering=OFFERING, site=SITE, state="open", sequence="0000.0000000001")


def _debt() -> DebtRow:
    return DebtRow(
        debt=new_id(), pair=PAIR, debtor=MENTOR, debtor_role="mentor", creditor=MENTEE, message=new_id(),
        since=BEGINNING, due_at=BEGINNING,
    )  # fmt: skip


async def _close(it: Running) -> None:
    async with it.client(role="coordinator", site=SITE) as http:
        body = {"reason": REASON}
        answer = await http.post(f"/pairs/{PAIR}/closure?note=secret", json=body, headers={"traceparent": CALLER})
        assert answer.status_code == 200, answer.text


def _told(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    spans = {span.name: span for span in exporter.get_finished_spans()}
    return spans if all(name in spans for name, _ in WAY) else {}


async def test_a_trace_is_unbroken_over_three_services(matching: Running, exporter: InMemorySpanExporter) -> None:
    """A closed pair: request, outbox, broker, messaging's handler, its event, notify's handler; one trace id."""
    await _close(matching)
    spans = await eventually(lambda: _told(exporter), within=20)
    for name, parent in WAY:
        span = spans[name]
        assert span.context
        assert span.parent
        assert f"{span.context.trace_id:032x}" == CALLER.split("-")[1], name
        expected = f"{spans[parent].context.span_id:016x}" if parent else CALLER.split("-")[2]
        assert f"{span.parent.span_id:016x}" == expected, f"{name} does not hang on {parent or 'the caller'}"


async def test_spans_tell_ids_types_and_routes_alone(matching: Running, exporter: InMemorySpanExporter) -> None:
    """No path, query, body or word of an error; and the outcome of each message."""
    await _close(matching)
    spans = await eventually(lambda: _told(exporter), within=20)
    for span in exporter.get_finished_spans():
        assert set(span.attributes or ()) <= ALLOWED
        assert REASON not in span.to_json()
        assert "secret" not in span.to_json()
        assert str(PAIR) not in span.to_json()
    assert (spans["process notify.reply-settled-v1"].attributes or {})["rapport.outcome"] == "applied"
