"""A service comes back from an older backup: what it told afterwards is listed, and nobody takes it for the truth."""

import asyncio
import stat
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import orjson
import pytest
from sqlalchemy import func, select, update

from deploy.cli import restored
from deploy.cli.common import CheckFailed, Typed
from deploy.cli.connections import plain
from deploy.cli.copies import orphans_of, rebuild_copies
from deploy.cli.ledger import Line, account
from deploy.cli.resend import tell_anew
from deploy.cli.restored import join
from deploy.local.home import Home
from deploy.local.problems import Unavailable
from deploy.registry import SERVICES, copies, resends
from services.intake.queries import site_event
from services.intake.tables import PlaceRow
from services.screening.tables import CaseRow, RoleRow
from shared.clock import real_now
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.intake import RoleChanged
from shared.db import create_engine, create_sessions
from shared.ids import new_id
from shared.messaging.topology import ARCHIVE, queue_name
from shared.outbox import emit
from shared.outbox.tables import outbox
from tests.service.intake import scenes as intake
from tests.service.messaging import scenes as messaging
from tests.support.brokers import depth, fresh_broker, publish
from tests.support.command import COMMAND, ROOT, Answer
from tests.support.databases import admin_url, fresh_database, own_database
from tests.support.eventually import eventually
from tests.support.here import rapport_here
from tests.support.live import live
from tests.support.running import BEGINNING, Running, envelope_of

HOURS_AGO = timedelta(hours=3)
ROLE = RoleChanged(role="mentor-adult", kind_of_role="mentor", site="net", risks=["one-on-one"])


@dataclass
class Site:
    """A broker and five databases, of which tests run the services they need."""

    amqp_url: str
    databases: dict[str, str]
    folder: Path

    def live(self, name: str) -> AbstractAsyncContextManager[Running]:
        """A service with all its parts, on its own database."""
        return live(name, self.amqp_url, self.folder / name, database_url=self.databases[name])

    async def ledger(self) -> list[Line]:
        """What `rapport ledger check` compares."""
        return await account(self.databases, self.amqp_url)

    async def is_settled(self, reader: str) -> bool:
        """Whether a reader has taken all that was sent to it."""
        mine = [line for line in await self.ledger() if line.reader == reader]
        return all(line.holds and not line.waiting for line in mine)


@pytest.fixture
async def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    """Everything but the services; commands find it through the environment."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(fresh_broker())
        own = ("intake", "messaging")  # these are dropped and restored
        databases = {
            name: await stack.enter_async_context((own_database if name in own else fresh_database)(name))
            for name in SERVICES
        }
        for name, database in databases.items():
            monkeypatch.setenv(f"RAPPORT_{name.upper()}_DATABASE_URL", database)
        monkeypatch.setenv("RAPPORT_AMQP_URL", url)
        monkeypatch.setenv("RAPPORT_CLOCK", "real")
        monkeypatch.setenv("RAPPORT_HOME", str(Home(tmp_path / "home").root))
        yield Site(url, databases, tmp_path)


async def administer(*statements: str) -> None:
    """Run statements as the cluster's superuser."""
    admin = await asyncpg.connect(admin_url())
    try:
        for statement in statements:
            await admin.execute(statement)
    finally:
        await admin.close()


async def back_up(url: str) -> str:
    """Copy a database that nobody uses; returns the copy's name."""
    copy = f"t_{new_id().hex}"
    await administer(f'CREATE DATABASE "{copy}" TEMPLATE "{urlsplit(url).path[1:]}"')
    return copy


async def restore(url: str, copy: str) -> None:
    """Put the copy in the database's place."""
    name = urlsplit(url).path[1:]
    await administer(f'DROP DATABASE "{name}"', f'ALTER DATABASE "{copy}" RENAME TO "{name}"')


async def is_empty(it: Running) -> bool:
    """Whether everything was published."""
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(outbox)) == 0


async def apply_all(it: Running, *numbers: int) -> list[UUID]:
    """People of a roster apply; returns their applications."""
    rows = intake.batch(*(intake.roster_row(number, evidence=intake.held()) for number in numbers))
    answer = intake.good(await intake.coordinator(it).post("/imports", json=rows))
    return [UUID(row["application"]) for row in answer["rows"]]


async def leave_in_outbox(url: str, zone: str, *, made: timedelta = timedelta()) -> None:
    """A place changes while nobody publishes; the event was made some time ago."""
    engine = create_engine(url)
    async with create_sessions(engine).begin() as session:
        row = await session.get_one(PlaceRow, "net.af.herat")
        row.zone = zone
        await emit(session, site_event(row, {}, ()), at=BEGINNING)
        event = (await session.execute(select(outbox).order_by(outbox.c.position.desc()).limit(1))).one()
        old = UUID(int=event.event_id.int - (int(made.total_seconds() * 1000) << 80))
        aged = {"event_id": old, "body": event.body.replace(str(event.event_id), str(old))}
        await session.execute(update(outbox).where(outbox.c.position == event.position).values(**aged))
    await engine.dispose()


