"""What people say of themselves, wishes of places, constraints, relationships."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

KINDS = "kind IN ('address-cards', 'matching-profiles', 'screening-facts', 'constraints')"


def upgrade() -> None:
    _about()
    _constraints()
    _relationships()
    op.execute("ALTER TABLE private_read DROP CONSTRAINT IF EXISTS kind")  # as an earlier step named it
    op.execute("ALTER TABLE private_read DROP CONSTRAINT IF EXISTS private_read_kind_check")
    op.create_check_constraint("private_read_kind_check", "private_read", KINDS)


def _about() -> None:
    op.create_table(
        "about",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("levels", JSONB(), nullable=False),
        sa.Column("countries", JSONB(), nullable=False),
        sa.Column("style", JSONB(), nullable=False),
        sa.Column("dislikes", ARRAY(sa.Text()), nullable=False),
        sa.Column("wishes", ARRAY(sa.Text()), nullable=False),
        sa.Column("adjustments", ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="about_person_fkey"),
        sa.PrimaryKeyConstraint("person", name="about_pkey"),
    )
    op.create_table(
        "wish_list",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("wishes", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="wish_list_site_fkey"),
        sa.PrimaryKeyConstraint("site", name="wish_list_pkey"),
    )


def _constraints() -> None:
    op.create_table(
        "constraints",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("safe_hours", ARRAY(sa.Integer())),
        sa.Column("forbidden_channels", ARRAY(sa.Text()), nullable=False),
        sa.Column("may_know", ARRAY(sa.Text())),
        sa.Column("no_photos", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="constraints_person_fkey"),
        sa.PrimaryKeyConstraint("person", name="constraints_pkey"),
        sa.CheckConstraint("safe_hours <> '{}'", name="constraints_safe_hours_check"),
    )


def _relationships() -> None:
    op.create_table(
        "relationship",
        sa.Column("relationship", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("other", sa.Uuid()),
        sa.Column("other_email", sa.Text()),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("vouched_by", sa.Text()),
        sa.Column("vouched_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="relationship_person_fkey"),
        sa.PrimaryKeyConstraint("relationship", name="relationship_pkey"),
        sa.CheckConstraint("part IN ('mentor', 'mentee')", name="relationship_part_check"),
        sa.CheckConstraint("other <> person", name="relationship_two_people_check"),
        sa.CheckConstraint(
            "withdrawn_at IS NOT NULL OR (other IS NULL) <> (other_email IS NULL)", name="relationship_named_check"
        ),
        sa.CheckConstraint("(vouched_at IS NULL) = (vouched_by IS NULL)", name="relationship_vouched_check"),
    )
    op.create_index("relationship_person_relationship", "relationship", ["person", "relationship"])
    op.create_index("relationship_other", "relationship", ["other"])
    op.create_index("relationship_other_email", "relationship", ["other_email"])


def downgrade() -> None:
    raise NotImplementedError("An older version would write to people at hours that are not safe; restore a backup.")
