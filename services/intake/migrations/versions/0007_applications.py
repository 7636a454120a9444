"""Applications are drafted, withdrawn, set on hold and led to other roles; what was answered is kept beside them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('draft', 'to-sign', 'submitted', 'withdrawn', 'on-hold', 'redirected')"
SUBMITTED = (
    "(state <> 'submitted' OR submitted_at IS NOT NULL) AND (state NOT IN ('draft', 'to-sign') OR submitted_at IS NULL)"
)
CLOSED = "(state IN ('withdrawn', 'on-hold', 'redirected')) = (closed_at IS NOT NULL)"
SOURCES = "source IN ('word-of-mouth', 'school', 'partner', 'web', 'event', 'staff', 'import', 'other')"


def upgrade() -> None:
    for column in (
        sa.Column("source", sa.Text(), nullable=False, server_default="other"),
        sa.Column("closed_at", MOMENT),
        sa.Column("reapply_on", sa.Date()),
        sa.Column("offered_role", sa.Text()),
        sa.Column("offered_offering", sa.Text()),
        sa.Column("redirected_to", sa.Uuid()),
    ):
        op.add_column("application", column)
    for name, condition in (("state", STATES), ("submitted", SUBMITTED)):
        op.drop_constraint(f"application_{name}_check", "application")
        op.create_check_constraint(f"application_{name}_check", "application", condition)
    for name, condition in (("closed", CLOSED), ("source", SOURCES)):
        op.create_check_constraint(f"application_{name}_check", "application", condition)
    op.create_foreign_key("application_offered_role_fkey", "application", "role", ["offered_role"], ["role"])
    op.create_foreign_key(
        "application_offered_offering_fkey", "application", "offering", ["offered_offering"], ["offering"]
    )
    op.create_foreign_key(
        "application_redirected_to_fkey", "application", "application", ["redirected_to"], ["application"]
    )
    op.create_index(
        "application_one_draft", "application", ["person", "role", "offering"],
        unique=True, postgresql_where=sa.text("state = 'draft'"),
    )  # fmt: skip
    op.create_index(
        "application_reapply", "application", ["person", "role", "site"],
        postgresql_where=sa.text("reapply_on IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "answers",
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("pack_sha256", sa.Text()),
        sa.Column("read_by", sa.Text()),
        sa.Column("read_at", MOMENT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("num_nonnulls(pack_sha256, read_by, read_at) IN (0, 3)", name="answers_pack_check"),
        sa.ForeignKeyConstraint(["application"], ["application.application"], name="answers_application_fkey"),
        sa.PrimaryKeyConstraint("application", name="answers_pkey"),
    )


def downgrade() -> None:
    raise NotImplementedError("An older version would take drafts for applications; restore a backup instead.")
