"""Emit: write an event into the caller's transaction, with the next number of its subject."""

from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import tracing
from shared.contracts import Event, Kind
from shared.ids import Origin, current_origin, new_id
from shared.messaging.topology import exchange_of, routing_key

_INSERT = """
    INSERT INTO outbox (event_id, type, exchange, routing_key, copy_key, correlation_id, time, body)
    SELECT :event_id, :type, :exchange, :routing_key, :copy_key, :correlation_id, :time,
           :head || lpad(epoch::text, 4, '0') || '.' || lpad(number::text, 10, '0') || :tail
"""
_EMIT_STATE = text(
    """
    WITH numbered AS (
        INSERT INTO event_sequence (subject, number) VALUES (:subject, 1)
        ON CONFLICT (subject) DO UPDATE SET number = event_sequence.number + 1
        RETURNING number
    )"""
    + _INSERT
    + "FROM numbered, event_epoch"
)
_EMIT_FACT = text(_INSERT.replace("number::text", "'1'") + "FROM event_epoch")
_HEAD = '{"specversion":"1.0","sequence":"'


def epoch_of(body: str) -> int:
    """The epoch in which an outbox row's event was emitted."""
    return int(body[len(_HEAD) : len(_HEAD) + 4])


async def emit(session: AsyncSession, *events: Event, at: datetime) -> None:
    """Store events in the outbox, in this session's transaction. `at` is their domain time.

    A state event takes the next number of its subject (the row lock holds until the commit, so numbers have no gap);
    subjects are taken in order, so that two transactions cannot wait for each other. A fact is always number one.
    Many events of one kind go to the database together.
    """
    origin = current_origin()
    in_order = sorted(events, key=lambda event: event.subject)
    for kind, alike in groupby(in_order, key=lambda event: event.kind):
        rows = []
        for event in alike:
            event_id = new_id()
            with tracing.emitting(event.type, event_id, origin.correlation_id) as traceparent:
                rows.append(_row(event, event_id, at, origin, traceparent))
        await session.execute(_EMIT_STATE if kind is Kind.STATE else _EMIT_FACT, rows if len(rows) > 1 else rows[0])


def _row(event: Event, event_id: UUID, at: datetime, origin: Origin, traceparent: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "event_id": event_id,
        "type": event.type,
        "exchange": exchange_of(type(event)),
        "routing_key": routing_key(type(event), event.sites[0]),
        "copy_key": routing_key(type(event), event.sites[1]) if len(event.sites) > 1 else None,
        "correlation_id": origin.correlation_id,
        "time": at,
        "head": _HEAD,
        "tail": '",' + orjson.dumps(_attributes(event, event_id, at, origin, traceparent)).decode()[1:],
    }
    return row | ({"subject": event.subject} if event.kind is Kind.STATE else {})


def _attributes(event: Event, event_id: UUID, at: datetime, origin: Origin, traceparent: str | None) -> dict[str, Any]:
    attributes = {
        "id": event_id,
        "source": f"/rapport/{event.owner}",
        "type": event.type,
        "subject": event.subject,
        "time": at,
        "datacontenttype": "application/json",
        "dataschema": f"urn:rapport:schema:{event.name}:v{event.version}",
        "correlationid": origin.correlation_id,
        "causationid": origin.causation_id,
        "site": event.sites[0],
        "othersite": event.sites[1] if len(event.sites) > 1 else None,
        "traceparent": traceparent or origin.traceparent,
        "data": event.model_dump(mode="json"),
    }
    return {name: value for name, value in attributes.items() if value is not None}
