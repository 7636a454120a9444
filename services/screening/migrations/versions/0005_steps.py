"""What a case asks for becomes steps with a performer, an owner and a due day."""

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    raise NotImplementedError("What people did in the steps of screening would be lost; restore a backup instead.")
