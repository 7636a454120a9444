"""The first schema of notify."""

import sqlalchemy as sa
from alembic import op

from shared.schema import FIRST, run_step

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = "'application-received', 'cleared', 'admitted', 'matched', 'message-waiting', 'reply-overdue'"
STATES = "'waiting', 'sending', 'sent', 'unknown', 'refused', 'suppressed', 'no-address', 'superseded'"


def upgrade() -> None:
    run_step(op.get_bind(), FIRST)
    op.create_table(
        "cause",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("cause", name="cause_pkey"),
    )
    op.create_table(
        "mail",
        sa.Column("mail", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("other_site", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("caused_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("smtp_code", sa.Integer()),
        sa.Column("tried_at", MOMENT),
        sa.Column("sent_at", MOMENT),
        sa.Column("retry_at", MOMENT),
        sa.Column("claim", sa.Uuid()),
        sa.Column("lease_until", MOMENT),
        sa.Column("resolution", sa.Text()),
        sa.Column("resolved_by", sa.Text()),
        sa.Column("resolved_at", MOMENT),
        sa.PrimaryKeyConstraint("mail", name="mail_pkey"),
        sa.ForeignKeyConstraint(["cause"], ["cause.cause"], name="mail_cause_fkey"),
        sa.UniqueConstraint("cause", "person", "kind", name="mail_cause_person_kind_key"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name="mail_kind_check"),
        sa.CheckConstraint(f"state IN ({STATES})", name="mail_state_check"),
        sa.CheckConstraint("resolution IN ('sent', 'retry')", name="mail_resolution_check"),
        sa.CheckConstraint(
            "state <> 'sending' OR (claim IS NOT NULL AND lease_until IS NOT NULL)", name="mail_lease_check"
        ),
    )
    op.create_index("mail_site_caused_at_mail", "mail", ["site", "caused_at", "mail"])
    op.create_index("mail_person_caused_at_mail", "mail", ["person", "caused_at", "mail"])
    waiting, sending, unknown = (sa.text(f"state = '{state}'") for state in ("waiting", "sending", "unknown"))
    op.create_index("mail_waiting", "mail", ["caused_at", "mail"], postgresql_where=waiting)
    op.create_index("mail_sending", "mail", ["lease_until"], postgresql_where=sending)
    op.create_index("mail_unknown", "mail", ["caused_at", "mail"], postgresql_where=unknown)


def downgrade() -> None:
    raise NotImplementedError("The first schema is the oldest; restore a backup or drop the database.")
