"""Steps as rows: in line with what a case asks for, and moved by what people do."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.cases import check_results
from services.screening.domain.steps import StepState, due_on
from services.screening.domain.waiting import STEP as WAITING_LIST
from services.screening.tables import CaseRow, ResultRow, StepRow, WaitingRow
from shared.contracts import Contradiction, RoleKind


async def keep_steps(session: AsyncSession, cases: Sequence[CaseRow], *, anew: Collection[UUID]) -> None:
    """One step for each check that a case asks for now; what has a result is done already.

    Of a check that is no longer asked for the step goes; what was found out in it stays where it is kept. `anew`: the
    cases that asked for nothing before.
    """
    known: dict[tuple[UUID, str], StepRow] = {}
    recorded: dict[tuple[UUID, str], datetime] = {}
    if before := [case.clearance for case in cases if case.clearance not in anew]:
        rows = await session.scalars(select(StepRow).where(StepRow.clearance.in_(before)))
        known = {(row.clearance, row.check_name): row for row in rows}
        results = await session.scalars(select(ResultRow).where(ResultRow.clearance.in_(before)))
        recorded = {(row.clearance, row.check_name): row.recorded_at for row in results}
    await session.flush()  # steps name their case
    for case in cases:
        performers = {step["check"]: step["performer"] for step in case.requirements["steps"]}
        for position, check in enumerate(case.required):
            key = case.clearance, check
            step = known.pop(key, None) or _new(case, check, recorded.get(key))
            step.position, step.performer = position, performers[check]
            session.add(step)
    if over := [key for key in known if key[1] != WAITING_LIST]:
        await session.execute(delete(StepRow).where(tuple_(StepRow.clearance, StepRow.check_name).in_(over)))


async def add_step(session: AsyncSession, case: CaseRow, check: str, performer: str, due: date, at: datetime) -> None:
    """A step that a clearance asks for before a limit of activity is crossed."""
    step = await session.get(StepRow, (case.clearance, check)) or _new(case, check, None)
    step.position, step.performer, step.due_on, step.opened_at = len(case.required), performer, due, at
    step.state, step.done_at = "to-do", None
    session.add(step)


def _new(case: CaseRow, check: str, done_at: datetime | None) -> StepRow:
    return StepRow(
        clearance=case.clearance,
        check_name=check,
        site=case.site,
        state="done" if done_at else "to-do",
        due_on=due_on(check, case.opened_at.date()),
        opened_at=case.opened_at,
        done_at=done_at,
    )


async def open_step(session: AsyncSession, case: CaseRow, check: str) -> StepRow:
    """The step in which something is to be done. Raises Contradiction when nothing is asked for now."""
    check_results(case.required, case.state, [check])
    step = await session.get_one(StepRow, (case.clearance, check))
    if step.state == "done":
        raise Contradiction("This step has its result already; a screener corrects the result where it is wrong.")
    return step


async def move_step(
    session: AsyncSession, case: CaseRow, check: str, state: StepState, due: date | None = None
) -> None:
    """It is somebody else's turn now, until a day where one is named; a step that is done stays done."""
    values = {"state": state} | ({"due_on": due} if due else {})
    await session.execute(update(StepRow).where(*_of(case, [check]), StepRow.state != "done").values(**values))


async def finish_steps(session: AsyncSession, case: CaseRow, checks: Collection[str], at: datetime) -> None:
    """There is a result; the first one's time stays when it is corrected."""
    await session.execute(
        update(StepRow).where(*_of(case, checks), StepRow.state != "done").values(state="done", done_at=at)
    )


async def reopen_step(session: AsyncSession, case: CaseRow, check: str) -> None:
    """Its result was taken back."""
    await session.execute(update(StepRow).where(*_of(case, [check])).values(state="to-do", done_at=None))


async def drop_open_steps(session: AsyncSession, case: CaseRow) -> None:
    """The case is decided: what was not done is no work any more, and nobody waits for it on a list."""
    if case.kind == RoleKind.MENTEE:
        await session.execute(delete(WaitingRow).where(WaitingRow.clearance == case.clearance))
    await session.execute(delete(StepRow).where(StepRow.clearance == case.clearance, StepRow.state != "done"))


def _of(case: CaseRow, checks: Collection[str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return StepRow.clearance == case.clearance, StepRow.check_name.in_(checks)
