"""`rapport events tail|replay` and `rapport trace` on a real broker's archive and real databases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.registry import readers
from services.intake.tables import PlaceRow
from services.screening.tables import CaseRow
from shared import inbox
from shared.contracts import Event
from shared.contracts.intake import ApplicationSubmitted, RoleChanged, SiteChanged
from shared.db import create_engine, create_sessions
from shared.deadletters import Corpse, bury
from shared.ids import Origin, made_at, new_id, origin
from shared.messaging.topology import queue_name
from shared.outbox import emit
from tests.delivery.conftest import Rapport
from tests.support.brokers import depth
from tests.support.databases import fresh_database
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import BEGINNING, Running

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])
SITE = SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul")


def application() -> ApplicationSubmitted:
    """Somebody new applies."""
    return ApplicationSubmitted(
        application=new_id(), person=new_id(), role="mentor-adult", kind_of_role="mentor",
        offering="first-steps@net.af.kabul", site="net.af.kabul",
    )  # fmt: skip


async def tell(intake: Running, *events: Event) -> None:
    """Emit events and wait until the broker has them."""
    async with intake.service.sessions.begin() as session:
        await emit(session, *events, at=BEGINNING)
    intake.service.relay.wake()
    await eventually(lambda: _is_empty(intake))


async def _is_empty(intake: Running) -> bool:
    return await intake.emitted() == []


async def test_tail_follows_what_its_filters_let_through(
    amqp_url: str, databases: dict[str, str], tmp_path: Path, rapport: Rapport
) -> None:
    """From the past with --since, from now without; by type, place and subject; it ends by number and by time, and
    with --until at the archive's end."""
    async with live("intake", amqp_url, tmp_path, database_url=databases["intake"]) as intake:
        await tell(intake, ROLE, SITE, application())
        await _in(databases["intake"], _place)

        async def tailed(*filters: str) -> list[dict[str, Any]]:
            answer = await rapport("events", "tail", "--jsonl", *filters)
            assert answer.code == 0, answer.err
            return [orjson.loads(line) for line in answer.out.splitlines()]

        first = await tailed("--since=1h", "--type=role.changed", "--limit=1")
        assert [(event["type"], event["data"]["role"]) for event in first] == [(RoleChanged.type, "mentor-adult")]
        assert [event["subject"] for event in await tailed("--since=1h", "--subject=site/net.af.kabul", "--limit=1")]
        below = await tailed("--since=1h", "--site=net.af", "--limit=2")
        assert {event["type"] for event in below} == {SiteChanged.type, ApplicationSubmitted.type}
        assert await tailed("--type=pair.matched", "--for=1s") == []
        known = await tailed("--since=1h", "--limit=3")
        made = [made_at(UUID(event["id"])) for event in known]
        until = ("--until", (made[-1] + timedelta(milliseconds=1)).isoformat())
        assert await tailed(*until) == await tailed("--since=1h", *until) == known
        assert await tailed("--until", made[0].isoformat()) == []
        after = (until[1], "--until", (made[-1] + timedelta(hours=1)).isoformat())
        assert await tailed("--since", *after) == []
        assert (await rapport("events", "tail", "--json", *until)).out == await _lines(rapport, *until)
        unknown = await rapport("events", "tail", "--site=net.af.kabull", "--limit=1")
        assert (unknown.code, "net.af.kabul," in unknown.err) == (2, True)
        following = asyncio.create_task(rapport("events", "tail", "--type=site.changed", "--limit=1", "--for=60s"))
        while not following.done():
            await tell(intake, SITE)
        assert " rapport.site.changed.v1 site/net.af.kabul net.af.kabul " in (await following).out


async def _lines(rapport: Rapport, *filters: str) -> str:
    return (await rapport("events", "tail", "--jsonl", *filters)).out


async def test_replay_goes_to_one_reader_and_changes_nothing_that_it_knows(
    amqp_url: str, databases: dict[str, str], tmp_path: Path, rapport: Rapport
) -> None:
    """Three applications get to a screening that lost its queue; a second replay is repeats; nobody else hears it."""
    async with live("intake", amqp_url, tmp_path / "intake", database_url=databases["intake"]) as intake:
        await tell(intake, ROLE, *(application() for _ in range(3)))
    command = ("events", "replay", "--service=screening", "--type=application.submitted", "--json")
    async with live("screening", amqp_url, tmp_path / "first", database_url=databases["screening"]) as screening:
        await eventually(lambda: _cases(screening, 3))
    async with fresh_database("screening") as empty:
        before = await _depths(amqp_url)
        assert (await rapport(*command, "--until=2026-01-01T00:00")).json == []
        assert (await rapport(*command, "--dry-run")).json == [{"type": ApplicationSubmitted.type, "events": 3}]
        assert await _depths(amqp_url) == before
        for _ in range(2):
            answer = await rapport(*command, "--since=1h", "--rate=100/s")
            assert answer.json == [{"type": ApplicationSubmitted.type, "events": 3}]
        queue = queue_name("screening", ApplicationSubmitted)
        assert await _depths(amqp_url) == {**before, queue: 6}
        async with live("screening", amqp_url, tmp_path / "late", database_url=empty) as screening:
            await eventually(lambda: _is_drained(amqp_url, queue, screening))
            assert await _cases(screening, 3)
            assert await screening.dead() == []
    unheard = await rapport("events", "replay", "--service=intake", "--type=application.submitted")
    assert unheard.code == 2
    assert "does not hear" in unheard.err


