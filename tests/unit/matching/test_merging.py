"""Which pairs go on where two records were one person's."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.pairing import Running, doubled
from tests.unit.matching.people import person

KEPT, GIVEN_UP, ONE, OTHER = (person(number) for number in range(1, 5))
BEGINNING = datetime(2026, 11, 2, tzinfo=UTC)


def pair(number: int, mentor: UUID, mentee: UUID, offering: str = "a@net") -> Running:
    """A pair; the higher its number, the younger."""
    return Running(person(100 + number), offering, mentor, mentee, BEGINNING + timedelta(days=number))


def test_the_older_of_two_alike_goes_on() -> None:
    """The same two people, in whatever parts; a mentee's second mentor in an offering; a pair with oneself."""
    for older, younger in (
        (pair(1, GIVEN_UP, ONE), pair(2, KEPT, ONE, "b@net")),
        (pair(1, KEPT, ONE), pair(2, ONE, GIVEN_UP)),
        (pair(1, ONE, GIVEN_UP), pair(2, OTHER, KEPT)),
    ):
        assert doubled([younger, older], GIVEN_UP, KEPT) == [younger.pair]
    assert doubled([own := pair(1, GIVEN_UP, KEPT)], GIVEN_UP, KEPT) == [own.pair]
    assert doubled([pair(1, GIVEN_UP, ONE), pair(2, KEPT, OTHER)], GIVEN_UP, KEPT) == []
    assert doubled([pair(1, ONE, GIVEN_UP), pair(2, OTHER, KEPT, "b@net")], GIVEN_UP, KEPT) == []


PEOPLE = st.sampled_from([KEPT, GIVEN_UP, ONE, OTHER])


@given(st.lists(st.tuples(PEOPLE, PEOPLE, st.sampled_from(["a@net", "b@net"]))))
def test_what_goes_on_is_what_one_person_can_have(drawn: list[tuple[UUID, UUID, str]]) -> None:
    """No pair with oneself, two people once, one mentor for a mentee in an offering; read in any order."""
    pairs = [pair(number, *two) for number, two in enumerate(drawn)]
    ended = doubled(pairs, GIVEN_UP, KEPT)
    assert ended == doubled(pairs[::-1], GIVEN_UP, KEPT)
    left = [
        (*(KEPT if each == GIVEN_UP else each for each in (one.mentor, one.mentee)), one.offering)
        for one in pairs
        if one.pair not in ended
    ]
    assert all(mentor != mentee for mentor, mentee, _ in left)
    assert len({frozenset(two[:2]) for two in left}) == len(left)
    assert len({two[1:] for two in left}) == len(left)
