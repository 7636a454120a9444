"""How a check ended, as a row: the one way for every step, whether done here or elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.screening import decisions, lapsing
from services.screening.domain.cases import Outcome, check_results
from services.screening.queries import results_of
from services.screening.steps import finish_steps
from services.screening.tables import CaseRow, ResultRow

BY_RULE = "screening"
"""Who recorded a result that came of what the person did, by a written rule."""


@dataclass(frozen=True, slots=True)
class Finding:
    """How a check ended. `reference` says where the evidence is kept; a certificate has an authority and a number."""

    check: str
    outcome: Outcome
    valid_until: date | None = None
    reference: str | None = None
    authority: str | None = None
    number: str | None = None


async def record(
    session: AsyncSession,
    case: CaseRow,
    known: dict[str, ResultRow],
    findings: Sequence[Finding],
    by: str,
    at: datetime,
) -> None:
    """Store what is new in `findings`, into `known` too; the same again changes nothing, not even who recorded it.

    The case is locked. Raises Contradiction where it is decided or does not ask for a check.
    """
    new = [finding for finding in findings if not is_known(known, finding)]
    if not new:
        return
    ahead = [asked["check"] for asked in case.asked_ahead]
    check_results(case.required, case.state, [finding.check for finding in findings], ahead)
    corrects = any(finding.check in known for finding in new)
    for finding in new:
        row = known.setdefault(finding.check, ResultRow(clearance=case.clearance, check_name=finding.check))
        row.outcome, row.valid_until, row.reference = finding.outcome, finding.valid_until, finding.reference
        row.authority, row.number = finding.authority, finding.number
        row.recorded_by, row.recorded_at = by, at
    session.add_all(known.values())
    await finish_steps(session, case, [finding.check for finding in new], at)
    if any(finding.valid_until for finding in new):
        await lapsing.watch(session, [case.clearance])
    case.version += 1
    decisions.note(session, case, "correction" if corrects else "results", by, at)


async def record_one(session: AsyncSession, case: CaseRow, finding: Finding, by: str, at: datetime) -> None:
    """Store how one check ended."""
    await record(session, case, await results_of(session, case.clearance), [finding], by, at)


def is_known(known: Mapping[str, ResultRow], finding: Finding) -> bool:
    """Whether this is what is recorded already."""
    row = known.get(finding.check)
    said = (finding.outcome, finding.valid_until, finding.reference, finding.authority, finding.number)
    return row is not None and (row.outcome, row.valid_until, row.reference, row.authority, row.number) == said
