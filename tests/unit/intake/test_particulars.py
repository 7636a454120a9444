"""Ages and birthdays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.particulars import age_on, birthday, check_correction, faults
from shared.contracts import Contradiction

BORN = st.dates(date(1930, 1, 1), date(2020, 12, 31))


@given(BORN, st.integers(0, 60))
def test_a_birthday_is_the_first_day_of_an_age(born_on: date, years: int) -> None:
    """Trap 10: the day itself, leap days included, and not the one before."""
    day = birthday(born_on, years)
    assert age_on(born_on, day) == years
    assert age_on(born_on, day - timedelta(days=1)) == years - 1


def test_a_leap_day_comes_on_the_first_of_march() -> None:
    """In a year without a 29 February."""
    assert birthday(date(2008, 2, 29), 18) == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("born_on", "lives_since", "field"),
    [
        (date(2030, 1, 1), None, "born_on"),
        (date(1890, 1, 1), None, "born_on"),
        (None, date(2027, 1, 1), "lives_since"),
        (date(2000, 1, 1), date(1999, 1, 1), "lives_since"),
    ],
)
def test_what_cannot_be_is_named(born_on: date | None, lives_since: date | None, field: str) -> None:
    """The field and a sentence."""
    assert list(faults(born_on, lives_since, date(2026, 11, 2))) == [field]


def test_a_date_of_birth_is_told_once() -> None:
    """Whoever told it cannot make themself older; staff correct it."""
    check_correction(None, date(2010, 1, 1), by_staff=False)
    check_correction(date(2010, 1, 1), date(2010, 1, 1), by_staff=False)
    check_correction(date(2010, 1, 1), date(2011, 1, 1), by_staff=True)
    with pytest.raises(Contradiction, match="staff"):
        check_correction(date(2010, 1, 1), date(1990, 1, 1), by_staff=False)
    with pytest.raises(Contradiction, match="staff"):
        check_correction(date(2010, 1, 1), None, by_staff=False)
