"""The books of the fault experiments notice each kind of discrepancy, and say which."""

from collections.abc import Callable
from uuid import UUID

import pytest

from shared.ids import new_id
from tests.faults import accounting
from tests.faults.accounting import Account, Dead

IDS = {key: new_id() for key in ("a", "b", "c", "poison")}


def account() -> Account:
    """Three good events and a planted poison; everything agrees."""
    return Account(
        queue="reader.entry-written-v1",
        committed={"a", "b", "c", "poison"},
        effects=[(key, IDS[key]) for key in ("a", "b", "c")],
        inbox={IDS[key]: "dead" if key == "poison" else "applied" for key in IDS},
        dead=[Dead("poison", IDS["poison"], "RuntimeError")],
        planted={"poison": "RuntimeError"},
        sent=(4, 17),
        expected_sent=(4, 17),
    )


def _failed(wrong: Account) -> list[str]:
    return [finding.assertion for finding in wrong.findings()]


def test_books_that_agree() -> None:
    """Nothing is found where nothing is wrong."""
    assert _failed(account()) == []


@pytest.mark.parametrize(
    ("assertion", "spoil"),
    [
        ("nothing-lost", lambda books: books.effects.pop()),
        ("nothing-invented", lambda books: books.committed.remove("a")),
        ("not-both", lambda books: books.effects.append(("poison", IDS["poison"]))),
        ("applied-once", lambda books: books.effects.append(("a", IDS["a"]))),
        ("inbox-agrees", lambda books: books.inbox.pop(IDS["a"])),
        ("inbox-agrees", lambda books: books.inbox.update({new_id(): "applied"})),
        ("dead-as-planted", lambda books: books.dead.append(Dead("a", IDS["a"], "RuntimeError"))),
        ("dead-as-planted", lambda books: books.planted.update(poison="Contradiction")),
        ("dead-as-planted", lambda books: books.planted.update(b="RuntimeError")),
        ("dead-as-planted", lambda books: books.dead.append(Dead(None, None, "Undecodable"))),
        ("ledger-agrees", lambda books: setattr(books, "sent", (3, 17))),
    ],
)
def test_each_discrepancy_is_named(assertion: str, spoil: Callable[[Account], object]) -> None:
    """One thing is spoiled; the assertion named for it fails."""
    books = account()
    spoil(books)
    assert assertion in _failed(books)


def test_copies_end_as_their_owners_state_and_never_go_back() -> None:
    """`newest-state` compares ends, `no-older-over-newer` the way there."""
    steps = [(1, "0001.0000000001"), (1, "0001.0000000002")]
    assert accounting.states({1: 2}, {1: 2}, steps) == []
    assert [each.assertion for each in accounting.states({1: 3}, {1: 2}, steps)] == ["newest-state"]
    assert [each.assertion for each in accounting.states({1: 2}, {1: 2}, steps[::-1])] == ["no-older-over-newer"]


def test_numbers_of_states_have_no_gap() -> None:
    """The number in `sequence` is the tally's value."""
    assert accounting.sequences([("7/1", "0001.0000000001"), ("7/2", "0001.0000000002")]) == []
    assert [each.assertion for each in accounting.sequences([("7/2", "0001.0000000003")])] == ["gapless-sequence"]


@pytest.mark.parametrize(
    ("cancelled", "state", "holds"),
    [
        (set(), "rung", True),
        (set(), "armed", False),
        (set(), "cancelled", False),
        ({"x"}, "cancelled", True),
        ({"x"}, "rung", True),
        ({"x"}, "armed", False),
    ],
)
def test_each_alarm_ends_one_way(cancelled: set[str], state: str, holds: bool) -> None:
    """Rung, unless an applied entry cancelled it; those race."""
    assert (accounting.alarms({"x"}, cancelled, {"x": state}) == []) is holds


def test_ids_are_named() -> None:
    """A finding tells the first ids, so that somebody can look."""
    wanted: UUID = IDS["a"]
    books = account()
    books.inbox.pop(wanted)
    assert str(wanted) in str(books.findings()[0])
