"""The catalogue of roles: none is published without a risk assessment (R31), and each is looked at again (R34)."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import exists, or_, select

from services.intake import policies, queries
from services.intake.api.seen import STAFF, Changed, existing, found, is_staff_near, standing
from services.intake.domain import places, roles, texts
from services.intake.domain.policy import commitment, in_force
from services.intake.domain.roles import Due
from services.intake.domain.templates import TEMPLATES, Template
from services.intake.fields import Body, Line, Name, Prose
from services.intake.tables import ApplicationRow, PlaceRow, RoleRow
from shared.access import CallerDep, within
from shared.contracts import RoleKind, SitePath, Slug
from shared.contracts.intake import Observability, Risk, Setting, Tier
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)

TimesAMonth = Annotated[int | None, Field(ge=1, le=1000)]
WeeklyHours = Annotated[float | None, Field(ge=0, le=40, allow_inf_nan=False)]
Months = Annotated[int | None, Field(ge=0, le=60)]


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
    weekly_hours: WeeklyHours = None
    months: Months = None

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


class TemplateView(BaseModel):
    """A role to begin with; its commitment is no lower than the policy at the place asks for."""

    template: Slug
    kind: RoleKind
    title: str
    description: str
    risks: list[Risk]
    times_a_month: int | None
    observability: Observability
    setting: Setting
    controls: list[str]
    weekly_hours: float
    months: int
    tier: Tier
    why: list[str]


class ReviewView(BaseModel):
    """A role whose assessment has to be looked at, and why."""

    role: Slug
    site: SitePath
    title: str
    review_on: date | None
    due: list[Due]


@router.put("/roles/{role}")
async def put_role(role: Slug, body: RoleBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Changed:
    """Add or change a role. Its kind stands once somebody applied: they were screened for it."""
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    if stored := await session.get(RoleRow, role):
        places.check_same(f"The role {role}", "site", stored.site, body.site)
        if await session.scalar(select(exists().where(ApplicationRow.role == role))):
            places.check_same(f"The role {role}", "kind", stored.kind, body.kind)
    floor = await _floor(session, body.site, "minors" in body.risks)
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


async def _floor(session: SessionDep, site: str, minors: bool) -> tuple[float, int]:
    """The commitment that the policy at a place asks for (R26, R27)."""
    known = await policies.policies_of(session, [site])
    return commitment({key: each.value for key, each in in_force(known.at_place(site)).items()}, minors)


@router.get("/roles/{role}")
async def get_role(role: Slug, session: SessionDep, caller: CallerDep) -> RoleView:
    """A role of the catalogue."""
    row = await session.scalar(select(RoleRow).where(RoleRow.role == role, queries.visible(RoleRow.site, caller)))
    if row is None:
        return found(RoleView, None, "role")
    tier, why = roles.tier(RoleKind(row.kind), queries.assessment(row))
    shown = {column.name: getattr(row, column.name) for column in RoleRow.__table__.columns}
    if not is_staff_near(caller, row.site):
        shown["accepted"] = None
    return RoleView(**shown, tier=tier, why=why)


@router.get("/places/{site}/role-templates")
async def list_templates(
    site: SitePath, session: SessionDep, caller: CallerDep, tier: Annotated[Tier | None, Query()] = None
) -> Page[TemplateView]:
    """Roles to begin with, at each tier (R38), for those who stand in the place's branch of the tree."""
    await standing(session, site, queries.visible(PlaceRow.site, caller))
    floors = {minors: await _floor(session, site, minors) for minors in (False, True)}
    shown = [_template(each, floors["minors" in each.assessed.risks]) for each in TEMPLATES]
    return Page(items=[each for each in shown if tier in (None, each.tier)])


def _template(each: Template, floor: tuple[float, int]) -> TemplateView:
    tier, why = roles.tier(each.kind, each.assessed)
    told: dict[str, Any] = {name: getattr(each, name) for name in ("template", "kind", "title", "description")}
    assessed: dict[str, Any] = {
        name: getattr(each.assessed, name) for name in ("times_a_month", "observability", "setting")
    }
    return TemplateView(
        **told, **assessed, risks=sorted(each.assessed.risks), controls=list(each.controls), tier=tier, why=why,
        weekly_hours=max(each.weekly_hours, floor[0]), months=max(each.months, floor[1]),
    )  # fmt: skip


@router.get("/places/{site}/role-reviews")
async def list_reviews(
    site: SitePath, session: SessionDep, clock: ClockDep, caller: CallerDep, limit: PageSize = 100,
    cursor: Cursor = None,
) -> Page[ReviewView]:  # fmt: skip
    """Roles in use at a place whose assessment has to be looked at (R34), those of places above and below included."""
    caller.require(*STAFF, site=site)
    today = clock.now().date()
    near = or_(within(RoleRow.site, [site]), RoleRow.site.in_(places.above(site)))
    waits = or_(RoleRow.due_on.is_(None), RoleRow.due_on < today, RoleRow.description == "")
    rows = select(RoleRow).where(near, waits)
    if cursor:
        rows = rows.where(RoleRow.role > decode_cursor(cursor, texts.exact)[0])
    items = list(await session.scalars(rows.order_by(RoleRow.role).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].role) if len(items) > limit else None
    return Page(items=list(_reviews(items[:limit], today)), next=after)


def _reviews(rows: Iterable[RoleRow], today: date) -> Iterable[ReviewView]:
    for row in rows:
        until = [date.fromisoformat(each["until"]) for each in row.accepted]
        due = roles.due(row.review_on, until, row.description, today)
        yield ReviewView(role=row.role, site=row.site, title=row.title, review_on=row.review_on, due=due)
