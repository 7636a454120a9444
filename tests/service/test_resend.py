"""Telling current state anew: it is what was told last, and it never overtakes a newer state."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.registry import resends
from services.intake import agreements
from services.intake import queries as intake
from services.intake.closing import close
from services.intake.consents import settle
from services.intake.constraints import set_constraints
from services.intake.policies import Policies
from services.intake.tables import (
    ApplicationRow,
    ConsentRow,
    ConsentWordRow,
    ConstraintsRow,
    OfferingRow,
    PersonRow,
    PlaceRow,
    RoleRow,
)
from services.matching import pairing
from services.matching.tables import PairRow
from services.messaging import absences, clocks
from services.messaging.tables import AwayNoticeRow, ConversationRow, DebtRow
from services.screening.decisions import withdraw
from services.screening.domain.criteria import CRITERIA
from services.screening.queries import locked_case
from services.screening.tables import CaseRow
from shared.clock import Clock
from shared.contracts import REGISTRY, Envelope, Kind
from shared.contracts.base import Resent
from shared.contracts.intake import ProfileChanged
from shared.contracts.messaging import ReplyOverdue
from shared.outbox import emit
from shared.outbox.resend import Told, resend
from tests.service.lives import LIVES
from tests.support.contracts import EVENTS
from tests.support.running import BEGINNING, Running

Factory = Callable[..., Awaitable[Running]]

LATER = BEGINNING + timedelta(days=20)
STATES = [event for event in EVENTS if event.kind is Kind.STATE and not issubclass(event, Resent)]
KNOWN_SINCE = {"application", "clearance", "debt", "away", "consent"}
"""Families whose owner knows since when each state is so."""


async def resend_all(it: Running, *, named: tuple[Any, ...] = (ReplyOverdue,), **how: Any) -> list[Told]:
    """Tell every family anew, what is promised once included."""
    owner = resends(it.service.name)
    return [await resend(it.service.sessions, owner, f, LATER, named=named, **how) for f in owner.families]


def last_of(events: list[Envelope]) -> dict[str, Envelope]:
    """The newest state of each subject, markers left out."""
    states = [each for each in events if REGISTRY[each.type] in STATES]
    return {each.subject: each for each in sorted(states, key=lambda each: each.sequence)}


@pytest.mark.parametrize("owner", LIVES)
async def test_what_is_told_anew_is_what_was_told_last(running: Factory, owner: str) -> None:
    """Every subject once, the same type and data, the next number; as of when it came to be, where that is known."""
    it = await running(owner)
    await LIVES[owner](it)
    before = await it.emitted()
    said = last_of(before)
    results = await resend_all(it)
    anew = [each for each in (await it.emitted())[len(before) :] if each.subject in said]
    assert sorted(each.subject for each in anew) == sorted(said)
    for each in anew:
        last = said[each.subject]
        assert (each.type, each.data) == (last.type, last.data)
        assert int(each.sequence[5:]) == int(last.sequence[5:]) + 1
        if REGISTRY[each.type].family in KNOWN_SINCE or each.type == "rapport.pair.matched.v1":
            assert each.time == last.time
    assert sum(result.told.total() for result in results) == len(said)
    of_owner = {event.type for event in STATES if event.owner == owner}
    assert {each.type for each in anew} == of_owner  # the life tells of every type


@pytest.mark.parametrize("owner", LIVES)
async def test_a_dry_run_counts_and_tells_nothing(running: Factory, owner: str) -> None:
    """The same numbers, nothing in the outbox."""
    it = await running(owner)
    await LIVES[owner](it)
    before = len(await it.emitted())
    dry = await resend_all(it, dry_run=True)
    assert len(await it.emitted()) == before
    assert [result.told for result in dry] == [result.told for result in await resend_all(it)]


async def test_the_end_is_marked_with_epoch_and_number(running: Factory) -> None:
    """After all of a family comes one event that says how many there are; not where only a part was told."""
    it = await running("screening")
    await LIVES["screening"](it)
    await resend_all(it, site="net.af")
    assert not [each for each in await it.emitted() if each.type == "rapport.screening.resent.v1"]
    await resend_all(it)
    end = (await it.emitted())[-1]
    assert (end.type, end.subject) == ("rapport.screening.resent.v1", "resend/clearance")
    assert end.data == {"resent": "clearance", "epoch": 1, "subjects": 4, "site": "everywhere"}


async def test_only_what_lies_at_a_place_is_told(running: Factory) -> None:
    """A part of the tree may be told alone."""
    it = await running("intake")
    await LIVES["intake"](it)
    before = len(await it.emitted())
    await resend_all(it, site="net.af.herat")
    assert [each.subject for each in (await it.emitted())[before:]] == ["site/net.af.herat"]


async def test_many_are_told_in_batches(running: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told twice or passed over at the seam of two batches."""
    monkeypatch.setattr("shared.outbox.resend.BATCH", 2)
    it = await running("intake")
    await LIVES["intake"](it)
    said, before = last_of(await it.emitted()), len(await it.emitted())
    await resend_all(it)
    anew = [each.subject for each in (await it.emitted())[before:] if each.subject in said]
    assert sorted(anew) == sorted(said)


