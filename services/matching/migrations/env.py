"""Where alembic learns what matching's database should look like."""

from services.matching.tables import Base
from shared.db import PLATFORM
from shared.migrations import run_migrations

run_migrations([Base.metadata, PLATFORM])
