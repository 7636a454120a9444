"""Checks by a vendor, adverse action, and what a certificate says."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BEFORE = (
    "'results', 'correction', 'settled', 'asked-anew', 'proposed', 'disagreed', 'cleared', 'declined', "
    "'withdrawn', 'expired', 'flagged', 'flag-resolved', 'limit', 'appealed', 'appeal-upheld', 'appeal-overturned', "
    "'renewal'"
)
NEW = "'ordered', 'reported', 'authorised', 'noticed', 'disputed', 'dispute-settled', 'final-notice'"


def upgrade() -> None:
    op.add_column("check_result", sa.Column("authority", sa.Text()))
    op.add_column("check_result", sa.Column("number", sa.Text()))
    op.add_column("screening_case", sa.Column("by_vendor", sa.Boolean(), nullable=False, server_default="false"))
    op.drop_constraint("case_act_kind_check", "case_act", type_="check")
    op.create_check_constraint("case_act_kind_check", "case_act", f"kind IN ({BEFORE}, {NEW})")
    _orders()
    op.create_table(
        "adverse_action",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("texts_version", sa.Integer(), nullable=False),
        sa.Column("authorised_at", MOMENT),
        sa.Column("authorised_by", sa.Text()),
        sa.Column("authorised_how", sa.Text()),
        sa.Column("noticed_at", MOMENT),
        sa.Column("noticed_by", sa.Text()),
        sa.Column("noticed_how", sa.Text()),
        sa.Column("days_left", sa.Integer(), nullable=False),
        sa.Column("counting_from", sa.Date()),
        sa.Column("disputed_at", MOMENT),
        sa.Column("disputed_by", sa.Text()),
        sa.Column("settled_at", MOMENT),
        sa.Column("settled_by", sa.Text()),
        sa.Column("dispute_outcome", sa.Text()),
        sa.Column("finished_at", MOMENT),
        sa.Column("finished_by", sa.Text()),
        sa.Column("finished_how", sa.Text()),
        sa.PrimaryKeyConstraint("clearance", name="adverse_action_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="adverse_action_clearance_fkey"),
    )


def _orders() -> None:
    op.create_table(
        "vendor_order",
        sa.Column("order", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("invitation", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("reported_on", sa.Date()),
        sa.Column("reported_at", MOMENT),
        sa.Column("ordered_by", sa.Text(), nullable=False),
        sa.Column("ordered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("order", name="vendor_order_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="vendor_order_clearance_fkey"),
        sa.CheckConstraint(
            "state IN ('to-send', 'sent', 'reported', 'stalled', 'dropped')", name="vendor_order_state_check"
        ),
        sa.CheckConstraint("outcome IN ('clear', 'review', 'impossible')", name="vendor_order_outcome_check"),
    )
    op.create_index("vendor_order_clearance", "vendor_order", ["clearance"])
    op.create_index("vendor_order_due", "vendor_order", ["order"], postgresql_where=sa.text("due"))


def downgrade() -> None:
    op.drop_table("adverse_action")
    op.drop_table("vendor_order")
    op.drop_constraint("case_act_kind_check", "case_act", type_="check")
    op.execute(f"DELETE FROM case_act WHERE kind IN ({NEW})")
    op.create_check_constraint("case_act_kind_check", "case_act", f"kind IN ({BEFORE})")
    op.drop_column("screening_case", "by_vendor")
    op.drop_column("check_result", "number")
    op.drop_column("check_result", "authority")
