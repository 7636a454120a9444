"""The way of an event over a real broker: outbox, relay, queue, inbox, and the way back from the dead."""

import asyncio
from pathlib import Path
from uuid import UUID

import orjson
from sqlalchemy import func, select

from deploy.cli.deadletters import put_back
from services.screening.tables import CaseRow
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import ApplicationSubmitted, RoleChanged
from shared.db import create_engine
from shared.deadletters import dead_letter
from shared.ids import new_id
from shared.inbox import inbox
from shared.messaging.topology import queue_name
from shared.outbox import emit
from shared.outbox.tables import ledger_sent, outbox
from tests.support.brokers import depth, fresh_broker, publish
from tests.support.databases import fresh_database
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import BEGINNING, Running, envelope_of

ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])


def application() -> ApplicationSubmitted:
    """Somebody new applies."""
    return ApplicationSubmitted(
        application=new_id(), person=new_id(), role="mentor-adult", kind_of_role="mentor",
        offering="first-steps@net.af.kabul", site="net.af.kabul",
    )  # fmt: skip


async def count(it: Running, table: object) -> int:
    """How many rows a table has."""
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]  # a table or a class


async def test_what_is_sent_before_a_readers_first_start_waits_for_it(amqp_url: str, tmp_path: Path) -> None:
    """Intake publishes 100 events before screening has ever run; screening gets all 100."""
    async with live("intake", amqp_url, tmp_path / "intake") as intake:
        async with intake.service.sessions.begin() as session:
            for _ in range(100):
                await emit(session, application(), at=BEGINNING)
        await eventually(lambda: _is_empty(intake))
    assert await depth(amqp_url, queue_name("screening", ApplicationSubmitted)) == 100
    async with live("screening", amqp_url, tmp_path / "screening") as screening:
        await eventually(lambda: _has(screening, 100))
        assert await screening.dead() == []


async def test_a_crash_between_confirm_and_delete_repeats_and_changes_nothing(amqp_url: str, tmp_path: Path) -> None:
    """The same outbox rows carried twice make each case once."""
    async with live("screening", amqp_url, tmp_path / "screening") as screening, fresh_database("intake") as url:
        async with live("intake", amqp_url, tmp_path / "intake", database_url=url) as intake:
            async with intake.service.sessions.begin() as session:
                for _ in range(20):
                    await emit(session, application(), at=BEGINNING)
                rows = (await session.execute(select(outbox))).mappings().all()
            await eventually(lambda: _is_empty(intake))
            async with intake.service.sessions.begin() as session:
                repeats = [{name: value for name, value in row.items() if name != "position"} for row in rows]
                await session.execute(outbox.insert(), repeats)
            await eventually(lambda: _is_empty(intake))
            assert await _sent(intake) == 40
        await eventually(lambda: _is_drained(amqp_url, screening))
        assert await count(screening, CaseRow) == 20
        assert await count(screening, inbox) == 20


async def test_poison_is_buried_with_its_reason_and_good_traffic_goes_on(amqp_url: str, tmp_path: Path) -> None:
    """An undecodable message, an unknown type and a wrong field become dead letters; a good event is applied."""
    queue = queue_name("screening", RoleChanged)
    unknown = envelope_of(ROLE) | {"type": "rapport.role.changed.v9"}
    wrong = envelope_of(ROLE)
    wrong["data"]["risks"] = ["unheard-of"]
    bodies = (b"\x00rubbish", orjson.dumps(unknown), orjson.dumps(wrong))
    async with live("screening", amqp_url, tmp_path / "screening") as screening:
        for body in (*bodies, orjson.dumps(envelope_of(ROLE))):
            await publish(amqp_url, queue, body, content_type=CONTENT_TYPE)
        reasons = await eventually(lambda: _dead(screening, 3))
        assert "is not JSON" in " ".join(reasons)
        assert "'rapport.role.changed.v9' is not known" in " ".join(reasons)
        assert "risks.0" in " ".join(reasons)
        await eventually(lambda: _knows_the_role(screening))


