"""Clearances that people bring along; screening reads what the law asks about."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = "kind IN ('address-cards', 'matching-profiles'{})"


def upgrade() -> None:
    op.create_table(
        "held_clearance",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="held_clearance_person_fkey"),
        sa.PrimaryKeyConstraint("person", "check_name", name="held_clearance_pkey"),
    )
    op.drop_constraint("private_read_kind_check", "private_read")
    op.create_check_constraint("kind", "private_read", KINDS.format(", 'screening-facts'"))


def downgrade() -> None:
    op.execute("DELETE FROM private_read WHERE kind = 'screening-facts'")
    op.drop_constraint("private_read_kind_check", "private_read")
    op.create_check_constraint("kind", "private_read", KINDS.format(""))
    op.drop_table("held_clearance")
