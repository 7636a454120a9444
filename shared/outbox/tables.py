"""Tables of the outbox: rows waiting for the broker, the numbers of subjects, and what was sent in each hour."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, Numeric, Table, Text, Uuid

from shared.db import PLATFORM, PUBLIC

outbox = Table(
    "outbox",
    PLATFORM,
    Column("position", BigInteger, Identity(always=True), primary_key=True, info=PUBLIC),
    Column("event_id", Uuid, nullable=False, info=PUBLIC),
    Column("type", Text, nullable=False, info=PUBLIC),
    Column("exchange", Text, nullable=False, info=PUBLIC),
    Column("routing_key", Text, nullable=False, info=PUBLIC),
    Column("copy_key", Text, info=PUBLIC),
    Column("correlation_id", Uuid, nullable=False, info=PUBLIC),
    Column("time", DateTime(timezone=True), nullable=False, info=PUBLIC),
    Column("body", Text, nullable=False, info=PUBLIC),
)

outbox_refused = Table(
    "outbox_refused",
    PLATFORM,
    Column("event_id", Uuid, primary_key=True, info=PUBLIC),
    Column("type", Text, nullable=False, info=PUBLIC),
    Column("exchange", Text, nullable=False, info=PUBLIC),
    Column("routing_key", Text, nullable=False, info=PUBLIC),
    Column("copy_key", Text, info=PUBLIC),
    Column("correlation_id", Uuid, nullable=False, info=PUBLIC),
    Column("time", DateTime(timezone=True), nullable=False, info=PUBLIC),
    Column("body", Text, nullable=False, info=PUBLIC),
    Column("reason", Text, nullable=False, info=PUBLIC),
    Column("refused_at", DateTime(timezone=True), nullable=False, info=PUBLIC),
)

event_sequence = Table(
    "event_sequence",
    PLATFORM,
    Column("subject", Text, primary_key=True, info=PUBLIC),
    Column("number", BigInteger, nullable=False, info=PUBLIC),
)

event_epoch = Table(
    "event_epoch",
    PLATFORM,
    Column("epoch", Integer, primary_key=True, info=PUBLIC),
)
"""One row; raised when the database is restored."""

ledger_sent = Table(
    "ledger_sent",
    PLATFORM,
    Column("epoch", Integer, primary_key=True, autoincrement=False, server_default="1", info=PUBLIC),
    Column("type", Text, primary_key=True, info=PUBLIC),
    Column("hour", DateTime(timezone=True), primary_key=True, info=PUBLIC),
    Column("count", BigInteger, nullable=False, info=PUBLIC),
    Column("digest", Numeric(20, 0), nullable=False, info=PUBLIC),
)
