"""Who was given the words of a conduct document, and where the line was stopped."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

REASONS = "('serious-incident', 'several-concerns', 'nobody-to-look-after', 'authority-asks', 'data-breach')"


def upgrade() -> None:
    op.create_table(
        "document_delivery",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("given_by", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("person", "document", "version", name="document_delivery_pkey"),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="document_delivery_person_fkey"),
        sa.ForeignKeyConstraint(
            ["document", "version"],
            ["document_version.document", "document_version.version"],
            name="document_delivery_document_fkey",
        ),
    )
    op.create_index("document_delivery_document_version_person", "document_delivery", ["document", "version", "person"])
    op.create_table(
        "stop",
        sa.Column("stop", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("stopped_by", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lift_reason", sa.Text()),
        sa.Column("lifted_by", sa.Text()),
        sa.Column("lifted_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("stop", name="stop_pkey"),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="stop_site_fkey"),
        sa.ForeignKeyConstraint(["programme"], ["programme.programme"], name="stop_programme_fkey"),
        sa.CheckConstraint(f"reason IN {REASONS}", name="stop_reason_check"),
        sa.CheckConstraint("lift_reason IN ('cleared-up', 'made-safer', 'mistaken')", name="stop_lift_reason_check"),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) AND (lifted_at IS NULL) = (lift_reason IS NULL)",
            name="stop_lifted_check",
        ),
    )
    op.create_index("stop_site_stop", "stop", ["site", "stop"])


def downgrade() -> None:
    raise NotImplementedError("An older version would go on where the line was stopped; restore a backup instead.")
