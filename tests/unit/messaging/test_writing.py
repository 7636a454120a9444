"""Who may write (it fails closed), and what a message may carry."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messaging.domain.writing import Clearance, Pair, check_may_write, may_write, message_text
from shared.contracts import Contradiction, RoleKind
from shared.contracts.matching import Member

TODAY = date(2026, 11, 2)
MENTOR = Member(person=UUID(int=1), role=RoleKind.MENTOR)
MENTEE = Member(person=UUID(int=2), role=RoleKind.MENTEE)
OFFERING = "first-steps@net.af.kabul"


def pair(*, is_open: bool = True, sites: tuple[str, ...] = ("net.af.kabul",)) -> Pair:
    """The pair of mentor and mentee."""
    return Pair(UUID(int=9), OFFERING, sites, is_open, (MENTOR, MENTEE))


def clearance(member: Member, **changes: object) -> Clearance:
    """A clearance in force for the pair's own offering."""
    values: dict[str, Any] = {
        "person": member.person, "role": member.role, "offering": OFFERING, "site": "net.af.kabul",
        "state": "cleared", "valid_until": date(2027, 5, 1),
    }  # fmt: skip
    return Clearance(**{**values, **changes})


def test_both_cleared_may_write() -> None:
    """Design 6: while the clearances stand."""
    assert may_write(pair(), [clearance(MENTOR), clearance(MENTEE)], TODAY)


def test_nothing_heard_means_no() -> None:
    """Design 6: sending fails closed."""
    assert not may_write(pair(), [], TODAY)


@pytest.mark.parametrize("lapsed", [MENTOR, MENTEE])
@pytest.mark.parametrize(
    "changes",
    [
        {"valid_until": date(2026, 11, 1)},
        {"state": "ended", "valid_until": None},
        {"state": "declined", "valid_until": None},
        {"role": RoleKind.FACILITATOR},
        {"person": UUID(int=7)},
        {"offering": "other@net.ke", "site": "net.ke"},
        {"offering": "other@net.af.kab", "site": "net.af.kab"},
    ],
)
def test_a_clearance_that_does_not_stand_stops_both_sides(lapsed: Member, changes: dict[str, object]) -> None:
    """Trap 7: whoever's clearance it is, neither may write."""
    other = MENTEE if lapsed is MENTOR else MENTOR
    assert not may_write(pair(), [clearance(lapsed, **changes), clearance(other)], TODAY)


def test_a_clearance_stands_to_the_end_of_its_last_day() -> None:
    """Design 6: valid until a day, that day included."""
    both = [clearance(MENTOR, valid_until=TODAY), clearance(MENTEE, valid_until=TODAY)]
    assert may_write(pair(), both, TODAY)


def test_a_clearance_for_a_place_above_covers_the_pair() -> None:
    """R39: clearance is per role and scope; the scope of a region covers its sites."""
    wide = clearance(MENTOR, offering="other@net.af", site="net.af")
    assert may_write(pair(), [wide, clearance(MENTEE)], TODAY)


def test_a_clearance_from_the_pairs_other_site_counts() -> None:
    """A pair across two sites: each member was cleared at their own."""
    abroad = clearance(MENTOR, offering="first-steps@net.uk.leeds", site="net.uk.leeds")
    assert may_write(pair(sites=("net.af.kabul", "net.uk.leeds")), [abroad, clearance(MENTEE)], TODAY)


@pytest.mark.parametrize("state", ["ended", "declined"])
def test_one_withdrawn_here_is_not_replaced_from_elsewhere(state: str) -> None:
    """Trap 7: what screening said for this offering decides, even where another clearance covers the place."""
    here, wide = clearance(MENTOR, state=state, valid_until=None), clearance(MENTOR, offering="o@net", site="net")
    assert not may_write(pair(), [here, wide, clearance(MENTEE)], TODAY)


def test_cleared_anew_after_an_end_may_write() -> None:
    """R29: re-screening makes a new clearance, which stands beside the ended one."""
    old = clearance(MENTOR, state="ended", valid_until=None)
    assert may_write(pair(), [old, clearance(MENTOR), clearance(MENTEE)], TODAY)


def test_a_closed_pair_is_told_so() -> None:
    """A pair that ended can be read, and nothing more."""
    with pytest.raises(Contradiction, match="has ended"):
        check_may_write(pair(is_open=False), [clearance(MENTOR), clearance(MENTEE)], TODAY)


def test_the_sentence_tells_nothing_of_screening() -> None:
    """Rule 5: unknown, lapsed, withdrawn, mine or my partner's: one sentence."""
    said = set()
    for clearances in ([], [clearance(MENTOR)], [clearance(MENTEE)], [clearance(MENTOR, state="ended")]):
        with pytest.raises(Contradiction) as refused:
            check_may_write(pair(), clearances, TODAY)
        said.add(str(refused.value))
    (sentence,) = said
    assert not any(word in sentence.lower() for word in ("clear", "screen", "check", "expire", "withdraw"))


def test_text_is_stripped_and_composed() -> None:
    """Any script; the same letters are stored the same way."""
    assert message_text("  Cafe\u0301 سلام \U0001f33b\n") == "Caf\u00e9 سلام \U0001f33b"


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d", "\n\t", "\ufeff"])
def test_a_message_without_anything_to_see_is_refused(text: str) -> None:
    """R25: nothing is no answer."""
    with pytest.raises(ValueError, match="empty"):
        message_text(text)


@pytest.mark.parametrize("text", ["a\0b", "half \ud83c"])
def test_what_is_no_text_is_refused(text: str) -> None:
    """What the database could not store is said before, in a sentence."""
    with pytest.raises(ValueError, match="no text"):
        message_text(text)


def test_the_length_counts_after_stripping() -> None:
    """1 to 10,000 characters."""
    assert message_text("  " + "ا" * 10_000 + "  ") == "ا" * 10_000
    with pytest.raises(ValueError, match="Shorten"):
        message_text("a" * 10_001)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50))
def test_storing_a_stored_text_changes_nothing(text: str) -> None:
    """What a person reads back and sends again is the same text."""
    try:
        stored = message_text(text)
    except ValueError:
        return
    assert message_text(stored) == stored
