"""The first schema of messaging."""

import sqlalchemy as sa
from alembic import op

from shared.schema import FIRST, run_step

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    run_step(op.get_bind(), FIRST)
    op.create_table(
        "conversation",
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("other_site", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date()),
        sa.Column("messages", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("pair", name="conversation_pkey"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="conversation_state_check"),
    )
    op.create_index("conversation_site_pair", "conversation", ["site", "pair"])
    op.create_table(
        "member",
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("read_up_to", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("pair", "person", name="member_pkey"),
        sa.ForeignKeyConstraint(["pair"], ["conversation.pair"], name="member_pair_fkey"),
        sa.CheckConstraint("role IN ('mentor', 'mentee', 'facilitator')", name="member_role_check"),
    )
    op.create_index("member_person_pair", "member", ["person", "pair"])
    op.create_table(
        "message",
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sender", sa.Uuid(), nullable=False),
        sa.Column("sender_role", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answer_needed", sa.Boolean(), nullable=False),
        sa.Column("in_reply_to", sa.Uuid()),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("message", name="message_pkey"),
        sa.ForeignKeyConstraint(["pair"], ["conversation.pair"], name="message_pair_fkey"),
        sa.UniqueConstraint("pair", "number", name="message_pair_number_key"),
    )
    op.create_table(
        "debt",
        sa.Column("debt", sa.Uuid(), nullable=False),
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("debtor", sa.Uuid(), nullable=False),
        sa.Column("debtor_role", sa.Text(), nullable=False),
        sa.Column("creditor", sa.Uuid(), nullable=False),
        sa.Column("message", sa.Uuid(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("overdue_at", MOMENT),
        sa.Column("settled_at", MOMENT),
        sa.Column("settlement", sa.Text()),
        sa.PrimaryKeyConstraint("debt", name="debt_pkey"),
        sa.ForeignKeyConstraint(["pair"], ["conversation.pair"], name="debt_pair_fkey"),
        sa.CheckConstraint(
            "settlement IN ('answered', 'acknowledged', 'waived', 'closed')", name="debt_settlement_check"
        ),
        sa.CheckConstraint("(settled_at IS NULL) = (settlement IS NULL)", name="debt_settled_check"),
    )
    open_debt = sa.text("settled_at IS NULL")
    op.create_index("debt_one_open", "debt", ["pair", "debtor", "creditor"], unique=True, postgresql_where=open_debt)
    op.create_index("debt_open_debtor", "debt", ["debtor"], postgresql_where=open_debt)
    op.create_index("debt_pair_debt", "debt", ["pair", "debt"])
    op.create_table(
        "away_notice",
        sa.Column("away", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("starts", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("announced_by", sa.Text(), nullable=False),
        sa.Column("announced_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("away", name="away_notice_pkey"),
        sa.CheckConstraint("starts < ends", name="away_notice_order_check"),
    )
    op.create_index("away_notice_person_starts", "away_notice", ["person", "starts"])
    op.create_index("away_notice_site_away", "away_notice", ["site", "away"])
    op.create_table(
        "reading",
        sa.Column("reading", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reading", name="reading_pkey"),
        sa.ForeignKeyConstraint(["pair"], ["conversation.pair"], name="reading_pair_fkey"),
    )
    op.create_index("reading_pair_read_at", "reading", ["pair", "read_at"])
    op.create_table(
        "clearance",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("clearance", name="clearance_pkey"),
        sa.CheckConstraint("state IN ('cleared', 'declined', 'ended')", name="clearance_state_check"),
    )
    op.create_index("clearance_person", "clearance", ["person"])
    op.create_table(
        "reply_limit",
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("mentor_hours", sa.Integer(), nullable=False),
        sa.Column("mentee_hours", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("offering", name="reply_limit_pkey"),
    )


def downgrade() -> None:
    raise NotImplementedError("The first schema is the oldest; restore a backup or drop the database.")
