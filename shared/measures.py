"""What a service's database says of its delivery, read every MEASURE_SECONDS by the process that runs the timers.

Each statement stays cheap with a million rows: it counts up to COUNTED of them and estimates the rest.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.clock import real_now
from shared.ids import made_at
from shared.telemetry import OTHER, TIMERS

MEASURE_SECONDS = 15.0
COUNTED = 10_000

_measured = Gauge(
    "rapport_measured_timestamp_seconds", "When the numbers of the database were last read (timers).", registry=TIMERS
)
_pending = Gauge(
    "rapport_outbox_pending", f"Events not sent yet; past {COUNTED} an upper bound by position (timers).",
    registry=TIMERS,
)  # fmt: skip
_oldest = Gauge(
    "rapport_outbox_oldest_timestamp_seconds", "Real time at which the oldest unsent event was made; 0 without one"
    " (timers).", registry=TIMERS,
)  # fmt: skip
_refused = Gauge("rapport_outbox_refused", "Events that the broker refuses, set aside (timers).", registry=TIMERS)
_dead = Gauge("rapport_dead_letters", "Dead letters now (timers).", ["queue"], registry=TIMERS)
_armed = Gauge(
    "rapport_deadlines_armed", f"Deadlines that are set; past {COUNTED} the planner's estimate (timers).",
    registry=TIMERS,
)  # fmt: skip
_due = Gauge("rapport_deadlines_due", f"Deadlines due and not fired, up to {COUNTED} (timers).", registry=TIMERS)
_first_due = Gauge(
    "rapport_deadline_oldest_due_timestamp_seconds", "Domain time at which the oldest deadline that has not fired was"
    " due; 0 without one (timers).", registry=TIMERS,
)  # fmt: skip
_transaction = Gauge(
    "rapport_database_oldest_transaction_timestamp_seconds", "Begin of the oldest transaction in this database that"
    " holds back vacuum, of the sessions that this role may see; 0 without one (timers).", registry=TIMERS,
)  # fmt: skip
_waiting = Gauge("rapport_sender_waiting", "Rows that a sender could deal with now (timers).", ["sender"],
                 registry=TIMERS)  # fmt: skip
_unknown = Gauge(
    "rapport_sender_unknown", "Rows cut off in sending, that wait for a person (timers).", ["sender"], registry=TIMERS
)

_OUTBOX = text(
    f"""
    WITH head AS MATERIALIZED (SELECT position, event_id FROM outbox ORDER BY position LIMIT {COUNTED})
    SELECT count(*) AS counted, max(position) AS reached, (SELECT max(position) FROM outbox) AS last,
           (SELECT event_id FROM head ORDER BY event_id LIMIT 1) AS oldest,
           (SELECT count(*) FROM outbox_refused) AS refused
    FROM head
    """
)
_DEAD = text("SELECT queue, count(*) AS rows FROM dead_letter GROUP BY queue")
_DEADLINES = text(
    f"""
    SELECT (SELECT count(*) FROM (SELECT FROM deadline LIMIT {COUNTED}) AS armed) AS counted,
           (SELECT reltuples FROM pg_class WHERE oid = 'deadline'::regclass) AS estimated,
           count(*) AS due, min(due_at) AS first_due
    FROM (SELECT due_at FROM deadline WHERE due_at <= :now ORDER BY due_at LIMIT {COUNTED}) AS due
    """
)
_TRANSACTION = text(
    """
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL OR state LIKE 'idle in transaction%')
    """
)


async def measure(session: AsyncSession, domain_now: datetime, queues: Collection[str]) -> None:
    """Read what every service has. `queues` are those that it hears. Raises what the database raises when away."""
    _set_outbox((await session.execute(_OUTBOX)).one())
    dead = dict.fromkeys((*queues, OTHER), 0)
    for queue, rows in await session.execute(_DEAD):
        dead[queue if queue in queues else OTHER] += rows
    for queue, rows in dead.items():
        _dead.labels(queue).set(rows)
    _set_deadlines((await session.execute(_DEADLINES, {"now": domain_now})).one())
    _transaction.set(_seconds(await session.scalar(_TRANSACTION)))
    _measured.set(real_now().timestamp())


def _set_outbox(row: Any) -> None:
    _pending.set(row.counted if row.counted < COUNTED else row.counted + row.last - row.reached)
    _oldest.set(made_at(UUID(str(row.oldest))).timestamp() if row.oldest else 0)
    _refused.set(row.refused)


def _set_deadlines(row: Any) -> None:
    _armed.set(row.counted if row.counted < COUNTED else max(row.counted, row.estimated))
    _due.set(row.due)
    _first_due.set(_seconds(row.first_due))


def _seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0


def sender_waiting(sender: str, waiting: int, unknown: int) -> None:
    """What a sender could deal with now, and what a person has to decide."""
    _waiting.labels(sender).set(waiting)
    _unknown.labels(sender).set(unknown)
