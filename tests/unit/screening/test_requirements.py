"""Which checks a role asks for, and what may be decided on their results."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.cases import (
    VOLUNTEER_RULES,
    Decided,
    Result,
    State,
    check_decider,
    check_results,
    clear_until,
    expires_at,
    is_repeat,
    required_checks,
)
from services.screening.domain.criteria import CRITERIA, criterion_for
from shared.contracts import Contradiction, RoleKind
from shared.contracts.intake import RiskFactor
from shared.ids import new_id

RISKS = get_args(RiskFactor)
TODAY = date(2026, 11, 2)
YEAR = TODAY + timedelta(days=365)
risks = st.sets(st.sampled_from(RISKS))
volunteers = st.sampled_from([RoleKind.MENTOR, RoleKind.FACILITATOR])


def checks(kind: RoleKind, *factors: str) -> list[str]:
    """The names of the checks."""
    return [each.check for each in required_checks(kind, factors)]


def passed(*names: str, until: date | None = None) -> dict[str, Result]:
    """Passed checks."""
    return {name: Result("passed", until) for name in names}


@pytest.mark.parametrize(
    ("factors", "expected"),
    [
        ((), ["identity"]),
        (
            ("works-with-clients", "minors", "one-on-one"),
            ["identity", "training", "references", "interview", "record-check"],
        ),
        (("system-access", "sees-confidential-data"), ["identity", "interview"]),
        (("minors",), ["identity", "training", "interview"]),
        (("one-on-one",), ["identity", "interview"]),
    ],
    ids=[
        "beach clean-up",
        "tutoring children alone",
        "running systems",
        "a talk in a classroom",
        "alone with an adult",
    ],
)
def test_a_role_asks_for_what_its_risk_warrants(factors: tuple[str, ...], expected: list[str]) -> None:
    """A beach clean-up, tutoring children and running systems differ in screening (R38), none of it too much (R35)."""
    assert checks(RoleKind.MENTOR, *factors) == expected


@given(volunteers, risks, risks)
def test_more_risk_never_asks_for_less(kind: RoleKind, some: set[str], more: set[str]) -> None:
    """R36: requirements are monotone in the risk factors."""
    assert set(checks(kind, *some)) <= set(checks(kind, *some, *more))


@given(volunteers, st.lists(st.sampled_from(RISKS)))
def test_requirements_follow_the_factors_alone(kind: RoleKind, factors: list[str]) -> None:
    """The order and repetition of factors change nothing."""
    assert checks(kind, *factors) == checks(kind, *sorted(set(factors)))


def test_a_record_check_is_asked_for_exactly_with_minors_alone() -> None:
    """R42, R43: minors together with one-on-one, and nothing else, asks for it."""
    for size in range(len(RISKS) + 1):
        for factors in combinations(RISKS, size):
            wanted = {"minors", "one-on-one"} <= set(factors)
            assert ("record-check" in checks(RoleKind.MENTOR, *factors)) == wanted


@given(risks)
def test_a_mentee_is_admitted_not_checked(factors: set[str]) -> None:
    """A mentee needs eligibility and consents, whatever the role's risks."""
    assert checks(RoleKind.MENTEE, *factors) == ["eligibility", "consents"]


def test_every_requirement_says_why() -> None:
    """R40: one sentence for whoever asks."""
    assert all(rule.why.endswith(".") for rule in VOLUNTEER_RULES)


@pytest.mark.parametrize(
    ("results", "missing"),
    [
        ({}, "identity, interview"),
        (passed("identity"), "interview"),
        ({**passed("identity"), "interview": Result("failed")}, "interview"),
        ({**passed("identity"), **passed("interview", until=TODAY - timedelta(days=1))}, "interview"),
    ],
    ids=["nothing recorded", "one missing", "one failed", "one lapsed"],
)
def test_clearing_needs_every_check_to_stand(results: dict[str, Result], missing: str) -> None:
    """R40: a check counts only passed and while it stands."""
    with pytest.raises(Contradiction, match=f"^{missing} did not pass"):
        clear_until(["identity", "interview"], results, TODAY, 12, None)


