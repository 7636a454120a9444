"""Clearances of staff stop while a conduct case freezes them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("screening_case", sa.Column("suspended_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    raise NotImplementedError("An older version would tell of suspended staff as cleared; restore a backup instead.")