async def cases(it: Running) -> int:
    """How many applications a live screening has heard of."""
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(CaseRow)) or 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("told_since", [False, True], ids=["whole archive", "since the backup"])
async def test_an_owner_of_state_comes_back(site: Site, told_since: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Epoch, outbox, ledger, what is lost, what is older; then all is told anew and the orphans show."""
    url = site.databases["intake"]
    async with site.live("screening") as screening:
        async with site.live("intake") as it:
            await intake.network(it)
            (kept,) = await apply_all(it, 1)
            await eventually(lambda: is_empty(it))
        await leave_in_outbox(url, "UTC", made=HOURS_AGO)
        since, backup = real_now(), await back_up(url)
        async with site.live("intake") as it:  # the history that will be lost
            (lost,) = await apply_all(it, 2)
            changed = intake.MENTOR | {"risks": ["minors"]}
            intake.good(await intake.administrator(it).put("/roles/mentor-adult", json=changed))
            await eventually(lambda: is_empty(it))
            with pytest.raises(CheckFailed, match="in use"):
                await join("intake", None)
        await eventually(lambda: site.is_settled("screening"))
        assert await cases(screening) == 2
        await restore(url, backup)

        report = await join("intake", since if told_since else None)
        assert (report.epoch_before, report.epoch, report.outbox_published) == (1, 2, 1)
        assert {each.subject for each in report.lost_subjects} == {f"application/{lost}", *lost_people(report)}
        assert [each.subject for each in report.older_subjects] == ["role/mentor-adult"]
        assert report.lost_facts == []
        assert await wrong(site) == []
        early = await rapport_here(capsys, "copy", "orphans", "screening")
        assert (early.code, "No orphans" in early.out) == (1, False)
        assert "screening has not heard intake tell its role anew" in early.err

        async with site.live("intake") as it:
            await tell_anew("intake", resends("intake").families)
            await eventually(lambda: is_empty(it))
            await eventually(lambda: site.is_settled("screening"))
        assert await wrong(site) == []
        roles = [line for line in await site.ledger() if line.type == "rapport.role.changed.v1"]
        assert [(line.epoch, line.sent, line.applied) for line in roles] == [(1, 3, 3), (2, 2, 2)]
        orphans = {each.copy.table.name: each for each in await orphans_of("screening")}
        assert orphans["screening_case"].ids == [str(lost)]
        assert str(kept) not in orphans["screening_case"].ids
        assert orphans["role"].ids == []
        assert all(each.heard == each.told and each.is_final for each in orphans.values())
        async with screening.service.sessions() as session:
            role = await session.get_one(RoleRow, "mentor-adult")
            assert role.risks == sorted(intake.MENTOR["risks"])  # the restored state, not the lost one


def lost_people(report: Any) -> set[str]:
    """The one person of the lost history, and what they signed."""
    people = {each.subject for each in report.lost_subjects if each.subject.startswith("person/")}
    assert len(people) == 1
    return people | {f"{person.replace('person/', 'agreement/')}+conduct" for person in people}


async def wrong(site: Site) -> list[Line]:
    """Lines of the ledger that do not hold; but for messaging, which heard from the test what nobody sent."""
    return [line for line in await site.ledger() if line.reader != "messaging" and not line.holds]


async def may_write(it: Running) -> bool:
    """Write as soon as what allows it was heard."""
    return (await messaging.write(it, messaging.MENTOR)).status_code == 201


@pytest.mark.timeout(180)
async def test_a_fact_of_the_lost_history_is_listed(site: Site) -> None:
    """A message that the tables do not hold any more is named by the ids of its event; one that they hold is not."""
    url = site.databases["messaging"]
    async with site.live("messaging") as it:
        for event in messaging.PAIRED:
            body = orjson.dumps(envelope_of(event))
            await publish(site.amqp_url, queue_name("messaging", type(event)), body, content_type=CONTENT_TYPE)
        await eventually(lambda: may_write(it))
        await eventually(lambda: is_empty(it))
    backup = await back_up(url)
    async with site.live("messaging") as it:
        answer = await messaging.write(it, messaging.MENTEE)
        await eventually(lambda: is_empty(it))
    await restore(url, backup)
    report = await join("messaging", None)
    assert [each.subject for each in report.lost_facts] == [f"message/{answer.json()['message']}"]
    assert [each.type for each in report.lost_subjects] == ["rapport.reply.settled.v1"]
    assert await wrong(site) == []
    assert orjson.loads(Path(report.file).read_bytes())["lost_facts"][0]["subject"] == report.lost_facts[0].subject
    assert stat.S_IMODE(Path(report.file).stat().st_mode) == 0o600
    assert Path(report.file).parent == site.folder / "home"
    again = await join("messaging", None)
    assert (again.epoch, again.lost_facts, again.lost_subjects) == (3, [], [])
    assert await wrong(site) == []


@pytest.mark.timeout(180)
async def test_copies_are_built_anew(site: Site) -> None:
    """A damaged copy is as its owner has it afterwards; one that no owner knows is listed."""
    stranger = new_id()
    async with site.live("screening") as screening, site.live("intake") as it:
        await intake.network(it)
        await apply_all(it, 1)
        await eventually(lambda: is_empty(it))
        await eventually(lambda: site.is_settled("screening"))
        async with screening.service.sessions.begin() as session:
            await session.execute(update(RoleRow).values(risks=["minors"]))
            case = (await session.scalars(select(CaseRow))).one()
            values = {column.name: getattr(case, column.name) for column in CaseRow.__table__.columns}
            session.add(CaseRow(**values | {"clearance": stranger, "application": stranger}))
        results = await rebuild_copies("screening", copies()["screening"], timedelta(seconds=30))
        assert {each.copy.table.name: (each.told, each.applied) for each in results} == {
            "role": (2, 2), "screening_case": (1, 1), "place": (4, 4), "offering": (1, 1), "agreement": (1, 1),
            "person_facts": (1, 1), "consent": (0, 0),
        }  # fmt: skip
        untold = {each.copy.table.name: each.untold for each in results if each.untold}
        assert untold == {"screening_case": [str(stranger)]}
        async with screening.service.sessions() as session:
            assert (await session.get_one(RoleRow, "mentor-adult")).risks == sorted(intake.MENTOR["risks"])


async def test_a_reader_that_is_down_is_waited_for_no_longer_than_said(site: Site) -> None:
    """The limit ends the waiting; what was told and what is applied say what is missing."""
    async with site.live("intake") as it:
        await intake.network(it)
        await eventually(lambda: is_empty(it))
        role = [copy for copy in copies()["screening"] if copy.key == "role"]
        (result,) = await rebuild_copies("screening", role, timedelta(seconds=2))
        assert (result.told, result.applied) == (2, 0)
        queue = queue_name("screening", role[0].events[0])
        assert await depth(site.amqp_url, queue) == 4


async def epoch_of(url: str) -> int:
    """The epoch in which a service tells things now."""
    connection = await asyncpg.connect(plain(url))
    try:
        return int(await connection.fetchval("SELECT epoch FROM event_epoch"))
    finally:
        await connection.close()


async def db_restored(service: str, into: Path) -> Answer:
    """`rapport db restored`, whose output goes to a file."""
    with into.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "db", "restored", service, cwd=ROOT, stdout=output, stderr=asyncio.subprocess.PIPE
        )
    _, told = await asyncio.wait_for(process.communicate(), 60)
    return Answer(process.returncode or 0, "", told.decode())


async def test_what_was_found_outlives_an_output_that_fails(site: Site) -> None:
    """Standard output on a full disk: the report is a file, which is named."""
    answer = await db_restored("intake", Path("/dev/full"))
    (file,) = (site.folder / "home").glob("restored-intake-*.json")
    assert orjson.loads(file.read_bytes())["epoch"] == await epoch_of(site.databases["intake"]) == 2
    assert (answer.code, str(file) in answer.err, "Traceback" in answer.err) == (69, True, False)


async def test_a_report_that_cannot_be_kept_changes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The epoch is raised only once the report is on the disk."""
    monkeypatch.setattr(restored, "REPORT", "no-such-folder/{service}")
    with pytest.raises(Unavailable, match="Nothing was changed"):
        await join("intake", None)
    assert await epoch_of(site.databases["intake"]) == 1


async def test_anybody_on_the_database_is_noticed(site: Site) -> None:
    """Not only a relay: a door or a worker would tell in the old epoch what is told meanwhile."""
    visitor = await asyncpg.connect(plain(site.databases["intake"]), server_settings={"application_name": "a-door"})
    with pytest.raises(CheckFailed, match="in use \\(a-door\\)"):
        await join("intake", None)
    await visitor.close()
    assert await epoch_of(site.databases["intake"]) == 1
    assert (await join("intake", None)).epoch == 2


async def test_a_since_that_cannot_be_right_is_refused(site: Site) -> None:
    """A moment to come, and one long after the newest row that was restored."""
    url = plain(site.databases["intake"])
    with pytest.raises(Typed, match="still to come"):
        await join("intake", real_now() + timedelta(minutes=1))
    connection = await asyncpg.connect(url)
    await connection.execute("INSERT INTO inbox VALUES ('h', $1, 'applied', $2)", new_id(), real_now() - HOURS_AGO)
    await connection.close()
    with pytest.raises(Typed, match="newest row"):
        await join("intake", real_now())
    assert await epoch_of(url) == 1
    assert (await join("intake", real_now() - HOURS_AGO)).epoch == 2


async def test_the_highest_epoch_is_looked_for_in_the_whole_archive(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever --since leaves out; here that is everything."""
    monkeypatch.setattr(restored, "HOUR", timedelta(hours=-2))
    document = envelope_of(ROLE) | {"sequence": "0005.0000000001"}
    await publish(site.amqp_url, ARCHIVE, orjson.dumps(document), content_type=CONTENT_TYPE)
    report = await join("intake", real_now())
    assert (report.epoch, report.lost_subjects) == (6, [])
