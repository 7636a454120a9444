"""Concerns (R32, R66): raised by anybody around a pair, also without a name; read by who handles the conduct case."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.messaging import queries
from services.messaging.domain.concerns import check_about
from services.messaging.domain.writing import message_text
from services.messaging.tables import ConcernReadingRow, ConcernRow
from services.messaging.visibility import STAFF, conversation_for
from shared.access import Caller, CallerDep
from shared.contracts import SitePath
from shared.contracts.messaging import MOST_PEOPLE, ConcernRaised, Weight
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class NewConcern(BaseModel):
    """A concern. `about` names people of the pair or staff; `about_staff`: it is about staff, whoever that is.

    An anonymous one is kept without a name, not even for staff. In a pair of two the other may guess all the same.
    """

    model_config = ConfigDict(extra="forbid")

    weight: Weight
    text: Annotated[str, Field(description="1 to 10,000 characters, any script."), AfterValidator(message_text)]
    about: Annotated[list[UUID], Field(max_length=MOST_PEOPLE)] = []
    about_staff: bool = False
    clause: Annotated[int, Field(ge=1, le=999, description="A clause of the conduct document.")] | None = None
    anonymous: bool = False


class ConcernOfPlace(NewConcern):
    """A concern that belongs to no conversation."""

    site: SitePath


class Raised(BaseModel):
    """A concern was raised. Its id is told to nobody where it is anonymous, since an id leads to who asked for it."""

    concern: UUID | None
    raised_at: datetime


class Concern(BaseModel):
    """A concern as its raiser and who handles it read it."""

    model_config = ConfigDict(from_attributes=True)

    concern: UUID
    pair: UUID | None
    site: str
    other_site: str | None
    raised_by: str | None
    about: list[UUID]
    about_staff: bool
    weight: Weight
    clause: int | None
    text: str
    raised_at: datetime


@router.post("/conversations/{pair}/concerns", status_code=201)
async def raise_of_pair(
    pair: UUID, body: NewConcern, request: Request, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Raised:
    """Tell staff of something around a pair. The conversation goes on as it was (trap 13), whatever state it is in."""
    _check_nameless(body, request)
    conversation = await conversation_for(session, caller, pair)
    row = _row(body, caller, conversation.row.site, conversation.row.other_site, clock.now())
    row.pair = pair
    return await _raise(session, row, conversation.people)


@router.post("/concerns", status_code=201)
async def raise_of_place(
    body: ConcernOfPlace, request: Request, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Raised:
    """Tell staff of something at a place; by who is known there, and by its staff."""
    _check_nameless(body, request)
    known = await queries.sites_of(session, caller.person) if caller.person else []
    if body.site not in known and not caller.covers(*STAFF, site=body.site):
        raise NotFound("There is no such place, or you are not known there.")
    return await _raise(session, _row(body, caller, body.site, None, clock.now()), [])


@router.get("/concerns/{concern}")
async def read_concern(concern: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Concern:
    """One concern: for its raiser, and for who handles its conduct case, whose reading is written down."""
    row = await session.get(ConcernRow, concern)
    mine = row is not None and row.raised_by == caller.subject
    if row is None or not (mine or await queries.handles(session, caller.person, concern)):
        raise NotFound("There is no such concern, or it is not yours to read.")
    if not mine:
        session.add(ConcernReadingRow(reading=new_id(), concern=concern, reader=caller.subject, read_at=clock.now()))
    return Concern.model_validate(row)


def _check_nameless(body: NewConcern, request: Request) -> None:
    """The key's row names the caller beside the answer for a day."""
    if body.anonymous and "idempotency-key" in request.headers:
        raise Invalid.field("Idempotency-Key", "leave it out of an anonymous concern: it would keep who you are")


def _row(body: NewConcern, caller: Caller, site: str, other_site: str | None, now: datetime) -> ConcernRow:
    return ConcernRow(
        concern=new_id(), site=site, other_site=other_site,
        raised_by=None if body.anonymous else caller.subject, about=sorted(set(body.about)),
        about_staff=body.about_staff, weight=body.weight, clause=body.clause, text=body.text, raised_at=now,
    )  # fmt: skip


async def _raise(session: SessionDep, row: ConcernRow, members: list[UUID]) -> Raised:
    places = [row.site, *([row.other_site] if row.other_site else [])]
    check_about(row.about, members, await queries.staff_at(session, places, row.about))
    session.add(row)
    event = ConcernRaised(
        concern=row.concern, pair=row.pair, site=row.site, other_site=row.other_site, about=row.about,
        about_staff=row.about_staff, members=members, weight=row.weight,
    )  # fmt: skip
    await emit(session, event, at=row.raised_at)
    return Raised(concern=row.concern if row.raised_by else None, raised_at=row.raised_at)
