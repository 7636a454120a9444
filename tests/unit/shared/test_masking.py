"""Small numbers stay hidden, also from who subtracts."""

from hypothesis import given
from hypothesis import strategies as st

from shared.masking import FEW, SMALL, Shown, masked

counts = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 12), min_size=1)


def possible(shown: dict[str, Shown], name: str, total: Shown) -> bool:
    """Whether two values of one count fit what is shown."""
    assert isinstance(total, int)
    rest = total - sum(count for count in shown.values() if isinstance(count, int))
    others = [count for other, count in shown.items() if other != name and not isinstance(count, int)]
    least = sum(0 if count == FEW else SMALL for count in others)
    most = sum(SMALL - 1 if count == FEW else rest for count in others)
    own = range(SMALL) if shown[name] == FEW else range(SMALL, rest + 1)
    return sum(least <= rest - value <= most for value in own) > 1


@given(counts)
def test_no_small_number_can_be_worked_out(found: dict[str, int]) -> None:
    """Neither from a count itself nor from the total and the others."""
    shown, total = masked(found)
    for name, count in found.items():
        assert shown[name] == FEW if count < SMALL else shown[name] in (None, count)
        if isinstance(total, int) and not isinstance(shown[name], int):
            assert possible(shown, name, total), (found, shown, total)
    assert total in (FEW, None, sum(found.values()))
    if not isinstance(total, int):
        assert all(not isinstance(count, int) for count in shown.values())


@given(counts)
def test_large_numbers_are_shown(found: dict[str, int]) -> None:
    """Where nothing is small, nothing is hidden."""
    large = {name: count + SMALL for name, count in found.items()}
    assert masked(large) == (large, sum(large.values()))


def test_the_smallest_other_one_is_kept_back() -> None:
    """One small number alone would be what is left of the total."""
    assert masked({"a": 2, "b": 9, "c": 30}) == ({"a": FEW, "b": None, "c": 30}, 41)
    assert masked({"a": 2, "b": 3, "c": 30}) == ({"a": FEW, "b": FEW, "c": 30}, 35)
    assert masked({"a": 4, "b": 4}) == ({"a": FEW, "b": FEW}, None)
    assert masked({"a": 1, "b": 2}) == ({"a": FEW, "b": FEW}, FEW)
