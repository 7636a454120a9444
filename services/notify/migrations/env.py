"""Where alembic learns what notify's database should look like."""

from services.notify.tables import Base
from shared.db import PLATFORM
from shared.migrations import run_migrations

run_migrations([Base.metadata, PLATFORM])
