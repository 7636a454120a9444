"""What cases ask for, as rows: computed from role, places, offering and person, whenever one of them changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import agreeing, lapsing, ordering
from services.screening.activity import activity_of, review
from services.screening.anew import note_differences
from services.screening.domain.activity import Activity, is_limited, with_activity
from services.screening.domain.consents import ANSWERED_BY_INTAKE
from services.screening.domain.facts import (
    USUAL_VALIDITY,
    Conflict,
    Facts,
    Forbidden,
    Held,
    Requirements,
    Step,
    Unsettled,
)
from services.screening.domain.places import places_of
from services.screening.domain.programmes import WRITERS, factors_of, is_for_minors
from services.screening.domain.requirements import requirements
from services.screening.domain.second_person import is_high
from services.screening.domain.vendors import Served, serves
from services.screening.queries import live_cases
from services.screening.steps import keep_steps
from services.screening.tables import CaseRow, FactsRow, OfferingRow, PlaceRow, ResultRow, RoleRow
from shared.access import above
from shared.contracts import RoleKind
from shared.contracts.intake import ApplicationSubmitted, ApplicationWithdrawn, Risk
from shared.law import law

NOTHING_HEARD = ""
"""The sequence of facts of a person of whom no change was heard; smaller than any."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was heard and read that some cases depend on."""

    roles: Mapping[str, RoleRow]
    places: Mapping[str, PlaceRow]
    offerings: Mapping[str, OfferingRow]
    people: Mapping[UUID, FactsRow]


async def ask(
    session: AsyncSession, cases: Sequence[CaseRow], *, on: date | None = None, heard: datetime | None = None
) -> None:
    """Let undecided cases ask for what is asked for now, by the law of a day: each one's own where none is named.

    `heard`: when it was told of what makes them ask anew; the case says then how it asks otherwise than before.

    Whoever calls this holds the cases, or all that they depend on, so that two changes at once cannot each miss the
    other. The number of statements does not grow with that of the cases.
    """
    known = await _known(session, cases)
    anew = {case.clearance for case in cases if not case.requirements}
    before = {case.clearance: case.required for case in cases}
    active = await _active(session, cases, known, on)
    served = ordering.served_in(session)
    asking = [
        case for case in cases if _ask(case, known, on or case.opened_at.date(), active.get(case.clearance), served)
    ]
    held = [row for case in asking for row in _brought_along(case, known)]
    if held:
        await session.flush()  # results name their case
        await session.execute(insert(ResultRow).on_conflict_do_nothing(), held)
        await lapsing.watch(session, {row["clearance"] for row in held})
    await keep_steps(session, asking, anew=anew - {row["clearance"] for row in held})
    concerned = [c for c in cases if not ANSWERED_BY_INTAKE.isdisjoint((*before[c.clearance], *c.required))]
    await agreeing.answer(session, concerned)
    if heard:
        await note_differences(session, asking, before, heard)


def _ask(case: CaseRow, known: Known, day: date, active: Activity | None, served: Served) -> bool:
    """Whether the case asks for anything else than before."""
    role = known.roles.get(case.role)
    case.place_known = case.site in known.places
    case.facts_known = _is_known(known.people.get(case.person), day)
    if role is None:
        return False
    facts = _facts(case, role, known, day)
    found = _found(with_activity(facts, active) if active else facts, case.site, served)
    if case.state == "waiting":
        case.state = "open"
    case.risks, case.validity, case.second_person = role.risks, found.validity, found.second_person
    case.required = [step.check for step in found.steps if step.only is None]
    document, before = _document(found), case.requirements
    case.requirements = document
    return document != before


def _found(facts: Facts, site: str, served: Served) -> Requirements:
    """What is asked for; where a vendor does one of these checks, also what a law asks for then."""
    found = requirements(facts, law())
    if not facts.vendor and serves(served, site, found.checks):
        found = requirements(replace(facts, vendor=True), law())
    return found


def depends_on(case: CaseRow | ApplicationSubmitted | ApplicationWithdrawn) -> tuple[str, ...]:
    """What decides which checks a case asks for: whoever opens it holds this, and so do those who change it."""
    sites = (f"site/{site}" for site in above(case.site))
    people = f"person/{case.person}", f"activity/{case.person}"
    return f"offering/{case.offering}", f"role/{case.role}", *sites, *people


async def review_activity(session: AsyncSession, people: Collection[UUID], at: datetime) -> None:
    """After people were active: undecided cases ask for what that asks for; clearances ask ahead, or end at a limit."""
    cases = await live_cases(session, people)
    await ask(session, [case for case in cases if case.state != "cleared"])
    cleared = [case for case in cases if case.state == "cleared"]
    known = await _known(session, cleared)
    active = await _active(session, cleared, known, at.date())
    for case in cleared:
        if case.clearance in active:
            facts = _facts(case, known.roles[case.role], known, at.date())
            await review(session, case, facts, active[case.clearance], at)


async def _active(
    session: AsyncSession, cases: Sequence[CaseRow], known: Known, day: date | None
) -> dict[UUID, Activity]:
    """How active people are whose law limits that; of nobody else it is looked at."""
    limited = [
        case
        for case in cases
        if (role := known.roles.get(case.role))
        and is_limited(_facts(case, role, known, day or case.opened_at.date()), law())
    ]
    return await activity_of(session, limited) if limited else {}


