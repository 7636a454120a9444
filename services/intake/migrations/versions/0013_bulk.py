"""Rosters bring clearances along, and are exported; who exported how many is noted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KINDS = "kind IN ('address-cards', 'matching-profiles', 'screening-facts', 'constraints'{})"


def upgrade() -> None:
    op.add_column("roster_row", sa.Column("clearances_seen", JSONB()))
    op.drop_constraint("private_read_kind_check", "private_read")
    op.create_check_constraint("private_read_kind_check", "private_read", KINDS.format(", 'roster-export'"))


def downgrade() -> None:
    op.execute("DELETE FROM private_read WHERE kind = 'roster-export'")
    op.drop_constraint("private_read_kind_check", "private_read")
    op.create_check_constraint("private_read_kind_check", "private_read", KINDS.format(""))
    op.drop_column("roster_row", "clearances_seen")
