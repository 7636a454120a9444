"""Places, programmes and offerings have policies; a place may name a part of its country."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("place", sa.Column("subdivision", sa.Text()))
    op.create_table(
        "policy",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("own", JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('place', 'programme', 'offering')", name="policy_kind_check"),
        sa.ForeignKeyConstraint(["site"], ["place.site"], name="policy_site_fkey"),
        sa.PrimaryKeyConstraint("kind", "name", name="policy_pkey"),
    )
    op.create_index("policy_site", "policy", ["site"])


def downgrade() -> None:
    op.drop_table("policy")
    op.drop_column("place", "subdivision")
