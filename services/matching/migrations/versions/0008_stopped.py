"""Offerings at which the line stands still."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offering", sa.Column("is_stopped", sa.Boolean(), nullable=False, server_default="false"))


def downgrade() -> None:
    raise NotImplementedError("An older version would pair people where the line is stopped; restore a backup instead.")
