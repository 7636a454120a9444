"""The first schema of screening."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from shared.schema import FIRST, run_step

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    run_step(op.get_bind(), FIRST)
    op.create_table(
        "role",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("risks", ARRAY(sa.Text()), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("role", name="role_pkey"),
    )
    op.create_table(
        "screening_case",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("risks", ARRAY(sa.Text()), nullable=False),
        sa.Column("required", ARRAY(sa.Text()), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("criterion", sa.Text()),
        sa.Column("criterion_version", sa.Integer()),
        sa.Column("category", sa.Text()),
        sa.Column("valid_until", sa.Date()),
        sa.Column("decided_at", MOMENT),
        sa.Column("decided_by", sa.Text()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("ending_criterion", sa.Text()),
        sa.Column("ending_version", sa.Integer()),
        sa.Column("ending_category", sa.Text()),
        sa.PrimaryKeyConstraint("clearance", name="screening_case_pkey"),
        sa.UniqueConstraint("application", name="screening_case_application_key"),
        sa.CheckConstraint(
            "state IN ('waiting', 'open', 'cleared', 'declined', 'ended')", name="screening_case_state_check"
        ),
    )
    op.create_index("screening_case_state_clearance", "screening_case", ["state", "clearance"])
    op.create_index("screening_case_person", "screening_case", ["person"])
    op.create_index("screening_case_role_state", "screening_case", ["role", "state"])
    op.create_table(
        "check_result",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("reference", sa.Text()),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("clearance", "check_name", name="check_result_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="check_result_clearance_fkey"),
        sa.CheckConstraint("outcome IN ('passed', 'failed')", name="check_result_outcome_check"),
    )
    op.create_table(
        "case_act",
        sa.Column("act", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("act", name="case_act_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="case_act_clearance_fkey"),
        sa.CheckConstraint(
            "kind IN ('results', 'correction', 'cleared', 'declined', 'withdrawn', 'expired')",
            name="case_act_kind_check",
        ),
    )
    op.create_index("case_act_clearance_act", "case_act", ["clearance", "act"])


def downgrade() -> None:
    raise NotImplementedError("The first schema has nothing below it; drop the database instead.")
