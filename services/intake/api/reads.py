"""The private reads of other services: cards to send, profiles to match, facts to screen by. Each is noted, never what
it saw.
"""

from datetime import date
from uuid import UUID

import structlog
from fastapi import APIRouter
from sqlalchemy import ColumnElement, select

from services.intake import about, constraints, relationships
from services.intake.domain.particulars import age_on, facts_until
from services.intake.domain.week import utc_hours
from services.intake.guardianship import Hears, who_hears
from services.intake.merging import kept_of
from services.intake.tables import (
    AboutRow,
    ConstraintsRow,
    HeldClearanceRow,
    ParticularsRow,
    PersonRow,
    PrivateReadRow,
    ProfileRow,
)
from shared.access import Caller, CallerDep, within
from shared.contracts.reads import (
    AddressCard,
    AddressCards,
    Constraints,
    HeldClearance,
    ManyConstraints,
    ManyScreeningFacts,
    MatchingProfile,
    MatchingProfiles,
    PeopleRead,
    ScreeningFacts,
)
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id

router = APIRouter(route_class=TransactionRoute, prefix="/internal")

log = structlog.get_logger(__name__)


@router.post("/address-cards")
async def address_cards(body: PeopleRead, session: SessionDep, clock: ClockDep, caller: CallerDep) -> AddressCards:
    """How to reach people. No mail goes to an address that two people claim, until staff have looked.

    Nor to whom mail is forbidden, nor outside their safe hours (R19).
    """
    caller.require_anywhere("service")
    kept = await kept_of(session, body.people)
    cards = [
        AddressCard(
            person=asked,
            name_to_use=row.name_to_use,
            email=row.email,
            language=row.language,
            zone=row.zone,
            may_mail=row.may_mail and row.duplicate_of is None and not (limits and "mail" in limits.forbidden_channels),
            safe_hours=limits.safe_hours if limits else None,
        )
        for row, limits in await _limited(session, caller, _kept(body, kept))
        for asked in _asked(row.person, body, kept)
    ]
    _note(session, clock, caller, "address-cards", body.people, len(cards))
    return AddressCards(cards=cards)


@router.post("/matching-profiles")
async def matching_profiles(
    body: PeopleRead, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> MatchingProfiles:
    """What matching needs, free hours in UTC by each zone's offset now (R6, R7); what people say of themselves."""
    caller.require_anywhere("service")
    kept = await kept_of(session, body.people)
    knows = await relationships.known_to(session, _kept(body, kept))
    rows = await session.execute(
        select(ProfileRow, PersonRow.site, AboutRow)
        .join(PersonRow, PersonRow.person == ProfileRow.person)
        .outerjoin(AboutRow, AboutRow.person == ProfileRow.person)
        .where(ProfileRow.person.in_(_kept(body, kept)), _served(caller))
    )
    profiles = [
        MatchingProfile(
            person=asked,
            site=site,
            languages=row.languages,
            skills=row.skills,
            goals=row.goals,
            weekly_hours=row.weekly_hours,
            zone=row.zone,
            free_hours=utc_hours(row.free_hours, row.zone, clock.now()),
            knows=knows.get(row.person, []),
            **{name: value for name, value in about.said(said).items() if name in MatchingProfile.model_fields},
        )
        for row, site, said in rows
        for asked in _asked(row.person, body, kept)
    ]
    _note(session, clock, caller, "matching-profiles", body.people, len(profiles))
    return MatchingProfiles(profiles=profiles)


@router.post("/constraints")
async def read_constraints(
    body: PeopleRead, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> ManyConstraints:
    """What is and is not possible for people (R19)."""
    caller.require_anywhere("service")
    kept = await kept_of(session, body.people)
    found = [
        Constraints(
            person=asked,
            name_to_use=row.name_to_use,
            zone=row.zone,
            version=limits.version if limits else 0,
            **({name: getattr(limits, name) for name in constraints.CONSTRAINTS} if limits else constraints.NONE),
        )
        for row, limits in await _limited(session, caller, _kept(body, kept))
        for asked in _asked(row.person, body, kept)
    ]
    _note(session, clock, caller, "constraints", body.people, len(found))
    return ManyConstraints(constraints=found)


@router.post("/screening-facts")
async def screening_facts(
    body: PeopleRead, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> ManyScreeningFacts:
    """What the law asks about: age and home, and what people bring along (R41); no date of birth, no numbers.

    And who may be told how a person's case stands.
    """
    caller.require_anywhere("service")
    kept = await kept_of(session, body.people)
    rows = select(PersonRow, ParticularsRow).outerjoin(ParticularsRow, ParticularsRow.person == PersonRow.person)
    found = await session.execute(rows.where(PersonRow.person.in_(_kept(body, kept)), _served(caller)))
    people = [(person, particulars) for person, particulars in found]
    hears = await who_hears(session, people, clock.now())
    held: dict[UUID, list[HeldClearance]] = {}
    for row in await session.scalars(select(HeldClearanceRow).where(HeldClearanceRow.person.in_(_kept(body, kept)))):
        brought = HeldClearance(check=row.check_name, valid_until=row.valid_until, own=row.own)
        held.setdefault(row.person, []).append(brought)
    facts = [
        _facts(asked, row, held.get(holder.person, []), hears[holder.person], clock.today())
        for holder, row in people
        for asked in _asked(holder.person, body, kept)
    ]
    _note(session, clock, caller, "screening-facts", body.people, len(facts))
    return ManyScreeningFacts(facts=facts)


def _facts(
    person: UUID, row: ParticularsRow | None, held: list[HeldClearance], hears: Hears, today: date
) -> ScreeningFacts:
    born_on, since = (row.born_on, row.lives_since) if row else (None, None)
    return ScreeningFacts(
        person=person,
        age=age_on(born_on, today) if born_on else None,
        lives_in=row.lives_in if row else None,
        resident=age_on(since, today) if since else None,
        held=held,
        until=facts_until(born_on, today),
        guardians=hears.guardians,
        enrolled_by=hears.enrolled_by,
    )


async def _limited(
    session: SessionDep, caller: Caller, people: set[UUID]
) -> list[tuple[PersonRow, ConstraintsRow | None]]:
    rows = select(PersonRow, ConstraintsRow).outerjoin(ConstraintsRow, ConstraintsRow.person == PersonRow.person)
    found = await session.execute(rows.where(PersonRow.person.in_(people), _served(caller)))
    return [(row, limits) for row, limits in found]


def _kept(body: PeopleRead, kept: dict[UUID, UUID]) -> set[UUID]:
    """Whom to read: who asks by an id that was given up may not have heard of it yet."""
    return {kept.get(person, person) for person in body.people}


def _asked(person: UUID, body: PeopleRead, kept: dict[UUID, UUID]) -> list[UUID]:
    """Under which of the ids asked for a person is answered."""
    return [asked for asked in body.people if kept.get(asked, asked) == person]


def _served(caller: Caller) -> ColumnElement[bool]:
    return within(PersonRow.site, caller.sites("service"))


def _note(session: SessionDep, clock: ClockDep, caller: Caller, kind: str, asked: list[UUID], answered: int) -> None:
    counts = {"reader": caller.subject, "kind": kind, "asked": len(asked), "answered": answered}
    session.add(PrivateReadRow(read=new_id(), read_at=clock.now(), **counts))
    log.info("private_read", **counts)
