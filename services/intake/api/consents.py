"""Consents: given by the person and their guardians, recorded by staff and who enrolled them, and taken back."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, update

from services.intake import consents
from services.intake.domain import consents as rules
from services.intake.domain.bases import BASES
from services.intake.domain.places import above
from services.intake.fields import Body, Language, Line, PaperDay
from services.intake.guardianship import Part, part_of
from services.intake.tables import ConsentRow, ConsentTextRow, ConsentWordRow
from shared.access import Caller, CallerDep
from shared.contracts import Contradiction
from shared.contracts.intake import ConsentPurpose
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.problems import Conflict, Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)


class WordEvidence(Body):
    """How it is known that somebody agreed, who keeps a paper or note of it, and on which day it was."""

    giver: rules.Giver
    guardian: UUID | None = None
    method: rules.Method
    holder: Line | None = None
    given_on: PaperDay


class NewWord(Body):
    """To which published text somebody agrees; `sha256`, where sent, must be its hash.

    `evidence`: how it is known, where another one records it.
    """

    purpose: ConsentPurpose
    version: Annotated[int, Field(ge=1, le=10_000)]
    language: Language
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    expires_on: date | None = None
    evidence: WordEvidence | None = None


class Withdrawal(Body):
    """How it is known that somebody said no, where another one records it."""

    giver: rules.Giver | None = None
    guardian: UUID | None = None
    method: rules.Method = "signed-in"


class WordView(BaseModel):
    """Who agreed and how that is known."""

    model_config = ConfigDict(from_attributes=True)

    word: UUID
    giver: rules.Giver
    guardian: UUID | None
    method: rules.Method
    holder: str | None
    given_on: date
    expires_on: date | None
    text_version: int
    text_language: str
    sha256: str
    withdrawn_at: datetime | None


class ConsentView(BaseModel):
    """A consent: who must agree, what it waits for, and the words that the caller may see.

    `asked_anew`: the person came of age, and their own word is asked for before `valid_until` is over.
    """

    purpose: ConsentPurpose
    consent: UUID | None
    state: rules.State
    needed: list[rules.Giver]
    missing: list[rules.Missing]
    valid_until: date | None
    ended_on: date | None
    asked_anew: bool
    words: list[WordView] = []


class Consents(BaseModel):
    """All of a person's consents, one for each purpose."""

    person: UUID
    items: list[ConsentView]


class BasisView(BaseModel):
    """On what a kind of record rests, and whether it stays when a consent is taken back."""

    model_config = ConfigDict(from_attributes=True)

    records: str
    basis: str
    why: str
    purposes: list[ConsentPurpose]
    survives_withdrawal: bool


