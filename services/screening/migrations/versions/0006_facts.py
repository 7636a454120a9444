"""Cases ask by the policy of their offering, by where people live, how old they are and what they bring along."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offering",
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("programme_type", sa.Text()),
        sa.Column("policy", JSONB()),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("offering", name="offering_pkey"),
    )
    op.create_table(
        "person_facts",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("age", sa.Integer()),
        sa.Column("lives_in", sa.Text()),
        sa.Column("resident", sa.Integer()),
        sa.Column("held", JSONB(), nullable=False, server_default="[]"),
        sa.Column("until", sa.Date()),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="person_facts_pkey"),
        sa.CheckConstraint("state IN ('stale', 'read', 'absent')", name="person_facts_state_check"),
    )
    op.create_index("person_facts_to_read", "person_facts", ["person"], postgresql_where=sa.text("state = 'stale'"))
    op.add_column("place", sa.Column("kind", sa.Text()))
    op.add_column("screening_case", sa.Column("facts_known", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("screening_case", sa.Column("validity", sa.Integer(), nullable=False, server_default=sa.text("12")))
    op.execute(
        "INSERT INTO person_facts (person, state, sequence)"
        " SELECT DISTINCT person, 'stale', '' FROM screening_case WHERE state IN ('waiting', 'open')"
    )


def downgrade() -> None:
    raise NotImplementedError(
        "An older version would clear people without asking the policy; restore a backup instead."
    )
