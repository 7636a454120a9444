"""A network of before keeps what it has when policies, assessments and readiness come."""

import asyncio
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config

import services.intake
from shared import migrations
from tests.support.databases import own_database

BEFORE = """
    INSERT INTO place (site, parent, place, name, zone, languages) VALUES ('net', NULL, 'network', 'Net', 'UTC', '{}');
    INSERT INTO document (document, site) VALUES ('conduct', 'net');
    INSERT INTO programme (programme, site, name, type) VALUES ('steps', 'net', 'Steps', 'peer');
    INSERT INTO role (role, site, kind, title, description, risks)
        VALUES ('mentor', 'net', 'mentor', 'Mentor', '', '{one-on-one}');
    INSERT INTO offering (offering, programme, site, is_open, mentor_reply_hours, mentee_reply_hours, document)
        VALUES ('steps@net', 'steps', 'net', true, 48, 96, 'conduct');
"""


def upgrade(url: str, revision: str) -> None:
    """Bring a database to a revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(services.intake.__file__).parent / "migrations"))
    config.attributes["database_url"] = url
    command.upgrade(config, revision)


async def test_what_is_open_stays_open_and_what_nobody_said_counts_as_riskier() -> None:
    """The offering is open although no site was ever assessed (R82); the role waits for its review (R34)."""
    async with own_database() as url:
        await asyncio.to_thread(upgrade, url, "0003")
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute(BEFORE)
        await asyncio.to_thread(migrations.upgrade, "intake", url)
        assert await connection.fetchval("SELECT is_open FROM offering") is True
        role = await connection.fetchrow("SELECT observability, times_a_month, accepted, review_on FROM role")
        assert tuple(role) == ("none", None, "[]", None)
        await connection.execute("UPDATE role SET kind = 'moderator', risks = '{contact-outside-pair}'")
        await connection.close()


TWO_VERSIONS = """
    INSERT INTO document_version (document, version, number, language, text, sha256, published_at)
        VALUES ('conduct', '1', 1, 'en', 'a', 'x', now()), ('conduct', '2', 2, 'en', 'b', 'y', now());
"""


async def test_what_was_signed_before_graces_came_counts_on() -> None:
    """Trap 8: an upgrade stops nobody: earlier versions count without an end, since nobody was told one."""
    async with own_database() as url:
        await asyncio.to_thread(upgrade, url, "0003")
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        await connection.execute(BEFORE + TWO_VERSIONS)
        await asyncio.to_thread(migrations.upgrade, "intake", url)
        rows = await connection.fetch("SELECT previous, grace_until, clauses FROM document_version ORDER BY number")
        assert [tuple(row) for row in rows] == [([], None, "[]"), (["1"], None, "[]")]
        await connection.close()
