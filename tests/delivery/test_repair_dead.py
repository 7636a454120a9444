"""`rapport dead` and `rapport inbox` on a real broker and a real Postgres."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.cli.deadletters import put_back
from services.screening.tables import CaseRow
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import ApplicationSubmitted, RoleChanged
from shared.db import create_engine, create_sessions
from shared.deadletters import Corpse, dead_letter
from shared.deadletters import bury as write_down
from shared.ids import new_id
from shared.inbox import inbox
from shared.messaging.topology import dead_queue_name, queue_name
from tests.support.brokers import depth, publish
from tests.support.command import Answer
from tests.support.databases import fresh_database
from tests.support.eventually import eventually
from tests.support.here import rapport_here
from tests.support.live import live
from tests.support.running import Running, envelope_of

APPLICATIONS = queue_name("screening", ApplicationSubmitted)
ROLES = queue_name("screening", RoleChanged)
PRIVATE = "Nur Ahmadi +93 70 000 0000"

Rapport = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def database_url() -> AsyncIterator[str]:
    """A database of screening."""
    async with fresh_database("screening") as url:
        yield url


@pytest.fixture
def rapport(
    amqp_url: str, database_url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Rapport:
    """The command, told where both are."""
    monkeypatch.setenv("RAPPORT_AMQP_URL", amqp_url)
    monkeypatch.setenv("RAPPORT_SCREENING_DATABASE_URL", database_url)
    return lambda *arguments: rapport_here(capsys, *arguments)


def application(**wrong: str) -> tuple[UUID, bytes]:
    """Id and bytes of an application; `wrong` replaces fields of its data."""
    event = ApplicationSubmitted(
        application=new_id(), person=new_id(), role="mentor-adult", kind_of_role="mentor",
        offering="first-steps@net.af.kabul", site="net.af.kabul",
    )  # fmt: skip
    document = envelope_of(event)
    document["data"] |= wrong
    return UUID(document["id"]), orjson.dumps(document)


async def bury(amqp_url: str, screening: Running, queue: str, *bodies: bytes) -> None:
    """Send what cannot be handled, until it is dead."""
    before = len(await screening.dead())
    for body in bodies:
        await publish(amqp_url, queue, body, content_type=CONTENT_TYPE)
    await eventually(lambda: _has_dead(screening, before + len(bodies)))


async def _has_dead(screening: Running, number: int) -> bool:
    return len(await screening.dead()) == number


async def _outcomes(screening: Running) -> dict[UUID, str]:
    async with screening.service.sessions() as session:
        rows = await session.execute(select(inbox.c.event_id, inbox.c.outcome))
        return {row.event_id: row.outcome for row in rows}


async def _mend(screening: Running, bodies: dict[UUID, bytes]) -> None:
    """What a good release makes of dead letters: bodies that it can read."""
    async with screening.service.sessions.begin() as session:
        for event_id, body in bodies.items():
            await session.execute(dead_letter.update().where(dead_letter.c.event_id == event_id).values(body=body))


def good(body: bytes) -> bytes:
    """The body without its fault."""
    document = orjson.loads(body)
    document["data"]["kind_of_role"] = "mentor"
    return orjson.dumps(document)


async def test_letters_are_listed_by_filters_and_shown_without_what_may_be_private(
    amqp_url: str, database_url: str, tmp_path: Path, rapport: Rapport
) -> None:
    """Every filter narrows; of bytes that are no event of ours only size and sha256 are shown."""
    event_id, wrong = application(kind_of_role=PRIVATE)
    rubbish = f"\x00{PRIVATE}".encode()
    async with live("screening", amqp_url, tmp_path, database_url=database_url) as screening:
        await bury(amqp_url, screening, APPLICATIONS, wrong)
        await bury(amqp_url, screening, ROLES, rubbish)

    async def listed(*filters: str) -> list[str]:
        return [row["queue"] for row in (await rapport("dead", "list", "--service=screening", "--json", *filters)).json]

    assert await listed() == [APPLICATIONS, ROLES]
    assert await listed("--type=application.submitted") == [APPLICATIONS]
    assert await listed("--queue", ROLES) == [ROLES]
    assert await listed("--error-type=Contradiction") == []
    assert await listed("--until=2026-01-01T00:00") == []
    assert await listed("--since=1h", "--limit=1") == [APPLICATIONS]
    letters = {row["queue"]: row["id"] for row in (await rapport("dead", "list", "--service=screening", "--json")).json}
    said = ""
    for letter in letters.values():
        seen = await rapport("dead", "list", letter, "--service=screening")
        said += seen.out + seen.err
    shown = await _shown(rapport, letters[ROLES])
    assert shown["event"] == {"bytes": len(rubbish), "sha256": hashlib.sha256(rubbish).hexdigest()}
    of_wrong = await _shown(rapport, letters[APPLICATIONS])
    assert of_wrong["event"]["id"] == str(event_id)
    assert PRIVATE not in said + orjson.dumps([shown, of_wrong]).decode()


async def _shown(rapport: Rapport, letter: str) -> dict[str, dict[str, object]]:
    answer = await rapport("dead", "show", letter, "--service=screening", "--json")
    assert answer.code == 0, answer.err
    document: dict[str, dict[str, object]] = answer.json
    return document


async def test_dropped_letters_stay_dead_in_the_inbox_and_a_late_repeat_changes_nothing(
    amqp_url: str, database_url: str, tmp_path: Path, rapport: Rapport
) -> None:
    """Dropping asks, tells who did it, leaves the ledger's rows, and what comes again is acknowledged."""
    event_id, body = application(kind_of_role="unheard-of")
    async with live("screening", amqp_url, tmp_path, database_url=database_url) as screening:
        await bury(amqp_url, screening, APPLICATIONS, body)
        assert (await rapport("dead", "drop", "--service=screening", "--dry-run")).code == 0
        refused = await rapport("dead", "drop", "--service=screening")
        assert refused.code == 2
        assert "--yes" in refused.err
        assert (await rapport("dead", "drop", "--yes")).code == 2
        assert len(await screening.dead()) == 1
        done = await rapport("dead", "drop", "--service=screening", "--yes", "--json")
        assert len(done.json["dropped"]) == 1
        assert done.json["by"]
        assert '"dead.dropped"' in done.err
        assert await screening.dead() == []
        await publish(amqp_url, APPLICATIONS, good(body), content_type=CONTENT_TYPE)
        await publish(amqp_url, APPLICATIONS, application()[1], content_type=CONTENT_TYPE)
        await eventually(lambda: _has_cases(screening, 1))
        assert (await _outcomes(screening))[event_id] == "dead"
        stats = (await rapport("inbox", "stats", "--service=screening", "--json")).json
        assert [(line["applied"], line["dead"]) for line in stats if line["handler"] == APPLICATIONS] == [(1, 1)]


