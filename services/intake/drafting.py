"""Applications as rows, from draft to submission: begun with what is known already, and answered piece by piece.

Answers whose home is elsewhere (profile, particulars) move there when the application is submitted, so that nothing
has two homes; until then they are the draft's.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import about, constraints, queries, registration
from services.intake.answers import Answers, merged
from services.intake.asking import Asking, asking_of, openings_beside, pack_of
from services.intake.domain import applications as rules
from services.intake.domain import particulars
from services.intake.domain.applications import OPEN, Source
from services.intake.domain.forms import questions as forms
from services.intake.domain.forms.questions import MOVED, Opening
from services.intake.tables import (
    AboutRow,
    AnswersRow,
    ApplicationRow,
    OfferingRow,
    ParticularsRow,
    PersonRow,
    ProfileRow,
    RoleRow,
)
from shared.contracts.intake import ProfileChanged
from shared.ids import new_id
from shared.outbox import emit
from shared.problems import Conflict

PROFILE = ("languages", "skills", "goals", "weekly_hours", "zone", "free_hours")
PARTICULARS = ("born_on", "lives_in")


async def reapply_on(session: AsyncSession, person: UUID, role: str, site: str) -> date | None:
    """The latest day before which a person does not apply for a role at a site again."""
    held = select(func.max(ApplicationRow.reapply_on)).where(
        ApplicationRow.person == person, ApplicationRow.role == role, ApplicationRow.site == site
    )
    return await session.scalar(held)


async def open_application(session: AsyncSession, person: UUID, role: str, offering: str) -> UUID | None:
    """The application that a person has open for a role and offering."""
    rows = select(ApplicationRow.application).filter_by(person=person, role=role, offering=offering)
    return await session.scalar(rows.where(ApplicationRow.state.in_(OPEN)))


async def draft_of(session: AsyncSession, person: UUID, role: str, offering: str) -> UUID | None:
    """The draft that a person has begun for a role and offering."""
    key = {"person": person, "role": role, "offering": offering, "state": rules.DRAFT}
    return await session.scalar(select(ApplicationRow.application).filter_by(**key))


async def check_may_begin(
    session: AsyncSession, person: PersonRow, role: RoleRow, offering: OfferingRow, today: date
) -> None:
    """Raises Contradiction where this person cannot apply, and Conflict where they have applied."""
    rules.check_may_apply(role.role, role.site, offering.offering, offering.site, offering.is_open)
    rules.check_same_network(person.network, offering.site)
    rules.check_day_came(await reapply_on(session, person.person, role.role, offering.site), today)
    if known := await open_application(session, person.person, role.role, offering.offering):
        raise already(known)


def already(application: UUID) -> Conflict:
    """The answer to a second application for the same role and offering."""
    return Conflict(
        f"There is an open application for this role and offering already: {application}.",
        [{"field": "application", "reason": str(application)}],
    )


async def begin(
    session: AsyncSession, person: PersonRow, asking: Asking, source: Source, by: str, now: datetime,
    said: Mapping[str, Any] | None = None,
) -> ApplicationRow:  # fmt: skip
    """A draft, with what is known of the person already, and what they `said` in another application.

    Their row is locked: nobody begins another meanwhile.
    """
    row = ApplicationRow(
        application=new_id(), person=person.person, role=asking.role.role, offering=asking.offering.offering,
        site=asking.offering.site, state=rules.DRAFT, source=source, applied_by=by, applied_at=now,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    session.add(
        AnswersRow(application=row.application, answers=await _known(session, person, asking, said or {}), version=1)
    )
    await session.flush()
    return row


async def _known(session: AsyncSession, person: PersonRow, asking: Asking, said: Mapping[str, Any]) -> dict[str, Any]:
    """What the form asks and the person's profile and particulars answer, so that nobody is asked twice."""
    found: dict[str, Any] = {"zone": person.zone}
    for row, names in (
        (await session.get(ProfileRow, person.person), PROFILE),
        (await session.get(ParticularsRow, person.person), PARTICULARS),
    ):
        found |= {name: getattr(row, name) for name in names} if row else {}
    found |= about.said(await session.get(AboutRow, person.person))
    asked = {each.field for each in asking.questions}
    known = Answers.model_construct(**{name: value for name, value in found.items() if name in asked})
    return merged(known.given(), {name: value for name, value in said.items() if name in asked})


