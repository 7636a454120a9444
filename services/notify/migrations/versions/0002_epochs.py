"""Inbox and ledger know epochs, and readers what was told anew."""

from alembic import op

from shared.schema import EPOCHS, run_step

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_step(op.get_bind(), EPOCHS)


def downgrade() -> None:
    raise NotImplementedError("An older version cannot tell epochs apart; restore a backup instead.")