async def test_replayed_letters_are_applied_at_the_asked_rate_and_those_that_are_gone_are_no_error(
    amqp_url: str, database_url: str, tmp_path: Path, rapport: Rapport
) -> None:
    """Only what the filter means goes back; a letter named though it is gone is counted, not complained about."""
    events = dict(application(kind_of_role="unheard-of") for _ in range(5))
    async with live("screening", amqp_url, tmp_path, database_url=database_url) as screening:
        await bury(amqp_url, screening, APPLICATIONS, *events.values())
        await bury(amqp_url, screening, ROLES, b"\x00")
        await bury(amqp_url, screening, dead_queue_name("screening"), b"\x01")
        assert (await rapport("dead", "replay")).code == 2
        would = await rapport(
            "dead", "replay", "--service=screening", "--type=application.submitted", "--dry-run", "--json"
        )
        letters = [row["id"] for row in would.json]
        assert len(letters) == 5
        await _mend(screening, {event_id: good(body) for event_id, body in events.items()})
        named = [*letters, str(new_id())]
        answer = await rapport("dead", "replay", *named, "--service=screening", "--rate=40/s", "--json")
        assert (answer.code, answer.json) == (0, {"put_back": 5, "gone": 1})
        await eventually(lambda: _has_cases(screening, 5))
        assert len(await screening.dead()) == 2
        again = await rapport("dead", "replay", *letters, "--service=screening", "--json")
        assert (again.code, again.json) == (0, {"put_back": 0, "gone": 5})
        stray = await rapport(
            "dead", "replay", "--queue", dead_queue_name("screening"), "--service=screening", "--json"
        )
        assert stray.json == {"put_back": 0, "gone": 0}
        assert "only be dropped" in stray.err


async def test_a_letter_dropped_while_its_replay_waits_is_applied_or_comes_back_and_never_both(
    amqp_url: str, database_url: str, tmp_path: Path, rapport: Rapport
) -> None:
    """The replay was there first: what can be applied is, what cannot is a dead letter again; each has one row."""
    (mended, first), (broken, second) = (application(kind_of_role="unheard-of") for _ in range(2))
    async with live("screening", amqp_url, tmp_path, database_url=database_url) as screening:
        await bury(amqp_url, screening, APPLICATIONS, first, second)
        await _mend(screening, {mended: good(first)})
        async with screening.service.sessions() as session:
            rows = [dict(row) for row in (await session.execute(select(dead_letter))).mappings()]
    await put_back(amqp_url, [{**row, "headers": orjson.dumps(row["headers"])} for row in rows])
    assert await depth(amqp_url, APPLICATIONS) == 2
    assert (await rapport("dead", "drop", "--service=screening", "--yes")).code == 0
    async with live("screening", amqp_url, tmp_path, database_url=database_url) as screening:
        await eventually(lambda: _has_cases(screening, 1))
        await eventually(lambda: _has_dead(screening, 1))
        assert await _outcomes(screening) == {mended: "applied", broken: "dead"}