async def test_trace_tells_one_story_across_services(
    amqp_url: str, databases: dict[str, str], tmp_path: Path, rapport: Rapport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In order of time: what was sent and what waits, and at each reader applied, dead, dropped or waiting."""
    story, first = new_id(), new_id()
    bound = origin.set(Origin(story, first))
    try:
        async with live("intake", amqp_url, tmp_path, database_url=databases["intake"]) as intake:
            await tell(intake, application(), SITE)
        await _in(databases["intake"], lambda session: emit(session, ROLE, at=BEGINNING))
    finally:
        origin.reset(bound)
    told = await _story(rapport, story)
    assert [event["type"] for event in told] == [ApplicationSubmitted.type, SiteChanged.type, RoleChanged.type]
    sent, _, held = told
    assert (sent["emitted_by"], sent["causationid"], sent["state"]) == ("intake", str(first), "sent")
    assert "data" not in sent
    assert sent["readers"]["screening"] == {"outcome": "waiting"}
    assert held["state"] == "in the outbox"
    assert held["readers"]["screening"] == {"outcome": "not sent yet"}
    await _in(databases["screening"], lambda session: _bury(session, sent["id"]))
    handler = queue_name("matching", ApplicationSubmitted)
    await _in(databases["matching"], lambda session: inbox.record(session, handler, UUID(sent["id"]), 1))
    sent, _, _ = await _story(rapport, story)
    assert sent["readers"]["screening"]["reason"] == "ValueError: no case"
    assert {name: fate["outcome"] for name, fate in sent["readers"].items()} == {
        "screening": "dead", "matching": "applied", "notify": "waiting",
    }  # fmt: skip
    await _in(databases["screening"], lambda session: session.execute(text("DELETE FROM dead_letter")))
    assert (await _story(rapport, story))[0]["readers"]["screening"]["outcome"] == "dropped"
    nothing = await rapport("trace", str(new_id()))
    assert (nothing.code, "events tail" in nothing.err) == (1, True)
    monkeypatch.setenv("RAPPORT_NOTIFY_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    partly = await rapport("trace", str(story))
    assert partly.code == 69
    assert f"{ApplicationSubmitted.type} {sent['subject']}\n" in partly.out
    assert "RAPPORT_NOTIFY_DATABASE_URL" in partly.err


async def _story(rapport: Rapport, story: UUID) -> list[dict[str, Any]]:
    answer = await rapport("trace", str(story), "--json")
    assert answer.code == 0, answer.err
    events: list[dict[str, Any]] = answer.json["events"]
    return events


async def _in(database_url: str, act: Callable[[AsyncSession], Awaitable[Any]]) -> None:
    engine = create_engine(database_url, pool_size=1)
    async with create_sessions(engine).begin() as session:
        await act(session)
    await engine.dispose()


async def _place(session: AsyncSession) -> None:
    common = {"place": "region", "name": "A place", "zone": "Asia/Kabul", "languages": ["fa"]}
    for site, parent in (("net", None), ("net.af", "net"), ("net.af.kabul", "net.af")):
        await session.execute(insert(PlaceRow).values(site=site, parent=parent, **common))


async def _bury(session: AsyncSession, event_id: str) -> None:
    queue = queue_name("screening", ApplicationSubmitted)
    error = ValueError("no case")
    corpse = Corpse(
        handler=queue, queue=queue, event_id=UUID(event_id), epoch=1, body=b"{}", headers={}, content_type=None,
        error=error,
    )  # fmt: skip
    assert await bury(session, corpse, 3)


async def _cases(screening: Running, number: int) -> bool:
    async with screening.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(CaseRow)) == number


async def _depths(amqp_url: str) -> dict[str, int]:
    queues = [queue_name(reader, event) for reader, heard in readers().items() for event in heard]
    return {queue: await depth(amqp_url, queue) for queue in queues}


async def _is_drained(amqp_url: str, queue: str, it: Running) -> bool:
    return await depth(amqp_url, queue) == 0 and it.service.door.busy == 0 and await _cases(it, 3)
