"""Talks with people who signed with a question or a concern: a list with age and owner, taken and closed (R71)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, select

from services.intake.api.people import is_kept_away, may_have_contact
from services.intake.api.seen import STAFF
from services.intake.domain import talks as rules
from services.intake.domain.clauses import AnswerKind
from services.intake.domain.talks import Outcome
from services.intake.fields import Body, Prose
from services.intake.tables import ClauseAnswerRow, SignatureRow, TalkRow
from shared.access import Caller, CallerDep, within
from shared.contracts import SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class AskedAbout(BaseModel):
    """A clause about which the person has a question or a concern."""

    clause: str
    answer: AnswerKind
    text: str | None


class TalkView(BaseModel):
    """A talk, with the version that was signed and the clauses in question. `note` is for staff alone."""

    talk: UUID
    person: UUID
    site: SitePath
    document: Slug
    version: str
    clauses: list[AskedAbout]
    opened_at: datetime
    age_days: int
    owner: str | None
    outcome: Outcome | None
    note: str | None
    closed_by: str | None
    closed_at: datetime | None


class Closure(Body):
    """What a talk came to. It decides nothing about the person."""

    outcome: Outcome
    note: Prose | None = None


@router.get("/talks")
async def list_talks(
    session: SessionDep, clock: ClockDep, caller: CallerDep,
    state: Annotated[Literal["open", "closed"], Query()] = "open",
    person: Annotated[UUID | None, Query()] = None,
    limit: PageSize = 100, cursor: Cursor = None,
) -> Page[TalkView]:  # fmt: skip
    """The talks at sites where the caller is staff, the oldest first; never those about the caller."""
    is_open = TalkRow.closed_at.is_(None)
    rows = _talks().where(_visible(caller), is_open if state == "open" else ~is_open)
    if person:
        rows = rows.where(TalkRow.person == person)
    if cursor:
        rows = rows.where(TalkRow.talk > decode_cursor(cursor, UUID)[0])
    items = [(row, version) for row, version in await session.execute(rows.order_by(TalkRow.talk).limit(limit + 1))]
    shown = await _shown(session, items[:limit], clock.now())
    return Page(items=shown, next=encode_cursor(str(shown[-1].talk)) if len(items) > limit else None)


@router.get("/talks/{talk}")
async def get_talk(talk: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> TalkView:
    """A talk."""
    row = await _talk_for(session, caller, talk)
    return await _one(session, row, clock.now())


@router.post("/talks/{talk}/owner")
async def take(talk: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> TalkView:
    """Take a talk. The caller looks after it from now on; one that somebody else has is a contradiction."""
    row = await _talk_for(session, caller, talk, lock=True)
    rules.check_take(row.owner, row.outcome, caller.subject)
    if row.owner is None:
        row.owner, row.taken_at = caller.subject, clock.now()
    return await _one(session, row, clock.now())


@router.post("/talks/{talk}/closure")
async def close(talk: UUID, body: Closure, session: SessionDep, clock: ClockDep, caller: CallerDep) -> TalkView:
    """Close a talk, whoever took it. The same outcome again changes nothing; another one is a contradiction."""
    row = await _talk_for(session, caller, talk, lock=True)
    if rules.is_closing(row.outcome, body.outcome):
        row.outcome, row.note = body.outcome, body.note
        row.closed_by, row.closed_at = caller.subject, clock.now()
    return await _one(session, row, clock.now())


def _talks() -> Select[TalkRow, str]:
    signed = SignatureRow.signature == TalkRow.signature
    return select(TalkRow, SignatureRow.version).join(SignatureRow, signed)


def _visible(caller: Caller) -> ColumnElement[bool]:
    others = TalkRow.person.is_distinct_from(caller.person) & may_have_contact(caller, TalkRow.person)
    return within(TalkRow.site, caller.sites(*STAFF)) & others


async def _talk_for(session: SessionDep, caller: Caller, talk: UUID, *, lock: bool = False) -> TalkRow:
    """A talk that the caller may look after. Raises NotFound, also about themself or from whom they are kept away."""
    row = await session.get(TalkRow, talk, with_for_update=lock or None)
    may_see = row is not None and row.person != caller.person and caller.covers(*STAFF, site=row.site)
    if row is None or not may_see or await is_kept_away(session, caller, row.person):
        raise NotFound("There is no such talk, or none that you may see.")
    return row


async def _one(session: SessionDep, row: TalkRow, now: datetime) -> TalkView:
    version = (await session.get_one(SignatureRow, row.signature)).version
    (view,) = await _shown(session, [(row, version)], now)
    return view


async def _shown(session: SessionDep, rows: Sequence[tuple[TalkRow, str]], now: datetime) -> list[TalkView]:
    named: dict[UUID, list[AskedAbout]] = {row.signature: [] for row, _ in rows}
    answers = select(ClauseAnswerRow).where(
        ClauseAnswerRow.signature.in_(named), ClauseAnswerRow.answer != "no-question"
    )
    for each in await session.scalars(answers.order_by(ClauseAnswerRow.clause)):
        named[each.signature].append(AskedAbout(clause=each.clause, answer=each.answer, text=each.text))
    return [
        TalkView(
            talk=row.talk, person=row.person, site=row.site, document=row.document, version=version,
            clauses=named[row.signature], opened_at=row.opened_at, age_days=(now - row.opened_at).days,
            owner=row.owner, outcome=row.outcome, note=row.note, closed_by=row.closed_by, closed_at=row.closed_at,
        )
        for row, version in rows
    ]  # fmt: skip
