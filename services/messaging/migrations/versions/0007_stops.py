"""When the line was stopped at an offering, and what people wrote meanwhile."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reply_limit", sa.Column("stops", JSONB(), nullable=False, server_default="[]"))
    op.create_table(
        "kept_message",
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer_needed", sa.Boolean(), nullable=False),
        sa.Column("in_reply_to", sa.Uuid()),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("message", name="kept_message_pkey"),
        sa.ForeignKeyConstraint(["pair"], ["conversation.pair"], name="kept_message_pair_fkey"),
    )
    op.create_index("kept_message_pair_sender_message", "kept_message", ["pair", "sender", "message"])


def downgrade() -> None:
    raise NotImplementedError("An older version would pass messages where the line is stopped; restore a backup.")
