"""Where alembic learns what screening's database should look like."""

from services.screening.tables import Base
from shared.db import PLATFORM
from shared.migrations import run_migrations

run_migrations([Base.metadata, PLATFORM])
