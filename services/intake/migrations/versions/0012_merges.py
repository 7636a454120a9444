"""Merges of two records of one person, and whose records were merged."""

import sqlalchemy as sa
from alembic import op

from shared.schema import MERGED, run_step

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_step(op.get_bind(), MERGED)
    op.create_table(
        "merge",
        sa.Column("given_up", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("given_up", name="merge_pkey"),
        sa.ForeignKeyConstraint(["given_up"], ["person.person"], name="merge_given_up_fkey"),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="merge_person_fkey"),
        sa.CheckConstraint("given_up <> person", name="merge_two_check"),
    )
    op.create_index("merge_person", "merge", ["person"])


def downgrade() -> None:
    raise NotImplementedError("An older version would act on people who were given up; restore a backup instead.")
