"""The catalogue of roles, each with its risk assessment (R31, R36)."""

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import exists, select

from services.intake import queries
from services.intake.api.seen import Changed, existing, found
from services.intake.domain import places
from services.intake.fields import Body, Name, Prose
from services.intake.tables import ApplicationRow, PlaceRow, RoleRow
from shared.access import CallerDep
from shared.contracts import RoleKind, SitePath, Slug
from shared.contracts.intake import RiskFactor
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit

router = APIRouter(route_class=TransactionRoute)


class RoleBody(Body):
    """A role. `risks` is its risk assessment and may be empty, but not left out (R31, R36)."""

    site: SitePath
    kind: RoleKind
    title: Name
    description: Prose = ""
    risks: list[RiskFactor] = Field(max_length=20)


class RoleView(RoleBody):
    """A role with its slug."""

    role: Slug


@router.put("/roles/{role}")
async def put_role(role: Slug, body: RoleBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Changed:
    """Add or change a role. Its kind stands once somebody applied: they were screened for it."""
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    if stored := await session.get(RoleRow, role):
        places.check_same(f"The role {role}", "site", stored.site, body.site)
        if await session.scalar(select(exists().where(ApplicationRow.role == role))):
            places.check_same(f"The role {role}", "kind", stored.kind, body.kind)
    values = {**body.model_dump(), "risks": sorted(set(body.risks)), "role": role}
    changed = await queries.put(session, RoleRow, "role", values)
    if changed:
        await emit(session, queries.role_event(RoleRow(**values)), at=clock.now())
    return Changed(changed=changed)


@router.get("/roles/{role}")
async def get_role(role: Slug, session: SessionDep, caller: CallerDep) -> RoleView:
    """A role of the catalogue."""
    rows = select(RoleRow).where(RoleRow.role == role, queries.visible(RoleRow.site, caller))
    return found(RoleView, await session.scalar(rows), "role")