async def test_a_late_answer_is_told_once_unless_it_is_named(running: Factory) -> None:
    """reply.overdue is promised once per debt; settled debts are told anew like all state."""
    it = await running("messaging")
    await LIVES["messaging"](it)
    debts = await resend_all(it, named=())
    assert debts[0].withheld == {"reply.overdue": 1}
    names = [each.type for each in await it.emitted()]
    assert names.count("rapport.reply.overdue.v1") == 1
    assert names.count("rapport.reply.settled.v1") == 2


Change = Callable[[AsyncSession, Clock], Awaitable[str]]
"""A change of one subject's state as its service makes it; returns the subject."""


async def moves_a_place(session: AsyncSession, clock: Clock) -> str:
    row = await session.get_one(PlaceRow, "net.af")
    values = {"site": row.site, "parent": row.parent, "place": row.place, "name": row.name, "zone": "UTC",
              "country": row.country, "languages": row.languages}  # fmt: skip
    session.expunge(row)
    await intake.put(session, PlaceRow, "site", values)
    await emit(session, intake.site_event(PlaceRow(**values), {"net.af": ("AF", None)}, ()), at=clock.now())
    return "site/net.af"


async def changes_a_role(session: AsyncSession, clock: Clock) -> str:
    row = await session.get_one(RoleRow, "mentor-adult")
    values = {column.name: getattr(row, column.name) for column in RoleRow.__table__.columns} | {"risks": []}
    session.expunge(row)
    await intake.put(session, RoleRow, "role", values)
    await emit(session, intake.role_event(RoleRow(**values)), at=clock.now())
    return "role/mentor-adult"


async def closes_an_offering(session: AsyncSession, clock: Clock) -> str:
    row = (await session.scalars(select(OfferingRow))).one()
    values = {column.name: getattr(row, column.name) for column in OfferingRow.__table__.columns} | {"is_open": False}
    session.expunge(row)
    await intake.put(session, OfferingRow, "offering", values)
    agreed = await agreements.in_force(session, ["conduct"])
    offering = intake.offering_event(OfferingRow(**values), "adult-adult", Policies({}), agreed)
    await emit(session, offering, at=clock.now())
    return f"offering/{row.offering}"


async def moves_a_person(session: AsyncSession, clock: Clock) -> str:
    row = (await session.scalars(select(PersonRow).order_by(PersonRow.person).limit(1).with_for_update())).one()
    row.site = "net.af.herat"
    await session.flush()
    await emit(session, ProfileChanged(person=row.person, site=row.site), at=clock.now())
    return f"person/{row.person}"


async def withdraws_an_application(session: AsyncSession, clock: Clock) -> str:
    submitted = select(ApplicationRow).where(ApplicationRow.state == "submitted").with_for_update()
    row = (await session.scalars(submitted)).one()
    await close(session, row, "withdrawn", clock.now())
    return f"application/{row.application}"


async def ends_a_consent(session: AsyncSession, clock: Clock) -> str:
    row = (await session.scalars(select(ConsentRow).where(ConsentRow.state == "given"))).one()
    holder = await session.get_one(PersonRow, row.person, with_for_update={"key_share": True})
    words = update(ConsentWordRow).where(ConsentWordRow.consent == row.consent)
    await session.execute(words.values(withdrawn_at=clock.now(), withdrawn_by="somebody"))
    await settle(session, holder, clock.now())
    return f"consent/{row.consent}"


