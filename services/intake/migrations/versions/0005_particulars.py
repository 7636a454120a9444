"""What of a person's life the law asks about: birth and home."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "particulars",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("born_on", sa.Date()),
        sa.Column("lives_in", sa.Text()),
        sa.Column("lives_since", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="particulars_person_fkey"),
        sa.PrimaryKeyConstraint("person", name="particulars_pkey"),
    )


def downgrade() -> None:
    op.drop_table("particulars")
