"""Matching knows what an offering asks to have signed, and what people signed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("offering", sa.Column("agreement", JSONB()))
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


def downgrade() -> None:
    raise NotImplementedError("An older version would match people unsigned; restore a backup instead.")
