"""What a role asks for at an offering, read from the rows: its form, its commitment, its pack, and the other roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.domain import pack, roles
from services.intake.domain.forms import questions as forms
from services.intake.domain.forms.questions import Floor, Opening, Question
from services.intake.domain.places import above
from services.intake.domain.policy import commitment, in_force
from services.intake.policies import Policies, policies_of, told
from services.intake.tables import OfferingRow, PlaceRow, ProgrammeRow, RoleRow
from shared.contracts import RoleKind


@dataclass(frozen=True)
class Asking:
    """A role at an offering: what it asks, and the least time that it needs."""

    offering: OfferingRow
    role: RoleRow
    known: Policies
    minors: bool

    @property
    def questions(self) -> tuple[Question, ...]:
        """The form."""
        kind = RoleKind(self.role.kind)
        return forms.questions(kind, self.role.risks, roles.tier(kind, queries.assessment(self.role))[0])

    @property
    def floor(self) -> Floor:
        """The commitment: the policy's or the role's, whichever is higher, and higher for minors (R26, R27)."""
        values = {key: each.value for key, each in in_force(self.known.at_offering(self.offering)).items()}
        minors = self.minors or "minors" in self.role.risks
        own = self.role.weekly_hours, self.role.months
        return forms.floor_of(RoleKind(self.role.kind), own, commitment(values, minors))


async def asking_of(session: AsyncSession, offering: OfferingRow, role: RoleRow) -> Asking:
    """What a role asks for at an offering."""
    known = await policies_of(session, [offering.site])
    programme = await session.get_one(ProgrammeRow, offering.programme)
    return Asking(offering, role, known, programme.type == "adult-minor")


async def openings_beside(session: AsyncSession, asking: Asking) -> Sequence[Opening]:
    """The other roles that people may apply for at the same place, mentees' left out."""
    rows = await session.execute(
        select(OfferingRow, RoleRow, ProgrammeRow.type)
        .join(ProgrammeRow, ProgrammeRow.programme == OfferingRow.programme)
        .join(RoleRow, RoleRow.site.in_(above(asking.offering.site)))
        .where(OfferingRow.site == asking.offering.site, OfferingRow.is_open, RoleRow.kind != RoleKind.MENTEE.value)
    )
    return [
        Opening(offering.offering, role.role, role.title, Asking(offering, role, asking.known, _minors(kind)).floor)
        for offering, role, kind in rows
        if (offering.offering, role.role) != (asking.offering.offering, asking.role.role)
    ]


async def languages_at(session: AsyncSession, site: str) -> list[str]:
    """What people speak at a place: what itself or the nearest place above names."""
    columns = PlaceRow.site, PlaceRow.languages
    known = dict((await session.execute(select(*columns).where(PlaceRow.site.in_(above(site))))).all())
    return next((known[place] for place in reversed(above(site)) if known.get(place)), [])


def _minors(programme_type: str) -> bool:
    return programme_type == "adult-minor"


async def pack_of(session: AsyncSession, asking: Asking) -> dict[str, Any]:
    """The applicant pack as JSON (R68, R75), with its hash."""
    role, policy = asking.role, told(in_force(asking.known.at_offering(asking.offering))).model_dump(mode="json")
    tier, why = roles.tier(RoleKind(role.kind), queries.assessment(role))
    document = await queries.version_in_force(session, asking.offering.document)
    risk = {name: getattr(role, name) for name in ("risks", "times_a_month", "observability", "setting", "controls")}
    content = {
        "offering": asking.offering.offering,
        "role": role.role,
        "assignment": {
            "title": role.title,
            "description": role.description,
            "weekly_hours": asking.floor[0],
            "months": asking.floor[1],
        },
        "policies": policy,
        "prevention": list(pack.prevention(policy)),
        "risk": {**risk, "tier": tier, "why": why},
        "boundaries": pack.boundaries(policy, document.clauses if document else ()),
        "dismissal": pack.grounds(),
        "document": {name: getattr(document, name) for name in ("document", "version", "sha256", "language")},
    }
    return {**content, "sha256": pack.fingerprint(content)}
