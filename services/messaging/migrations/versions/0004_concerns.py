"""Concerns are raised here, and conduct cases say who may not write."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "concern",
        sa.Column("concern", sa.Uuid(), nullable=False),
        sa.Column("pair", sa.Uuid()),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("other_site", sa.Text()),
        sa.Column("raised_by", sa.Text()),
        sa.Column("about", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("about_staff", sa.Boolean(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("clause", sa.Integer()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("concern", name="concern_pkey"),
        sa.ForeignKeyConstraint(["pair"], ["conversation.pair"], name="concern_pair_fkey"),
        sa.CheckConstraint("weight IN ('talk', 'harm', 'emergency')", name="concern_weight_check"),
    )
    op.create_table(
        "concern_reading",
        sa.Column("reading", sa.Uuid(), nullable=False),
        sa.Column("concern", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("reading", name="concern_reading_pkey"),
        sa.ForeignKeyConstraint(["concern"], ["concern.concern"], name="concern_reading_concern_fkey"),
    )
    op.create_index("concern_reading_concern_read_at", "concern_reading", ["concern", "read_at"])
    op.create_table(
        "conduct_case",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("concern", sa.Uuid()),
        sa.Column("handler", sa.Uuid()),
        sa.Column("frozen", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case", name="conduct_case_pkey"),
    )
    op.create_index("conduct_case_frozen", "conduct_case", ["frozen"], postgresql_using="gin")
    op.create_index("conduct_case_concern", "conduct_case", ["concern"])


def downgrade() -> None:
    raise NotImplementedError("An older version would let people write who may not; restore a backup instead.")
