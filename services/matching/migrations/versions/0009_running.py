"""Pairs that ran elsewhere before: since when, and for how many hours."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pair", sa.Column("started_on", sa.Date()))
    op.add_column("pair", sa.Column("hours_before", sa.Float()))


def downgrade() -> None:
    op.drop_column("pair", "hours_before")
    op.drop_column("pair", "started_on")
