"""Drafts: begun, answered piece by piece, taken up again by a signed link, checked, submitted."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from services.intake import about, drafting
from services.intake.answers import Answers, merged
from services.intake.api.applications import ApplicationBody, ApplicationView, applicant, view_of
from services.intake.api.forms import Commitment, OtherRole, commitment, others
from services.intake.api.reached import Reached, nothing, reached
from services.intake.asking import asking_of, languages_at
from services.intake.domain import applications as rules
from services.intake.domain import particulars
from services.intake.domain.forms import words
from services.intake.fields import Body, Language
from services.intake.tables import AnswersRow, ParticularsRow
from shared.access import CallerDep
from shared.clock import real_now
from shared.http import ClockDep, SessionDep, TransactionRoute, etag, require_match
from shared.links import LinkRefused, LinksDep
from shared.problems import Conflict, Forbidden, Invalid

router = APIRouter(route_class=TransactionRoute)

RESUME = "resume-application"
LINK_DAYS = 14


class AnswersBody(Body):
    """Some answers; all are kept, or none."""

    answers: Answers


class AnswersView(BaseModel):
    """What was answered; after the submission without what went to the person's profile and particulars."""

    application: UUID
    answers: Answers
    pack_read_at: datetime | None


class Fault(BaseModel):
    """What is missing, for the summary on top of a page."""

    field: str
    reason: str


class Answered(BaseModel):
    """A question with its answer."""

    field: str
    text: str
    answer: Any


class Check(BaseModel):
    """What is missing and what was answered. `others`: roles that ask for less, where less time was offered."""

    application: UUID
    state: rules.State
    language: str
    is_complete: bool
    faults: list[Fault]
    answered: list[Answered]
    commitment: Commitment
    below_floor: str | None
    others: list[OtherRole]
    pack_sha256: str


