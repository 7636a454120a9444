"""Prior relationships: where a claim stands, and who may vouch (R1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.relationships import MOST, OTHER_PART, check_claim, check_vouching, stands, state
from shared.contracts import Contradiction
from shared.ids import new_id

flags = st.booleans()


@given(flags, flags, flags)
def test_taking_back_wins_and_a_claim_alone_counts_nothing(confirmed: bool, vouched: bool, withdrawn: bool) -> None:
    """R1: two count as knowing each other where both said so or staff did, and nobody took it back."""
    found = state(is_confirmed=confirmed, is_vouched=vouched, is_withdrawn=withdrawn)
    assert stands(found) is ((confirmed or vouched) and not withdrawn)
    assert (found == "withdrawn") is withdrawn


def test_the_other_part_of_the_other_part_is_ones_own() -> None:
    """R1: a mentor and a mentee."""
    assert {OTHER_PART[OTHER_PART[part]] for part in OTHER_PART} == set(OTHER_PART)


def test_a_claim_is_about_somebody_else_and_not_about_everybody() -> None:
    """R1: not oneself, and no more open ones than a person can mean."""
    check_claim(MOST - 1, names_themself=False)
    with pytest.raises(Contradiction):
        check_claim(0, names_themself=True)
    with pytest.raises(Contradiction):
        check_claim(MOST, names_themself=False)


def test_who_vouches_stands_outside() -> None:
    """R1, trap 17: not one of the two, not for another than was named, not for what was taken back."""
    voucher, one, other = new_id(), new_id(), new_id()
    check_vouching(voucher, one, other, None, "claimed")
    check_vouching(voucher, one, other, other, "confirmed")
    for who, named in ((one, None), (other, None), (voucher, new_id())):
        with pytest.raises(Contradiction):
            check_vouching(who, one, other, named, "claimed")
    with pytest.raises(Contradiction):
        check_vouching(voucher, one, other, other, "withdrawn")
