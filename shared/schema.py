"""The platform's tables as migrations make them, in steps. Each service's history runs each step once.

A step that was released never changes; a change to the tables in shared/ is a new step and, in each service, a
migration of two lines that runs it.
"""

from sqlalchemy import Connection

FIRST = """
    CREATE TABLE outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid NOT NULL, type text NOT NULL,
        exchange text NOT NULL, routing_key text NOT NULL, copy_key text, correlation_id uuid NOT NULL,
        time timestamptz NOT NULL, body text NOT NULL
    ) WITH (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
    );
    CREATE TABLE outbox_refused (
        event_id uuid PRIMARY KEY, type text NOT NULL, exchange text NOT NULL, routing_key text NOT NULL,
        copy_key text, correlation_id uuid NOT NULL, time timestamptz NOT NULL, body text NOT NULL,
        reason text NOT NULL, refused_at timestamptz NOT NULL
    );
    CREATE TABLE event_sequence (subject text PRIMARY KEY, number bigint NOT NULL);
    CREATE TABLE event_epoch (epoch serial PRIMARY KEY);
    INSERT INTO event_epoch (epoch) VALUES (1);
    CREATE TABLE ledger_sent (
        type text NOT NULL, hour timestamptz NOT NULL, count bigint NOT NULL, digest numeric(20, 0) NOT NULL,
        PRIMARY KEY (type, hour)
    );
    CREATE TABLE inbox (
        handler text NOT NULL, event_id uuid NOT NULL, outcome text NOT NULL, received_at timestamptz NOT NULL,
        PRIMARY KEY (handler, event_id)
    );
    CREATE INDEX inbox_received_at ON inbox (received_at);
    CREATE TABLE dead_letter (
        id uuid PRIMARY KEY, handler text NOT NULL, key text NOT NULL, event_id uuid, queue text NOT NULL,
        body bytea NOT NULL, headers jsonb NOT NULL, content_type text, reason text NOT NULL,
        error_type text NOT NULL, attempts integer NOT NULL, first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL, CONSTRAINT dead_letter_handler_key UNIQUE (handler, key)
    );
    CREATE TABLE deadline (
        kind text NOT NULL, subject text NOT NULL, due_at timestamptz NOT NULL, retry_at timestamptz,
        PRIMARY KEY (kind, subject)
    );
    CREATE INDEX deadline_due_at ON deadline (due_at);
    CREATE TABLE idempotency (
        key text NOT NULL, route text NOT NULL, subject text NOT NULL, body_hash bytea NOT NULL, status integer,
        response bytea, created_at timestamptz NOT NULL, PRIMARY KEY (key, route, subject)
    );
    CREATE INDEX idempotency_created_at ON idempotency (created_at);
    CREATE TABLE delivery_attempt (
        handler text NOT NULL, event_id uuid NOT NULL, attempts integer NOT NULL, process uuid NOT NULL,
        last_at timestamptz NOT NULL, PRIMARY KEY (handler, event_id)
    )
"""

EPOCHS = """
    ALTER TABLE inbox ADD COLUMN epoch integer NOT NULL DEFAULT 1;
    ALTER TABLE ledger_sent ADD COLUMN epoch integer NOT NULL DEFAULT 1;
    ALTER TABLE ledger_sent DROP CONSTRAINT ledger_sent_pkey, ADD PRIMARY KEY (epoch, type, hour);
    CREATE TABLE resent (
        family text PRIMARY KEY, epoch integer NOT NULL, subjects bigint NOT NULL, sequence text NOT NULL
    )
"""

MERGED = """
    CREATE TABLE merged_person (given_up uuid PRIMARY KEY, person uuid NOT NULL)
"""

STEPS = (FIRST, EPOCHS, MERGED)


def run_step(connection: Connection, step: str) -> None:
    """One step, in a migration's transaction."""
    for statement in step.split(";"):
        connection.exec_driver_sql(statement)


def create_platform_tables(connection: Connection) -> None:
    """All steps, for a database without a history of its own."""
    for step in STEPS:
        run_step(connection, step)
