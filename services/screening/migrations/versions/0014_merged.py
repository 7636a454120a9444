"""Whose records were merged."""

from alembic import op

from shared.schema import MERGED, run_step

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_step(op.get_bind(), MERGED)


def downgrade() -> None:
    raise NotImplementedError("An older version would act on people who were given up; restore a backup instead.")
