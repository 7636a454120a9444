"""Where alembic learns what intake's database should look like."""

from services.intake.tables import Base
from shared.db import PLATFORM
from shared.migrations import run_migrations

run_migrations([Base.metadata, PLATFORM])
