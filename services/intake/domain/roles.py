"""Roles by their risk: the tier is computed from the assessment, and an assessment is looked at again in time.

The same principles hold online: a channel is like a room (R44), so where the contact takes place changes no tier.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.contracts import Contradiction, RoleKind
from shared.contracts.intake import Observability, Setting, Tier
from shared.contracts.intake import Risk as RiskName

TIERS: tuple[Tier, ...] = ("basic", "intermediate", "comprehensive")
"""The names of the screening guide that R38 goes back to, the lowest first."""
OFTEN = 3
"""More times a month than this is regular contact; where nobody says how often, it is."""

Due = Literal["never-reviewed", "review-passed", "acceptance-lapsed", "no-description"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a role's risk is made of (R36). `times_a_month` None: nobody limits it."""

    risks: frozenset[RiskName]
    times_a_month: int | None = None
    observability: Observability = "none"
    setting: Setting = "online"

    def has(self, *risks: RiskName) -> bool:
        """Whether any of these is among the factors."""
        return not self.risks.isdisjoint(risks)

    @property
    def protects(self) -> bool:
        """Whether it brings contact with minors or adults at risk."""
        return self.has("minors", "adults-at-risk")

    @property
    def is_alone(self) -> bool:
        """Whether it is contact alone with one person; others in the room do not change that (R43)."""
        return self.has("one-on-one", "contact-outside-pair")

    @property
    def is_often(self) -> bool:
        """Whether contact is regular."""
        return self.times_a_month is None or self.times_a_month > OFTEN


def tier(kind: RoleKind, assessed: Assessment) -> tuple[Tier, list[str]]:
    """The tier of a role and the sentences why, those of the tier itself. More risk never gives a lower one."""
    if kind == RoleKind.MENTEE:
        return "basic", ["A mentee is admitted, and never checked like a volunteer."]
    if high := list(_comprehensive(kind, assessed)):
        return "comprehensive", high
    if middle := list(_intermediate(kind, assessed)):
        return "intermediate", middle
    return "basic", ["No risk factor holds (R35)."]


def _comprehensive(kind: RoleKind, assessed: Assessment) -> Iterable[str]:
    if assessed.protects and assessed.is_alone:
        yield "It is contact alone with a minor or an adult at risk; others nearby do not change that (R42, R43)."
    if assessed.protects and assessed.observability == "none":
        yield "Nobody sees its contact with minors or adults at risk (R44)."
    if assessed.protects and assessed.is_often:
        yield f"Its contact with minors or adults at risk is regular: more than {OFTEN} times a month, or not limited."
    if kind == RoleKind.MENTOR and (assessed.is_alone or assessed.observability != "live"):
        yield "A mentor is trusted alone, and nobody watches as they write (R30)."
    if {"system-access", "sees-confidential-data"} <= assessed.risks:
        yield "It sees confidential data in systems that it could harm (R36, R39)."


def _intermediate(kind: RoleKind, assessed: Assessment) -> Iterable[str]:
    if kind == RoleKind.MENTOR:
        yield "A mentor is trusted, also where others watch (R30)."
    if assessed.risks:
        yield f"It brings {', '.join(sorted(assessed.risks))} (R36)."


def due_on(review_on: date | None, accepted_until: Collection[date]) -> date | None:
    """The last day before a role has to be looked at again (R34); None where no review was ever planned."""
    return min([review_on, *accepted_until]) if review_on else None


def due(review_on: date | None, accepted_until: Collection[date], description: str, today: date) -> list[Due]:
    """Why a role's assessment has to be looked at (R33, R34, R75)."""
    reasons: dict[Due, bool] = {
        "never-reviewed": review_on is None,
        "review-passed": review_on is not None and review_on < today,
        "acceptance-lapsed": any(day < today for day in accepted_until),
        "no-description": not description,
    }
    return [reason for reason, holds in reasons.items() if holds]


def check_floor(role: str, asked: tuple[float | None, int | None], floor: tuple[float, int]) -> None:
    """Raises Contradiction where a role asks for a lower commitment than its place's policy (R26, R27)."""
    for name, own, least in zip(("weekly_hours", "months"), asked, floor, strict=True):
        if own is not None and own < least:
            raise Contradiction(
                f"The role {role} cannot ask for {own} {name}: the policy at its place asks for {least} at the least."
            )
