"""What a case asks for becomes steps with a performer, an owner and a due day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

_OF_CASES_BEFORE = """
    INSERT INTO step (clearance, check_name, position, performer, state, due_on, opened_at, done_at)
    SELECT screening_case.clearance, asked.name, asked.position - 1,
        coalesce(described.step ->> 'performer', 'a screener'),
        CASE WHEN check_result.recorded_at IS NULL THEN 'to-do' ELSE 'done' END,
        (opened_at AT TIME ZONE 'UTC')::date
            + CASE asked.name WHEN 'identity' THEN 7 WHEN 'culture-briefing' THEN 7 WHEN 'training' THEN 21
                WHEN 'references' THEN 21 WHEN 'interview' THEN 28 WHEN 'record-check' THEN 28 ELSE 14 END,
        opened_at, check_result.recorded_at
    FROM screening_case
    CROSS JOIN LATERAL unnest(required) WITH ORDINALITY AS asked (name, position)
    LEFT JOIN LATERAL (
        SELECT step FROM jsonb_array_elements(requirements -> 'steps') AS step
        WHERE step ->> 'check' = asked.name LIMIT 1
    ) AS described ON true
    LEFT JOIN check_result ON check_result.clearance = screening_case.clearance AND check_result.check_name = asked.name
"""


def upgrade() -> None:
    _create_steps()
    _create_references()
    op.execute(_OF_CASES_BEFORE)


def _create_steps() -> None:
    op.create_table(
        "step",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("performer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.Text()),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("clearance", "check_name", name="step_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="step_clearance_fkey"),
        sa.CheckConstraint("state IN ('to-do', 'invited', 'waiting', 'done')", name="step_state_check"),
    )
    is_open = sa.text("state <> 'done'")
    op.create_index("step_open_due_on", "step", ["due_on", "clearance"], postgresql_where=is_open)
    op.create_index("step_open_taken_by", "step", ["taken_by", "due_on"], postgresql_where=is_open)


def _create_references() -> None:
    op.create_table(
        "reference",
        sa.Column("reference", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("known_since", sa.Date(), nullable=False),
        sa.Column("applicant_called", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("link", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("openings", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", JSONB(), nullable=False, server_default="{}"),
        sa.Column("answered_at", sa.DateTime(timezone=True)),
        sa.Column("verified", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("reference", name="reference_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="reference_clearance_fkey"),
        sa.CheckConstraint(
            "state IN ('asked', 'stalled', 'answered', 'approved', 'refused', 'withdrawn')",
            name="reference_state_check",
        ),
    )
    op.create_index("reference_clearance_reference", "reference", ["clearance", "reference"])
    op.create_table(
        "reference_letter",
        sa.Column("letter", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("sent_by", sa.Text()),
        sa.PrimaryKeyConstraint("letter", name="reference_letter_pkey"),
        sa.ForeignKeyConstraint(["reference"], ["reference.reference"], name="reference_letter_reference_fkey"),
        sa.CheckConstraint("kind IN ('request', 'reminder')", name="reference_letter_kind_check"),
    )
    op.create_index(
        "reference_letter_unsent", "reference_letter", ["letter"], postgresql_where=sa.text("sent_at IS NULL")
    )
    op.create_index("reference_letter_reference", "reference_letter", ["reference"])


def downgrade() -> None:
    raise NotImplementedError("What people did in the steps of screening would be lost; restore a backup instead.")