class Read(Body):
    """The hash of the pack that was read."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PackRead(Read):
    """Which pack was read, and when."""

    application: UUID
    read_at: datetime


class ResumeLink(BaseModel):
    """What leads this person back to their draft, and nobody else."""

    link: str
    until: datetime


class Resuming(Body):
    """A link as it was given."""

    link: Annotated[str, Field(min_length=1, max_length=500)]


@router.post("/drafts", status_code=201)
async def begin(
    body: ApplicationBody, session: SessionDep, clock: ClockDep, caller: CallerDep, response: Response
) -> ApplicationView:
    """Begin an application, or one for somebody whom the caller enrolled; the one begun before is taken up (200).

    It holds what the person's profile and particulars answer already.
    """
    holder, offering, role = await applicant(session, caller, body)
    await drafting.check_may_begin(session, holder, role, offering, clock.today())
    if begun := await drafting.draft_of(session, holder.person, role.role, offering.offering):
        response.status_code = 200
        return await view_of(session, begun, caller)
    asking = await asking_of(session, offering, role)
    source = body.source_for(caller, holder)
    row = await drafting.begin(session, holder, asking, source, caller.subject, clock.now())
    return await view_of(session, row.application, caller)


@router.get("/applications/{application}/answers")
async def get_answers(application: UUID, session: SessionDep, caller: CallerDep, response: Response) -> AnswersView:
    """Answers, for the person and whoever enrolled them; for staff of the site once they were sent."""
    found = await reached(session, caller, application, lock=False)
    _check_may_read(found)
    return await _answers(session, application, response)


def _check_may_read(found: Reached) -> None:
    if not found.acts and found.row.state != rules.TO_SIGN and found.row.submitted_at is None:
        raise Forbidden("A draft is read by the person who writes it; wait until it was sent.")


@router.patch("/applications/{application}/answers")
async def change_answers(
    application: UUID, body: AnswersBody, request: Request, response: Response,
    session: SessionDep, clock: ClockDep, caller: CallerDep,
) -> AnswersView:  # fmt: skip
    """Give some answers, or take them back. If-Match is heeded where it is sent."""
    found = await reached(session, caller, application, acting=True)
    rules.check_act("answer", found.row.state)
    row = await session.get_one(AnswersRow, application)
    if "if-match" in request.headers:
        require_match(request, row.version)
    given = body.answers.given()
    asked = {each.field for each in (await drafting.checked(session, found.row)).asking.questions}
    if unasked := sorted(given.keys() - asked):
        raise Invalid("See errors for each field.", [_fault(name, "this form does not ask for it") for name in unasked])
    await _check_birth(session, found.row.person, body.answers.born_on, clock.today())
    kept = row.answers.get("wishes", ())
    if unknown := await about.unknown_wishes(session, found.row.site, body.answers.wishes or (), kept):
        raise Invalid.field("answers.wishes", f"{', '.join(unknown)}: no wish that the site offers")
    after = merged(row.answers, given)
    if after != row.answers:
        row.answers, row.version = after, row.version + 1
    return await _answers(session, application, response)


async def _check_birth(session: SessionDep, person: UUID, born_on: date | None, today: date) -> None:
    for field, reason in particulars.faults(born_on, None, today).items():
        raise Invalid.field(f"answers.{field}", reason)
    known = await session.get(ParticularsRow, person)
    if known and born_on:
        particulars.check_correction(known.born_on, born_on, by_staff=False)


def _fault(name: str, reason: str) -> dict[str, str]:
    return {"field": f"answers.{name}", "reason": reason}


async def _answers(session: SessionDep, application: UUID, response: Response) -> AnswersView:
    row = await session.get(AnswersRow, application)
    response.headers["ETag"] = etag(row.version if row else 0)
    answers = Answers.model_validate(row.answers if row else {})
    return AnswersView(application=application, answers=answers, pack_read_at=row.read_at if row else None)


@router.get("/applications/{application}/check")
async def check(
    application: UUID, session: SessionDep, caller: CallerDep, language: Annotated[Language | None, Query()] = None
) -> Check:
    """Check answers before they are sent: what is missing, by field, and what was answered."""
    found = await reached(session, caller, application, lock=False)
    _check_may_read(found)
    chosen = words.chosen(language, await languages_at(session, found.row.site))
    return _check(found, await drafting.checked(session, found.row), chosen)


def _check(found: Reached, state: drafting.Checked, chosen: words.Words) -> Check:
    is_draft = found.row.state == rules.DRAFT
    faults = [Fault(field=field, reason=chosen.missing) for field in state.missing] if is_draft else []
    if is_draft and not state.pack_read:
        faults.append(Fault(field="pack", reason="Read the applicant pack as it is now, and say so (R68)."))
    return Check(
        application=found.row.application,
        state=found.row.state,
        language=chosen.language,
        is_complete=not faults,
        faults=faults,
        answered=[
            Answered(field=each.field, text=chosen.questions[each.field][0], answer=state.answers[each.field])
            for each in state.asking.questions
            if each.field in state.answers
        ],
        commitment=commitment(state.asking.floor),
        below_floor=chosen.below_floor if state.below_floor else None,
        others=others(state.offers),
        pack_sha256=state.pack["sha256"],
    )


@router.post("/applications/{application}/pack")
async def read_pack(application: UUID, body: Read, session: SessionDep, clock: ClockDep, caller: CallerDep) -> PackRead:
    """Say that the applicant pack was read, as it is now; whoever enrolled the person read it out to them (R68)."""
    found = await reached(session, caller, application, acting=True)
    rules.check_act("answer", found.row.state)
    state = await drafting.checked(session, found.row)
    if body.sha256 != state.pack["sha256"]:
        raise Conflict("This is not the pack that is in force; read it again and send its hash.")
    row = await session.get_one(AnswersRow, application)
    if row.pack_sha256 != body.sha256 or row.read_at is None:
        row.pack_sha256, row.read_by, row.read_at = body.sha256, caller.subject, clock.now()
        row.version += 1
    return PackRead(application=application, sha256=body.sha256, read_at=row.read_at)


@router.post("/applications/{application}/submission")
async def submit(application: UUID, session: SessionDep, clock: ClockDep, caller: CallerDep) -> ApplicationView:
    """Send a complete draft. It waits to be signed, or is submitted; sent again it is answered as it stands."""
    found = await reached(session, caller, application, acting=True)
    if found.row.state in rules.OPEN:
        return await view_of(session, application, caller)
    rules.check_act("submit", found.row.state)
    state = await drafting.checked(session, found.row)
    asking = state.asking
    await drafting.check_may_begin(session, found.person, asking.role, asking.offering, clock.today())
    if not state.is_complete:
        faults = _check(found, state, words.WORDS[words.FALLBACK]).faults
        raise Invalid("This draft is not complete yet; see errors.", [fault.model_dump() for fault in faults])
    await drafting.submit(session, found.row, found.person, asking, caller.subject, clock.now())
    return await view_of(session, application, caller)


@router.post("/applications/{application}/resume-link")
async def make_link(application: UUID, session: SessionDep, caller: CallerDep, links: LinksDep) -> ResumeLink:
    """A link back to a draft, good for two weeks. It is no key: only the person's own token opens it."""
    found = await reached(session, caller, application, lock=False)
    rules.check_act("answer", found.row.state)
    link = links.sign(RESUME, str(application), LINK_DAYS)
    return ResumeLink(link=link, until=real_now() + timedelta(days=LINK_DAYS))


@router.post("/resumption")
async def resume(body: Resuming, session: SessionDep, caller: CallerDep, links: LinksDep) -> ApplicationView:
    """The draft that a link leads to, for its person and whoever enrolled them.

    To anybody else a link that works looks like one that never did, so it tells nobody who applies (R20).
    """
    try:
        application = UUID(links.read(RESUME, body.link))
    except (LinkRefused, ValueError):
        raise nothing() from None
    found = await reached(session, caller, application, lock=False)
    if not found.acts:
        raise nothing()
    return await view_of(session, application, caller)
