"""Conduct cases as those see them who answer for them."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import conduct, paging, reporting
from services.screening.conduct_visibility import named_in, sites_of
from services.screening.domain import texts
from services.screening.laws import laws_at
from services.screening.tables import ConductCaseRow, PageRow, ReplyRow, ReportAnswerRow
from shared.contracts.messaging import Weight

Text = Annotated[str, Field(max_length=10_000), AfterValidator(texts.paragraphs)]
"""What somebody writes for the file."""
ClauseNumber = Annotated[int, Field(ge=1, le=999)]
ClauseVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]


class ConductCaseSummary(BaseModel):
    """A conduct case in a list."""

    model_config = ConfigDict(from_attributes=True)

    case: UUID
    concern: UUID | None
    site: str
    other_site: str | None
    weight: Weight
    state: str
    handler: UUID | None
    opened_at: datetime
    closed_at: datetime | None
    reports_overdue: int = 0
    acknowledged: bool | None = None
    """Whether somebody acknowledged each alarm; None where nobody was to be paged."""


class MeasureShown(BaseModel):
    """What was done about a person's conduct."""

    model_config = ConfigDict(from_attributes=True)

    measure: UUID
    person: UUID
    kind: str
    clause: int
    clause_version: str
    scope: str
    decided_by: str
    decided_at: datetime
    until: datetime | None
    ended_at: datetime | None


class ReplyShown(BaseModel):
    """What a person said to it, or by when they did not answer."""

    model_config = ConfigDict(from_attributes=True)

    person: UUID
    said: str | None
    no_answer_by: date | None
    recorded_by: str
    recorded_at: datetime


class AnswerShown(BaseModel):
    """What somebody recorded of a report."""

    model_config = ConfigDict(from_attributes=True)

    answer: str
    reference: str | None
    done_on: date | None
    reason: str | None
    answered_by: str
    answered_at: datetime


class ReportShown(BaseModel):
    """A legal report that is asked for. Not legal advice: `source` is what was read."""

    model_config = ConfigDict(from_attributes=True)

    report: UUID
    of: str
    pack: str
    to: str
    person: UUID | None
    why: str
    source: str
    due_at: datetime | None
    overdue_at: datetime | None
    state: str
    answers: list[AnswerShown] = []


class PageShown(BaseModel):
    """Somebody was paged."""

    model_config = ConfigDict(from_attributes=True)

    person: UUID
    paged_at: datetime
    acknowledged_at: datetime | None


class AlarmShown(BaseModel):
    """An alarm of a case: "paged" means acknowledged. Without pages nobody is on call at any level."""

    model_config = ConfigDict(from_attributes=True)

    why: str
    site: str
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    pages: list[PageShown] = []


class ConductCaseDetail(ConductCaseSummary):
    """A conduct case. `law_known`: whose law holds at its places was heard, so its reports are all asked for."""

    people: list[UUID]
    about_staff: bool
    clause: int | None
    clause_version: str | None
    frozen: list[UUID]
    outcome: str | None
    law_known: bool
    measures: list[MeasureShown]
    replies: list[ReplyShown]
    reports: list[ReportShown]
    alarms: list[AlarmShown]

    @classmethod
    async def of(cls, session: AsyncSession, row: ConductCaseRow) -> Self:
        """A case with all that hangs on it but its timeline."""
        await session.flush()
        replies = select(ReplyRow).where(ReplyRow.case == row.case).order_by(ReplyRow.reply)
        reports, alarms = await _reports(session, row.case), await _alarms(session, row.case)
        summary = ConductCaseSummary.model_validate(row).model_dump(exclude={"reports_overdue", "acknowledged"})
        return cls(
            **summary,
            reports_overdue=sum(1 for each in reports if each.state == "asked" and each.overdue_at),
            acknowledged=all(each.acknowledged_at for each in alarms) if alarms else None,
            people=await named_in(session, row.case), about_staff=row.about_staff,
            clause=row.clause, clause_version=row.clause_version, frozen=row.frozen, outcome=row.outcome,
            law_known=None not in await laws_at(session, sites_of(row)),
            measures=[MeasureShown.model_validate(each) for each in await conduct.measures_of(session, row.case)],
            replies=[ReplyShown.model_validate(each) for each in await session.scalars(replies)],
            reports=reports, alarms=alarms,
        )  # fmt: skip


async def _reports(session: AsyncSession, case: UUID) -> list[ReportShown]:
    shown = []
    for report in await reporting.reports_of(session, case):
        of = select(ReportAnswerRow).where(ReportAnswerRow.report == report.report)
        answers = await session.scalars(of.order_by(ReportAnswerRow.report_answer))
        found = [AnswerShown.model_validate(each) for each in answers]
        shown.append(ReportShown.model_validate(report).model_copy(update={"answers": found}))
    return shown


async def _alarms(session: AsyncSession, case: UUID) -> list[AlarmShown]:
    shown = []
    for alarm in await paging.alarms_of(session, case):
        pages = await session.scalars(select(PageRow).where(PageRow.alarm == alarm.alarm).order_by(PageRow.page))
        found = [PageShown.model_validate(each) for each in pages]
        shown.append(AlarmShown.model_validate(alarm).model_copy(update={"pages": found}))
    return shown
