"""Applications and clearances of every kind of role are heard; only mentors and mentees are paired."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = "role IN ('mentor', 'mentee', 'facilitator', 'staff', 'moderator', 'screener', 'coordinator')"


def upgrade() -> None:
    for table in ("application", "clearance"):
        op.drop_constraint(f"{table}_role_check", table)
        op.create_check_constraint(f"{table}_role_check", table, KINDS)


def downgrade() -> None:
    raise NotImplementedError("An older version refuses kinds of roles that are stored; restore a backup instead.")
