"""What was sent, counted by type and hour, so that senders and readers can be compared without listing events.

The digest is the sum of the first eight bytes of sha256(id), modulo 2**64: equal sets have equal digests.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from shared.ids import made_at

MODULUS = 2**64

_ADD = """
    INSERT INTO ledger_sent AS kept (type, hour, count, digest) VALUES ($1, $2, $3, $4)
    ON CONFLICT (type, hour) DO UPDATE
    SET count = kept.count + excluded.count, digest = mod(kept.digest + excluded.digest, 18446744073709551616)
"""


def share(event_id: UUID) -> int:
    """What one event adds to the digest."""
    return int.from_bytes(hashlib.sha256(event_id.bytes).digest()[:8], "big")


def hour_of(event_id: UUID) -> datetime:
    """The hour in which an event's id was made; senders and readers agree on it without asking."""
    return made_at(event_id).replace(minute=0, second=0, microsecond=0)


def totals(events: Iterable[tuple[str, UUID]]) -> dict[tuple[str, datetime], tuple[int, int]]:
    """(type, hour) → (count, digest) of (type, id) pairs."""
    sums: defaultdict[tuple[str, datetime], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for event_type, event_id in events:
        count, digest = sums[event_type, hour_of(event_id)]
        sums[event_type, hour_of(event_id)] = (count + 1, (digest + share(event_id)) % MODULUS)
    return dict(sums)


async def add(connection: asyncpg.Connection, events: Iterable[tuple[str, UUID]]) -> None:
    """Count events as sent, in the transaction that deletes their outbox rows."""
    rows = [(kind, hour, count, Decimal(digest)) for (kind, hour), (count, digest) in sorted(totals(events).items())]
    await connection.executemany(_ADD, rows)
