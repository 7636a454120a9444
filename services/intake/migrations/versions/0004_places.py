"""Policies, a part of a country, the whole of a role's risk assessment, readiness, calendars and notes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KINDS = "kind IN ('mentor', 'mentee', 'facilitator', 'staff', 'moderator', 'screener', 'coordinator')"
RISKS = (
    "risks <@ ARRAY['works-with-clients', 'knows-volunteers', 'sees-confidential-data', 'system-access',"
    " 'one-on-one', 'minors', 'adults-at-risk', 'mentor-is-minor', 'contact-outside-pair']"
)


def upgrade() -> None:
    op.add_column("place", sa.Column("subdivision", sa.Text()))
    op.create_table(
        "policy",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("own", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('place', 'programme', 'offering')", name="policy_kind_check"),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="policy_site_fkey"),
        sa.PrimaryKeyConstraint("kind", "name", name="policy_pkey"),
    )
    op.create_index("policy_site", "policy", ["site"])
    for name, condition in (("role_kind_check", KINDS), ("role_risks_check", RISKS)):
        op.drop_constraint(name, "role")
        op.create_check_constraint(name, "role", condition)
    for column in (
        sa.Column("times_a_month", sa.Integer()),
        sa.Column("observability", sa.Text(), nullable=False, server_default="none"),
        sa.Column("setting", sa.Text(), nullable=False, server_default="online"),
        sa.Column("controls", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column("accepted", JSONB(), nullable=False, server_default="[]"),
        sa.Column("review_on", sa.Date()),
        sa.Column("due_on", sa.Date()),
        sa.Column("weekly_hours", sa.Double()),
        sa.Column("months", sa.Integer()),
    ):
        op.add_column("role", column)
    op.create_check_constraint("role_observability_check", "role", "observability IN ('none', 'in-review', 'live')")
    op.create_check_constraint("role_setting_check", "role", "setting IN ('online', 'onsite')")

    _local()


def _local() -> None:
    op.create_table(
        "readiness",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("ticked_by", sa.Text(), nullable=False),
        sa.Column("ticked_on", sa.Date(), nullable=False),
        sa.Column("who", sa.Text()),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="readiness_site_fkey"),
        sa.PrimaryKeyConstraint("site", "item", name="readiness_pkey"),
    )
    op.create_table(
        "calendar",
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("removed_by", sa.Text()),
        sa.Column("removed_at", MOMENT),
        sa.CheckConstraint(
            "reason IN ('holiday', 'exam-week', 'internet-shutdown', 'other')", name="calendar_reason_check"
        ),
        sa.CheckConstraint("starts <= ends", name="calendar_span_check"),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="calendar_site_fkey"),
        sa.PrimaryKeyConstraint("entry", name="calendar_pkey"),
    )
    op.create_index("calendar_site_ends", "calendar", ["site", "ends"])
    op.create_table(
        "site_note",
        sa.Column("note", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("posted_by", sa.Text(), nullable=False),
        sa.Column("posted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="site_note_site_fkey"),
        sa.PrimaryKeyConstraint("note", name="site_note_pkey"),
    )
    op.create_index("site_note_site_note", "site_note", ["site", "note"])


def downgrade() -> None:
    raise NotImplementedError("An older version would forget policies and assessments; restore a backup instead.")
