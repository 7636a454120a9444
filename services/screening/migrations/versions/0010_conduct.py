"""Conduct cases, legal reports, the on-call rota and the dismissal register."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conduct_case",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("concern", sa.Uuid()),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("other_site", sa.Text()),
        sa.Column("about_staff", sa.Boolean(), nullable=False),
        sa.Column("members", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("weighed_at", MOMENT, nullable=False),
        sa.Column("clause", sa.Integer()),
        sa.Column("clause_version", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handler", sa.Uuid()),
        sa.Column("frozen", ARRAY(sa.Uuid()), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("outcome", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("case", name="conduct_case_pkey"),
        sa.UniqueConstraint("concern", name="conduct_case_concern_key"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="conduct_case_closed_check"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="conduct_case_state_check"),
        sa.CheckConstraint("weight IN ('talk', 'harm', 'emergency')", name="conduct_case_weight_check"),
    )
    op.create_index("conduct_case_handler", "conduct_case", ["handler"])
    op.create_index("conduct_case_other_site_state", "conduct_case", ["other_site", "state"])
    op.create_index("conduct_case_site_state", "conduct_case", ["site", "state"])
    op.create_table(
        "conduct_named",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("case", "person", name="conduct_named_pkey"),
        sa.ForeignKeyConstraint(["case"], ["conduct_case.case"], name="conduct_named_case_fkey"),
    )
    op.create_index("conduct_named_person", "conduct_named", ["person"])
    op.create_table(
        "conduct_entry",
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("person", sa.Uuid()),
        sa.Column("text", sa.Text()),
        sa.PrimaryKeyConstraint("entry", name="conduct_entry_pkey"),
        sa.ForeignKeyConstraint(["case"], ["conduct_case.case"], name="conduct_entry_case_fkey"),
    )
    op.create_index("conduct_entry_case_entry", "conduct_entry", ["case", "entry"])
    op.create_table(
        "conduct_measure",
        sa.Column("measure", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("clause", sa.Integer(), nullable=False),
        sa.Column("clause_version", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("measure", name="conduct_measure_pkey"),
        sa.ForeignKeyConstraint(["case"], ["conduct_case.case"], name="conduct_measure_case_fkey"),
        sa.CheckConstraint(
            "kind IN ('coach', 'warn', 'restrict', 'suspend', 'dismiss', 'refer')", name="conduct_measure_kind_check"
        ),
    )
    op.create_index("conduct_measure_case_measure", "conduct_measure", ["case", "measure"])
    op.create_index("conduct_measure_person", "conduct_measure", ["person"])
    op.create_table(
        "conduct_reply",
        sa.Column("reply", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("said", sa.Text()),
        sa.Column("no_answer_by", sa.Date()),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("reply", name="conduct_reply_pkey"),
        sa.ForeignKeyConstraint(["case"], ["conduct_case.case"], name="conduct_reply_case_fkey"),
        sa.CheckConstraint("(said IS NULL) <> (no_answer_by IS NULL)", name="conduct_reply_one_check"),
    )
    op.create_index("conduct_reply_case_reply", "conduct_reply", ["case", "reply"])
    op.create_table(
        "tie",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("other", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("person", "other", name="tie_pkey"),
        sa.CheckConstraint("kind IN ('relative', 'partner', 'line', 'other')", name="tie_kind_check"),
        sa.CheckConstraint("person < other", name="tie_order_check"),
    )
    op.create_index("tie_other", "tie", ["other"])
    op.create_index("tie_site", "tie", ["site"])
    op.create_table(
        "legal_report",
        sa.Column("report", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid()),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("overdue_at", MOMENT),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("report", name="legal_report_pkey"),
        sa.ForeignKeyConstraint(["case"], ["conduct_case.case"], name="legal_report_case_fkey"),
        sa.CheckConstraint("of IN ('suspected-abuse', 'removal-over-harm')", name="legal_report_of_check"),
        sa.CheckConstraint("state IN ('asked', 'done', 'not-due')", name="legal_report_state_check"),
    )
    op.create_index("legal_report_case_report", "legal_report", ["case", "report"])
    op.create_table(
        "report_answer",
        sa.Column("report_answer", sa.Uuid(), nullable=False),
        sa.Column("report", sa.Uuid(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("done_on", sa.Date()),
        sa.Column("reason", sa.Text()),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("report_answer", name="report_answer_pkey"),
        sa.ForeignKeyConstraint(["report"], ["legal_report.report"], name="report_answer_report_fkey"),
        sa.CheckConstraint("answer IN ('done', 'not-due')", name="report_answer_answer_check"),
    )
    op.create_index("report_answer_report_report_answer", "report_answer", ["report", "report_answer"])
    op.create_table(
        "duty",
        sa.Column("duty", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("starts", MOMENT, nullable=False),
        sa.Column("ends", MOMENT, nullable=False),
        sa.Column("order", sa.Integer(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("duty", name="duty_pkey"),
        sa.CheckConstraint("starts < ends", name="duty_span_check"),
    )
    op.create_index("duty_site_ends", "duty", ["site", "ends"])
    op.create_table(
        "alarm",
        sa.Column("alarm", sa.Uuid(), nullable=False),
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.Column("acknowledged_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("alarm", name="alarm_pkey"),
        sa.ForeignKeyConstraint(["case"], ["conduct_case.case"], name="alarm_case_fkey"),
        sa.CheckConstraint("why IN ('opened', 'report')", name="alarm_why_check"),
    )
    op.create_index("alarm_case_alarm", "alarm", ["case", "alarm"])
    op.create_table(
        "page",
        sa.Column("page", sa.Uuid(), nullable=False),
        sa.Column("alarm", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("paged_at", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT),
        sa.PrimaryKeyConstraint("page", name="page_pkey"),
        sa.ForeignKeyConstraint(["alarm"], ["alarm.alarm"], name="page_alarm_fkey"),
    )
    op.create_index("page_alarm_page", "page", ["alarm", "page"])
    op.create_index("page_person_page", "page", ["person", "page"])
    op.create_table(
        "register_entry",
        sa.Column("case", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("key_check", sa.LargeBinary(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("case", "person", name="register_entry_pkey"),
        sa.ForeignKeyConstraint(
            ["case", "person"], ["conduct_named.case", "conduct_named.person"], name="register_entry_case_fkey"
        ),
    )
    op.create_index("register_entry_digest", "register_entry", ["digest"])
    op.create_table(
        "register_lookup",
        sa.Column("lookup", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("looked_up_by", sa.Text(), nullable=False),
        sa.Column("looked_up_at", MOMENT, nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("lookup", name="register_lookup_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="register_lookup_clearance_fkey"),
    )
    op.create_index("register_lookup_clearance_lookup", "register_lookup", ["clearance", "lookup"])


def downgrade() -> None:
    raise NotImplementedError("An older version knows nothing of cases that are open; restore a backup instead.")
