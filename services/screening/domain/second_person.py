"""When a decision needs a second person, and who may be that person (trap 17)."""

from collections.abc import Collection
from uuid import UUID

from services.screening.domain.cases import Category
from shared.contracts import Contradiction, RoleKind
from shared.contracts.intake import Tier

HIGH_RISKS = frozenset(("minors", "one-on-one"))
"""What makes a role count as one of the highest tier while no tier of it was heard."""
Pair = frozenset[str]
"""Two people between whom there is a tie, in no order."""


def is_high(kind: RoleKind, tier: Tier | None, risks: Collection[str]) -> bool:
    """Whether the role is of the highest tier. A mentee is admitted, and not screened for what they could do."""
    if kind == RoleKind.MENTEE:
        return False
    return tier == "comprehensive" or (tier is None and not HIGH_RISKS.isdisjoint(risks))


def needs_second_person(is_asked: bool, *, clears: bool, category: Category) -> bool:
    """Whether a decision takes effect only when another person agrees: to clear somebody, and to refuse for safety."""
    return is_asked and (clears or category == "safety")


def check_second_person(proposed_by: str, second: UUID | None, applicant: UUID, ties: Collection[Pair]) -> None:
    """Raise Contradiction unless somebody else answers, with no tie among the two and the applicant (trap 17)."""
    if second is None:
        raise Contradiction("A second person is a person: use a token of their own.")
    if str(second) == proposed_by:
        raise Contradiction("Nobody is their own second person; ask another screener.")
    if second == applicant:
        raise Contradiction("Nobody decides about their own case; ask another screener.")
    if Pair((str(second), str(applicant))) in ties:
        raise Contradiction("A tie with the applicant is declared; ask another screener.")
    if Pair((str(second), proposed_by)) in ties:
        raise Contradiction("A tie with who proposed this is declared; ask another screener.")


def check_proposer(proposed_by: str, applicant: UUID, ties: Collection[Pair]) -> None:
    """Raise Contradiction where a tie of who proposed was declared since: nobody can agree to that any more."""
    if Pair((proposed_by, str(applicant))) in ties:
        raise Contradiction(
            "A tie between the applicant and who proposed this was declared; disagree, and let somebody else decide."
        )
