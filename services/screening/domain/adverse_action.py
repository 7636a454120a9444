"""Adverse action: what comes before a refusal that rests on a vendor's report, where a law asks for it.

A disclosure that stands alone and the authorisation, a notice with the report, a waiting time, then the final notice
(shared/law/united-states.yaml). A dispute stops the waiting until somebody settled it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from services.screening.domain.cases import Category, Outcome, State
from services.screening.domain.vendors import TAKING, VendorOutcome
from shared.contracts import Contradiction

CHECK = "adverse-action"
WAITING_DAYS = 5
"""Whole days from Monday to Friday between the notice and the final one, as vendors advise."""
NOT_OF_A_REPORT: frozenset[Category] = frozenset(("time", "skill"))
"""Categories of criteria that no report speaks about; a refusal by any other one may rest on it in part."""

Authorised = Literal["here", "on-paper"]
Sent = Literal["e-mail", "post", "in-person"]
DisputeOutcome = Literal["stands", "corrected"]
Stage = Literal["authorisation", "notice", "dispute", "waiting", "final-notice"]

SAY: Mapping[Stage, str] = {
    "authorisation": "The disclosure, which stands alone, was not answered: the person authorises the check first.",
    "notice": "The notice with the vendor's report was not sent, or not since the newest report; send and record it.",
    "dispute": "The person disputes the report; settle the dispute first.",
    "waiting": f"{WAITING_DAYS} whole business days have to pass after the notice; time of a dispute does not count.",
    "final-notice": "The final notice was not sent; send and record it.",
}
"""What is missing, by stage."""


@dataclass(frozen=True, slots=True)
class Process:
    """How far it is. While the waiting runs it does so from `counting_from`, with `days_left` to pass whole."""

    authorised: bool = False
    noticed_at: datetime | None = None
    days_left: int = WAITING_DAYS
    counting_from: date | None = None
    disputed: bool = False
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A vendor's report that counts, when it came, and the check's result as it stands, if there is one."""

    outcome: VendorOutcome
    reported_at: datetime
    result: Outcome | None


def is_asked(requirements: Mapping[str, Any]) -> bool:
    """Whether a law asks the case for it."""
    return any(step["check"] == CHECK for step in requirements.get("steps", ()))


_UNJUDGED: Mapping[VendorOutcome, Outcome] = {"clear": "passed", "review": "failed"}
"""What a report would be taken for while no person judged it."""


def concern_of(reports: Iterable[Standing]) -> datetime | None:
    """When the newest report came on which a refusal could rest; None: there is none.

    One that found something and was not judged to be good enough, or one that a person took for failed.
    """
    doubtful = (
        each.reported_at
        for each in reports
        if each.outcome != "impossible" and (each.result or _UNJUDGED[each.outcome]) == "failed"
    )
    return max(doubtful, default=None)


def missing(process: Process, reported_at: datetime, today: date) -> Stage | None:
    """What is to be done next before a refusal that rests on a report of a moment; None: nothing."""
    if not process.authorised:
        return "authorisation"
    if process.noticed_at is None or process.noticed_at < reported_at:
        return "notice"
    if process.disputed:
        return "dispute"
    if not is_over(process, today):
        return "waiting"
    return None if process.finished else "final-notice"


def is_over(process: Process, today: date) -> bool:
    """Whether the waiting time passed."""
    return left(process, today) == 0 and process.counting_from is not None


def left(process: Process, today: date) -> int:
    """How many whole business days are left on a day."""
    passed = business_days(process.counting_from, today) if process.counting_from else 0
    return max(0, process.days_left - passed)


def business_days(after: date, before: date) -> int:
    """Days from Monday to Friday between two days, neither of them counted."""
    days = max(0, (before - after).days - 1)
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((after + timedelta(days=1 + each)).weekday() < 5 for each in range(rest))


def check_refusal(category: Category, process: Process, reported_at: datetime | None, today: date) -> None:
    """Raise Contradiction where a refusal rests on a report and something that comes before it is missing."""
    if reported_at is None or category in NOT_OF_A_REPORT:
        return
    if stage := missing(process, reported_at, today):
        raise Contradiction(f"This refusal rests on a vendor's report (adverse action). {SAY[stage]}")


def check_stage(stage: Stage | None, wanted: Stage) -> None:
    """Raise Contradiction where something else comes first."""
    if stage != wanted:
        raise Contradiction(SAY[stage] if stage else "No vendor's report holds a refusal up now.")


def check_running(state: State) -> None:
    """Raise Contradiction where the case is decided."""
    if state not in TAKING:
        raise Contradiction(f"This case is {state}; nothing comes before its decision any more.")


TEXTS_VERSION = 1
DISCLOSURE = (
    "For this role an outside company makes a report about your past. It asks you for what it needs itself; we tell it "
    "nothing about you. We see how the check ended, where the report is kept and its date. It is made only if you "
    "authorise it. This page says nothing else, so that you can decide about this alone."
)
NOTICE = (
    "We are looking at a report that an outside company made about you, and it may be a reason for us to refuse your "
    "application. Nothing is decided. The report is with this letter, with the company's name and address and what "
    "the law of your place says about your rights. If something in it is wrong or incomplete, tell us or the company: "
    f"we wait at least {WAITING_DAYS} business days, and longer while you dispute it."
)
FINAL_NOTICE = (
    "We have decided about your application, and a report that an outside company made about you was a reason. The "
    "company did not decide and cannot say why we did; its name and address are in this letter. You can ask it for the "
    "report and dispute what is wrong in it, and you can appeal to us."
)
"""Texts that staff complete and send. A lawyer of the network looks at them first; they are no legal advice."""
