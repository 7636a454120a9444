"""The skill sample of a case: a task, what the person hands in, and a screener's assessment by written points (R46)."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, HttpUrl, StringConstraints, UrlConstraints, model_validator

from services.screening.data import tasks
from services.screening.domain.cases import Outcome
from services.screening.domain.samples import CHECK, Task, check_handed_in, faults_of_points, task_for, verdict
from services.screening.domain.verdicts import check_outcome
from services.screening.fields import Body, Prose
from services.screening.recording import Finding, record_one
from services.screening.steps import move_step, open_step
from services.screening.tables import CaseRow, SampleRow
from services.screening.visibility import case_for, case_to_screen, own_case, sees_evidence
from shared.access import CallerDep
from shared.contracts import RoleKind, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import Invalid

router = APIRouter(route_class=TransactionRoute)

SampleText = Annotated[Prose, StringConstraints(max_length=5_000)]
SampleLink = Annotated[HttpUrl, UrlConstraints(max_length=500, allowed_schemes=["https"])]


class HandIn(Body):
    """The sample: a text, or a link where it can be seen."""

    text: SampleText | None = None
    link: SampleLink | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.text is None) == (self.link is None):
            raise ValueError("send either a text or a link")
        if self.link and (self.link.username or self.link.password):
            raise ValueError("the link must hold no password")
        return self


class Assessment(Body):
    """Which points are met, a note, and the screener's outcome. Against the task's rule it needs a reason."""

    points: Annotated[dict[Slug, bool], Field(min_length=1, max_length=20)]
    note: Prose | None = None
    outcome: Outcome
    reason: Prose | None = None


class SampleShown(BaseModel):
    """The task and what was handed in. The assessment is for screeners alone, and so are the points."""

    task: str
    version: int
    task_text: str
    text: str | None = None
    link: str | None = None
    handed_in_at: datetime | None = None
    needed: int | None = None
    points: dict[str, str] = {}
    met: dict[str, bool] = {}
    note: str | None = None
    rule: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    assessed_by: str | None = None


@router.get("/cases/{clearance}/skill-sample")
async def sample(clearance: UUID, session: SessionDep, caller: CallerDep) -> SampleShown:
    """The task of a case, and what was handed in."""
    case = await case_for(session, caller, clearance)
    row = await session.get(SampleRow, clearance)
    return _shown(_task(case, row), row, for_staff=await sees_evidence(session, caller, case))


@router.put("/cases/{clearance}/skill-sample")
async def hand_in(
    clearance: UUID, body: HandIn, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> SampleShown:
    """The person hands their sample in, or another one until it is assessed."""
    case = await own_case(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await session.get(SampleRow, clearance)
    task = _task(case, row)
    if row is None:
        row = SampleRow(clearance=clearance, task=task.task, task_version=task.version, points={})
        session.add(row)
    row.text, row.link, row.handed_in_at = body.text, str(body.link) if body.link else None, clock.now()
    await move_step(session, case, CHECK, "waiting")
    return _shown(task, row, for_staff=False)


@router.post("/cases/{clearance}/skill-sample/assessment", status_code=201)
async def assess(
    clearance: UUID, body: Assessment, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> SampleShown:
    """A screener assesses the sample by the task's points and says how the check ended."""
    case = await case_to_screen(session, caller, clearance)
    await open_step(session, case, CHECK)
    row = await session.get(SampleRow, clearance)
    check_handed_in(row is not None)
    task = _task(case, row)
    if faults := list(faults_of_points(task, body.points)):
        raise Invalid(
            "This does not fit the task; see errors.", [{"field": field, "reason": reason} for field, reason in faults]
        )
    found = verdict(task, body.points)
    check_outcome(found, body.outcome, body.reason)
    if row is not None:
        row.points, row.note, row.rule = body.points, body.note, found.sentence
        row.outcome, row.reason = body.outcome, body.reason
        row.assessed_by, row.assessed_at = caller.subject, clock.now()
    reference = f"task {task.task} version {task.version}, {sum(body.points.values())} of {len(task.points)} points"
    await record_one(session, case, Finding(CHECK, body.outcome, reference=reference), caller.subject, clock.now())
    return _shown(task, row, for_staff=True)


def _task(case: CaseRow, row: SampleRow | None) -> Task:
    """The version for which something was handed in, else the newest."""
    if row:
        return tasks()[row.task, row.task_version]
    return task_for(tasks().values(), case.role, RoleKind(case.kind))


def _shown(task: Task, row: SampleRow | None, *, for_staff: bool) -> SampleShown:
    shown = SampleShown(
        task=task.task,
        version=task.version,
        task_text=task.text,
        text=row.text if row else None,
        link=row.link if row else None,
        handed_in_at=row.handed_in_at if row else None,
    )
    if not for_staff:
        return shown
    assessed = {name: getattr(row, name) for name in _FOR_SCREENERS} if row else {}
    points = {"points": dict(task.points), "needed": task.needed, "met": row.points if row else {}}
    return SampleShown(**dict(shown) | points | assessed)


_FOR_SCREENERS = ("note", "rule", "outcome", "reason", "assessed_by")
