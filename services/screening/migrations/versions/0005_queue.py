"""Queues are read by place: a step knows the place of its case."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("state <> 'done'")


def upgrade() -> None:
    op.add_column("step", sa.Column("site", sa.Text(), nullable=False, server_default=""))
    op.execute(_SITES)
    op.alter_column("step", "site", server_default=None)
    op.create_index(
        "step_open_site_due_on", "step", ["site", "due_on", "clearance", "check_name"], postgresql_where=OPEN
    )
    op.create_index(
        "step_open_site_check_name", "step", ["site", "check_name", "due_on", "clearance"], postgresql_where=OPEN
    )
    op.drop_index("step_open_due_on", "step")


_SITES = (
    "UPDATE step SET site = screening_case.site FROM screening_case WHERE screening_case.clearance = step.clearance"
)


def downgrade() -> None:
    op.create_index("step_open_due_on", "step", ["due_on", "clearance"], postgresql_where=OPEN)
    op.drop_column("step", "site")
