"""Signatures: that a person agreed to a conduct document, or that somebody keeps the paper (R72)."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.intake import queries
from services.intake.api.people import person_for
from services.intake.api.seen import found
from services.intake.domain.applications import check_sign
from services.intake.fields import Body, Line, Version
from services.intake.submission import submit_signed
from services.intake.tables import ApplicationRow, DocumentVersionRow, SignatureRow
from shared.access import CallerDep
from shared.contracts import Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.problems import Conflict, Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)


class Held(Body):
    """Who keeps a signature given elsewhere, and of which day it is."""

    holder: Line
    signed_on: date


class SignatureBody(Body):
    """What is signed. `sha256`, where sent, must be the text's: the proof of what was read. `evidence`: staff alone."""

    document: Slug
    version: Version
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    evidence: Held | None = None


class SignatureView(BaseModel):
    """A signature, and the applications that were submitted by it."""

    person: UUID
    document: Slug
    version: str
    sha256: str
    kind: str
    holder: str | None
    signed_on: date | None
    recorded_at: datetime
    submitted: list[UUID] = []


@router.post("/people/{person}/signatures", status_code=201)
async def sign(
    person: UUID, body: SignatureBody, session: SessionDep, clock: ClockDep, caller: CallerDep, response: Response
) -> SignatureView:
    """Sign the version in force: the person themself. Staff record a signature held elsewhere, of any version.

    Signing again changes nothing (200) and answers with the signature that stands.
    """
    await person_for(session, caller, person, lock=True)
    _check_signer(body, person, caller, clock)
    version = await session.get(DocumentVersionRow, (body.document, body.version))
    current = await queries.version_in_force(session, body.document)
    if version is None or current is None:
        raise Invalid.field("version", "this version of this document is not published")
    if body.sha256 not in (None, version.sha256):
        raise Conflict("This is not the hash of the published text; read the version again and sign that.")
    if body.evidence is None:
        check_sign(current.version, body.version)
    if not await _record(session, version, person, body.evidence, caller.subject, clock.now()):
        response.status_code = 200
    submitted = await submit_signed(session, clock.now(), ApplicationRow.person == person)
    kind = "signed" if body.evidence is None else "held-elsewhere"
    key = {"person": person, "document": body.document, "version": body.version, "kind": kind}
    row = await session.scalar(select(SignatureRow).filter_by(**key))
    view = found(SignatureView, row, "signature")
    return view.model_copy(update={"submitted": [application.application for application in submitted]})


def _check_signer(body: SignatureBody, person: UUID, caller: CallerDep, clock: ClockDep) -> None:
    if body.evidence is None and caller.person != person:
        raise Forbidden("Nobody signs for somebody else; record where a signature is held as evidence instead (R72).")
    if body.evidence is not None and caller.person == person:
        raise Forbidden("Evidence of your own signature is recorded by your site's staff; or sign here yourself.")
    if body.evidence is not None and body.evidence.signed_on > clock.today() + timedelta(days=1):
        raise Invalid.field("evidence.signed_on", "lies in the future")


async def _record(
    session: SessionDep, version: DocumentVersionRow, person: UUID, held: Held | None, by: str, now: datetime
) -> bool:
    statement = insert(SignatureRow).values(
        signature=new_id(),
        person=person,
        document=version.document,
        version=version.version,
        sha256=version.sha256,
        kind="held-elsewhere" if held else "signed",
        holder=held.holder if held else None,
        signed_on=held.signed_on if held else None,
        recorded_by=by,
        recorded_at=now,
    )
    statement = statement.on_conflict_do_nothing(index_elements=["person", "document", "version", "kind"])
    return (await session.execute(statement.returning(SignatureRow.signature))).one_or_none() is not None
