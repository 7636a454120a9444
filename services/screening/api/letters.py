"""Letters to referees that are to be sent: for whoever sends them, since nobody else knows these addresses."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import select

from services.screening.domain.references import AWAITED, CHECK, LINK_DAYS
from services.screening.fields import Body
from services.screening.referees import PURPOSE
from services.screening.tables import CaseRow, ReferenceLetterRow, ReferenceRow
from services.screening.tables.references import Letter
from services.screening.visibility import SCREENERS, near, sees_evidence
from shared.access import CallerDep, within
from shared.contracts import OfferingId, SitePath
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.links import LinksDep
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class LetterFilter(Body):
    """Which letters to list."""

    site: SitePath | None = None
    limit: PageSize = 50
    cursor: Cursor = None


class LetterShown(BaseModel):
    """A letter to a referee, with the token that its link carries; made anew at each look, good for thirty days."""

    letter: UUID
    reference: UUID
    clearance: UUID
    site: SitePath
    offering: OfferingId
    kind: Letter
    due_at: datetime
    to_name: str
    to_email: str
    about: str
    token: str


class LetterSent(BaseModel):
    """That a letter is out."""

    letter: UUID
    sent_at: datetime | None


@router.get("/reference-letters")
async def letters(
    session: SessionDep, caller: CallerDep, links: LinksDep, wanted: Annotated[LetterFilter, Query()]
) -> Page[LetterShown]:
    """Letters that nobody sent yet, at the caller's places, oldest first; none about the caller or who is close."""
    rows = (
        select(ReferenceLetterRow, ReferenceRow, CaseRow)
        .join(ReferenceRow, ReferenceRow.reference == ReferenceLetterRow.reference)
        .join(CaseRow, CaseRow.clearance == ReferenceRow.clearance)
        .where(ReferenceLetterRow.sent_at.is_(None), ReferenceRow.state.in_(AWAITED), CaseRow.state == "open")
        .where(CaseRow.required.contains([CHECK]), within(CaseRow.site, caller.sites(*SCREENERS)))
    )
    rows = rows.where(CaseRow.person.not_in(await near(session, caller)))
    if wanted.site:
        rows = rows.where(within(CaseRow.site, [wanted.site]))
    if wanted.cursor:
        rows = rows.where(ReferenceLetterRow.letter > decode_cursor(wanted.cursor, UUID)[0])
    found = (await session.execute(rows.order_by(ReferenceLetterRow.letter).limit(wanted.limit + 1))).all()
    following = encode_cursor(found[wanted.limit - 1][0].letter) if len(found) > wanted.limit else None
    items = [
        LetterShown(
            letter=letter.letter, reference=row.reference, clearance=case.clearance, site=case.site,
            offering=case.offering, kind=letter.kind, due_at=letter.due_at, to_name=row.name, to_email=row.email,
            about=row.applicant_called, token=links.sign(PURPOSE, f"{row.reference} {row.link}", LINK_DAYS),
        )
        for letter, row, case in found[: wanted.limit]
    ]  # fmt: skip
    return Page(items=items, next=following)


@router.post("/reference-letters/{letter}/sending")
async def sent(letter: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> LetterSent:
    """Note that a letter went out; again changes nothing."""
    row = await session.get(ReferenceLetterRow, letter, with_for_update=True)
    case = await _case_of(session, row.reference) if row else None
    if row is None or case is None or not await sees_evidence(session, caller, case):
        raise NotFound("There is no such letter, or none that you may see.")
    if row.sent_at is None:
        row.sent_at, row.sent_by = clock.now(), caller.subject
    return LetterSent(letter=letter, sent_at=row.sent_at)


async def _case_of(session: SessionDep, reference: UUID) -> CaseRow | None:
    rows = select(CaseRow).join(ReferenceRow, ReferenceRow.clearance == CaseRow.clearance)
    found: CaseRow | None = await session.scalar(rows.where(ReferenceRow.reference == reference))
    return found
