"""Criteria in versions, second persons and ties."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('waiting', 'open', 'proposed', 'cleared', 'declined', 'ended', 'withdrawn')"
ACTS = (
    "kind IN ('results', 'correction', 'settled', 'asked-anew', 'proposed', 'disagreed', 'cleared', 'declined', "
    "'withdrawn', 'expired', 'flagged', 'flag-resolved', 'limit', 'appealed', 'appeal-upheld', 'appeal-overturned', "
    "'renewal')"
)
HIGH = (
    "UPDATE screening_case SET second_person = true WHERE state IN ('waiting', 'open') AND kind <> 'mentee' "
    "AND risks && ARRAY['minors', 'one-on-one']"
)
"""As of a role whose tier was not heard."""
NOTICES = (
    "INSERT INTO deadline (kind, subject, due_at) SELECT 'clearance-notice', clearance::text, "
    "(valid_until - 60)::timestamp AT TIME ZONE 'UTC' FROM screening_case WHERE state = 'cleared'"
)
"""Of clearances from before; a late one tells the nearest notice alone."""


def upgrade() -> None:
    op.create_table(
        "criteria_set",
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text()),
        sa.Column("criteria", JSONB(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("network", "version", name="criteria_set_pkey"),
    )
    op.create_index("criteria_set_network_published_at", "criteria_set", ["network", "published_at"])
    op.add_column("role", sa.Column("tier", sa.Text()))
    _second_person()
    _flags()
    _following()
    op.create_table(
        "contact_day",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person", "kind", "day", name="contact_day_pkey"),
    )


def _following() -> None:
    op.add_column("screening_case", sa.Column("follows", sa.Uuid()))
    op.drop_constraint("screening_case_application_key", "screening_case", type_="unique")
    op.create_index(
        "screening_case_application_key", "screening_case", ["application"], unique=True,
        postgresql_where=sa.text("follows IS NULL"),
    )  # fmt: skip
    op.create_index("screening_case_application", "screening_case", ["application"])
    op.create_index("screening_case_follows", "screening_case", ["follows"])
    op.create_table(
        "appeal",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("lodged_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("heard_by", sa.Text()),
        sa.Column("heard_at", MOMENT),
        sa.PrimaryKeyConstraint("clearance", name="appeal_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="appeal_clearance_fkey"),
        sa.CheckConstraint("outcome IN ('upheld', 'overturned')", name="appeal_outcome_check"),
    )
    op.create_index("appeal_waiting", "appeal", ["lodged_at", "clearance"], postgresql_where=sa.text("outcome IS NULL"))


def _flags() -> None:
    op.create_table(
        "flag",
        sa.Column("flag", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("watch_until", sa.Date()),
        sa.Column("raised_by", sa.Text(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("resolved_by", sa.Text()),
        sa.Column("resolved_at", MOMENT),
        sa.Column("resolution", sa.Text()),
        sa.PrimaryKeyConstraint("flag", name="flag_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="flag_clearance_fkey"),
        sa.CheckConstraint("colour IN ('green', 'yellow', 'red')", name="flag_colour_check"),
    )
    op.create_index("flag_clearance_flag", "flag", ["clearance", "flag"])
    op.create_index("flag_watched", "flag", ["watch_until", "flag"], postgresql_where=sa.text("resolved_at IS NULL"))


def _second_person() -> None:
    op.drop_constraint("screening_case_state_check", "screening_case", type_="check")
    op.create_check_constraint("screening_case_state_check", "screening_case", STATES)
    op.drop_constraint("case_act_kind_check", "case_act", type_="check")
    op.create_check_constraint("case_act_kind_check", "case_act", ACTS)
    op.add_column("screening_case", sa.Column("second_person", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("screening_case", sa.Column("agreed_by", sa.Text()))
    op.add_column("screening_case", sa.Column("notice", sa.Integer()))
    op.add_column("screening_case", sa.Column("noticed_at", MOMENT))
    op.add_column("screening_case", sa.Column("asked_ahead", JSONB(), nullable=False, server_default="[]"))
    op.execute(HIGH)
    op.execute(NOTICES)
    op.create_table(
        "proposal",
        sa.Column("proposal", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("clears", sa.Boolean(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("criterion_version", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by", sa.Text()),
        sa.Column("answered_at", MOMENT),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("proposal", name="proposal_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="proposal_clearance_fkey"),
        sa.CheckConstraint("answer IN ('agreed', 'disagreed')", name="proposal_answer_check"),
    )
    op.create_index("proposal_clearance", "proposal", ["clearance"])
    op.create_index(
        "proposal_waiting_key", "proposal", ["clearance"], unique=True, postgresql_where=sa.text("answer IS NULL")
    )


def downgrade() -> None:
    raise NotImplementedError("An older version would let one person decide alone; restore a backup instead.")
