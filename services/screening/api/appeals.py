"""Appeals: the person says why a decision was wrong, and somebody hears it who took no part in it."""

from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from pydantic import BaseModel
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import asking, decisions
from services.screening.domain.following import Outcome, check_appealable, check_hearer, decided_on
from services.screening.fields import Body, Prose
from services.screening.following import follow, follower_of
from services.screening.queries import results_of
from services.screening.tables import ActRow, AppealRow, CaseRow
from services.screening.visibility import SCREENERS, actor, case_for, case_to_screen, near, own_case, sees_evidence
from shared.access import CallerDep, within
from shared.contracts import SitePath
from shared.db import hold
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Conflict, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewAppeal(Body):
    """Why the person thinks that the decision was wrong."""

    said: Prose


class Hearing(Body):
    """How an appeal ended, and why; the note is for screeners alone."""

    outcome: Outcome
    note: Prose


class AppealShown(BaseModel):
    """An appeal. `following`: the case that an overturned decision opened. Note and hearer are for screeners."""

    clearance: UUID
    said: str
    lodged_at: datetime
    outcome: Outcome | None
    heard_at: datetime | None
    following: UUID | None
    note: str | None = None
    heard_by: str | None = None

    @classmethod
    def of(cls, row: AppealRow, following: CaseRow | None, *, for_staff: bool) -> Self:
        """What somebody may see of it."""
        shown = cls(
            clearance=row.clearance, said=row.said, lodged_at=row.lodged_at, outcome=row.outcome,
            heard_at=row.heard_at, following=following.clearance if following else None,
        )  # fmt: skip
        return shown.model_copy(update={"note": row.note, "heard_by": row.heard_by}) if for_staff else shown


@router.post("/cases/{clearance}/appeal", status_code=status.HTTP_201_CREATED, responses={200: {"model": AppealShown}})
async def lodge(
    clearance: UUID, body: NewAppeal, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> AppealShown:
    """Appeal, once and within 30 days, against a refusal or a clearance that was ended before its day."""
    row = await own_case(session, caller, clearance)
    appeal = await session.get(AppealRow, clearance)
    if appeal:
        if appeal.said != body.said:
            raise Conflict("You have appealed already; an appeal is heard once.")
        response.status_code = status.HTTP_200_OK
    else:
        by_decision = row.ending_criterion is not None
        day = decided_on(row.state, row.decided_at, row.ended_on, by_decision=by_decision)
        check_appealable(row.state, day, clock.today())
        appeal = AppealRow(clearance=clearance, said=body.said, lodged_at=clock.now())
        session.add(appeal)
        decisions.note(session, row, "appealed", actor(caller), clock.now())
    return AppealShown.of(appeal, await follower_of(session, row), for_staff=False)


@router.get("/cases/{clearance}/appeal")
async def appeal_of_case(clearance: UUID, session: SessionDep, caller: CallerDep) -> AppealShown:
    """The appeal of a case; its person sees how it ended, and not who heard it."""
    row = await case_for(session, caller, clearance)
    appeal = await session.get(AppealRow, clearance)
    if appeal is None:
        raise NotFound("Nobody appealed against this.")
    for_staff = await sees_evidence(session, caller, row)
    if not for_staff and caller.person != row.person:
        raise NotFound("Nobody appealed against this.")
    return AppealShown.of(appeal, await follower_of(session, row), for_staff=for_staff)


@router.post("/cases/{clearance}/appeal/outcome")
async def hear(clearance: UUID, body: Hearing, session: SessionDep, caller: CallerDep, clock: ClockDep) -> AppealShown:
    """End an appeal. An overturned decision opens a new case with all results standing; the old one stays as it is."""
    await hold(session, *asking.depends_on(await case_for(session, caller, clearance)))
    row = await case_to_screen(session, caller, clearance)
    appeal = await session.get(AppealRow, clearance, with_for_update=True)
    if appeal is None:
        raise NotFound("Nobody appealed against this.")
    if appeal.outcome is None:
        check_hearer(caller.person, await _took_part(session, row))
        appeal.outcome, appeal.note = body.outcome, body.note
        appeal.heard_by, appeal.heard_at = actor(caller), clock.now()
        overturned = body.outcome == "overturned"
        decisions.note(session, row, "appeal-overturned" if overturned else "appeal-upheld", actor(caller), clock.now())
        if overturned:
            await follow(session, row, (await results_of(session, clearance)).keys(), row.opened_at, clock.now())
    elif (appeal.outcome, appeal.heard_by) != (body.outcome, actor(caller)):
        raise Conflict("This appeal was heard already; its outcome stands.")
    return AppealShown.of(appeal, await follower_of(session, row), for_staff=True)


@router.get("/appeals")
async def appeals(
    session: SessionDep, caller: CallerDep, site: Annotated[SitePath | None, Query()] = None,
    limit: PageSize = 50, cursor: Cursor = None,
) -> Page[AppealShown]:  # fmt: skip
    """Appeals that wait to be heard at the caller's places, oldest first."""
    rows = select(AppealRow).join(CaseRow, CaseRow.clearance == AppealRow.clearance)
    rows = rows.where(AppealRow.outcome.is_(None), within(CaseRow.site, caller.sites(*SCREENERS)))
    rows = rows.where(CaseRow.person.not_in(await near(session, caller)))
    if site:
        rows = rows.where(within(CaseRow.site, [site]))
    if cursor:
        after = decode_cursor(cursor, _moment, UUID)
        rows = rows.where(tuple_(AppealRow.lodged_at, AppealRow.clearance) > tuple_(*after))
    ordered = rows.order_by(AppealRow.lodged_at, AppealRow.clearance).limit(limit + 1)
    found = (await session.scalars(ordered)).all()
    following = encode_cursor(found[limit - 1].lodged_at, found[limit - 1].clearance) if len(found) > limit else None
    return Page(items=[AppealShown.of(row, None, for_staff=True) for row in found[:limit]], next=following)


async def _took_part(session: AsyncSession, case: CaseRow) -> set[str]:
    """Whoever decided, proposed, agreed or disagreed, or ended the clearance."""
    kinds = ("proposed", "disagreed", "cleared", "declined", "withdrawn")
    actors = select(ActRow.actor).where(ActRow.clearance == case.clearance, ActRow.kind.in_(kinds))
    return {*await session.scalars(actors), *([case.agreed_by] if case.agreed_by else [])}


def _moment(text: str) -> datetime:
    """A moment in a cursor; one that was made up cannot lie beyond what a column holds."""
    return datetime.fromisoformat(text).astimezone(UTC)
