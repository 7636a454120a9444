"""Policies of places, programmes and offerings: what each sets, what is in force, and what a change would change."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select

from services.intake import policies, queries
from services.intake.api.seen import Changed, DryRun
from services.intake.domain.policy import RULES, Difference, Holder, InForce, check_tightens, in_force
from services.intake.fields import Body, CommitmentHours, CommitmentMonths, ReplyHours
from services.intake.policies import Policies, plain
from services.intake.tables import OfferingRow, PlaceRow, PolicyRow, ProgrammeRow
from shared.access import Caller, CallerDep
from shared.contracts import OfferingId, SitePath, Slug
from shared.contracts.policy import Allowance, Step
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.outbox import emit
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)

Plain = bool | int | float | list[str]
Steps = Annotated[list[Step] | None, Field(max_length=10)]


class PolicyBody(Body):
    """What a holder sets itself; what is left out is inherited. Each rule is told in the answer."""

    steps_mentor: Steps = None
    steps_facilitator: Steps = None
    steps_staff: Steps = None
    steps_moderator: Steps = None
    steps_screener: Steps = None
    steps_coordinator: Steps = None
    references: Annotated[int | None, Field(ge=0, le=10)] = None
    second_person: bool | None = None
    mentor_age: Annotated[int | None, Field(ge=0, le=99)] = None
    clearance_months: Annotated[int | None, Field(ge=1, le=60)] = None
    weekly_hours: CommitmentHours | None = None
    weekly_hours_minors: CommitmentHours | None = None
    months: CommitmentMonths | None = None
    months_minors: CommitmentMonths | None = None
    mentor_reply_hours: ReplyHours | None = None
    mentee_reply_hours: ReplyHours | None = None
    training_first: bool | None = None
    culture_briefing: bool | None = None
    facilitator: bool | None = None
    allowed: Annotated[list[Allowance] | None, Field(max_length=10)] = None


class ValueView(BaseModel):
    """A value in force, who set it (nobody: the platform's loosest), and how it may change below."""

    value: Plain
    set_by: list[str]
    loosest: Plain
    rule: str


class PolicyView(BaseModel):
    """What a holder sets itself, and what is in force there."""

    holder: str
    site: SitePath
    own: dict[str, Plain]
    in_force: dict[str, ValueView]


class DifferenceView(BaseModel):
    """A value that changes for a holder."""

    holder: str
    key: str
    before: Plain
    after: Plain
    set_by: list[str]


class PolicyChanged(PolicyView, Changed):
    """A policy after a PUT, and what it changed for the holder and all below."""

    dry_run: bool
    differences: list[DifferenceView]


@router.get("/places/{site}/policy")
async def get_place_policy(site: SitePath, session: SessionDep, caller: CallerDep, response: Response) -> PolicyView:
    """A place's policy, for everybody who stands in its branch of the tree."""
    return await _show(session, caller, Holder("place", site), response)


@router.put("/places/{site}/policy")
async def put_place_policy(
    site: SitePath, body: PolicyBody, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep, dry_run: DryRun = False,
) -> PolicyChanged:  # fmt: skip
    """Set a place's own policy as a whole. It may tighten what it inherits; a loosening is a contradiction."""
    change = _Change(Holder("place", site), body, request, response, dry_run)
    return await _set(session, clock, caller, change)


@router.get("/programmes/{programme}/policy")
async def get_programme_policy(
    programme: Slug, session: SessionDep, caller: CallerDep, response: Response
) -> PolicyView:
    """A programme's policy at the place that owns it."""
    return await _show(session, caller, Holder("programme", programme), response)


@router.put("/programmes/{programme}/policy")
async def put_programme_policy(
    programme: Slug, body: PolicyBody, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep, dry_run: DryRun = False,
) -> PolicyChanged:  # fmt: skip
    """Set a programme's own policy as a whole, for wherever it is offered."""
    change = _Change(Holder("programme", programme), body, request, response, dry_run)
    return await _set(session, clock, caller, change)


@router.get("/offerings/{offering}/policy")
async def get_offering_policy(
    offering: OfferingId, session: SessionDep, caller: CallerDep, response: Response
) -> PolicyView:
    """An offering's policy: the join of its places, its programme and its own."""
    return await _show(session, caller, Holder("offering", offering), response)


@router.put("/offerings/{offering}/policy")
async def put_offering_policy(
    offering: OfferingId, body: PolicyBody, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep, dry_run: DryRun = False,
) -> PolicyChanged:  # fmt: skip
    """Set an offering's own policy as a whole."""
    change = _Change(Holder("offering", offering), body, request, response, dry_run)
    return await _set(session, clock, caller, change)


class _Change:
    """A PUT of a policy."""

    def __init__(self, holder: Holder, body: PolicyBody, request: Request, response: Response, dry_run: bool) -> None:
        self.holder, self.request, self.response, self.dry_run = holder, request, response, dry_run
        self.own = policies.stored(body.model_dump(exclude_none=True))


async def _site_of(session: SessionDep, caller: Caller, holder: Holder) -> str:
    """Where a holder stands. Raises NotFound where there is none that the caller may know of."""
    column, key = {
        "place": (PlaceRow.site, PlaceRow.site),
        "programme": (ProgrammeRow.site, ProgrammeRow.programme),
        "offering": (OfferingRow.site, OfferingRow.offering),
    }[holder.kind]
    site = await session.scalar(select(column).where(key == holder.name, queries.visible(column, caller)))
    if site is None:
        raise NotFound(f"There is no such {holder.kind}, or none that you may see.")
    return site


async def _in_force(session: SessionDep, known: Policies, holder: Holder, site: str) -> dict[str, InForce]:
    if holder.kind == "offering":
        return in_force(known.at_offering(await session.get_one(OfferingRow, holder.name)))
    return in_force(known.layers(holder, site)[1])


async def _show(session: SessionDep, caller: Caller, holder: Holder, response: Response) -> PolicyView:
    site = await _site_of(session, caller, holder)
    row = await session.get(PolicyRow, (holder.kind, holder.name))
    response.headers["ETag"] = etag(row.version if row else 0)
    known = await policies.policies_of(session, [site])
    return PolicyView.model_validate(_view(known, holder, site, await _in_force(session, known, holder, site)))


def _view(known: Policies, holder: Holder, site: str, found: dict[str, InForce]) -> dict[str, Any]:
    return {
        "holder": str(holder),
        "site": site,
        "own": {key: plain(value) for key, value in known.own.get(holder, {}).items()},
        "in_force": {key: _value(key, each) for key, each in found.items()},
    }


def _value(key: str, found: InForce) -> dict[str, Any]:
    rule = RULES[key]
    return {
        "value": plain(found.value),
        "set_by": [str(holder) for holder in found.set_by],
        "loosest": plain(rule.loosest),
        "rule": f"{rule.text} {rule.direction.sentence.capitalize()}.",
    }


async def _set(session: SessionDep, clock: ClockDep, caller: Caller, change: _Change) -> PolicyChanged:
    holder = change.holder
    site = await _site_of(session, caller, holder)
    caller.require("administrator", site=site)
    await policies.take_turns(session, site)
    row = await session.get(PolicyRow, (holder.kind, holder.name))
    version = row.version if row else 0
    require_match(change.request, version)
    before = await policies.policies_of(session, [site])
    check_tightens(holder, change.own, before.layers(holder, site)[0])
    after = before.changed(holder, change.own)
    differences, offerings = await policies.reached(session, holder, site, before, after)
    changed = change.own != before.own.get(holder, {})
    if changed and not change.dry_run:
        await _store(session, holder, site, change, version + 1)
        await emit(session, *await queries.offering_events(session, offerings, after), at=clock.now())
    stands = changed and not change.dry_run
    change.response.headers["ETag"] = etag(version + 1 if stands else version)
    view = _view(after, holder, site, await _in_force(session, after, holder, site))
    shown = [_difference(each) for each in differences]
    return PolicyChanged(**view, changed=changed, dry_run=change.dry_run, differences=shown)


async def _store(session: SessionDep, holder: Holder, site: str, change: _Change, version: int) -> None:
    own = {key: plain(value) for key, value in change.own.items()}
    row = PolicyRow(kind=holder.kind, name=holder.name, site=site, own=own, version=version)
    await session.merge(row)
    await session.flush()


def _difference(change: Difference) -> DifferenceView:
    set_by = [str(holder) for holder in change.after.set_by]
    before, after = plain(change.before), plain(change.after.value)
    return DifferenceView(holder=str(change.holder), key=change.key, before=before, after=after, set_by=set_by)
