"""Consents that checks of cases rest on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("consent", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("consent", name="consent_pkey"),
        sa.CheckConstraint("purpose IN ('take-part', 'data')", name="consent_purpose_check"),
        sa.CheckConstraint("state IN ('given', 'withdrawn')", name="consent_state_check"),
    )
    op.create_index("consent_person", "consent", ["person"])


def downgrade() -> None:
    op.drop_table("consent")
