"""The first schema of matching."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.schema import FIRST, run_step

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
ANY_ROLE = "role IN ('mentor', 'mentee', 'facilitator')"


def upgrade() -> None:
    run_step(op.get_bind(), FIRST)
    _heard()
    _runs()
    _pairs()
    _proposals()


def _heard() -> None:
    op.create_table(
        "offering",
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("offering", name="offering_pkey"),
    )
    op.create_table(
        "application",
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("application", name="application_pkey"),
        sa.CheckConstraint(ANY_ROLE, name="application_role_check"),
    )
    op.create_index("application_offering", "application", ["offering"])
    op.create_table(
        "clearance",
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("cleared_on", sa.Date()),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("clearance", name="clearance_pkey"),
        sa.CheckConstraint(ANY_ROLE, name="clearance_role_check"),
        sa.CheckConstraint("state IN ('cleared', 'declined', 'ended')", name="clearance_state_check"),
    )
    op.create_index("clearance_offering", "clearance", ["offering"])
    op.create_index("clearance_person", "clearance", ["person"])
    op.create_table(
        "profile",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.ARRAY(sa.Text())),
        sa.Column("skills", postgresql.ARRAY(sa.Text())),
        sa.Column("goals", postgresql.ARRAY(sa.Text())),
        sa.Column("weekly_hours", sa.Float()),
        sa.Column("free_hours", postgresql.ARRAY(sa.SmallInteger())),
        sa.PrimaryKeyConstraint("person", name="profile_pkey"),
        sa.CheckConstraint("state IN ('stale', 'read', 'absent')", name="profile_state_check"),
    )
    op.create_index("profile_stale", "profile", ["person"], postgresql_where=sa.text("state = 'stale'"))


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("mentors", "mentees", "places", "barred_pairs", "blocking_pairs", "total_score")
        ),
        sa.PrimaryKeyConstraint("run", name="run_pkey"),
    )
    op.create_table(
        "left_out",
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("barred", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("run", "person", "role", name="left_out_pkey"),
        sa.ForeignKeyConstraint(["run"], ["run.run"], name="left_out_run_fkey"),
        sa.CheckConstraint("role IN ('mentor', 'mentee')", name="left_out_role_check"),
    )


def _pairs() -> None:
    op.create_table(
        "pair",
        sa.Column("pair", sa.Uuid(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("other_site", sa.Text()),
        sa.Column("pair_kind", sa.Text(), nullable=False),
        sa.Column("mentor", sa.Uuid(), nullable=False),
        sa.Column("mentee", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("matched_at", MOMENT, nullable=False),
        sa.Column("matched_by", sa.Text(), nullable=False),
        sa.Column("vouched_by", sa.Text()),
        sa.Column("closed_on", sa.Date()),
        sa.Column("closed_by", sa.Text()),
        sa.Column("closure_reason", sa.Text()),
        sa.PrimaryKeyConstraint("pair", name="pair_pkey"),
        sa.UniqueConstraint("mentor", "mentee", name="pair_mentor_mentee_key"),
        sa.CheckConstraint("state IN ('open', 'closed')", name="pair_state_check"),
        sa.CheckConstraint("pair_kind IN ('assigned', 'nominated')", name="pair_pair_kind_check"),
        sa.CheckConstraint("mentor <> mentee", name="pair_two_people_check"),
        sa.CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="pair_closed_check"),
    )
    is_open = sa.text("state = 'open'")
    op.create_index("pair_one_mentor", "pair", ["mentee", "offering"], unique=True, postgresql_where=is_open)
    op.create_index("pair_site_pair", "pair", ["site", "pair"])
    op.create_index("pair_offering_pair", "pair", ["offering", "pair"])


def _proposals() -> None:
    op.create_table(
        "proposal",
        sa.Column("proposal", sa.Uuid(), nullable=False),
        sa.Column("run", sa.Uuid(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("mentor", sa.Uuid(), nullable=False),
        sa.Column("mentee", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pair", sa.Uuid()),
        sa.PrimaryKeyConstraint("proposal", name="proposal_pkey"),
        sa.ForeignKeyConstraint(["run"], ["run.run"], name="proposal_run_fkey"),
        sa.ForeignKeyConstraint(["pair"], ["pair.pair"], name="proposal_pair_fkey"),
        sa.UniqueConstraint("run", "mentor", "mentee", name="proposal_run_mentor_mentee_key"),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'replaced')", name="proposal_state_check"),
        sa.CheckConstraint("(state = 'confirmed') = (pair IS NOT NULL)", name="proposal_confirmed_check"),
    )
    pending = sa.text("state = 'pending'")
    for column in ("mentor", "mentee", "offering"):
        op.create_index(f"proposal_pending_{column}", "proposal", [column], postgresql_where=pending)


def downgrade() -> None:
    raise NotImplementedError("The first schema is the oldest; restore a backup or drop the database.")
