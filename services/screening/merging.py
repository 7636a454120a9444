"""Two records of one person as rows: cases and conduct cases follow, and nothing that speaks against them is lost."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.screening import activity, asking, conduct, decisions, suspending
from services.screening.criteria import criteria_of
from services.screening.domain.criteria import safety_in
from services.screening.domain.merging import Against
from services.screening.queries import live_cases
from services.screening.tables import (
    AgreementRow,
    AppealRow,
    Base,
    CaseRow,
    ConductCaseRow,
    FactsRow,
    MeasureRow,
    NamedRow,
    RegisterEntryRow,
    TieRow,
)
from shared.contracts import RoleKind
from shared.contracts.intake import PersonMerged
from shared.db import hold
from shared.merging import note_merged, repoint
from shared.outbox import emit

SETTLED_BEFORE = ("agreement", "conduct_named", "contact_day", "person_facts", "register_entry", "tie")
"""Tables whose keys name people."""


async def merge(session: AsyncSession, event: PersonMerged, heard: datetime, now: datetime) -> None:
    """Give a person the history of a record that was given up for theirs."""
    await note_merged(session, event)
    given_up, person = event.given_up, event.person
    await hold(session, *(f"{of}/{who}" for of in ("activity", "person") for who in (given_up, person)))
    ending = await _not_standing(session, given_up, person)
    changing = await _conduct_cases_of(session, given_up)
    await session.execute(delete(FactsRow).where(FactsRow.person == given_up))
    await session.execute(delete(AgreementRow).where(AgreementRow.person == given_up))
    await _ties(session, given_up, person)
    await _named(session, given_up, person)
    await activity.move(session, given_up, person)
    await repoint(session, Base.metadata, event, but=SETTLED_BEFORE)
    session.expire_all()
    await _end(session, ending, now)
    await _tell(session, changing, now)
    await suspending.settle(session, [person], now)
    await _ask_anew(session, person, heard, now)


async def _not_standing(session: AsyncSession, one: UUID, other: UUID) -> list[UUID]:
    """Clearances of either that do not stand beside what is known of the other."""
    found: list[UUID] = []
    for person, known_of in ((one, other), (other, one)):
        against = await _against(session, known_of)
        rows = select(CaseRow).where(CaseRow.person == person, CaseRow.state == "cleared")
        cases = await session.scalars(rows.order_by(CaseRow.clearance).with_for_update())
        found += [case.clearance for case in cases if not against.stands(RoleKind(case.kind), case.site)]
    return found


async def _against(session: AsyncSession, person: UUID) -> Against:
    """What was overturned on appeal stands against nobody."""
    dismissed = select(MeasureRow.scope).where(MeasureRow.person == person, MeasureRow.kind == "dismiss")
    refused = and_(CaseRow.state == "declined", CaseRow.category == "safety")
    overturned = exists().where(AppealRow.clearance == CaseRow.clearance, AppealRow.outcome == "overturned")
    unsafe = select(CaseRow.kind).where(
        CaseRow.person == person, or_(refused, CaseRow.ending_category == "safety"), ~overturned
    )
    kinds = {RoleKind(kind) for kind in await session.scalars(unsafe)}
    return Against(set(await session.scalars(dismissed)), kinds)


async def _end(session: AsyncSession, clearances: Sequence[UUID], now: datetime) -> None:
    for clearance in clearances:
        case = await session.get_one(CaseRow, clearance)
        criterion = safety_in(await criteria_of(session, case), RoleKind(case.kind))
        await decisions.withdraw(session, case, criterion, "screening", now)


async def _conduct_cases_of(session: AsyncSession, given_up: UUID) -> Sequence[UUID]:
    """Those of which the others know this id: who is frozen, who handles them."""
    known = or_(ConductCaseRow.frozen.overlap([given_up]), ConductCaseRow.handler == given_up)
    rows = select(ConductCaseRow.case).where(known).order_by(ConductCaseRow.case).with_for_update()
    return (await session.scalars(rows)).all()


async def _tell(session: AsyncSession, cases: Sequence[UUID], now: datetime) -> None:
    """The others hear who is frozen and who handles a case; who has to do with it by now handles it no longer."""
    for case in cases:
        row = await session.get_one(ConductCaseRow, case)
        row.frozen, row.told_at = sorted(set(row.frozen)), now
        await session.flush()
        await emit(session, conduct.told(row), at=now)
    handled = select(ConductCaseRow).where(ConductCaseRow.handler.is_not(None), ConductCaseRow.state == "open")
    for row in await session.scalars(handled.order_by(ConductCaseRow.case).with_for_update()):
        await conduct.free_of_barred_handler(session, row, now)


async def _ties(session: AsyncSession, given_up: UUID, person: UUID) -> None:
    """A tie between the two was none; of two to the same person one stands."""
    theirs = delete(TieRow).where(or_(TieRow.person == given_up, TieRow.other == given_up))
    for row in (await session.execute(theirs.returning(*TieRow.__table__.columns))).mappings().all():
        one, other = sorted(person if each == given_up else each for each in (row["person"], row["other"]))
        if one != other:
            tie = insert(TieRow).values({**row, "person": one, "other": other})
            await session.execute(tie.on_conflict_do_nothing())


async def _named(session: AsyncSession, given_up: UUID, person: UUID) -> None:
    """Conduct cases name the person. Where both stand in the register by one case, both digests stay findable."""
    cases = select(NamedRow.case).where(NamedRow.person == given_up)
    for case in (await session.scalars(cases.order_by(NamedRow.case))).all():
        await session.execute(insert(NamedRow).values(case=case, person=person).on_conflict_do_nothing())
    twin = aliased(RegisterEntryRow)
    unless = ~exists().where(twin.case == RegisterEntryRow.case, twin.person == person)
    entered = update(RegisterEntryRow).where(RegisterEntryRow.person == given_up, unless)
    await session.execute(entered.values(person=person).execution_options(synchronize_session=False))
    kept = exists().where(RegisterEntryRow.case == NamedRow.case, RegisterEntryRow.person == NamedRow.person)
    await session.execute(delete(NamedRow).where(NamedRow.person == given_up, ~kept))


async def _ask_anew(session: AsyncSession, person: UUID, heard: datetime, now: datetime) -> None:
    """Read the facts of the person anew, and let their cases ask by the activity and the consents of both."""
    stale = update(FactsRow).where(FactsRow.person == person).values(state="stale")
    await session.execute(stale.execution_options(synchronize_session=False))
    if await session.scalar(select(exists().where(CaseRow.person == person))):
        await asking.want_facts(session, {person: heard.date()})
    cases = await live_cases(session, [person])
    await hold(session, *(name for case in cases for name in asking.depends_on(case)))
    await asking.review_activity(session, [person], now)
