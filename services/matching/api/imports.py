"""Pairs that ran elsewhere come along. Everything that stands against a pair stands against these (R1, R7, R72)."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import select

from services.matching import pairing
from services.matching.domain.pairing import SENTENCES
from services.matching.pairing import Parties
from services.matching.tables import PairRow
from services.matching.visibility import offering_to_pair
from shared.access import Caller, CallerDep
from shared.contracts import OfferingId
from shared.http import ClockDep, SessionDep, TransactionRoute

router = APIRouter(route_class=TransactionRoute)

BATCH = 200


class RunningPair(BaseModel):
    """One row: two people, since when they are a pair, and for how many hours they met."""

    model_config = ConfigDict(extra="forbid")

    row: int = Field(ge=0, le=10_000_000)
    mentor: UUID
    mentee: UUID
    started_on: date
    hours: Annotated[float | None, Field(ge=0, le=100_000, allow_inf_nan=False)] = None


class RunningPairs(BaseModel):
    """A batch of rows for one offering; each has its own number."""

    model_config = ConfigDict(extra="forbid")

    offering: OfferingId
    rows: list[RunningPair] = Field(min_length=1, max_length=BATCH)

    @field_validator("rows")
    @classmethod
    def _numbered(cls, rows: list[RunningPair]) -> list[RunningPair]:
        if len({row.row for row in rows}) < len(rows):
            raise ValueError("Give each row its own number as `row`.")
        return rows


class Done(BaseModel):
    """What a row did."""

    row: int
    pair: UUID
    state: Literal["created", "updated", "unchanged"]


class Refused(BaseModel):
    """What stands against a row: the field that is named first, and every reason."""

    row: int
    field: str
    reason: str


class Imported(BaseModel):
    """The rows that became pairs, and those that wait or cannot."""

    rows: list[Done]
    refused: list[Refused]


@router.post("/imports")
async def import_pairs(body: RunningPairs, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Imported:
    """Take a batch; the same again changes nothing, and what was refused may be ready the next time."""
    offering = await offering_to_pair(session, caller, body.offering)
    people = {person for row in body.rows for person in (row.mentor, row.mentee)}
    parties = await pairing.parties_of(session, offering, people, clock)
    there = select(PairRow).where(
        PairRow.offering == offering.offering, PairRow.mentor.in_(people), PairRow.state == "open"
    )
    known = {(row.mentor, row.mentee): row for row in await session.scalars(there)}
    answer = Imported(rows=[], refused=[])
    for row in body.rows:
        pair = known.get((row.mentor, row.mentee))
        refused = _refusal(row, parties, caller.person, clock.today(), is_known=pair is not None)
        if refused:
            answer.refused.append(refused)
            continue
        if is_new := pair is None:
            pair = known[row.mentor, row.mentee] = await _begin(session, parties, row, caller, clock)
        changed = _remember(pair, row)
        state: Literal["created", "updated", "unchanged"] = (
            "created" if is_new else "updated" if changed else "unchanged"
        )
        answer.rows.append(Done(row=row.row, pair=pair.pair, state=state))
    return answer


def _refusal(row: RunningPair, parties: Parties, caller: UUID | None, today: date, *, is_known: bool) -> Refused | None:
    if row.mentor == row.mentee:
        return Refused(row=row.row, field="mentee", reason="The mentee must be somebody else than the mentor.")
    if caller in (row.mentor, row.mentee):
        field = "mentor" if caller == row.mentor else "mentee"
        return Refused(row=row.row, field=field, reason="Nobody pairs themself; ask another coordinator.")
    if row.started_on > today:
        return Refused(row=row.row, field="started_on", reason="This day lies in the future.")
    against = [] if is_known else parties.against(row.mentor, row.mentee)
    if not against:
        return None
    reason = " ".join(SENTENCES[refusal] for refusal in against)
    return Refused(row=row.row, field=against[0].value.partition("-")[0], reason=reason)


async def _begin(session: SessionDep, parties: Parties, row: RunningPair, caller: Caller, clock: ClockDep) -> PairRow:
    pair = parties.pair(row.mentor, row.mentee, "assigned")
    (begun,) = await pairing.begin(session, [pair], caller.subject, clock.now())
    return begun


def _remember(pair: PairRow, row: RunningPair) -> bool:
    """Keep what the row says of the time before; whether that is new."""
    told = (row.started_on, row.hours)
    changed = (pair.started_on, pair.hours_before) != told
    pair.started_on, pair.hours_before = told
    return changed
