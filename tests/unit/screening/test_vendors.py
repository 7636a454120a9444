"""The rules of vendors' reports and of adverse action, as laws."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.adverse_action import (
    WAITING_DAYS,
    Process,
    business_days,
    check_refusal,
    left,
    missing,
)
from services.screening.domain.cases import Category
from services.screening.domain.signatures import is_signed, keys_from, sign
from services.screening.domain.vendors import ASK_AGAIN, ORDER_AGAIN, Report, decisive, served_from, serves, wait_before
from shared.contracts import Contradiction

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
REPORTS = st.builds(Report, st.sampled_from(("clear", "review", "impossible")), st.sampled_from("abc"), DAYS)
NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)


@given(st.lists(REPORTS, min_size=1, max_size=6), st.randoms())
def test_reports_commute_and_repeat(reports: list[Report], chance: random.Random) -> None:
    """Taken one by one in any order and again, the same report counts as when all are known at once."""
    shuffled = sorted(reports + reports, key=lambda _: chance.random())
    assert reduce(lambda before, each: decisive([before, each]) or each, shuffled) == decisive(reports)


@given(REPORTS, st.sampled_from("abc"))
def test_a_day_s_finding_is_never_hidden_by_its_clear_report(found: Report, reference: str) -> None:
    """Of one day the more cautious report counts."""
    counts = decisive([found, Report("clear", reference, found.on)])
    assert counts is not None
    assert counts.outcome == found.outcome


@given(DAYS, st.integers(0, 60))
def test_business_days_are_counted_as_by_hand(after: date, days: int) -> None:
    """Whole days from Monday to Friday between two days."""
    before = after + timedelta(days=days)
    each = (after + timedelta(days=number) for number in range(1, days))
    assert business_days(after, before) == sum(day.isoweekday() <= 5 for day in each)


@given(DAYS, st.integers(0, 20), st.integers(0, 40), st.integers(0, 40))
def test_a_dispute_never_shortens_the_waiting(noticed: date, until: int, lasted: int, more: int) -> None:
    """The waiting with a dispute ends no sooner than without one, and its own days do not count."""
    whole = Process(counting_from=noticed)
    stopped = noticed + timedelta(days=until)
    resumed = Process(days_left=left(whole, stopped), counting_from=stopped + timedelta(days=lasted))
    today = stopped + timedelta(days=lasted + more)
    assert left(resumed, today) >= left(whole, today)


@given(DAYS, st.integers(0, 30))
def test_five_business_days_are_a_week_at_the_least(noticed: date, days: int) -> None:
    """Whatever day the notice went out on, a week passes before the final one."""
    done = left(Process(counting_from=noticed), noticed + timedelta(days=days)) == 0
    assert not done or days > 7 or (days == 7 and noticed.isoweekday() > 5)
    assert done or days < WAITING_DAYS + 4


def test_every_stage_holds_a_refusal_up_until_it_is_done() -> None:
    """None can be skipped: authorisation, notice, dispute, waiting, final notice."""
    later, today = NOW + timedelta(hours=1), date(2026, 11, 20)
    steps = {
        "authorisation": Process(noticed_at=later, days_left=0, counting_from=today, finished=True),
        "notice": Process(True, NOW - timedelta(hours=1), 0, today, False, True),
        "dispute": Process(True, later, 0, today, True, True),
        "waiting": Process(True, later, 5, today, False, True),
        "final-notice": Process(True, later, 0, today),
    }
    assert {stage: missing(process, NOW, today) for stage, process in steps.items()} == {each: each for each in steps}
    assert missing(Process(True, later, 0, today, False, True), NOW, today) is None


@pytest.mark.parametrize(("category", "held"), [("time", False), ("skill", False), ("temperament", True),
                                                ("scope", True), ("safety", True)])  # fmt: skip
def test_only_what_a_report_may_speak_about_is_held_up(category: Category, held: bool) -> None:
    """A refusal that may rest on the report in part is held up; one over time or skill is not."""
    check_refusal(category, Process(), None, NOW.date())
    if held:
        with pytest.raises(Contradiction):
            check_refusal(category, Process(), NOW, NOW.date())
    else:
        check_refusal(category, Process(), NOW, NOW.date())


def test_waits_grow_and_end() -> None:
    """A vendor that is away is tried six times in all, one that is silent asked five times within four weeks."""
    for waits in (ORDER_AGAIN, ASK_AGAIN):
        assert list(waits) == sorted(set(waits))
    assert sum(ASK_AGAIN, timedelta()) == timedelta(days=28)
    assert wait_before("to-send", len(ORDER_AGAIN)) is None
    assert wait_before("sent", len(ASK_AGAIN)) is None


def test_a_vendor_serves_a_place_and_all_below() -> None:
    """By whole names of places: `net.us` holds `net.us.tx`, not `net.usx`."""
    served = served_from(" net.us:record-check  net.de:registry ")
    assert serves(served, "net.us", ["record-check"])
    assert serves(served, "net.us.tx.austin", ["identity", "record-check"])
    for site, check in (("net.usx", "record-check"), ("net", "record-check"), ("net.de", "record-check")):
        assert not serves(served, site, [check])


@pytest.mark.parametrize(
    "setting", ["net.us", "net.us:", ":record-check", "net.us:a,net.de:b", "Net:check", "net..a:b"]
)
def test_a_setting_that_is_none_is_refused(setting: str) -> None:
    """Told when the service starts, not at the first order."""
    with pytest.raises(ValueError, match="place:check"):
        served_from(setting)


@given(st.binary(max_size=50), st.binary(max_size=50), st.integers(-1000, 1000))
def test_a_signature_is_for_one_message_one_key_and_some_minutes(message: bytes, other: bytes, off: int) -> None:
    """Nothing else opens the door, however near it is."""
    keys, moment = (b"a" * 32, b"b" * 32), "1800000000"
    signature = sign(keys[0], moment, message)
    now = 1_800_000_000 + off
    assert is_signed(keys, signature, moment, message, now) is (abs(off) <= 300)
    assert is_signed(keys, signature, moment, other, now) is (abs(off) <= 300 and other == message)
    assert not is_signed(keys[1:], signature, moment, message, now)
    assert not is_signed(keys, signature, "1800000001", message, now)


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_stands_in_the_headers_is_no_failure(signature: str, moment: str) -> None:
    """Refused, never an error."""
    assert not is_signed((b"a" * 32,), signature, moment, b"{}", 1_800_000_000)


@pytest.mark.parametrize("content", [b"", b" \n", b"short", b"a" * 32 + b"\nshort"])
def test_short_keys_are_refused(content: bytes) -> None:
    """A key that can be guessed is none."""
    with pytest.raises(ValueError, match=r"empty|32 characters"):
        keys_from(content)
