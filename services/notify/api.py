"""The HTTP door: what became of each mail, and a person's decision about those cut off. No address, no content."""

from datetime import UTC, datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, or_, select, tuple_

from services.notify.domain import Kind, Resolution, State, resolve
from services.notify.tables import CauseRow, MailRow
from shared.access import Caller, CallerDep, Role, within
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Forbidden, NotFound

router = APIRouter(route_class=TransactionRoute)

READERS: tuple[Role, ...] = ("administrator", "coordinator", "operator")
DECIDERS: tuple[Role, ...] = ("administrator", "operator")


class Mail(BaseModel):
    """A mail and what became of it. `cause` is the subject of the event behind it; `smtp_code` the server's answer."""

    model_config = ConfigDict(from_attributes=True)

    mail: UUID
    person: UUID
    kind: Kind
    cause: str
    site: str
    other_site: str | None
    state: State
    caused_at: datetime
    attempts: int
    smtp_code: int | None
    tried_at: datetime | None
    sent_at: datetime | None
    retry_at: datetime | None
    resolution: Resolution | None
    resolved_by: str | None
    resolved_at: datetime | None


class Decision(BaseModel):
    """`sent`: the mail arrived, or need not any more. `retry`: send it again, and the person may get it twice."""

    model_config = ConfigDict(extra="forbid")

    outcome: Resolution


@router.get("/mails")
async def list_mails(
    session: SessionDep,
    caller: CallerDep,
    limit: PageSize = 50,
    cursor: Cursor = None,
    state: Annotated[State | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    person: Annotated[UUID | None, Query()] = None,
) -> Page[Mail]:
    """Mails of the caller's places, the newest first."""
    sites = caller.sites(*READERS)
    wanted = {MailRow.state: state, MailRow.kind: kind, MailRow.person: person}
    rows = (
        select(MailRow)
        .where(or_(within(MailRow.site, sites), within(cast("ColumnElement[str]", MailRow.other_site), sites)))
        .where(*(column == value for column, value in wanted.items() if value is not None))
        .order_by(MailRow.caused_at.desc(), MailRow.mail.desc())
        .limit(limit + 1)
    )
    if cursor:
        rows = rows.where(tuple_(MailRow.caused_at, MailRow.mail) < decode_cursor(cursor, _moment, UUID))
    found = list(await session.scalars(rows))
    items = [Mail.model_validate(row) for row in found[:limit]]
    return Page(items=items, next=encode_cursor(items[-1].caused_at, items[-1].mail) if len(found) > limit else None)


@router.get("/mails/{mail}")
async def read_mail(mail: UUID, session: SessionDep, caller: CallerDep) -> Mail:
    """One mail."""
    return Mail.model_validate(await _visible(session, caller, mail))


@router.post("/mails/{mail}/resolution")
async def resolve_mail(mail: UUID, decision: Decision, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Mail:
    """Decide about a mail whose sending was cut off; the same decision again changes nothing."""
    row = await _visible(session, caller, mail, lock=True)
    if not _covers(caller, DECIDERS, row):
        raise Forbidden("This needs the role administrator or operator at the mail's place.")
    cause = await session.get_one(CauseRow, row.cause)
    state = resolve(State(row.state), cast("Resolution | None", row.resolution), decision.outcome, cause.is_over)
    if row.state == State.UNKNOWN:
        row.state, row.claim, row.retry_at = state, None, None
        row.sent_at = row.tried_at if state is State.SENT else None
        row.resolution, row.resolved_by, row.resolved_at = decision.outcome, caller.subject, clock.now()
    return Mail.model_validate(row)


async def _visible(session: SessionDep, caller: Caller, mail: UUID, *, lock: bool = False) -> MailRow:
    row = await session.get(MailRow, mail, with_for_update=lock)
    if row is None or not _covers(caller, READERS, row):
        raise NotFound("There is no such mail, or it is not for you to see.")
    return row


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _covers(caller: Caller, roles: tuple[Role, ...], row: MailRow) -> bool:
    return any(caller.covers(*roles, site=site) for site in (row.site, row.other_site) if site)
