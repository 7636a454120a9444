"""Screening again before a clearance ends, so that there is no gap."""

from uuid import UUID

from fastapi import APIRouter, Response, status

from services.screening import asking, decisions
from services.screening.api.shown import CaseDetail
from services.screening.domain.following import carried, check_renewable
from services.screening.following import follow, follower_of
from services.screening.queries import as_results, results_of
from services.screening.visibility import actor, case_for, own_case
from shared.access import CallerDep
from shared.contracts import Contradiction
from shared.db import hold
from shared.http import ClockDep, SessionDep, TransactionRoute

router = APIRouter(route_class=TransactionRoute)


@router.post("/cases/{clearance}/renewal", status_code=status.HTTP_201_CREATED, responses={200: {"model": CaseDetail}})
async def renew(
    clearance: UUID, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> CaseDetail:
    """Ask to be screened again: a new case with what still stands when the old clearance ends (R29).

    Both clearances stand until the old one's last day. Asked again, the case that is under way is answered.
    """
    await hold(session, *asking.depends_on(await case_for(session, caller, clearance)))
    row = await own_case(session, caller, clearance)
    following = await follower_of(session, row)
    if following and following.state in ("waiting", "open", "proposed"):
        response.status_code = status.HTTP_200_OK
        return CaseDetail.for_person(following)
    if following and following.state == "cleared":
        raise Contradiction("This clearance was renewed already; renew the newer one when its end is near.")
    check_renewable(row.state, row.valid_until, clock.today())
    results = as_results(await results_of(session, clearance))
    checks = carried(results, row.valid_until) if row.valid_until else ()
    decisions.note(session, row, "renewal", actor(caller), clock.now())
    return CaseDetail.for_person(await follow(session, row, checks, clock.now(), clock.now()))
