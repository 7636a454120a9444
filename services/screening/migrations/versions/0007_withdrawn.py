"""Cases of applications that were withdrawn before they were decided."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint("screening_case_state_check", "screening_case")
    op.create_check_constraint(
        "screening_case_state_check",
        "screening_case",
        "state IN ('waiting', 'open', 'cleared', 'declined', 'ended', 'withdrawn')",
    )


def downgrade() -> None:
    raise NotImplementedError("An older version would not know what a withdrawn case is; restore a backup instead.")
