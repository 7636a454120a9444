"""The first schema of intake."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.schema import FIRST, run_step

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    run_step(op.get_bind(), FIRST)
    op.create_table(
        "place",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text()),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text()),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("place IN ('network', 'organisation', 'region', 'site')", name="place_place_check"),
        sa.ForeignKeyConstraint(["parent"], ["place.site"], name="place_parent_fkey"),
        sa.PrimaryKeyConstraint("site", name="place_pkey"),
    )
    op.create_table(
        "private_read",
        sa.Column("read", sa.Uuid(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('address-cards', 'matching-profiles')", name="private_read_kind_check"),
        sa.PrimaryKeyConstraint("read", name="private_read_pkey"),
    )
    op.create_index("private_read_read_at", "private_read", ["read_at"])
    op.create_table(
        "document",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="document_site_fkey"),
        sa.PrimaryKeyConstraint("document", name="document_pkey"),
    )
    op.create_table(
        "person",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name_to_use", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("email_key", sa.Text()),
        sa.Column("duplicate_of", sa.Uuid()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("may_mail", sa.Boolean(), nullable=False),
        sa.Column("mail_chosen", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("registered_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["duplicate_of"], ["person.person"], name="person_duplicate_of_fkey"),
        sa.ForeignKeyConstraint(["network"], ["place.site"], name="person_network_fkey"),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="person_site_fkey"),
        sa.PrimaryKeyConstraint("person", name="person_pkey"),
        sa.UniqueConstraint("network", "email_key", name="person_network_email_key_key"),
    )
    op.create_index("person_site_person", "person", ["site", "person"])
    op.create_table(
        "programme",
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.CheckConstraint("type IN ('adult-adult', 'adult-minor', 'peer', 'group')", name="programme_type_check"),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="programme_site_fkey"),
        sa.PrimaryKeyConstraint("programme", name="programme_pkey"),
    )
    op.create_table(
        "role",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("risks", sa.ARRAY(sa.Text()), nullable=False),
        sa.CheckConstraint("kind IN ('mentor', 'mentee', 'facilitator')", name="role_kind_check"),
        sa.CheckConstraint(
            "risks <@ ARRAY['works-with-clients', 'knows-volunteers', 'sees-confidential-data', 'system-access',"
            " 'one-on-one', 'minors']",
            name="role_risks_check",
        ),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="role_site_fkey"),
        sa.PrimaryKeyConstraint("role", name="role_pkey"),
    )
    op.create_table(
        "document_version",
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name="document_version_document_fkey"),
        sa.PrimaryKeyConstraint("document", "version", name="document_version_pkey"),
        sa.UniqueConstraint("document", "number", name="document_version_document_number_key"),
    )
    op.create_table(
        "offering",
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("mentor_reply_hours", sa.Integer(), nullable=False),
        sa.Column("mentee_reply_hours", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.CheckConstraint("mentor_reply_hours > 0 AND mentee_reply_hours > 0", name="offering_reply_hours_check"),
        sa.ForeignKeyConstraint(["document"], ["document.document"], name="offering_document_fkey"),
        sa.ForeignKeyConstraint(["programme"], ["programme.programme"], name="offering_programme_fkey"),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="offering_site_fkey"),
        sa.PrimaryKeyConstraint("offering", name="offering_pkey"),
    )
    op.create_index("offering_site_offering", "offering", ["site", "offering"])
    op.create_table(
        "profile",
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("languages", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("goals", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("weekly_hours", sa.Double(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("free_hours", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("weekly_hours BETWEEN 0.5 AND 40", name="profile_weekly_hours_check"),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="profile_person_fkey"),
        sa.PrimaryKeyConstraint("person", name="profile_pkey"),
    )
    op.create_table(
        "roster_row",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("seen", JSONB(), nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="roster_row_person_fkey"),
        sa.PrimaryKeyConstraint("site", "source", "key", name="roster_row_pkey"),
    )
    op.create_index("roster_row_person", "roster_row", ["person"])
    op.create_table(
        "application",
        sa.Column("application", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("applied_by", sa.Text(), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT),
        sa.CheckConstraint("(state = 'submitted') = (submitted_at IS NOT NULL)", name="application_submitted_check"),
        sa.CheckConstraint("state IN ('to-sign', 'submitted')", name="application_state_check"),
        sa.ForeignKeyConstraint(["offering"], ["offering.offering"], name="application_offering_fkey"),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="application_person_fkey"),
        sa.ForeignKeyConstraint(["role"], ["role.role"], name="application_role_fkey"),
        sa.PrimaryKeyConstraint("application", name="application_pkey"),
    )
    op.create_index(
        "application_offering_to_sign", "application", ["offering"], postgresql_where=sa.text("state = 'to-sign'")
    )
    op.create_index(
        "application_one_open",
        "application",
        ["person", "role", "offering"],
        unique=True,
        postgresql_where=sa.text("state IN ('to-sign', 'submitted')"),
    )
    op.create_index("application_site_application", "application", ["site", "application"])
    op.create_table(
        "attestation",
        sa.Column("attestation", sa.Uuid(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("offering", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attested_by", sa.Text(), nullable=False),
        sa.Column("attested_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["document", "version"],
            ["document_version.document", "document_version.version"],
            name="attestation_document_fkey",
        ),
        sa.ForeignKeyConstraint(["offering"], ["offering.offering"], name="attestation_offering_fkey"),
        sa.PrimaryKeyConstraint("attestation", name="attestation_pkey"),
    )
    op.create_table(
        "signature",
        sa.Column("signature", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("signed_on", sa.Date()),
        sa.Column("attestation", sa.Uuid()),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(kind = 'held-elsewhere') = (holder IS NOT NULL AND signed_on IS NOT NULL) "
            "AND (kind = 'attested') = (attestation IS NOT NULL)",
            name="signature_evidence_check",
        ),
        sa.CheckConstraint("kind IN ('signed', 'held-elsewhere', 'attested')", name="signature_kind_check"),
        sa.ForeignKeyConstraint(["attestation"], ["attestation.attestation"], name="signature_attestation_fkey"),
        sa.ForeignKeyConstraint(
            ["document", "version"],
            ["document_version.document", "document_version.version"],
            name="signature_document_fkey",
        ),
        sa.ForeignKeyConstraint(["person"], ["person.person"], name="signature_person_fkey"),
        sa.PrimaryKeyConstraint("signature", name="signature_pkey"),
        sa.UniqueConstraint("person", "document", "version", "kind", name="signature_person_document_version_kind_key"),
    )


def downgrade() -> None:
    raise NotImplementedError("The first schema is the oldest; restore a backup or drop the database.")
