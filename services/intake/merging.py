"""Two records of one person as rows: the kept one has the history of both, the other one leads to it."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, aliased

from services.intake import agreements, closing, coming_of_age, consents, relationships
from services.intake.constraints import CONSTRAINTS, NONE, set_constraints
from services.intake.domain import merging as rules
from services.intake.domain.applications import DRAFT, OPEN
from services.intake.domain.merging import Record
from services.intake.domain.texts import email_key
from services.intake.submission import submit_signed
from services.intake.tables import (
    AboutRow,
    AdmissionRow,
    ApplicationRow,
    ClearanceRow,
    ComingOfAgeRow,
    ConsentRow,
    ConstraintsRow,
    GuardianRow,
    HeldClearanceRow,
    MergeRow,
    ParticularsRow,
    PersonRow,
    ProfileRow,
    RelationshipRow,
    RosterRow,
    SignatureRow,
    TalkRow,
)
from shared.contracts.intake import PersonMerged, ProfileChanged
from shared.deadlines import cancel
from shared.merging import note_merged
from shared.outbox import emit
from shared.problems import Conflict

GIVEN_UP = "This record was given up for another one of the same person; use that one."


async def kept_of(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, UUID]:
    """For whom the given-up ones among some people were given up."""
    rows = select(MergeRow.given_up, MergeRow.person).where(MergeRow.given_up.in_(people))
    return dict((await session.execute(rows)).all())


async def check_kept(session: AsyncSession, person: UUID) -> None:
    """Raises Conflict for a record that was given up. It names no other one: not everybody may know which."""
    if await kept_of(session, [person]):
        raise Conflict(GIVEN_UP)


async def record_of(session: AsyncSession, row: PersonRow) -> Record:
    """What must not be contradicted."""
    particulars = await session.get(ParticularsRow, row.person)
    applied = select(ApplicationRow.role, ApplicationRow.offering).where(
        ApplicationRow.person == row.person, ApplicationRow.state.in_(OPEN)
    )
    consents = select(ConsentRow.purpose, ConsentRow.state).where(ConsentRow.person == row.person)
    guardians = select(GuardianRow.guardian).where(GuardianRow.person == row.person)
    knows = select(RelationshipRow.other).where(RelationshipRow.person == row.person, relationships.OPEN)
    return Record(
        row.person,
        row.network,
        particulars.born_on if particulars else None,
        particulars.lives_in if particulars else None,
        frozenset((role, offering) for role, offering in await session.execute(applied)),
        dict((await session.execute(consents)).all()),
        frozenset(await session.scalars(guardians)),
        frozenset(other for other in await session.scalars(knows) if other),
    )


async def merge(session: AsyncSession, kept: PersonRow, given_up: PersonRow, by: str, now: datetime) -> MergeRow:
    """Give one record up for the other; both are locked. Raises Contradiction for what staff have to settle before."""
    rules.check_merge(await record_of(session, kept), await record_of(session, given_up))
    event = merged_event(given_up, kept)
    await emit(session, event, at=now)
    await note_merged(session, event)
    await _card(session, kept, given_up)
    await _guardians(session, kept.person, given_up.person)
    await _known(session, kept, given_up, now)
    await _said(session, kept, given_up, by, now)
    await _applications(session, kept, given_up, now)
    await _move(session, ClearanceRow.person, kept.person, given_up.person)
    row = MergeRow(given_up=given_up.person, person=kept.person, site=given_up.site, merged_by=by, merged_at=now)
    session.add(row)
    await session.flush()
    earlier = update(MergeRow).where(MergeRow.person == given_up.person)
    await session.execute(earlier.values(person=kept.person))
    await consents.merge(session, kept, given_up, now)
    return row


def merged_event(given_up: PersonRow, kept: PersonRow) -> PersonMerged:
    """What is told of a record that was given up."""
    other_site = given_up.site if given_up.site != kept.site else None
    return PersonMerged(given_up=given_up.person, person=kept.person, site=kept.site, other_site=other_site)


async def _card(session: AsyncSession, kept: PersonRow, given_up: PersonRow) -> None:
    """The kept card stands; what it lacks comes from the other one. Mail goes out where both allowed it."""
    key, given_up.email_key, given_up.duplicate_of = given_up.email_key, None, None
    kept.full_name = kept.full_name or given_up.full_name
    await session.flush()  # the address is free
    if kept.email is None:
        kept.email, kept.email_key = given_up.email, key
        kept.may_mail = kept.may_mail and given_up.may_mail
    elif kept.email_key is None and email_key(kept.email) == key:
        kept.email_key = key
    if kept.duplicate_of == given_up.person:
        kept.duplicate_of = None
    kept.version += 1
    given_up.may_mail, given_up.version = False, given_up.version + 1
    await session.flush()
    others = update(PersonRow).where(PersonRow.duplicate_of == given_up.person)
    await session.execute(others.values(duplicate_of=kept.person))
    await _move(session, RosterRow.person, kept.person, given_up.person)


async def _guardians(session: AsyncSession, kept: UUID, given_up: UUID) -> None:
    """Whoever guards both is held to the stricter of the two rows."""
    theirs = aliased(GuardianRow)
    for mine, other in (("person", "guardian"), ("guardian", "person")):
        twins = (
            select(GuardianRow, theirs)
            .join(theirs, getattr(theirs, other) == getattr(GuardianRow, other))
            .where(getattr(GuardianRow, mine) == kept, getattr(theirs, mine) == given_up)
        )
        for row, twin in (await session.execute(twins)).all():
            row.no_contact = row.no_contact or twin.no_contact
            row.may_consent = row.may_consent and twin.may_consent and not row.no_contact
            row.may_be_told = row.may_be_told and twin.may_be_told and not row.no_contact
            row.version += 1
            await session.delete(twin)
        await session.flush()
        await _move(session, getattr(GuardianRow, mine), kept, given_up)


async def _known(session: AsyncSession, kept: PersonRow, given_up: PersonRow, now: datetime) -> None:
    """Particulars, profile, held clearances and admission: each by its own rule."""
    before = await session.get(ParticularsRow, kept.person)
    born_before = before.born_on if before else None
    if twins := await _two(session, ParticularsRow, kept.person, given_up.person):
        row, other = twins
        row.born_on, row.lives_in = row.born_on or other.born_on, row.lives_in or other.lives_in
        row.lives_since = rules.resident_since(row.lives_since, other.lives_since)
        await _drop(session, row, other)
    if twins := await _two(session, ProfileRow, kept.person, given_up.person):
        await _drop(session, *twins)
    if twins := await _two(session, AdmissionRow, kept.person, given_up.person):
        row, other = twins
        row.eligibility = {**other.eligibility, **row.eligibility}
        row.needs = rules.union(row.needs, other.needs)
        row.safety_plan = rules.both_texts(row.safety_plan, other.safety_plan)
        await _drop(session, row, other)
    if twins := await _two(session, ComingOfAgeRow, kept.person, given_up.person):
        await session.delete(twins[1])
    await _held(session, kept.person, given_up.person)
    await session.flush()
    after = await session.get(ParticularsRow, kept.person, populate_existing=True)
    await cancel(session, coming_of_age.COMING_OF_AGE, str(given_up.person))
    if after is not None and after.born_on != born_before:
        await coming_of_age.expect(session, kept, born_before, after.born_on, now)
    await emit(session, ProfileChanged(person=kept.person, site=kept.site), at=now)


async def _said(session: AsyncSession, kept: PersonRow, given_up: PersonRow, by: str, now: datetime) -> None:
    """What people say of themselves: the kept word stands and nothing that protects is lost."""
    if twins := await _two(session, AboutRow, kept.person, given_up.person):
        row, other = twins
        for name in ("levels", "countries", "style"):
            said = {key: value for key, value in getattr(row, name).items() if value is not None}
            setattr(row, name, {**getattr(other, name), **said})
        for name in ("dislikes", "wishes", "adjustments"):
            setattr(row, name, rules.union(getattr(row, name), getattr(other, name)))
        await _drop(session, row, other)
    if other := await session.get(ConstraintsRow, given_up.person):
        row = await session.get(ConstraintsRow, kept.person)
        mine, theirs = ({name: getattr(each, name) for name in CONSTRAINTS} if each else NONE for each in (row, other))
        await session.delete(other)
        await set_constraints(session, kept, rules.constraints(mine, theirs), by, now)
    both = (kept.person, given_up.person)
    withdrawn = update(RelationshipRow).where(RelationshipRow.person.in_(both), RelationshipRow.other.in_(both))
    await session.execute(withdrawn.values(other=None))
    await _move(session, RelationshipRow.person, *both)
    named = update(RelationshipRow).where(RelationshipRow.other == given_up.person)
    await session.execute(named.values(other=kept.person))


async def _two(session: AsyncSession, row: Any, kept: UUID, given_up: UUID) -> tuple[Any, Any] | None:
    """Both rows of a table with one row for each person, where both have one; a single one becomes the kept one's."""
    mine, other = await session.get(row, kept), await session.get(row, given_up)
    if mine is not None and other is not None:
        return mine, other
    if other is not None:
        session.expunge(other)
        await _move(session, row.person, kept, given_up)
    return None


