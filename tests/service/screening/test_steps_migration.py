"""Cases of before get their steps: what has a result is done, the rest waits for somebody."""

import asyncio
from datetime import date
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config

import services.screening
from shared import migrations
from tests.support.databases import own_database

BEFORE = """
    INSERT INTO screening_case (clearance, application, person, role, kind, offering, site, state, risks, required,
        requirements, opened_at)
    SELECT id, id, id, 'mentor', 'mentor', 'steps@net', 'net', 'open', '{}', '{identity,references}',
        '{"steps": [{"check": "identity", "performer": "a screener"}, {"check": "references", "performer": "others"}]}',
        '2026-11-02T23:30:00-05:00'
    FROM gen_random_uuid() AS id;
    INSERT INTO check_result (clearance, check_name, outcome, recorded_by, recorded_at)
    SELECT clearance, 'identity', 'failed', 'somebody', '2026-11-05T00:00:00Z' FROM screening_case;
"""


def upgrade(url: str, revision: str) -> None:
    """Bring a database to a revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(services.screening.__file__).parent / "migrations"))
    config.attributes["database_url"] = url
    command.upgrade(config, revision)


async def test_a_case_of_before_has_the_steps_that_it_asks_for() -> None:
    """R40: in their order, with the days that a case opened now would get, counted in UTC."""
    async with own_database() as url:
        await asyncio.to_thread(upgrade, url, "0003")
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute(BEFORE)
        await asyncio.to_thread(migrations.upgrade, "screening", url)
        found = await connection.fetch(
            "SELECT check_name, position, performer, state, due_on, done_at IS NULL FROM step ORDER BY position"
        )
        await connection.close()
    assert [tuple(row) for row in found] == [
        ("identity", 0, "a screener", "done", date(2026, 11, 10), False),
        ("references", 1, "others", "to-do", date(2026, 11, 24), True),
    ]
