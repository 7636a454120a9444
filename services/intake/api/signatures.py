"""Signatures: that a person agreed to a conduct document, or that somebody keeps the paper (R72).

Who signs here answers each clause (R70); a question or a concern opens a talk and holds nothing up (R71).
"""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from services.intake import agreements, queries
from services.intake.api.documents import ClauseNumber
from services.intake.api.people import person_for
from services.intake.api.seen import found
from services.intake.domain import clauses
from services.intake.domain.applications import check_sign
from services.intake.domain.clauses import AnswerKind
from services.intake.domain.places import network_of
from services.intake.fields import Body, Language, Line, PaperDay, Prose, Version
from services.intake.submission import submit_signed
from services.intake.tables import (
    ApplicationRow,
    ClauseAnswerRow,
    DocumentRow,
    DocumentVersionRow,
    PersonRow,
    SignatureRow,
    TalkRow,
    TranslationRow,
)
from shared.access import CallerDep
from shared.contracts import Slug
from shared.contracts.intake import Signed
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.outbox import emit
from shared.problems import Conflict, Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)


class Held(Body):
    """Who keeps a signature given elsewhere, and of which day it is."""

    holder: Line
    signed_on: PaperDay


class Answer(Body):
    """Whether the person has a question or a concern about a clause, and in words of their own which (R70)."""

    clause: ClauseNumber
    answer: AnswerKind
    text: Prose | None = None


class SignatureBody(Body):
    """What is signed. `sha256`, where sent, must be that of the words in `language`: the proof of what was read.

    Each clause of the version has its answer. `evidence`: staff alone, without answers.
    """

    document: Slug
    version: Version
    language: Language | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    answers: list[Answer] = Field(default=[], max_length=200)
    evidence: Held | None = None


class SignatureView(BaseModel):
    """A signature, and the applications that were submitted by it."""

    person: UUID
    document: Slug
    version: str
    language: str | None
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
    holder = await person_for(session, caller, person, lock=True)
    _check_signer(body, person, caller, clock)
    version = await _version(session, holder, body)
    words = await _words(session, version, body)
    if body.sha256 not in (None, words.sha256):
        raise Conflict("This is not the hash of the published text; read the version again and sign that.")
    _check_answers(version, body)
    before = (await agreements.signed_by(session, [person])).get((person, body.document))
    row, is_new = await _record(session, words, person, body, caller.subject, clock.now())
    if is_new:
        _keep_answers(session, holder, row, body)
        signed = Signed(version.version, version.number)
        await emit(session, *agreements.news(holder, body.document, before, signed), at=clock.now())
    response.status_code = 201 if is_new else 200
    submitted = await submit_signed(session, clock.now(), ApplicationRow.person == person)
    view = found(SignatureView, row, "signature")
    return view.model_copy(update={"submitted": [application.application for application in submitted]})


def _check_signer(body: SignatureBody, person: UUID, caller: CallerDep, clock: ClockDep) -> None:
    if body.evidence is None and caller.person != person:
        raise Forbidden("Nobody signs for somebody else; record where a signature is held as evidence instead (R72).")
    if body.evidence is not None and caller.person == person:
        raise Forbidden("Evidence of your own signature is recorded by your site's staff; or sign here yourself.")
    if body.evidence is not None and body.evidence.signed_on > clock.today() + timedelta(days=1):
        raise Invalid.field("evidence.signed_on", "lies in the future")


async def _version(session: SessionDep, holder: PersonRow, body: SignatureBody) -> DocumentVersionRow:
    """The version that is signed; whoever signs it and whoever publishes the next one go one after the other.

    What another network publishes is not there for people of this one.
    """
    document = await session.get(DocumentRow, body.document, with_for_update={"read": True})
    version = await session.get(DocumentVersionRow, (body.document, body.version))
    current = await queries.version_in_force(session, body.document)
    if document is None or network_of(document.site) != holder.network or version is None or current is None:
        raise Invalid.field("version", "this version of this document is not published")
    if body.evidence is None:
        check_sign(current.version, body.version)
    return version


async def _words(
    session: SessionDep, version: DocumentVersionRow, body: SignatureBody
) -> DocumentVersionRow | TranslationRow:
    if body.language in (None, version.language):
        return version
    translation = await session.get(TranslationRow, (version.document, version.version, body.language))
    if translation is None:
        raise Invalid.field("language", "this version is not published in this language")
    return translation


def _check_answers(version: DocumentVersionRow, body: SignatureBody) -> None:
    if body.evidence is not None:
        if body.answers:
            raise Invalid.field("answers", "only who signs here answers; record the paper without them")
        return
    numbers = [clause["number"] for clause in version.clauses]
    faults = clauses.faults_of_answers(numbers, [(each.clause, each.answer) for each in body.answers])
    if faults:
        named = ", ".join(sorted(field.partition(".")[2] for field in faults))
        errors = [{"field": field, "reason": reason} for field, reason in faults.items()]
        raise Invalid(f"Answer each clause of version {version.version} once; look at {named}.", errors)


async def _record(
    session: SessionDep,
    words: DocumentVersionRow | TranslationRow,
    person: UUID,
    body: SignatureBody,
    by: str,
    now: datetime,
) -> tuple[SignatureRow, bool]:
    """The signature, and whether it is new."""
    held = body.evidence
    key = {"person": person, "document": words.document, "version": words.version}
    key["kind"] = "held-elsewhere" if held else "signed"
    statement = insert(SignatureRow).values(
        **key,
        signature=new_id(),
        language=words.language,
        sha256=words.sha256,
        holder=held.holder if held else None,
        signed_on=held.signed_on if held else None,
        recorded_by=by,
        recorded_at=now,
    )
    statement = statement.on_conflict_do_nothing(index_elements=list(key))
    is_new = (await session.execute(statement.returning(SignatureRow.signature))).one_or_none() is not None
    return (await session.scalars(select(SignatureRow).filter_by(**key))).one(), is_new


def _keep_answers(session: SessionDep, person: PersonRow, row: SignatureRow, body: SignatureBody) -> None:
    """Keep what was answered, and open a talk where somebody has a question or a concern."""
    session.add_all(ClauseAnswerRow(signature=row.signature, **each.model_dump()) for each in body.answers)
    if clauses.opens_talk([each.answer for each in body.answers]):
        about = {"person": person.person, "document": row.document, "site": person.site}
        session.add(TalkRow(**about, talk=new_id(), signature=row.signature, opened_at=row.recorded_at))
