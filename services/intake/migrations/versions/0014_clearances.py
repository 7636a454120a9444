"""Clearances of staff, without which their grants do not count."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clearance",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("clearance", name="clearance_pkey"),
        sa.CheckConstraint("state IN ('cleared', 'declined', 'ended')", name="clearance_state_check"),
    )
    op.create_index("clearance_person", "clearance", ["person"])


def downgrade() -> None:
    op.drop_table("clearance")
