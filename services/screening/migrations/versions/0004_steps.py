"""What a case asks for becomes steps with a performer, an owner and a due day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0004"
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
    _create_interviews()
    _create_training()
    _create_briefings()
    _create_samples()
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


def _create_interviews() -> None:
    op.create_table(
        "interview_slot",
        sa.Column("slot", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("location", sa.Text()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("slot", name="interview_slot_pkey"),
        sa.CheckConstraint("place IN ('video', 'phone', 'onsite')", name="interview_slot_place_check"),
    )
    offered = sa.text("withdrawn_at IS NULL")
    op.create_index("interview_slot_offered", "interview_slot", ["starts_at", "slot"], postgresql_where=offered)
    op.create_index("interview_slot_offered_by_starts_at", "interview_slot", ["offered_by", "starts_at"])
    op.create_table(
        "interview",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("slot", sa.Uuid()),
        sa.Column("moves", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("no_shows", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("scores", JSONB(), nullable=False, server_default="{}"),
        sa.Column("scenarios", ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("scored_by", sa.Text()),
        sa.Column("scored_at", sa.DateTime(timezone=True)),
        sa.Column("rule", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("clearance", name="interview_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="interview_clearance_fkey"),
        sa.ForeignKeyConstraint(["slot"], ["interview_slot.slot"], name="interview_slot_fkey"),
        sa.UniqueConstraint("slot", name="interview_slot_key"),
        sa.CheckConstraint("state IN ('invited', 'booked', 'paused', 'held')", name="interview_state_check"),
    )


def _create_training() -> None:
    op.create_table(
        "training",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("course", sa.Text(), nullable=False),
        sa.Column("course_version", sa.Integer(), nullable=False),
        sa.Column("read", ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("clearance", name="training_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="training_clearance_fkey"),
    )
    op.create_table(
        "training_attempt",
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("attempt", name="training_attempt_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["training.clearance"], name="training_attempt_clearance_fkey"),
    )
    op.create_index("training_attempt_clearance_at", "training_attempt", ["clearance", "at"])
    op.create_table(
        "training_certificate",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("accepted_by", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("clearance", name="training_certificate_pkey"),
        sa.ForeignKeyConstraint(
            ["clearance"], ["screening_case.clearance"], name="training_certificate_clearance_fkey"
        ),
    )


def _create_briefings() -> None:
    op.create_table(
        "briefing",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "version", "language", name="briefing_pkey"),
    )
    op.create_table(
        "briefing_acknowledgement",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("clearance", name="briefing_acknowledgement_pkey"),
        sa.ForeignKeyConstraint(
            ["clearance"], ["screening_case.clearance"], name="briefing_acknowledgement_clearance_fkey"
        ),
    )


def _create_samples() -> None:
    op.create_table(
        "skill_sample",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("task_version", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("link", sa.Text()),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("points", JSONB(), nullable=False, server_default="{}"),
        sa.Column("note", sa.Text()),
        sa.Column("rule", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.Column("assessed_by", sa.Text()),
        sa.Column("assessed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("clearance", name="skill_sample_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="skill_sample_clearance_fkey"),
        sa.CheckConstraint("(text IS NULL) <> (link IS NULL)", name="skill_sample_one_check"),
    )


def downgrade() -> None:
    raise NotImplementedError("What people did in the steps of screening would be lost; restore a backup instead.")