async def _drop(session: AsyncSession, row: Any, other: Any) -> None:
    row.version += 1
    await session.delete(other)


async def _held(session: AsyncSession, kept: UUID, given_up: UUID) -> None:
    """Of a check that both bring along the one recorded last stands: it is what staff saw last."""
    rows = select(HeldClearanceRow).where(HeldClearanceRow.person.in_((kept, given_up)))
    newest: dict[str, HeldClearanceRow] = {}
    for row in await session.scalars(rows.order_by(HeldClearanceRow.recorded_at, HeldClearanceRow.person == kept)):
        if row.check_name in newest:
            await session.delete(newest[row.check_name])
        newest[row.check_name] = row
    await session.flush()
    await _move(session, HeldClearanceRow.person, kept, given_up)


async def _applications(session: AsyncSession, kept: PersonRow, given_up: PersonRow, now: datetime) -> None:
    """Applications, signatures and talks follow. A draft beside one of the kept person is withdrawn."""
    mine = aliased(ApplicationRow)
    alike = mine.person == kept.person, mine.role == ApplicationRow.role, mine.offering == ApplicationRow.offering
    drafts = select(ApplicationRow).where(
        ApplicationRow.person == given_up.person,
        ApplicationRow.state == DRAFT,
        exists().where(*alike, mine.state == DRAFT),
    )
    for row in await session.scalars(drafts.with_for_update(of=ApplicationRow)):
        await closing.close(session, row, "withdrawn", now)
    await _move(session, ApplicationRow.person, kept.person, given_up.person)
    before = (await agreements.signed_by(session, [kept.person])).items()
    twin = aliased(SignatureRow)
    same = (getattr(twin, name) == getattr(SignatureRow, name) for name in ("document", "version", "kind"))
    unless = ~exists().where(twin.person == kept.person, *same)
    await _move(session, SignatureRow.person, kept.person, given_up.person, unless)
    await _move(session, TalkRow.person, kept.person, given_up.person)
    known = dict(before)
    for (_, document), newest in sorted((await agreements.signed_by(session, [kept.person])).items()):
        news = agreements.news(kept, document, known.get((kept.person, document)), newest)
        await emit(session, *news, at=now)
    await submit_signed(session, now, ApplicationRow.person == kept.person)


async def _move(
    session: AsyncSession, column: InstrumentedAttribute[UUID], kept: UUID, given_up: UUID, *where: ColumnElement[bool]
) -> None:
    table = cast("type[DeclarativeBase]", column.class_)
    rows = update(table).where(column == given_up, *where).values({column.key: kept})
    await session.execute(rows.execution_options(synchronize_session="fetch"))
