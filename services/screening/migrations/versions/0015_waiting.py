"""Waiting lists and referrals of mentees, who may be told about them; stopped offerings; duties of facilitators."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ACTS = (
    "kind IN ('results', 'correction', 'settled', 'asked-anew', 'proposed', 'disagreed', 'cleared', 'declined', "
    "'withdrawn', 'expired', 'flagged', 'flag-resolved', 'limit', 'appealed', 'appeal-upheld', 'appeal-overturned', "
    "'renewal', 'ordered', 'reported', 'authorised', 'noticed', 'disputed', 'dispute-settled', 'final-notice', "
    "'waiting-list')"
)


def upgrade() -> None:
    op.create_table(
        "waiting",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("band", sa.Text(), nullable=False),
        sa.Column("next_news_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("clearance", name="waiting_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="waiting_clearance_fkey"),
        sa.CheckConstraint("band IN ('next', 'soon', 'later')", name="waiting_band_check"),
    )
    op.create_index("waiting_site_role_since_clearance", "waiting", ["site", "role", "since", "clearance"])
    op.add_column("screening_case", sa.Column("referred_to", sa.Text()))
    op.drop_constraint("case_act_kind_check", "case_act", type_="check")
    op.create_check_constraint("case_act_kind_check", "case_act", ACTS)
    op.add_column("person_facts", sa.Column("guardians", ARRAY(sa.Uuid()), nullable=False, server_default="{}"))
    op.add_column("person_facts", sa.Column("enrolled_by", sa.Uuid()))
    op.add_column("person_facts", sa.Column("hears_anew", sa.Boolean(), nullable=False, server_default="false"))
    op.create_index("person_facts_hears_anew", "person_facts", ["person"], postgresql_where=sa.text("hears_anew"))
    op.add_column("offering", sa.Column("is_stopped", sa.Boolean(), nullable=False, server_default="false"))
    _onsite()


def _onsite() -> None:
    op.create_table(
        "onsite_duties",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("report_days", sa.Integer(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("site", "version", "language", name="onsite_duties_pkey"),
    )
    op.create_table(
        "onsite_agreement",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report_days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("clearance", name="onsite_agreement_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="onsite_agreement_clearance_fkey"),
    )
    op.create_index(
        "onsite_agreement_escalated", "onsite_agreement", ["place"],
        postgresql_where=sa.text("escalated_at IS NOT NULL"),
    )  # fmt: skip
    op.create_table(
        "onsite_report",
        sa.Column("report", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("was_due_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("report", name="onsite_report_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="onsite_report_clearance_fkey"),
    )
    op.create_index("onsite_report_clearance_report", "onsite_report", ["clearance", "report"])


def downgrade() -> None:
    raise NotImplementedError("An older version knows no waiting lists and would lose them; restore a backup instead.")