async def _known(session: AsyncSession, cases: Sequence[CaseRow]) -> Known:
    sites = {site for case in cases for site in above(case.site)}

    async def by(row: Any, key: Any, wanted: Collection[Any]) -> dict[Any, Any]:
        found = await session.scalars(select(row).where(key.in_(sorted(wanted))))
        return {getattr(each, key.key): each for each in found}

    return Known(
        await by(RoleRow, RoleRow.role, {case.role for case in cases}),
        await by(PlaceRow, PlaceRow.site, sites),
        await by(OfferingRow, OfferingRow.offering, {case.offering for case in cases}),
        await by(FactsRow, FactsRow.person, {case.person for case in cases}),
    )


def _facts(case: CaseRow, role: RoleRow, known: Known, day: date) -> Facts:
    """By the kind that the clearance will name, whatever the role's kind is now: it must cover what it allows."""
    kind = RoleKind(case.kind)
    person, offering = known.people.get(case.person), known.offerings.get(case.offering)
    policy, programme_type = _policy(offering), offering.programme_type if offering else None
    laws = {site: row.law_of for site, row in known.places.items()}
    organisation = next((site for site in reversed(above(case.site)) if _is_organisation(known, site)), case.site)
    risks = frozenset(cast("list[Risk]", role.risks)) | factors_of(programme_type, kind)
    return Facts(
        kind,
        day,
        risks,
        places_of(kind, laws.get(case.site), laws.get(organisation), person.lives_in if person else None),
        age=person.age if person else None,
        days=role.times_a_month,
        resident=person.resident if person else None,
        vendor=case.by_vendor,
        asked=frozenset(_steps(kind, policy)),
        second_person=_second_person(kind, role, risks, policy),
        held=tuple(_held(each) for each in (person.held if person else ())),
        validity=min(USUAL_VALIDITY, policy.get("clearance_months", USUAL_VALIDITY)),
        accepted=_accepted(known.places.get(case.site)),
        youngest=policy.get("mentor_age", 0),
        references=policy.get("references", 0),
        for_minors=is_for_minors(programme_type),
    )


def _accepted(place: PlaceRow | None) -> str | None:
    """The law of which a named person accepted, for the site, that it is a draft or missing."""
    return place.law_of if place and place.draft_accepted else None


def _second_person(kind: RoleKind, role: RoleRow, risks: Collection[str], policy: Mapping[str, Any]) -> bool:
    """Whether tier or policy ask for a second person; a mentee is admitted by one.

    A role's own tier does not know of minors who come with the programme.
    """
    tier = None if "minors" in set(risks) - set(role.risks) else role.tier
    return kind != RoleKind.MENTEE and (is_high(kind, tier, risks) or bool(policy.get("second_person")))


def _is_organisation(known: Known, site: str) -> bool:
    return site in known.places and known.places[site].kind == "organisation"


def _policy(offering: OfferingRow | None) -> Mapping[str, Any]:
    return (offering.policy if offering else None) or {}


def _steps(kind: RoleKind, policy: Mapping[str, Any]) -> Sequence[str]:
    """The steps that the policy asks for; the site's culture briefing of all who write (R17)."""
    briefing = ["culture-briefing"] if policy.get("culture_briefing") and kind in WRITERS else []
    training = ["training"] if policy.get("training_first") and kind in WRITERS else []
    return [*policy.get(f"steps_{kind}", ()), *briefing, *training]


def _held(told: Mapping[str, Any]) -> Held:
    return Held(told["check"], date.fromisoformat(told["valid_until"]), told["own"])


_STEPS, _FORBIDDEN = TypeAdapter(tuple[Step, ...]), TypeAdapter(tuple[Forbidden, ...])
_CONFLICTS, _UNSETTLED = TypeAdapter(tuple[Conflict, ...]), TypeAdapter(tuple[Unsettled, ...])


def _document(found: Requirements) -> dict[str, Any]:
    """As JSON gives it back, so that what did not change is not written again."""
    return {
        "steps": _STEPS.dump_python(found.steps, mode="json"),
        "forbidden": _FORBIDDEN.dump_python(found.forbidden, mode="json"),
        "conflicts": _CONFLICTS.dump_python(found.conflicts, mode="json"),
        "unsettled": _UNSETTLED.dump_python(found.unsettled, mode="json"),
    }


def _is_known(person: FactsRow | None, day: date) -> bool:
    """Whether intake was asked about the person, and what it said still counts on a day."""
    return person is not None and person.state != "stale" and (person.until is None or day < person.until)


def _brought_along(case: CaseRow, known: Known) -> Iterable[dict[str, Any]]:
    """Results of what a person brings along and this case takes, as staff recorded it in intake."""
    stand = {step["check"] for step in case.requirements["steps"] if step["stands"]}
    person = known.people.get(case.person)
    for each in person.held if person and stand else ():
        if each["check"] in stand:
            yield {
                "clearance": case.clearance, "check_name": each["check"], "outcome": "passed",
                "valid_until": date.fromisoformat(each["valid_until"]), "reference": None, "recorded_by": "intake",
                "recorded_at": case.opened_at,
            }  # fmt: skip


async def want_facts(session: AsyncSession, people: Mapping[UUID, date]) -> None:
    """Have the facts of people read who have a case from a day on, where they were not read or count no longer then."""
    rows = [{"person": person, "state": "stale", "sequence": NOTHING_HEARD} for person in sorted(people)]
    wanted = insert(FactsRow).on_conflict_do_update(
        index_elements=["person"], set_={"state": "stale"}, where=FactsRow.until <= max(people.values())
    )
    await session.execute(wanted, rows)
