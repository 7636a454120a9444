"""Which signature counts until when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.agreements import Grace, counting, fault_of_grace, is_prolonged, state
from shared.contracts import Contradiction
from shared.contracts.intake import Agreement, Signed

TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
signatures = st.none() | st.builds(Signed, st.sampled_from("1234"), st.integers(1, 4))
agreements = st.builds(
    Agreement, document=st.just("conduct"), version=st.just("3"), number=st.just(3), grace_until=days,
    previous=st.lists(st.sampled_from(["1", "2"]), unique=True),
)  # fmt: skip


@given(agreement=agreements, signed=signatures, day=days, later=days)
def test_what_has_lapsed_never_comes_back_by_waiting(
    agreement: Agreement, signed: Signed | None, day: date, later: date
) -> None:
    """Trap 8: the rule is monotone in the day; only a signature helps, and it helps on every day."""
    first, last = sorted((day, later))
    assert agreement.stands(signed, first) or not agreement.stands(signed, last)
    assert agreement.stands(Signed("3", 3), last)
    assert not agreement.stands(None, first)


@given(agreement=agreements, signed=signatures, day=days)
def test_who_signed_what_is_in_force_may_go_on(agreement: Agreement, signed: Signed | None, day: date) -> None:
    """R72: to be matched asks for more than to go on, never for less."""
    assert not agreement.is_signed(signed) or agreement.stands(signed, day)


@pytest.mark.parametrize(("day", "stands"), [(TODAY - DAY, True), (TODAY, True), (TODAY + DAY, False)])
def test_the_last_day_of_grace_counts(day: date, stands: bool) -> None:
    """Trap 8: existing pairs continue until the end of the grace date."""
    agreement = Agreement(document="conduct", version="2", number=2, grace_until=TODAY, previous=["1"])
    assert agreement.stands(Signed("1", 1), day) is stands
    assert state(agreement, Signed("1", 1), day) == ("sign-until" if stands else "sign-now")
    assert state(agreement, Signed("2", 2), day) == "signed"


def test_a_newer_signature_than_what_is_asked_counts() -> None:
    """Whoever signed a version that this reader has not heard of yet has agreed to more."""
    agreement = Agreement(document="conduct", version="2", number=2, grace_until=TODAY)
    assert agreement.stands(Signed("3", 3), TODAY + 900 * DAY)


@pytest.mark.parametrize(
    ("until", "is_first", "is_signed", "good"),
    [
        (None, True, False, True),
        (TODAY, True, False, False),
        (None, False, False, True),
        (None, False, True, False),
        (TODAY, False, True, True),
        (TODAY - DAY, False, True, False),
    ],
)
def test_a_version_after_signatures_needs_a_day(
    until: date | None, is_first: bool, is_signed: bool, good: bool
) -> None:
    """R72: who signed an earlier version gets time."""
    assert (fault_of_grace(until, is_first, is_signed, TODAY) is None) is good


def test_who_may_go_on_today_may_go_on_in_the_new_grace() -> None:
    """Trap 8: a version between two graces is not lost; one whose grace is over does not come back."""
    assert counting("2", Grace(TODAY, ("1",)), TODAY) == ["1", "2"]
    assert counting("2", Grace(TODAY - DAY, ("1",)), TODAY) == ["2"]
    assert counting("2", Grace(None, ("0", "1")), TODAY) == ["0", "1", "2"]


def test_a_grace_is_prolonged_and_nothing_else() -> None:
    """People were told a day: it does not come earlier."""
    assert is_prolonged(TODAY, TODAY + DAY, TODAY)
    assert not is_prolonged(TODAY, TODAY, TODAY + DAY)
    assert not is_prolonged(TODAY, None, TODAY)
    for stored, asked in ((TODAY, TODAY - DAY), (None, TODAY), (TODAY - 5 * DAY, TODAY - DAY)):
        with pytest.raises(Contradiction):
            is_prolonged(stored, asked, TODAY)
