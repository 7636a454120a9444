"""Where alembic learns what messaging's database should look like."""

from services.messaging.tables import Base
from shared.db import PLATFORM
from shared.migrations import run_migrations

run_migrations([Base.metadata, PLATFORM])