async def test_a_dead_letter_is_applied_once_by_a_replay(amqp_url: str, tmp_path: Path) -> None:
    """A dead letter put back after its cause was mended is applied and leaves the list; a second replay repeats."""
    event_id = new_id()
    good = orjson.dumps(envelope_of(ROLE, event_id=event_id))
    async with live("screening", amqp_url, tmp_path / "screening") as screening:
        bad = orjson.loads(good)
        bad["data"]["risks"] = ["unheard-of"]
        await publish(amqp_url, queue_name("screening", RoleChanged), orjson.dumps(bad), content_type=CONTENT_TYPE)
        await eventually(lambda: _dead(screening, 1))
        async with screening.service.sessions.begin() as session:
            await session.execute(dead_letter.update().values(body=good))  # what a mended release makes of it
            letters = [dict(row) for row in (await session.execute(select(dead_letter))).mappings()]
        letters = [{**letter, "headers": orjson.dumps(letter["headers"])} for letter in letters]
        await put_back(amqp_url, [*letters, *letters])
        await eventually(lambda: _knows_the_role(screening))
        await eventually(lambda: _is_drained(amqp_url, screening))
        assert await screening.dead() == []
        assert await _outcomes(screening, event_id) == ["applied"]


async def test_what_the_broker_gives_up_is_written_down(amqp_url: str, tmp_path: Path) -> None:
    """A message that the broker dead-letters becomes a row under its own queue's name."""
    queue = queue_name("screening", RoleChanged)
    death = [{"queue": queue, "reason": "delivery_limit", "count": 1}]
    body = orjson.dumps(envelope_of(ROLE))
    async with live("screening", amqp_url, tmp_path / "screening") as screening:
        await publish(amqp_url, "screening.dead", body, content_type=CONTENT_TYPE, headers={"x-death": death})
        reasons = await eventually(lambda: _dead(screening, 1))
        assert "delivery_limit" in reasons[0]
        async with screening.service.sessions() as session:
            assert await session.scalar(select(dead_letter.c.queue)) == queue


async def test_a_missing_queue_ends_the_process_with_advice(tmp_path: Path) -> None:
    """A service whose queue does not stand ends with exit code 69 and names the command."""
    async with fresh_broker(with_topology=False) as url, fresh_database("screening") as database_url:
        ended: asyncio.Event = asyncio.Event()
        async with live("screening", url, tmp_path / "screening", database_url=database_url) as screening:
            screening.service.on_end = ended.set
            await asyncio.wait_for(ended.wait(), 20)
            assert screening.service.stopped
            assert screening.service.stopped.code == 69
            assert "rapport topology apply" in str(screening.service.stopped)


async def _is_empty(it: Running) -> bool:
    return await count(it, outbox) == 0


async def _has(it: Running, cases: int) -> bool:
    return await count(it, CaseRow) == cases


async def _dead(it: Running, wanted: int) -> list[str]:
    reasons = await it.dead()
    return reasons if len(reasons) == wanted else []


async def _knows_the_role(it: Running) -> bool:
    from services.screening.tables import RoleRow

    return await count(it, RoleRow) == 1


async def _sent(it: Running) -> int:
    async with it.service.sessions() as session:
        return int(await session.scalar(select(func.sum(ledger_sent.c.count))) or 0)


async def _is_drained(amqp_url: str, it: Running) -> bool:
    waiting = [await depth(amqp_url, queue_name("screening", event)) for event in (RoleChanged, ApplicationSubmitted)]
    return not any(waiting) and it.service.door.busy == 0


async def _outcomes(it: Running, event_id: UUID) -> list[str]:
    async with it.service.sessions() as session:
        return list(await session.scalars(select(inbox.c.outcome).where(inbox.c.event_id == event_id)))


async def test_a_database_that_comes_back_costs_no_event(amqp_url: str, tmp_path: Path) -> None:
    """While the database refuses connections messages wait in hand; afterwards all are applied and none is dead."""
    async with live("screening", amqp_url, tmp_path / "screening") as screening:
        healthy = screening.service.sessions.kw["bind"]
        nowhere = create_engine("postgresql+asyncpg://nobody:nothing@127.0.0.1:1/none")
        screening.service.sessions.configure(bind=nowhere)
        queue = queue_name("screening", ApplicationSubmitted)
        for _ in range(10):
            body = orjson.dumps(envelope_of(application()))
            await publish(amqp_url, queue, body, content_type=CONTENT_TYPE)
        await eventually(lambda: screening.service.door.busy == 10)
        screening.service.sessions.configure(bind=healthy)
        await eventually(lambda: _has(screening, 10))
        assert await screening.dead() == []
