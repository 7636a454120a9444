"""Screening knows what an offering asks to have signed, and what people signed: who never signs loses the clearance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offering", sa.Column("document", sa.Text()))
    op.add_column("offering", sa.Column("agreement", JSONB()))
    op.create_index("offering_document", "offering", ["document"])
    op.create_table(
        "agreement",
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_version", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agreement", name="agreement_pkey"),
    )
    op.create_index("agreement_document_person", "agreement", ["document", "person"])
    op.create_index(
        "screening_case_cleared_offering",
        "screening_case",
        ["offering"],
        postgresql_where=sa.text("state = 'cleared'"),
    )


def downgrade() -> None:
    raise NotImplementedError("An older version would let clearances stand unsigned; restore a backup instead.")
