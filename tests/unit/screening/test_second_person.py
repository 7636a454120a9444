"""Who may be the second person, and for which decisions one is needed."""

from collections.abc import Collection
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.cases import Category
from services.screening.domain.criteria import CRITERIA, Criterion, check_set
from services.screening.domain.second_person import (
    Pair,
    check_proposer,
    check_second_person,
    is_high,
    needs_second_person,
)
from shared.contracts import Contradiction, RoleKind
from shared.contracts.intake import Risk, Tier

FEW = st.integers(1, 4).map(lambda number: UUID(int=number))
TIES = st.frozensets(st.frozensets(FEW.map(str), min_size=2, max_size=2))
RISKS = st.frozensets(st.sampled_from([risk for each in get_args(Risk) for risk in get_args(each)]))


@given(proposer=FEW, second=FEW, applicant=FEW, ties=TIES)
def test_nobody_is_both_persons_and_nobody_close_decides(
    proposer: UUID, second: UUID, applicant: UUID, ties: Collection[Pair]
) -> None:
    """Trap 17: whoever passes is a third person, without a tie to the two; and everybody else is refused."""
    close = any(Pair(map(str, two)) in ties for two in ((second, applicant), (second, proposer)))
    try:
        check_second_person(str(proposer), second, applicant, ties)
    except Contradiction:
        assert second in (proposer, applicant) or close
    else:
        assert second not in (proposer, applicant)
        assert not close


@given(proposer=FEW, applicant=FEW, ties=TIES)
def test_what_somebody_close_proposed_is_not_agreed_to(proposer: UUID, applicant: UUID, ties: Collection[Pair]) -> None:
    """Trap 17: a tie that was declared after the proposal counts too."""
    try:
        check_proposer(str(proposer), applicant, ties)
    except Contradiction:
        assert Pair((str(proposer), str(applicant))) in ties
    else:
        assert Pair((str(proposer), str(applicant))) not in ties


def test_a_client_is_no_second_person() -> None:
    """Trap 17: a token of no person says nothing of who looked."""
    with pytest.raises(Contradiction, match="is a person"):
        check_second_person("import", None, UUID(int=1), ())


@given(kind=st.sampled_from(RoleKind), tier=st.none() | st.sampled_from(get_args(Tier)), risks=RISKS, more=RISKS)
def test_more_risk_never_takes_the_second_person_away(
    kind: RoleKind, tier: Tier | None, risks: frozenset[str], more: frozenset[str]
) -> None:
    """R30: monotone; and the highest tier always asks for one, but for mentees, who are admitted."""
    assert is_high(kind, tier, risks) <= is_high(kind, tier, risks | more)
    assert is_high(kind, "comprehensive", risks) == (kind != RoleKind.MENTEE)
    assert is_high(RoleKind.MENTOR, None, risks | {"minors"})


@pytest.mark.parametrize("category", get_args(Category))
def test_time_and_skill_need_one_person_and_safety_two(category: Category) -> None:
    """R50, R51, R53: at the high tier a refusal for safety is agreed to; one for time or skill is not."""
    assert needs_second_person(True, clears=False, category=category) == (category == "safety")
    assert needs_second_person(True, clears=True, category=category)
    assert not needs_second_person(False, clears=True, category=category)


@given(st.lists(st.sampled_from(list(CRITERIA.values())), unique=True))
def test_a_set_decides_every_case_or_is_refused(criteria: list[Criterion]) -> None:
    """R48: a suitable one and one for safety for volunteers and for mentees."""
    have = {(each.for_mentee, each.category) for each in criteria}
    whole = have >= {(whom, category) for whom in (True, False) for category in ("suitable", "safety")}
    try:
        check_set(criteria)
    except Contradiction:
        assert not whole
    else:
        assert whole
