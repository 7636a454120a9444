"""When the line was stopped at an offering, and what people wrote meanwhile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reply_limit", sa.Column("stops", JSONB(), nullable=False, server_default="[]"))


def downgrade() -> None:
    raise NotImplementedError("An older version would pass messages where the line is stopped; restore a backup.")
