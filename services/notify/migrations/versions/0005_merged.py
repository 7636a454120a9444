"""Whose records were merged."""

from alembic import op

from shared.schema import MERGED, run_step

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_step(op.get_bind(), MERGED)


def downgrade() -> None:
    raise NotImplementedError("An older version would act on people who were given up; restore a backup instead.")
