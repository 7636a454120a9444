"""The catalogue of roles: none is published without a risk assessment (R31), and each is looked at again (R34)."""

from datetime import date
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import exists, select

from services.intake import policies, queries
from services.intake.api.seen import Changed, existing, found, is_staff_near
from services.intake.domain import places, roles, texts
from services.intake.domain.policy import commitment, in_force
from services.intake.fields import Body, CommitmentHours, CommitmentMonths, Line, Name, Prose
from services.intake.tables import ApplicationRow, PlaceRow, RoleRow
from shared.access import Caller, CallerDep
from shared.contracts import RoleKind, SitePath, Slug
from shared.contracts.intake import Observability, Risk, Setting, Tier
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)

TimesAMonth = Annotated[int | None, Field(ge=1, le=1000)]


class AcceptedRisk(Body):
    """A risk that is left after the controls: which, who accepted it, and until when (R33)."""

    risk: Risk
    residual: Line
    accepted_by: Name
    until: date


class RoleBody(Body):
    """A role. `risks` is its risk assessment and may be empty, but not left out (R31, R36).

    What is not said counts as the riskier: contact that nobody limits and nobody sees. `description` is the written
    assignment (R75); `review_on` is the day on which the assessment is looked at again (R34).
    """

    site: SitePath
    kind: RoleKind
    title: Name
    description: Prose = ""
    risks: list[Risk] = Field(max_length=20)
    times_a_month: TimesAMonth = None
    observability: Observability = "none"
    setting: Setting = "online"
    controls: list[Line] = Field(default=[], max_length=30)
    accepted: list[AcceptedRisk] = Field(default=[], max_length=30)
    review_on: date | None = None
    weekly_hours: CommitmentHours | None = None
    months: CommitmentMonths | None = None

    @model_validator(mode="after")
    def _accepts_its_own_risks(self) -> Self:
        if other := sorted({each.risk for each in self.accepted} - set(self.risks)):
            raise ValueError(f"{', '.join(other)} is accepted and is no risk of this role; name it there, too.")
        return self


class RoleView(BaseModel):
    """A role with its tier and the sentences why. Who accepted which risk is shown to staff alone."""

    role: Slug
    site: SitePath
    kind: RoleKind
    title: str
    description: str
    risks: list[Risk]
    times_a_month: int | None
    observability: Observability
    setting: Setting
    controls: list[str]
    accepted: list[AcceptedRisk] | None
    review_on: date | None
    weekly_hours: float | None
    months: int | None
    tier: Tier
    why: list[str]


@router.put("/roles/{role}")
async def put_role(role: Slug, body: RoleBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Changed:
    """Add or change a role. Its kind stands once somebody applied: they were screened for it."""
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    if stored := await session.get(RoleRow, role):
        places.check_owner(f"The role {role}", stored.site, body.site)
        if await session.scalar(select(exists().where(ApplicationRow.role == role))):
            places.check_same(f"The role {role}", "kind", stored.kind, body.kind)
    floor = await floor_at(session, body.site, "minors" in body.risks)
    roles.check_floor(role, (body.weekly_hours, body.months), floor)
    values = {
        **body.model_dump(),
        "risks": sorted(set(body.risks)),
        "accepted": [each.model_dump(mode="json") for each in body.accepted],
        "due_on": roles.due_on(body.review_on, [each.until for each in body.accepted]),
        "role": role,
    }
    changed = await queries.put(session, RoleRow, "role", values)
    if changed:
        await emit(session, queries.role_event(RoleRow(**values)), at=clock.now())
    return Changed(changed=changed)


async def floor_at(session: SessionDep, site: str, minors: bool) -> tuple[float, int]:
    """The commitment that the policy at a place asks for (R26, R27)."""
    known = await policies.policies_of(session, [site])
    return commitment({key: each.value for key, each in in_force(known.at_place(site)).items()}, minors)


@router.get("/roles/{role}")
async def get_role(role: Slug, session: SessionDep, caller: CallerDep) -> RoleView:
    """A role of the catalogue."""
    row = await session.scalar(select(RoleRow).where(RoleRow.role == role, queries.visible(RoleRow.site, caller)))
    return _view(row, caller) if row else found(RoleView, None, "role")


@router.get("/roles")
async def list_roles(
    session: SessionDep, caller: CallerDep, limit: PageSize = 100, cursor: Cursor = None
) -> Page[RoleView]:
    """The catalogue in the caller's branch of the tree, by slug."""
    rows = select(RoleRow).where(queries.visible(RoleRow.site, caller))
    if cursor:
        rows = rows.where(RoleRow.role > decode_cursor(cursor, texts.exact)[0])
    items = list(await session.scalars(rows.order_by(RoleRow.role).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].role) if len(items) > limit else None
    return Page(items=[_view(row, caller) for row in items[:limit]], next=after)


def _view(row: RoleRow, caller: Caller) -> RoleView:
    tier, why = roles.tier(RoleKind(row.kind), queries.assessment(row))
    shown = {column.name: getattr(row, column.name) for column in RoleRow.__table__.columns}
    if not is_staff_near(caller, row.site):
        shown["accepted"] = None
    return RoleView(**shown, tier=tier, why=why)
