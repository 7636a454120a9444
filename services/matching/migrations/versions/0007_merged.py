"""Whose records were merged. Two people have one open pair; closed ones of merged people may be alike."""

import sqlalchemy as sa
from alembic import op

from shared.schema import MERGED, run_step

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_step(op.get_bind(), MERGED)
    op.drop_constraint("pair_mentor_mentee_key", "pair", type_="unique")
    op.create_index("pair_mentor_mentee", "pair", ["mentor", "mentee"])
    is_open = sa.text("state = 'open'")
    op.create_index("pair_open", "pair", ["mentor", "mentee"], unique=True, postgresql_where=is_open)


def downgrade() -> None:
    raise NotImplementedError("An older version would act on people who were given up; restore a backup instead.")
