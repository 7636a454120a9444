"""Cases ask by the law of their place: screening knows sites, and how often a role has contact."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AS_BEFORE = """
    UPDATE screening_case SET requirements = jsonb_build_object('steps', (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
            'check', name, 'performer', 'a screener', 'passes', 'The check was passed.', 'days_old', NULL, 'only', NULL,
            'why', jsonb_build_array(jsonb_build_object(
                'of', 'network', 'rule', name, 'why', 'The role asked for it when the case was opened.',
                'factors', to_jsonb(risks), 'source', ''
            ))
        ) ORDER BY position), '[]')
        FROM unnest(required) WITH ORDINALITY AS asked (name, position)
    ))
"""


def upgrade() -> None:
    op.create_table(
        "place",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("law_of", sa.Text()),
        sa.Column("sequence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", name="place_pkey"),
    )
    op.add_column("role", sa.Column("times_a_month", sa.Integer()))
    op.add_column("screening_case", sa.Column("requirements", JSONB(), nullable=False, server_default="{}"))
    op.add_column("screening_case", sa.Column("place_known", sa.Boolean(), nullable=False, server_default="false"))
    op.execute(_AS_BEFORE)
    op.create_index("screening_case_site_state", "screening_case", ["site", "state"])


def downgrade() -> None:
    raise NotImplementedError("An older version would clear people without asking the law; restore a backup instead.")
