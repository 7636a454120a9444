"""Who must agree by age and place, and what words add up to."""

from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.consents import (
    GRACE,
    Word,
    check_evidence,
    ended_on,
    givers,
    standing,
    starts,
    state_after,
)
from services.intake.domain.particulars import of_age_on
from shared.contracts import Contradiction
from shared.contracts.intake import ConsentPurpose
from shared.law import law

TODAY = date(2026, 11, 2)
PURPOSES: tuple[ConsentPurpose, ...] = get_args(ConsentPurpose)
PLACES = [None, "XX", "GB", *sorted({place for pack in law().packs for place in pack.places})]
SHORT = st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3))
WORDS = st.lists(
    st.builds(Word, st.just("guardian"), SHORT) | st.builds(Word, st.just("self"), SHORT, st.booleans()), max_size=4
)

places, purposes = st.sampled_from(PLACES), st.sampled_from(PURPOSES)


@given(place=places, purpose=purposes, among_minors=st.booleans())
def test_a_younger_person_never_needs_fewer_givers(
    place: str | None, purpose: ConsentPurpose, among_minors: bool
) -> None:
    """R27: each year of age asks the same people or fewer, and an adult is asked alone."""
    asked = [givers(age, place, purpose, among_minors=among_minors) for age in range(25)]
    for younger, older in pairwise(asked):
        assert len(younger) >= len(older)
        assert ("guardian" in younger) >= ("guardian" in older)
    assert asked[18] == {"self"}


@given(place=places, purpose=purposes, age=st.integers(0, 99))
def test_who_is_not_known_to_be_an_adult_counts_as_a_child_among_minors(
    place: str | None, purpose: ConsentPurpose, age: int
) -> None:
    """Not knowing never lets anybody out."""
    unknown = givers(None, place, purpose, among_minors=True)
    assert len(unknown) >= len(givers(age, place, purpose, among_minors=True))
    assert givers(None, place, purpose, among_minors=False) == {"self"}


@pytest.mark.parametrize(
    ("place", "purpose", "alone_from"),
    [
        ("GB-ENG", "data", 13), ("GB-SCT", "data", 13), ("GB-NIR", "take-part", 13), ("DE", "data", 16),
        ("KE", "data", 18), ("US-CA", "data", 18), ("GB", "data", 18), (None, "data", 18),
        ("GB-ENG", "offline-event", 18), ("DE", "photo-public", 18), ("DE", "photo-profile", 16),
    ],
)  # fmt: skip
def test_the_ages_are_those_that_were_read(place: str | None, purpose: ConsentPurpose, alone_from: int) -> None:
    """Requirements b4: GDPR art. 8 ages, Kenya s. 33; eighteen wherever no source says it, and beyond the service."""
    assert "guardian" in givers(alone_from - 1, place, purpose, among_minors=False)
    assert givers(alone_from, place, purpose, among_minors=False) == {"self"}


@given(words=WORDS, order=st.randoms(), age=st.integers(5, 20), place=places, purpose=purposes)
def test_the_order_of_words_decides_nothing(
    words: list[Word], order: Random, age: int, place: str | None, purpose: ConsentPurpose
) -> None:
    """Two who agree at once, in whatever order they are read."""
    needed = givers(age, place, purpose, among_minors=False)
    shuffled = list(words)
    order.shuffle(shuffled)
    one, other = (standing(needed, each, TODAY, purpose=purpose, of_age_on=None) for each in (words, shuffled))
    assert one == other


@given(words=WORDS, more=WORDS, age=st.integers(5, 20), place=places, purpose=purposes)
def test_another_word_never_ends_a_consent(
    words: list[Word], more: list[Word], age: int, place: str | None, purpose: ConsentPurpose
) -> None:
    """Only a withdrawal or a day does."""
    needed = givers(age, place, purpose, among_minors=False)
    before = standing(needed, words, TODAY, purpose=purpose, of_age_on=None)
    after = standing(needed, [*words, *more], TODAY, purpose=purpose, of_age_on=None)
    assert after.stands >= before.stands
    assert after.stands == (not after.missing)


@given(words=WORDS, days=st.integers(0, 60))
def test_after_the_grace_an_adults_own_word_alone_counts(words: list[Word], days: int) -> None:
    """Trap 10: a guardian's word, and a child's beside it, end with the thirtieth day."""
    came = TODAY - timedelta(days=days)
    found = standing({"self"}, words, TODAY, purpose="data", of_age_on=came)
    own = any(word.alone and (word.expires_on is None or word.expires_on >= TODAY) for word in words)
    if timedelta(days=days) >= GRACE:
        assert found.stands == own
    assert found.stands or not own


@given(born_on=st.dates(date(1950, 1, 1), date(2026, 1, 1)), zone=st.sampled_from(["Asia/Kabul", "Pacific/Apia"]))
def test_the_day_of_coming_of_age_begins_where_one_lives(born_on: date, zone: str) -> None:
    """Trap 10: 29 February counts as 1 March; midnight there, whatever the clock says here."""
    day = of_age_on(born_on)
    assert (day.year - born_on.year, day >= born_on.replace(year=day.year, day=min(born_on.day, 28))) == (18, True)
    assert abs((starts(day, zone).date() - day).days) <= 1


@pytest.mark.parametrize(
    ("before", "stands", "taken_back", "after"),
    [
        ("waiting", False, False, "waiting"), ("waiting", False, True, "withdrawn"), ("waiting", True, False, "given"),
        ("given", False, False, "withdrawn"), ("withdrawn", False, False, "withdrawn"),
        ("withdrawn", True, False, "given"),
    ],
)  # fmt: skip
def test_a_consent_waits_once(before: str, stands: bool, taken_back: bool, after: str) -> None:
    """Nobody is told of a consent that was never given nor refused."""
    assert state_after(before, stands=stands, was_taken_back=taken_back) == after  # type: ignore[arg-type]  # a table


def test_it_ended_on_its_day_however_late_that_is_seen() -> None:
    """A service that was down tells the right day."""
    assert ended_on(TODAY - timedelta(days=9), TODAY) == TODAY - timedelta(days=8)
    assert ended_on(None, TODAY) == TODAY


@pytest.mark.parametrize(
    ("giver", "method", "themself"),
    [("self", "call", True), ("guardian", "signed-in", False), ("guardian", "own-word", False),
     ("self", "school-confirms", False)],
)  # fmt: skip
def test_evidence_that_proves_nothing_is_refused(giver: str, method: str, themself: bool) -> None:
    """COPPA: a method that can be shown, by somebody else than who agrees."""
    with pytest.raises(Contradiction):
        check_evidence(giver, method, records_themself=themself)  # type: ignore[arg-type]  # a table
    check_evidence("guardian", "signed-form", records_themself=False)
