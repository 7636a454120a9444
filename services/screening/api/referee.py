"""The referee's door: no token but a link, which shows a first name, a programme and a form, and takes one answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from services.screening.data import reference_forms
from services.screening.domain.forms import Form, faults
from services.screening.domain.references import AWAITED, CHECK, MOST_OPENINGS
from services.screening.fields import Body, Prose
from services.screening.queries import locked_case
from services.screening.referees import PURPOSE, stop_asking
from services.screening.tables import CaseRow, ReferenceRow
from shared.contracts import Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.links import LinkRefused, Links, LinksDep
from shared.problems import Invalid, NotFound, Problem

router = APIRouter(route_class=TransactionRoute)


class LinkUsed(Problem):
    """The link did what it was for, or is not needed any more."""

    status, type, title = 410, "link-used", "This link is not needed any more"


USED: dict[int | str, dict[str, Any]] = {LinkUsed.status: {"description": LinkUsed.title}}
"""For OpenAPI."""


class Opening(Body):
    """The token of the link. It stands in the body, so that no log or history keeps it."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[A-Za-z0-9._-]+$")]


class Answer(Opening):
    """What the referee answers: each question's name with a choice or a text."""

    answers: Annotated[dict[Slug, Prose], Field(min_length=1, max_length=30)]


class QuestionShown(BaseModel):
    """A question of the form."""

    question: str
    text: str
    choices: list[str]
    longest: int
    optional: bool


class FormShown(BaseModel):
    """All that a referee is told: the first name of whom it is about, the programme, and the questions."""

    about: str
    programme: str
    title: str
    questions: list[QuestionShown]


class Thanks(BaseModel):
    """The answer was kept."""

    said: str = "Thank you. Your answer is with the people who decide; nobody else reads it, the applicant neither."


@router.post("/reference", responses=USED)
async def open_reference(body: Opening, session: SessionDep, links: LinksDep) -> FormShown:
    """What a referee is asked. Opening changes nothing that others see."""
    case, row = await _opened(session, links, body.token)
    form = _form(row)
    questions = [QuestionShown.model_validate(each, from_attributes=True) for each in form.questions]
    programme = case.offering.partition("@")[0]
    return FormShown(about=row.applicant_called, programme=programme, title=form.title, questions=questions)


@router.post("/reference/answer", responses=USED)
async def answer(body: Answer, session: SessionDep, links: LinksDep, clock: ClockDep) -> Thanks:
    """Keep a referee's answer, once; afterwards the link opens nothing."""
    _, row = await _opened(session, links, body.token)
    if found := list(faults(_form(row), body.answers)):
        errors = [{"field": f"answers.{question}", "reason": reason} for question, reason in found]
        raise Invalid("Some questions need another answer; see errors.", errors)
    row.answers, row.state, row.answered_at = body.answers, "answered", clock.now()
    await stop_asking(session, row)
    return Thanks()


async def _opened(session: SessionDep, links: Links, token: str) -> tuple[CaseRow, ReferenceRow]:
    """The case and the reference that a link opens, locked in this order as everywhere; counts the opening."""
    try:
        reference, link = links.read(PURPOSE, token).split(" ")
    except LinkRefused:
        raise _nothing() from None
    seen = await session.get(ReferenceRow, UUID(reference))
    case = await locked_case(session, seen.clearance) if seen else None
    if seen is None or case is None:
        raise _nothing()
    row = await session.get_one(ReferenceRow, seen.reference, with_for_update=True, populate_existing=True)
    if row.answered_at is not None and row.link == int(link):
        raise LinkUsed("You have answered already, thank you. Nothing more is asked of you.")
    if row.link != int(link) or row.openings >= MOST_OPENINGS:
        raise _nothing()
    if row.state not in AWAITED or case.state != "open" or CHECK not in case.required:
        raise LinkUsed("Your answer is not needed any more. Thank you for having been ready to give one.")
    row.openings += 1
    return case, row


def _nothing() -> NotFound:
    return NotFound("This link opens nothing, or its time is over. Ask whoever sent it to you for a new one.")


def _form(row: ReferenceRow) -> Form:
    return reference_forms()[row.form, row.form_version]
