"""Safe hours: when a mail may come to somebody (R19)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import QUARTER, held_until
from shared.contracts.reads import AddressCard

zones = st.sampled_from(
    [
        "Asia/Kabul",
        "Asia/Kathmandu",
        "Europe/Berlin",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Africa/Casablanca",
        "UTC",
    ]
)
START = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 2 * 365 * 24 * 3600).map(lambda seconds: START + timedelta(seconds=seconds))
some_hours = st.sets(st.integers(0, 167), min_size=1, max_size=5)


def card(hours: set[int] | None, zone: str = "Asia/Kabul") -> AddressCard:
    """The card of somebody with safe hours."""
    return AddressCard(
        person=UUID(int=1), name_to_use="Parwana", email="parwana@example.org", language="fa-AF", zone=zone,
        may_mail=True, safe_hours=sorted(hours) if hours else None,
    )  # fmt: skip


def hour_of_week(moment: datetime, zone: str) -> int:
    """The hour on the wall."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.weekday() * 24 + local.hour


@given(some_hours, zones, moments)
def test_a_mail_waits_for_the_next_safe_hour_and_no_longer(hours: set[int], zone: str, now: datetime) -> None:
    """R19: it goes in a safe hour by the wall of the person's zone, at the first moment there is; nothing is lost."""
    until = held_until(card(hours, zone), now)
    if until is None:
        assert hour_of_week(now, zone) in hours
        return
    assert now < until < now + timedelta(weeks=2, hours=2)
    assert hour_of_week(until, zone) in hours
    assert held_until(card(hours, zone), until) is None
    moment = until - QUARTER
    while moment > now:
        assert hour_of_week(moment, zone) not in hours
        moment -= QUARTER
    assert hour_of_week(now, zone) not in hours


@given(some_hours, some_hours, zones, moments)
def test_more_safe_hours_never_hold_longer(hours: set[int], more: set[int], zone: str, now: datetime) -> None:
    """R19: monotone."""
    few, many = held_until(card(hours, zone), now) or now, held_until(card(hours | more, zone), now) or now
    assert many <= few


@given(zones, moments)
def test_whoever_named_no_hours_is_written_to_at_any(zone: str, now: datetime) -> None:
    """R19: silence holds nothing; nor does a card that is not there."""
    assert held_until(card(None, zone), now) is None
    assert held_until(None, now) is None


@pytest.mark.parametrize(
    ("zone", "hour", "now", "until"),
    [
        ("Asia/Kabul", 9, datetime(2026, 11, 2, 3, 0, tzinfo=UTC), datetime(2026, 11, 2, 4, 30, tzinfo=UTC)),
        ("Asia/Kabul", 9, datetime(2026, 11, 2, 5, 30, tzinfo=UTC), datetime(2026, 11, 9, 4, 30, tzinfo=UTC)),
        # On 28 March 2027 Berlin skips the hour that begins at two: the next Sunday has it.
        ("Europe/Berlin", 6 * 24 + 2, datetime(2027, 3, 27, 12, tzinfo=UTC), datetime(2027, 4, 4, 0, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_hours_on_the_wall(zone: str, hour: int, now: datetime, until: datetime) -> None:
    """R19: half hours of a zone, the hour that is over, and one that the clocks skip."""
    assert held_until(card({hour}, zone), now) == until
