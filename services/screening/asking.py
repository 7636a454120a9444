"""What a case asks for, as rows: computed from its role and the law of its place whenever one of them is heard anew."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.activity import activity_of, hold_activity, review
from services.screening.domain.activity import is_limited, with_activity
from services.screening.domain.facts import Facts, Forbidden, Requirements, Step
from services.screening.domain.requirements import requirements
from services.screening.domain.second_person import is_high
from services.screening.queries import known_place, known_role, live_cases
from services.screening.steps import keep_steps
from services.screening.tables import CaseRow, PlaceRow, RoleRow
from shared.contracts import RoleKind
from shared.contracts.intake import ApplicationSubmitted, Risk
from shared.db import hold
from shared.law import law


async def ask(session: AsyncSession, case: CaseRow, day: date) -> None:
    """Let an undecided case ask for what role and place ask for now, by the law of a day.

    Whoever calls this holds the case or its role and site, so that two changes at once cannot each miss the other.
    """
    role, place = await known_role(session, case.role), await known_place(session, case.site)
    case.place_known = place is not None
    if role is None:
        return
    facts = facts_of(case, role, place, day)
    if is_limited(facts, law()):
        facts = with_activity(facts, await activity_of(session, case))
    found = requirements(facts, law())
    if case.state == "waiting":
        case.state = "open"
    case.risks = role.risks
    case.second_person = found.second_person
    case.required = [step.check for step in found.steps if step.only is None]
    document, before = _document(found), case.requirements
    case.requirements = document
    if not before or before["steps"] != document["steps"]:
        await keep_steps(session, case, anew=not before)


async def hold_for(session: AsyncSession, case: CaseRow | ApplicationSubmitted) -> None:
    """Hold all by which a case asks, before it is opened: what is heard at the same moment counts then, too."""
    await hold(session, f"role/{case.role}")
    await hold(session, f"site/{case.site}")
    await hold_activity(session, [case.person])


def facts_of(case: CaseRow, role: RoleRow, place: PlaceRow | None, day: date) -> Facts:
    """Without activity. By the kind that the clearance will name, whatever the role's kind is now.

    A site decides about its own people, so its law is that of the decision, the site and the organisation.
    """
    law_of = place.law_of if place else None
    return Facts(
        RoleKind(case.kind),
        day,
        frozenset(cast("list[Risk]", role.risks)),
        {"decision": law_of, "site": law_of, "organisation": law_of} if law_of else {},
        days=role.times_a_month,
        second_person=is_high(RoleKind(case.kind), role.tier, role.risks) or policy_asks_second_person(case),
    )


def policy_asks_second_person(case: CaseRow) -> bool:
    """Whether the policy in force at the offering asks for one whatever the tier; no policy is known here yet."""
    return False


async def review_activity(session: AsyncSession, people: Collection[UUID], at: datetime) -> None:
    """After people were active: undecided cases ask for what that asks for; clearances ask ahead, or end at a limit."""
    for case in await live_cases(session, people):
        if case.state != "cleared":
            await ask(session, case, case.opened_at.date())
        elif (role := await known_role(session, case.role)) is not None:
            place = await known_place(session, case.site)
            await review(session, case, facts_of(case, role, place, at.date()), at)


_STEPS, _FORBIDDEN = TypeAdapter(tuple[Step, ...]), TypeAdapter(tuple[Forbidden, ...])


def _document(found: Requirements) -> dict[str, Any]:
    """As JSON gives it back, so that what did not change is not written again."""
    return {
        "steps": _STEPS.dump_python(found.steps, mode="json"),
        "forbidden": _FORBIDDEN.dump_python(found.forbidden, mode="json"),
        "unsettled": list(found.unsettled),
    }