async def changes_constraints(session: AsyncSession, clock: Clock) -> str:
    row = (await session.scalars(select(ConstraintsRow))).one()
    holder = await session.get_one(PersonRow, row.person, with_for_update={"key_share": True})
    await set_constraints(session, holder, {"no_photos": True}, "somebody", clock.now())
    return f"person/{row.person}+constraints"


async def withdraws(session: AsyncSession, clock: Clock) -> str:
    found = (await session.scalars(select(CaseRow.clearance).where(CaseRow.notice.is_not(None)))).one()
    case = await locked_case(session, found)
    assert case
    await withdraw(session, case, CRITERIA["volunteer-safety"], "somebody", clock.now())
    return f"clearance/{found}"


async def closes_a_pair(session: AsyncSession, clock: Clock) -> str:
    row = (await session.scalars(select(PairRow).where(PairRow.state == "open").with_for_update())).one()
    await pairing.close(session, row, "over", "somebody", clock)
    return f"pair/{row.pair}"


async def settles_a_debt(session: AsyncSession, clock: Clock) -> str:
    debt = (await session.scalars(select(DebtRow).where(DebtRow.settled_at.is_(None)))).one()
    conversation = await session.get_one(ConversationRow, debt.pair)
    await emit(session, *await clocks.settle(session, conversation, [debt], "waived", clock.now()), at=clock.now())
    return f"debt/{debt.debt}"


async def comes_back(session: AsyncSession, clock: Clock) -> str:
    notice = (await session.scalars(select(AwayNoticeRow).where(AwayNoticeRow.ended_at.is_(None)))).one()
    await emit(session, *await absences.end_early(session, notice, clock.now()), at=clock.now())
    return f"away/{notice.away}"


CHANGES: list[tuple[str, Change]] = [
    ("intake", moves_a_place),
    ("intake", changes_a_role),
    ("intake", closes_an_offering),
    ("intake", moves_a_person),
    ("intake", withdraws_an_application),
    ("intake", ends_a_consent),
    ("intake", changes_constraints),
    ("screening", withdraws),
    ("matching", closes_a_pair),
    ("messaging", settles_a_debt),
    ("messaging", comes_back),
]


@pytest.mark.parametrize(("owner", "change"), CHANGES, ids=lambda each: getattr(each, "__name__", each))
async def test_an_older_state_never_overtakes_a_newer_one(running: Factory, owner: str, change: Change) -> None:
    """While a change is under way its subject is not told; afterwards the newest number carries the newest state."""
    it = await running(owner)
    await LIVES[owner](it)
    async with it.service.sessions.begin() as session:
        subject = await change(session, it.service.clock)
        telling = asyncio.create_task(resend_all(it))
        await asyncio.wait([telling], timeout=0.3)
        assert not telling.done(), "it did not wait for the change under way"
    await telling
    events = [each for each in await it.emitted() if each.subject == subject]
    newest = max(events, key=lambda each: each.sequence)
    changed = max(events[:-1], key=lambda each: each.sequence)
    assert (newest.type, newest.data) == (changed.type, changed.data)
    assert newest.sequence > changed.sequence


def test_every_state_and_every_fact_is_declared() -> None:
    """A new type cannot be forgotten: states are told anew, facts are looked for after a restore."""
    owners = [resends(owner) for owner in {event.owner for event in EVENTS}]
    told = [event for owner in owners for family in owner.families for event in family.events]
    assert sorted(event.type for event in told) == sorted(event.type for event in STATES)
    facts = {event for event in EVENTS if event.kind is Kind.FACT}
    assert {event for owner in owners for event in owner.facts} == facts
    for owner in owners:
        for family in owner.families:
            assert {event.family for event in family.events} == {family.name}


def test_subjects_name_ids() -> None:
    """What a fact's subject names is looked up by the id after the slash."""
    for event in EVENTS:
        if event.kind is Kind.FACT:
            assert UUID(event.model_validate(event.example).subject.partition("/")[2])