@router.get("/people/{person}/bases")
async def list_bases(person: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> list[BasisView]:
    """Why each kind of record about a person is kept, for the same people who see their consents."""
    await part_of(session, caller, person, clock.now())
    return [BasisView.model_validate(each) for each in BASES]


@router.get("/people/{person}/consents")
async def list_consents(person: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Consents:
    """A person's consents, for themself, who acts for them, and guardians who may be asked or told."""
    part = await part_of(session, caller, person, clock.now())
    return await _shown(session, part, caller, clock.now(), get_args(ConsentPurpose))


@router.post("/people/{person}/consents", status_code=201)
async def give(person: UUID, body: NewWord, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Consents:
    """Agree: the person or a guardian with their own token. Whoever acts for them records how it is known."""
    part = await part_of(session, caller, person, clock.now(), lock=True)
    giver, guardian = _giver(part, caller, body.evidence)
    situation = await consents.situation_of(session, part.holder, clock.now())
    if giver == "guardian":
        rules.check_guardian_needed(of_age=situation.is_of_age)
        _check_guardian(situation, guardian)
    _check_days(body, situation.today)
    text = await _text(session, part, body)
    row = await consents.consent_for(session, person, body.purpose, clock.now())
    await session.flush()
    session.add(
        ConsentWordRow(
            word=new_id(), consent=row.consent, purpose=body.purpose, giver=giver, guardian=guardian,
            alone=giver == "self" and "guardian" not in situation.needed(body.purpose),
            **_known_by(body.evidence, situation.today), expires_on=body.expires_on, text_site=text.site,
            text_version=text.version, text_language=text.language, sha256=text.sha256,
            recorded_by=caller.subject, recorded_at=clock.now(),
        )
    )  # fmt: skip
    await consents.settle(session, part.holder, clock.now())
    return await _shown(session, part, caller, clock.now(), [body.purpose])


@router.post("/people/{person}/consents/{purpose}/withdrawal")
async def withdraw(
    person: UUID, purpose: ConsentPurpose, body: Withdrawal, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> Consents:
    """Take a consent back, or say no before it was given. All that was said for this purpose ends with it."""
    part = await part_of(session, caller, person, clock.now(), lock=True)
    giver, guardian = _giver(part, caller, body if body.giver else None)
    how = body.method if body.giver else "signed-in"
    if giver == "guardian":
        _check_guardian(await consents.situation_of(session, part.holder, clock.now()), guardian)
    row = await consents.consent_for(session, person, purpose, clock.now())
    await session.flush()
    standing = ConsentWordRow.consent == row.consent, ConsentWordRow.withdrawn_at.is_(None)
    ended = {"withdrawn_at": clock.now(), "withdrawn_by": caller.subject, "withdrawn_how": how}
    await session.execute(update(ConsentWordRow).where(*standing).values(ended))
    await consents.settle(session, part.holder, clock.now(), taken_back=[purpose])
    return await _shown(session, part, caller, clock.now(), [purpose])


def _giver(part: Part, caller: Caller, evidence: WordEvidence | Withdrawal | None) -> tuple[rules.Giver, UUID | None]:
    """Whose word it is. Nobody gives another one's in their own name. Raises Forbidden, Invalid or Contradiction."""
    if evidence is None or evidence.giver is None:
        if part.is_themself:
            return "self", None
        if part.guardian:
            return "guardian", part.guardian.guardian
        raise Forbidden("Nobody agrees for somebody else; record as evidence how it is known what they said.")
    if not part.acts_for:
        raise Forbidden("Evidence is recorded by staff of the site, and by who enrolled this person.")
    if (evidence.giver == "guardian") != (evidence.guardian is not None):
        raise Invalid.field("guardian", "name the guardian whose word it is, and nobody for the person's own")
    theirs = evidence.guardian or part.holder.person
    rules.check_evidence(evidence.giver, evidence.method, records_themself=caller.person == theirs)
    return evidence.giver, evidence.guardian


def _check_guardian(situation: consents.Situation, guardian: UUID | None) -> None:
    """Nobody asks a guardian who must not be contacted, whoever claims to have done so. Raises Invalid or Conflict."""
    row = situation.guardians.get(guardian) if guardian else None
    if row is None or row.no_contact:
        raise Invalid.field("guardian", "is no guardian of this person who may be asked")
    if row.verified_on is not None and not row.may_consent:
        raise Conflict("This guardian may be told and not agree; ask another one.")


def _check_days(body: NewWord, today: date) -> None:
    if body.evidence and body.evidence.given_on > today + timedelta(days=1):
        raise Invalid.field("evidence.given_on", "lies in the future")
    if body.evidence and body.evidence.method == "signed-form" and body.evidence.holder is None:
        raise Invalid.field("evidence.holder", "say who keeps the form")
    if body.expires_on and body.expires_on < today:
        raise Invalid.field("expires_on", "is over; ask anew")


def _known_by(evidence: WordEvidence | None, today: date) -> dict[str, object]:
    if evidence is None:
        return {"method": "signed-in", "holder": None, "given_on": today}
    return evidence.model_dump(include={"method", "holder", "given_on"})


async def _text(session: SessionDep, part: Part, body: NewWord) -> ConsentTextRow:
    """The text that was agreed to: the one in force, or any published one where a paper is recorded."""
    found = await consents.text_in_force(session, part.holder.site, body.purpose, body.language)
    if found is None:
        raise Invalid.field("language", "no text for this purpose is published in this language; ask an administrator")
    if found.version != body.version and body.evidence:
        key = ConsentTextRow.purpose == body.purpose, ConsentTextRow.language == body.language
        rows = select(ConsentTextRow).where(
            *key, ConsentTextRow.version == body.version, ConsentTextRow.site.in_(above(part.holder.site))
        )
        older = max(await session.scalars(rows), key=lambda row: len(row.site), default=None)
        found = older or found
    if found.version != body.version:
        raise Contradiction(f"Version {found.version} is in force; read it and agree to that one.")
    if body.sha256 not in (None, found.sha256):
        raise Conflict("This is not the hash of the published text; read the version again and agree to that.")
    return found


async def _shown(
    session: SessionDep, part: Part, caller: Caller, now: datetime, purposes: Collection[ConsentPurpose]
) -> Consents:
    person = part.holder.person
    situation, rows = (
        await consents.situation_of(session, part.holder, now),
        await consents.consents_of(session, person),
    )
    words = select(ConsentWordRow).where(ConsentWordRow.consent.in_([row.consent for row in rows.values()]))
    seen = [each for each in await session.scalars(words.order_by(ConsentWordRow.word)) if _sees(part, situation, each)]
    return Consents(
        person=person,
        items=[_consent(purpose, rows.get(purpose), situation, seen) for purpose in purposes],
    )


def _sees(part: Part, situation: consents.Situation, word: ConsentWordRow) -> bool:
    """Whoever acts for somebody sees every word; the others their own, and the person those of guardians they know."""
    if part.acts_for or word.guardian is None:
        return True
    if part.is_themself:
        row = situation.guardians.get(word.guardian)
        return row is not None and not row.no_contact
    return part.guardian is not None and word.guardian == part.guardian.guardian


def _consent(
    purpose: ConsentPurpose, row: ConsentRow | None, situation: consents.Situation, words: list[ConsentWordRow]
) -> ConsentView:
    return ConsentView(
        purpose=purpose,
        consent=row.consent if row else None,
        state=row.state if row else "waiting",
        needed=sorted(situation.needed(purpose)),
        missing=situation.missing(purpose, row),
        valid_until=row.valid_until if row else None,
        ended_on=row.ended_on if row else None,
        asked_anew=row is not None and situation.asks_anew(row),
        words=[WordView.model_validate(each) for each in words if row and each.consent == row.consent],
    )
