"""Which failures are the database's, so that no message is to blame for them."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from services.screening.tables import PlaceRow
from shared.db import create_engine, create_sessions, is_away, store_states
from shared.messaging.gate import DatabaseGate
from tests.support.databases import fresh_database


@pytest.fixture
async def engine() -> AsyncIterator[AsyncEngine]:
    """An engine on a database with the schema of screening."""
    async with fresh_database("screening") as url:
        engine = create_engine(url)
        yield engine
        await engine.dispose()


@pytest.mark.parametrize(
    ("prepare", "statement", "away"),
    [
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "DELETE FROM inbox", True),
        ("SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("SELECT 1", "SELECT 1 / 0", False),
        ("SELECT 1", "SELECT no_such_column FROM inbox", False),
    ],
    ids=["takes no writes", "ended the session", "divided by zero", "no such column"],
)
async def test_what_means_that_it_is_away(engine: AsyncEngine, prepare: str, statement: str, away: bool) -> None:
    """As it fails for a handler: by the error alone, for a probe a moment later may find it back."""
    async with engine.connect() as connection:
        await connection.execute(text(prepare))
        await connection.commit()
        with pytest.raises(DBAPIError) as failure:
            await connection.execute(text(statement))
    assert is_away(failure.value) is away


async def test_a_connection_that_broke_in_the_pool_does_not_make_the_database_away(engine: AsyncEngine) -> None:
    gate = DatabaseGate(create_sessions(engine), asyncio.Event())
    async with engine.connect() as idle, engine.connect() as other:
        ended = await idle.scalar(text("SELECT pg_backend_pid()"))
        await idle.rollback()
        await other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": ended})
    assert [await gate.answers(), await gate.answers()] == [True, True]


async def test_many_copies_at_once_keep_the_newest_of_each(engine: AsyncEngine) -> None:
    """In whatever order they come, also twice in one batch; those that changed something are named."""

    def site(name: str, law_of: str, number: int) -> dict[str, str]:
        return {"site": name, "law_of": law_of, "sequence": f"0001.{number:010}"}

    async with create_sessions(engine).begin() as session:
        first = [site("net.b", "KE", 2), site("net.a", "AF", 1), site("net.b", "GB", 1)]
        assert await store_states(session, PlaceRow, "site", first) == {"net.a", "net.b"}
        assert await store_states(session, PlaceRow, "site", [site("net.a", "DE", 3), site("net.b", "FR", 2)]) == {
            "net.a"
        }
        kept = {row.site: row.law_of for row in await session.scalars(select(PlaceRow))}
    assert kept == {"net.a": "DE", "net.b": "KE"}


async def test_a_database_that_ended_does_not_answer(engine: AsyncEngine) -> None:
    gone = create_engine(engine.url.set(port=1).render_as_string(hide_password=False))
    assert not await DatabaseGate(create_sessions(gone), asyncio.Event()).answers()
    await gone.dispose()
