"""Nominations: two people who know each other already are paired without a run, never without screening (R1)."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from services.matching import pairing, queries
from services.matching.api.pairs import FreeText, OnePair, one
from services.matching.domain.pairing import SENTENCES, Refusal, check_not_stopped
from services.matching.tables import PairRow
from services.matching.visibility import offering_for
from shared.access import CallerDep
from shared.contracts import OfferingId
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Conflict, Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)


class Nomination(BaseModel):
    """Two people who know each other, and who vouches for that; the last is kept private."""

    model_config = ConfigDict(extra="forbid")

    offering: OfferingId
    mentor: UUID
    mentee: UUID
    vouched_by: FreeText


@router.post("/nominations", status_code=201)
async def nominate(
    body: Nomination, response: Response, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> OnePair:
    """Pair two people, oneself never; the coordinator's call is the confirmation. 200 with a pair that exists."""
    offering = await offering_for(session, caller, body.offering)
    if body.mentor == body.mentee:
        raise Invalid.field("mentee", "must be somebody else than the mentor")
    if caller.person in (body.mentor, body.mentee):
        raise Forbidden("Nobody pairs themself; ask another coordinator.")
    parties = await pairing.parties_of(session, offering, {body.mentor, body.mentee}, clock)
    row = await queries.pair_between(session, body.mentor, body.mentee)
    if row is not None and _is_that(row, body):
        response.status_code = 200
        return await one(session, caller, row, clock.today())
    check_not_stopped(offering.is_stopped)
    if against := parties.against(body.mentor, body.mentee):
        raise _conflict(against)
    pair = parties.pair(body.mentor, body.mentee, "nominated")
    (row,) = await pairing.begin(session, [pair], caller.subject, clock.now(), body.vouched_by)
    return await one(session, caller, row, clock.today())


def _is_that(row: PairRow, body: Nomination) -> bool:
    there = row.offering, row.mentor, row.mentee, row.state
    return there == (body.offering, body.mentor, body.mentee, "open")


def _conflict(against: list[Refusal]) -> Conflict:
    """All that stands against it, and of whom."""
    errors = [{"field": refusal.value.partition("-")[0], "reason": SENTENCES[refusal]} for refusal in against]
    return Conflict(" ".join(SENTENCES[refusal] for refusal in against), errors)