@dataclass(frozen=True)
class Checked:
    """What is missing in a draft and what was answered. `offers`: other roles, where the floor is not reached."""

    asking: Asking
    answers: dict[str, Any]
    missing: list[str]
    below_floor: bool
    offers: list[Opening]
    pack: dict[str, Any]
    pack_read: bool

    @property
    def is_complete(self) -> bool:
        """Whether it can be submitted."""
        return not self.missing and self.pack_read


async def checked(session: AsyncSession, row: ApplicationRow) -> Checked:
    """A draft as it stands."""
    offering, role = await session.get_one(OfferingRow, row.offering), await session.get_one(RoleRow, row.role)
    asking = await asking_of(session, offering, role)
    answered = await session.get(AnswersRow, row.application)
    answers = answered.answers if answered else {}
    below = forms.is_below(answers, asking.floor)
    pack = await pack_of(session, asking)
    return Checked(
        asking,
        answers,
        forms.missing(asking.questions, answers, asking.floor),
        below,
        forms.offers(asking.floor, await openings_beside(session, asking), answers) if below else [],
        pack,
        answered is not None and answered.pack_sha256 == pack["sha256"],
    )


async def submit(
    session: AsyncSession, row: ApplicationRow, person: PersonRow, asking: Asking, by: str, now: datetime
) -> None:
    """A complete draft becomes an application: to sign, or submitted where the conduct document is signed (R72)."""
    answered = await session.get_one(AnswersRow, row.application)
    given = Answers.model_validate(answered.answers)
    asked = {each.field for each in asking.questions}
    changed = await _to_profile(session, person.person, given, asked)
    changed |= await _to_particulars(session, person.person, given)
    changed |= await about.to_about(session, person.person, given, asked)
    await constraints.to_constraints(session, person, given, asked, by, now)
    if changed:
        await emit(session, ProfileChanged(person=person.person, site=person.site), at=now)
    answered.answers = {name: value for name, value in answered.answers.items() if name not in MOVED}
    answered.version += 1
    current = await queries.version_in_force(session, asking.offering.document)
    signed = await queries.signed_versions(session, person.person, asking.offering.document)
    row.state, row.applied_at = rules.state(current.version if current else "", signed), now
    if row.state == rules.SUBMITTED:
        row.submitted_at = now
        await emit(session, queries.submitted_event(row, asking.role.kind), at=now)
    await session.flush()


async def _to_profile(session: AsyncSession, person: UUID, given: Answers, asked: Collection[str]) -> bool:
    """What the form asked of the profile stands there from now on; what it did not ask stays."""
    if "languages" not in asked:
        return False
    stored = await session.get(ProfileRow, person)
    values: dict[str, Any] = {} if stored else {"skills": [], "goals": []}
    for name in PROFILE:
        if name in asked:
            values[name] = getattr(given, name) or []
    return registration.set_profile(session, stored, person, values)[1]


async def _to_particulars(session: AsyncSession, person: UUID, given: Answers) -> bool:
    """Birth and home; whoever lives elsewhere now has not signed since when. Raises Contradiction for another birth."""
    told = {name: getattr(given, name) for name in PARTICULARS if getattr(given, name) is not None}
    row = await session.get(ParticularsRow, person)
    if not told or (row and all(getattr(row, name) == value for name, value in told.items())):
        return False
    if row is None:
        row = ParticularsRow(person=person, version=0)
        session.add(row)
    particulars.check_correction(row.born_on, told.get("born_on", row.born_on), by_staff=False)
    if told.get("lives_in") not in (None, row.lives_in):
        row.lives_since = None
    for name, value in told.items():
        setattr(row, name, value)
    row.version += 1
    return True
