"""Consents with their texts and words, guardians, who came of age, and admissions of mentees."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _consents()
    _guardians()
    op.create_table(
        "coming_of_age",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="coming_of_age_person_fkey"),
        sa.PrimaryKeyConstraint("person", name="coming_of_age_pkey"),
    )
    op.create_table(
        "admission",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("eligibility", JSONB(), nullable=False),
        sa.Column("needs", ARRAY(sa.Text()), nullable=False),
        sa.Column("safety_plan", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="admission_person_fkey"),
        sa.PrimaryKeyConstraint("person", name="admission_pkey"),
    )


def _consents() -> None:
    op.create_table(
        "consent_text",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="consent_text_site_fkey"),
        sa.PrimaryKeyConstraint("site", "purpose", "version", "language", name="consent_text_pkey"),
    )
    op.create_table(
        "consent",
        sa.Column("consent", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date()),
        sa.Column("ended_on", sa.Date()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="consent_person_fkey"),
        sa.PrimaryKeyConstraint("consent", name="consent_pkey"),
        sa.UniqueConstraint("person", "purpose", name="consent_person_purpose_key"),
        sa.CheckConstraint("state IN ('waiting', 'given', 'withdrawn')", name="consent_state_check"),
        sa.CheckConstraint("(state = 'withdrawn') = (ended_on IS NOT NULL)", name="consent_ended_check"),
    )
    op.create_table(
        "consent_word",
        sa.Column("word", sa.Uuid(), nullable=False),
        sa.Column("consent", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("giver", sa.Text(), nullable=False),
        sa.Column("guardian", sa.Uuid()),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("text_site", sa.Text(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("text_language", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.Text()),
        sa.Column("withdrawn_how", sa.Text()),
        sa.ForeignKeyConstraint(["consent"], ["consent.consent"], name="consent_word_consent_fkey"),
        sa.ForeignKeyConstraint(
            ["text_site", "purpose", "text_version", "text_language"],
            ["consent_text.site", "consent_text.purpose", "consent_text.version", "consent_text.language"],
            name="consent_word_text_fkey",
        ),
        sa.PrimaryKeyConstraint("word", name="consent_word_pkey"),
        sa.CheckConstraint("(giver = 'guardian') = (guardian IS NOT NULL)", name="consent_word_giver_check"),
        sa.CheckConstraint("NOT alone OR giver = 'self'", name="consent_word_alone_check"),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="consent_word_withdrawn_check"),
    )
    op.create_index("consent_word_consent_word", "consent_word", ["consent", "word"])


def _guardians() -> None:
    op.create_table(
        "guardian_card",
        sa.Column("guardian", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="guardian_card_site_fkey"),
        sa.PrimaryKeyConstraint("guardian", name="guardian_card_pkey"),
    )
    op.create_table(
        "guardian",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("guardian", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("may_consent", sa.Boolean(), nullable=False),
        sa.Column("may_be_told", sa.Boolean(), nullable=False),
        sa.Column("no_contact", sa.Boolean(), nullable=False),
        sa.Column("verified_how", sa.Text()),
        sa.Column("verified_on", sa.Date()),
        sa.Column("verified_by", sa.Text()),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="guardian_person_fkey"),
        sa.PrimaryKeyConstraint("person", "guardian", name="guardian_pkey"),
        sa.CheckConstraint("kind IN ('parent', 'legal-guardian', 'institution')", name="guardian_kind_check"),
        sa.CheckConstraint("NOT (no_contact AND (may_consent OR may_be_told))", name="guardian_no_contact_check"),
        sa.CheckConstraint(
            "(verified_on IS NULL) = (verified_by IS NULL) AND (verified_on IS NULL) = (verified_how IS NULL)",
            name="guardian_verified_check",
        ),
        sa.CheckConstraint("guardian <> person", name="guardian_somebody_else_check"),
    )
    op.create_index("guardian_guardian", "guardian", ["guardian"])


def downgrade() -> None:
    raise NotImplementedError(
        "An older version would forget who agreed and who must not be contacted; restore a backup."
    )
