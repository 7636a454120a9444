"""Roles to begin with at a place, and those in use there whose assessment has to be looked at again."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import or_, select

from services.intake import queries
from services.intake.api.roles import floor_at
from services.intake.api.seen import STAFF, standing
from services.intake.domain import places, roles, texts
from services.intake.domain.roles import Due
from services.intake.domain.templates import TEMPLATES, Template
from services.intake.tables import PlaceRow, RoleRow
from shared.access import CallerDep, within
from shared.contracts import RoleKind, SitePath, Slug
from shared.contracts.intake import Observability, Risk, Setting, Tier
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)


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


@router.get("/places/{site}/role-templates")
async def list_templates(
    site: SitePath, session: SessionDep, caller: CallerDep, tier: Annotated[Tier | None, Query()] = None
) -> Page[TemplateView]:
    """Roles to begin with, at each tier (R38), for those who stand in the place's branch of the tree."""
    await standing(session, site, queries.visible(PlaceRow.site, caller))
    floors = {minors: await floor_at(session, site, minors) for minors in (False, True)}
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