async def test_filters_that_can_mean_nothing_are_refused(rapport: Rapport) -> None:
    """An unknown queue gets the nearest, and filters that exclude each other are no empty answer."""
    for command in ("list", "replay", "drop --yes"):
        unknown = await rapport("dead", *command.split(), "--queue=screening.role-changed", "--service=screening")
        assert (unknown.code, ROLES in unknown.err) == (2, True)
    for filters in ("--queue=matching.dead", f"--queue={ROLES} --type=application.submitted",
                    "--type=pair.matched"):  # fmt: skip
        answer = await rapport("dead", "list", "--service=screening", *filters.split())
        assert (answer.code, "No queue fits" in answer.err) == (2, True), answer.err
    for filters in (
        f"--queue={ROLES}",
        f"--queue={ROLES} --type=role.changed",
        "--error-type=ValueError",
        "--since=1h",
    ):
        answer = await rapport("dead", "list", "--service=screening", *filters.split(), "--json")
        assert (answer.code, answer.json) == (0, [])


async def test_letters_of_a_queue_that_is_no_more_are_found_by_its_name(database_url: str, rapport: Rapport) -> None:
    """An earlier version's handler may have left some."""
    engine = create_engine(database_url, pool_size=1)
    async with create_sessions(engine).begin() as session:
        await dead(session, queue="screening.gone-v1")
    await engine.dispose()
    answer = await rapport("dead", "list", "--service=screening", "--queue=screening.gone-v1", "--json")
    assert [row["queue"] for row in answer.json] == ["screening.gone-v1"]


async def test_what_a_stranger_wrote_around_a_message_is_not_shown(database_url: str, rapport: Rapport) -> None:
    """Header names and a content type may hold anything; ours are shown."""
    engine = create_engine(database_url, pool_size=1)
    async with create_sessions(engine).begin() as session:
        await dead(session, content_type=f"\x1b[31m{PRIVATE}", headers={PRIVATE: "1", "x-death": "2", "ce-id": "3"})
        await dead(session, content_type=CONTENT_TYPE, headers={})
    await engine.dispose()
    rows = (await rapport("dead", "list", "--service=screening", "--json")).json
    shown = [await rapport("dead", "show", row["id"], "--service=screening", "--json") for row in rows]
    assert [(each.json["content_type"], each.json["headers"]) for each in shown] == [
        ("foreign", ["ce-id", "foreign", "x-death"]), (CONTENT_TYPE, []),
    ]  # fmt: skip
    table = await rapport("dead", "show", rows[0]["id"], "--service=screening")
    assert not any(each in table.out for each in (PRIVATE, "\x1b"))


async def dead(
    session: AsyncSession, *, queue: str = ROLES, content_type: str | None = None, headers: dict[str, Any] | None = None
) -> None:
    """A dead letter that was no event."""
    corpse = Corpse(
        handler=queue, queue=queue, event_id=None, epoch=1, body=new_id().bytes, headers=headers or {},
        content_type=content_type, error=ValueError("no event"),
    )  # fmt: skip
    assert await write_down(session, corpse, 1)


async def test_what_is_missing_is_a_sentence(rapport: Rapport, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database or a broker that does not answer ends with code 69 and says what to look at."""
    monkeypatch.setenv("RAPPORT_SCREENING_DATABASE_URL", "postgresql+asyncpg://nobody:secret-word@127.0.0.1:1/none")
    for command in ("dead list", "dead drop --all --yes", "outbox status", "inbox stats"):
        answer = await rapport(*command.split(), "--service=screening")
        assert answer.code == 69
        assert "RAPPORT_SCREENING_DATABASE_URL" in answer.err
        assert "secret-word" not in answer.err
    monkeypatch.setenv("RAPPORT_AMQP_URL", "amqp://nobody:secret-word@127.0.0.1:1/")
    for command in ("events tail --for=5s", "events replay --service=screening"):
        answer = await rapport(*command.split())
        assert answer.code == 69
        assert "broker" in answer.err
        assert "secret-word" not in answer.err


async def _has_cases(screening: Running, number: int) -> bool:
    async with screening.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(CaseRow)) == number
