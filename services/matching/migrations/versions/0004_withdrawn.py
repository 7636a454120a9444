"""Applications that are not pursued any more."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("application", sa.Column("state", sa.Text(), nullable=False, server_default="submitted"))
    op.create_check_constraint("application_state_check", "application", "state IN ('submitted', 'withdrawn')")


def downgrade() -> None:
    raise NotImplementedError("An older version would pair people who withdrew; restore a backup instead.")
