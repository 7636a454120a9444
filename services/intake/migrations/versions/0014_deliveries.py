"""Who was given the words of a conduct document, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0010"
branch_labels = None
depends_on = None


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
    op.create_index(
        "document_delivery_document_version_person", "document_delivery", ["document", "version", "person"]
    )


def downgrade() -> None:
    op.drop_table("document_delivery")
