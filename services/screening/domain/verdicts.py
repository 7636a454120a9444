"""What a written rule comes to, and that a person decides, with a reason where they differ (R46, R48)."""

from dataclasses import dataclass

from services.screening.domain.cases import Outcome
from shared.contracts import Contradiction


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule comes to, in one sentence that the screener sees before deciding."""

    passes: bool
    sentence: str


def check_outcome(found: Verdict, outcome: Outcome, reason: str | None) -> None:
    """Raise Contradiction when a screener decides against the rule and does not say why."""
    if (outcome == "passed") != found.passes and reason is None:
        raise Contradiction(f"{found.sentence} You may decide otherwise; say why.")
