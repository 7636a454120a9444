"""Training in a case: modules, a quiz that is graded here, and certificates held elsewhere."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func, select

from services.screening.data import courses
from services.screening.domain.training import (
    ATTEMPTS_A_DAY,
    CHECK,
    Course,
    check_ready,
    course_for,
    faults_of_answers,
    grade,
)
from services.screening.fields import Body, Line, Prose
from services.screening.recording import BY_RULE, Finding, record_one
from services.screening.steps import move_step, open_step
from services.screening.tables import AttemptRow, CaseRow, CertificateRow, TrainingRow
from services.screening.visibility import case_for, case_to_screen, own_case, sees_evidence
from shared.access import CallerDep
from shared.contracts import RoleKind, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.problems import Invalid, NotFound

router = APIRouter(route_class=TransactionRoute)


class QuizQuestionShown(BaseModel):
    """A question with its choices; the right one stays here."""

    model_config = ConfigDict(from_attributes=True)

    question: str
    text: str
    choices: dict[str, str]


class ModuleShown(BaseModel):
    """A module with what is asked about it, and whether it was read."""

    module: str
    title: str
    minutes: int
    text: str
    questions: list[QuizQuestionShown]
    read: bool


class AttemptShown(BaseModel):
    """How an attempt ended."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    right: int
    asked: int
    passed: bool


class CertificateShown(BaseModel):
    """A certificate that was taken for the course; for screeners."""

    model_config = ConfigDict(from_attributes=True)

    holder: str
    number: str
    reason: str
    accepted_by: str
    accepted_at: datetime


class TrainingShown(BaseModel):
    """A person's training: the course, what was read, attempts, and how many are left today."""

    course: str
    version: int
    title: str
    language: str
    minutes: int
    pass_mark: int
    modules: list[ModuleShown]
    attempts: list[AttemptShown]
    attempts_left: int
    certificate: CertificateShown | None = None


class Answers(Body):
    """A choice for every question of the course."""

    answers: Annotated[
        dict[Slug, Annotated[str, StringConstraints(pattern=r"^[a-z]$")]], Field(min_length=1, max_length=200)
    ]


class AttemptEnded(AttemptShown):
    """How the attempt ended, and which modules to read again; which answer was wrong is not told."""

    again: list[str]


class Certificate(Body):
    """A certificate of another training: who keeps it, by which number, until when it holds, and why it is enough."""

    holder: Annotated[Line, Field(max_length=100)]
    number: Annotated[Line, Field(max_length=60)]
    valid_until: date | None = None
    reason: Prose


@router.get("/cases/{clearance}/training")
async def training(clearance: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> TrainingShown:
    """The course of a case and how far the person is. The right answers are shown to nobody."""
    case = await case_for(session, caller, clearance)
    return await _shown(session, case, clock.today(), for_staff=await sees_evidence(session, caller, case))


@router.post("/cases/{clearance}/training/modules/{module}")
async def read_module(
    clearance: UUID, module: Slug, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> TrainingShown:
    """The person read a module; again changes nothing."""
    case = await own_case(session, caller, clearance)
    row = await session.get(TrainingRow, clearance)
    course = _course(case, row)
    if module not in {each.module for each in course.modules}:
        raise NotFound("This course has no such module.")
    if row is None or module not in row.read:
        await open_step(session, case, CHECK)
        row = row or _began(session, case, course, clock.now())
        row.read = [*row.read, module]
        await move_step(session, case, CHECK, "invited")
    return await _shown(session, case, clock.today(), for_staff=False)


@router.post("/cases/{clearance}/training/attempts", status_code=201)
async def attempt(
    clearance: UUID, body: Answers, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> AttemptEnded:
    """Try the quiz, a few times a day, after everything was read. Whoever reaches the mark has passed the check."""
    case = await own_case(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await session.get(TrainingRow, clearance)
    course = _course(case, row)
    check_ready(course, row.read if row else (), await _tried(session, clearance, clock.today()))
    if faults := list(faults_of_answers(course, body.answers)):
        errors = [{"field": f"answers.{question}", "reason": reason} for question, reason in faults]
        raise Invalid("Some questions need another answer; see errors.", errors)
    found = grade(course, body.answers)
    ended: dict[str, Any] = {"right": found.right, "asked": found.asked, "passed": found.passed, "at": clock.now()}
    session.add(AttemptRow(**ended, attempt=new_id(), clearance=clearance))
    if found.passed:
        reference = f"course {course.course} version {course.version}, {found.right} of {found.asked} right"
        await record_one(session, case, Finding(CHECK, "passed", reference=reference), BY_RULE, clock.now())
    return AttemptEnded(**ended, again=list(found.again))


@router.post("/cases/{clearance}/training/certificate", status_code=201)
async def accept_certificate(
    clearance: UUID, body: Certificate, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> CertificateShown:
    """A screener takes a certificate held elsewhere for the course, and says why."""
    case = await case_to_screen(session, caller, clearance)
    await open_step(session, case, CHECK)
    if body.valid_until is not None and body.valid_until < clock.today():
        raise Invalid.field("valid_until", "is over")
    row = CertificateRow(
        clearance=clearance, holder=body.holder, number=body.number, reason=body.reason,
        accepted_by=caller.subject, accepted_at=clock.now(),
    )  # fmt: skip
    await session.merge(row)
    finding = Finding(CHECK, "passed", body.valid_until, f"certificate {body.number} of {body.holder}")
    await record_one(session, case, finding, caller.subject, clock.now())
    return CertificateShown.model_validate(row)


def _course(case: CaseRow, row: TrainingRow | None) -> Course:
    """The version with which the person began, else the newest."""
    if row:
        return courses()[row.course, row.course_version]
    return course_for(courses().values(), RoleKind(case.kind))


def _began(session: SessionDep, case: CaseRow, course: Course, at: datetime) -> TrainingRow:
    row = TrainingRow(
        clearance=case.clearance, course=course.course, course_version=course.version, read=[], began_at=at
    )
    session.add(row)
    return row


async def _tried(session: SessionDep, clearance: UUID, today: date) -> int:
    since = datetime.combine(today, time(), tzinfo=UTC)
    rows = select(func.count()).where(AttemptRow.clearance == clearance, AttemptRow.at >= since)
    return await session.scalar(rows) or 0


async def _shown(session: SessionDep, case: CaseRow, today: date, *, for_staff: bool) -> TrainingShown:
    row = await session.get(TrainingRow, case.clearance)
    course = _course(case, row)
    read = set(row.read if row else ())
    attempts = select(AttemptRow).where(AttemptRow.clearance == case.clearance).order_by(AttemptRow.at)
    certificate = await session.get(CertificateRow, case.clearance) if for_staff else None
    return TrainingShown(
        course=course.course,
        version=course.version,
        title=course.title,
        language=course.language,
        minutes=course.minutes,
        pass_mark=course.pass_mark,
        modules=[
            ModuleShown(
                module=each.module, title=each.title, minutes=each.minutes, text=each.text,
                questions=[QuizQuestionShown.model_validate(question) for question in each.questions],
                read=each.module in read,
            )
            for each in course.modules
        ],
        attempts=[AttemptShown.model_validate(each) for each in await session.scalars(attempts)],
        attempts_left=max(0, ATTEMPTS_A_DAY - await _tried(session, case.clearance, today)),
        certificate=CertificateShown.model_validate(certificate) if certificate else None,
    )  # fmt: skip
