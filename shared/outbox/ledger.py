"""What was sent, counted by epoch, type and hour, so that senders and readers can be compared without listing events.

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
    INSERT INTO ledger_sent AS kept (epoch, type, hour, count, digest) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (epoch, type, hour) DO UPDATE
    SET count = kept.count + excluded.count, digest = mod(kept.digest + excluded.digest, 18446744073709551616)
"""


def share(event_id: UUID) -> int:
    """What one event adds to the digest."""
    return int.from_bytes(hashlib.sha256(event_id.bytes).digest()[:8], "big")


def hour_of(event_id: UUID) -> datetime:
    """The hour in which an event's id was made; senders and readers agree on it without asking."""
    return made_at(event_id).replace(minute=0, second=0, microsecond=0)


Key = tuple[int, str, datetime]
"""Epoch, type and hour."""


def totals(events: Iterable[tuple[int, str, UUID]]) -> dict[Key, tuple[int, int]]:
    """(epoch, type, hour) → (count, digest) of (epoch, type, id) triples."""
    sums: defaultdict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for epoch, event_type, event_id in events:
        key = epoch, event_type, hour_of(event_id)
        count, digest = sums[key]
        sums[key] = (count + 1, (digest + share(event_id)) % MODULUS)
    return dict(sums)


async def add(connection: asyncpg.Connection, events: Iterable[tuple[int, str, UUID]]) -> None:
    """Count (epoch, type, id) as sent, in the transaction that deletes their outbox rows."""
    rows = [(*key, count, Decimal(digest)) for key, (count, digest) in sorted(totals(events).items())]
    await connection.executemany(_ADD, rows)
