"""Nobody is cleared before conflicts and gaps of the law were settled; a case says what it asks anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NAMED = """
    UPDATE screening_case SET requirements = jsonb_set(requirements, '{unsettled}', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'what', 'before/' || position, 'about', about, 'accepted', false
        ) ORDER BY position), '[]')
        FROM jsonb_array_elements_text(requirements -> 'unsettled') WITH ORDINALITY AS said (about, position)
    )) WHERE requirements ? 'unsettled'
"""
_ACTS = "'results', 'correction', 'settled', 'asked-anew', 'cleared', 'declined', 'withdrawn', 'expired'"


def upgrade() -> None:
    op.create_table(
        "settlement",
        sa.Column("settlement", sa.Uuid(), nullable=False),
        sa.Column("clearance", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("rules", ARRAY(sa.Text()), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("settlement", name="settlement_pkey"),
        sa.ForeignKeyConstraint(["clearance"], ["screening_case.clearance"], name="settlement_clearance_fkey"),
        sa.CheckConstraint(
            "how IN ('asked-and-not-needed', 'done-otherwise', 'accepted')", name="settlement_how_check"
        ),
    )
    op.create_index("settlement_clearance_settlement", "settlement", ["clearance", "settlement"])
    op.add_column("place", sa.Column("draft_accepted", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("case_act", sa.Column("added", ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.add_column("case_act", sa.Column("removed", ARRAY(sa.Text()), nullable=False, server_default="{}"))
    op.drop_constraint("case_act_kind_check", "case_act")
    op.create_check_constraint("case_act_kind_check", "case_act", f"kind IN ({_ACTS})")
    op.execute(_NAMED)


def downgrade() -> None:
    raise NotImplementedError("An older version would clear people over what nobody settled; restore a backup instead.")
