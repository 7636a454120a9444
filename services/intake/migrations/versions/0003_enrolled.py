"""People know which facilitator enrolled them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("enrolled_by", sa.Text()))


def downgrade() -> None:
    op.drop_column("person", "enrolled_by")
