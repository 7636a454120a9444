"""How people like to write, for their partner. Nobody has said so yet, so no profile has to be read anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("profile", sa.Column("style", JSONB()))


def downgrade() -> None:
    op.drop_column("profile", "style")