def test_a_clearance_ends_with_the_first_of_its_checks() -> None:
    """The earliest validity, a year at the most, or sooner where a screener says so."""
    required, results = ["identity"], passed("identity", until=TODAY + timedelta(days=30))
    assert clear_until(required, results, TODAY, 12, None) == TODAY + timedelta(days=30)
    assert clear_until(required, passed("identity"), TODAY, 12, None) == YEAR
    assert clear_until(required, results, TODAY, 12, TODAY + timedelta(days=7)) == TODAY + timedelta(days=7)
    assert clear_until(required, passed("identity"), TODAY, 12, YEAR + timedelta(days=99)) == YEAR
    with pytest.raises(Contradiction, match="is over"):
        clear_until(required, results, TODAY, 12, TODAY - timedelta(days=1))


def test_a_check_counts_on_its_last_day() -> None:
    """Valid until a day means to its end."""
    assert Result("passed", TODAY).stands(TODAY)
    assert expires_at(TODAY) == datetime(2026, 11, 3, tzinfo=UTC)


def test_what_nothing_asks_for_must_not_be_recorded() -> None:
    """R35: an unwarranted check is refused by name."""
    with pytest.raises(Contradiction, match=r"record-check must not be asked"):
        check_results(["identity"], "open", ["identity", "record-check"])


@pytest.mark.parametrize("state", ["waiting", "cleared", "declined", "ended"])
def test_results_belong_to_open_cases(state: State) -> None:
    """A result after the decision changes nothing and is refused."""
    with pytest.raises(Contradiction):
        check_results(["identity"], state, ["identity"])


def test_nobody_decides_about_themselves() -> None:
    """Trap 17: a conflict of interest is refused."""
    person = new_id()
    with pytest.raises(Contradiction, match="own case"):
        check_decider(person, person)
    check_decider(new_id(), person)
    check_decider(None, person)


def test_a_decision_cites_a_criterion_of_its_kind() -> None:
    """R48: one that stood before, for this kind of person and this decision."""
    assert criterion_for(CRITERIA.values(), "volunteer-no-time", RoleKind.MENTOR, clears=False).category == "time"
    for name, kind, clears in [
        ("volunteer-no-time", RoleKind.MENTOR, True),
        ("mentee-eligible", RoleKind.MENTOR, True),
        ("volunteer-suitable", RoleKind.MENTEE, True),
        ("made-up", RoleKind.MENTOR, False),
    ]:
        with pytest.raises(Contradiction, match="cite one of"):
            criterion_for(CRITERIA.values(), name, kind, clears=clears)


def test_safety_is_kept_apart_from_time_and_skill() -> None:
    """R54: every criterion has a category, and safety is one of its own."""
    assert {c.category for c in CRITERIA.values() if not c.clears} == {
        "time",
        "skill",
        "temperament",
        "scope",
        "safety",
    }


@given(volunteers, risks)
def test_a_check_names_the_factors_that_ask_for_it(kind: RoleKind, factors: set[str]) -> None:
    """R35, R36: they are the role's own, and they alone would ask for it as well."""
    for required in required_checks(kind, factors):
        assert set(required.factors) <= factors
        assert required.check in checks(kind, *required.factors)


def test_shortening_a_clearance_is_another_decision() -> None:
    """A repeat asks for what stands; whoever asks for less decides anew."""
    decided = Decided(True, "volunteer-suitable", TODAY)
    for wanted, expected in ((None, True), (TODAY, True), (YEAR, True), (TODAY - timedelta(days=1), False)):
        assert is_repeat(decided, clears=True, criterion="volunteer-suitable", wanted=wanted) is expected
    assert not is_repeat(decided, clears=False, criterion="volunteer-suitable", wanted=None)
    assert not is_repeat(decided, clears=True, criterion="another", wanted=None)
