"""The private reads of other services: cards to send, profiles to match, facts to screen by. Each is noted, never what
it saw.
"""

from datetime import date
from uuid import UUID

import structlog
from fastapi import APIRouter
from sqlalchemy import ColumnElement, select

from services.intake.domain.particulars import age_on, facts_until
from services.intake.domain.week import utc_hours
from services.intake.guardianship import Hears, who_hears
from services.intake.tables import HeldClearanceRow, ParticularsRow, PersonRow, PrivateReadRow, ProfileRow
from shared.access import Caller, CallerDep, within
from shared.contracts.reads import (
    AddressCard,
    AddressCards,
    HeldClearance,
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
    """How to reach people. No mail goes to an address that two people claim, until staff have looked."""
    caller.require_anywhere("service")
    people = select(PersonRow).where(PersonRow.person.in_(body.people), _served(caller))
    cards = [
        AddressCard(
            person=row.person,
            name_to_use=row.name_to_use,
            email=row.email,
            language=row.language,
            zone=row.zone,
            may_mail=row.may_mail and row.duplicate_of is None,
        )
        for row in await session.scalars(people)
    ]
    _note(session, clock, caller, "address-cards", body.people, len(cards))
    return AddressCards(cards=cards)


@router.post("/matching-profiles")
async def matching_profiles(
    body: PeopleRead, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> MatchingProfiles:
    """What matching needs, free hours in UTC by each zone's offset now (R6, R7)."""
    caller.require_anywhere("service")
    rows = await session.execute(
        select(ProfileRow, PersonRow.site)
        .join(PersonRow, PersonRow.person == ProfileRow.person)
        .where(ProfileRow.person.in_(body.people), _served(caller))
    )
    profiles = [
        MatchingProfile(
            person=row.person,
            site=site,
            languages=row.languages,
            skills=row.skills,
            goals=row.goals,
            weekly_hours=row.weekly_hours,
            zone=row.zone,
            free_hours=utc_hours(row.free_hours, row.zone, clock.now()),
        )
        for row, site in rows
    ]
    _note(session, clock, caller, "matching-profiles", body.people, len(profiles))
    return MatchingProfiles(profiles=profiles)


@router.post("/screening-facts")
async def screening_facts(
    body: PeopleRead, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> ManyScreeningFacts:
    """What the law asks about: age and home, and what people bring along (R41); no date of birth, no numbers.

    And who may be told how a person's case stands.
    """
    caller.require_anywhere("service")
    rows = select(PersonRow, ParticularsRow).outerjoin(ParticularsRow, ParticularsRow.person == PersonRow.person)
    found = await session.execute(rows.where(PersonRow.person.in_(body.people), _served(caller)))
    people = [(person, particulars) for person, particulars in found]
    hears = await who_hears(session, people, clock.now())
    held: dict[UUID, list[HeldClearance]] = {}
    for row in await session.scalars(select(HeldClearanceRow).where(HeldClearanceRow.person.in_(body.people))):
        brought = HeldClearance(check=row.check_name, valid_until=row.valid_until, own=row.own)
        held.setdefault(row.person, []).append(brought)
    facts = [
        _facts(holder.person, row, held.get(holder.person, []), hears[holder.person], clock.today())
        for holder, row in people
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


def _served(caller: Caller) -> ColumnElement[bool]:
    return within(PersonRow.site, caller.sites("service"))


def _note(session: SessionDep, clock: ClockDep, caller: Caller, kind: str, asked: list[UUID], answered: int) -> None:
    counts = {"reader": caller.subject, "kind": kind, "asked": len(asked), "answered": answered}
    session.add(PrivateReadRow(read=new_id(), read_at=clock.now(), **counts))
    log.info("private_read", **counts)
