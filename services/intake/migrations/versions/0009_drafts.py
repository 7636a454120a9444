"""A named person accepts that a site goes live on the draft of a law; it is kept which law that was."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("readiness", sa.Column("law_of", sa.Text()))


def downgrade() -> None:
    op.drop_column("readiness", "law_of")
