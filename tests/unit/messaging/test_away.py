"""Away notices (R11): which are accepted, and what time each takes."""

from datetime import UTC, datetime, timedelta

import pytest

from services.messaging.domain.away import Absence, check_notice, effective
from shared.contracts import Contradiction

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(("starts", "ends"), [(0, 1), (-7, 1), (1, 181), (366, 367), (-1, 1)])
def test_a_sensible_notice_is_accepted(starts: int, ends: int) -> None:
    """R11: beforehand, or just begun."""
    check_notice(NOW + starts * DAY, NOW + ends * DAY, NOW)


@pytest.mark.parametrize(
    ("starts", "ends", "advice"),
    [
        (2, 2, "must end after it starts"),
        (3, 2, "must end after it starts"),
        (1, 182, "may last 180 days"),
        (-3, 0, "over already"),
        (-8, 1, "7 days ago at most"),
        (367, 368, "366 days ahead at most"),
    ],
)
def test_another_notice_is_refused_with_what_to_change(starts: int, ends: int, advice: str) -> None:
    """R11: a notice cannot excuse the past, nor last for ever."""
    with pytest.raises(Contradiction, match=advice):
        check_notice(NOW + starts * DAY, NOW + ends * DAY, NOW)


def test_an_absence_lasts_until_the_person_is_back() -> None:
    """R11: back early means that the clocks go on early."""
    assert effective(NOW, NOW + 9 * DAY, None) == Absence(NOW, NOW + 9 * DAY)
    assert effective(NOW, NOW + 9 * DAY, NOW + 4 * DAY) == Absence(NOW, NOW + 4 * DAY)
    assert effective(NOW, NOW + 9 * DAY, NOW + 9 * DAY) == Absence(NOW, NOW + 9 * DAY)


def test_a_notice_withdrawn_before_it_began_takes_no_time() -> None:
    """R11: the journey did not take place."""
    assert effective(NOW, NOW + DAY, NOW - DAY) == Absence(NOW, NOW)
