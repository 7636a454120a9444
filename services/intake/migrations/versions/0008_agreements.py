"""Documents have clauses, translations and a day of grace; signatures have answers, and these open talks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

_EARLIER_COUNT_ON = """
    UPDATE document_version SET previous = coalesce((
        SELECT array_agg(earlier.version ORDER BY earlier.number) FROM document_version earlier
        WHERE earlier.document = document_version.document AND earlier.number < document_version.number
    ), '{}')
"""
"""Nobody was told of a day before, so nobody's earlier signature runs out by an upgrade."""

_SIGNED_IN = """
    UPDATE signature SET language = document_version.language FROM document_version
    WHERE (document_version.document, document_version.version) = (signature.document, signature.version)
"""


def upgrade() -> None:
    op.add_column("document_version", sa.Column("clauses", JSONB(), nullable=False, server_default="[]"))
    op.add_column("document_version", sa.Column("grace_until", sa.Date()))
    op.add_column("document_version", sa.Column("previous", sa.ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.execute(_EARLIER_COUNT_ON)
    op.add_column("signature", sa.Column("language", sa.Text()))
    op.execute(_SIGNED_IN)
    op.create_index("signature_document_version", "signature", ["document", "version"])
    _translations()
    _answers()


def _translations() -> None:
    op.create_table(
        "document_translation",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("clauses", JSONB(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document", "version"],
            ["document_version.document", "document_version.version"],
            name="document_translation_document_fkey",
        ),
        sa.PrimaryKeyConstraint("document", "version", "language", name="document_translation_pkey"),
    )


def _answers() -> None:
    op.create_table(
        "clause_answer",
        sa.Column("signature", sa.Uuid(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.CheckConstraint("answer IN ('no-question', 'question', 'concern')", name="clause_answer_answer_check"),
        sa.ForeignKeyConstraint(["signature"], ["signature.signature"], name="clause_answer_signature_fkey"),
        sa.PrimaryKeyConstraint("signature", "clause", name="clause_answer_pkey"),
    )
    op.create_table(
        "talk",
        sa.Column("talk", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("taken_at", MOMENT),
        sa.Column("outcome", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("closed_by", sa.Text()),
        sa.Column("closed_at", MOMENT),
        sa.CheckConstraint("outcome IN ('clarified', 'adjusted', 'remains', 'not-reached')", name="talk_outcome_check"),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (outcome IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)",
            name="talk_closed_check",
        ),
        sa.CheckConstraint("(owner IS NULL) = (taken_at IS NULL)", name="talk_owner_check"),
        sa.ForeignKeyConstraint(["signature"], ["signature.signature"], name="talk_signature_fkey"),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="talk_person_fkey"),
        sa.PrimaryKeyConstraint("talk", name="talk_pkey"),
        sa.UniqueConstraint("signature", name="talk_signature_key"),
    )
    op.create_index("talk_site_talk", "talk", ["site", "talk"])
    is_open = sa.text("closed_at IS NULL")
    op.create_index("talk_open_person", "talk", ["person", "document"], postgresql_where=is_open)


def downgrade() -> None:
    raise NotImplementedError("An older version would forget answers and open talks; restore a backup instead.")
