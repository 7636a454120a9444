"""Small shared rules: cursors, the clock file, names on the broker, the ledger's digest, logs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError

from shared.clock import FileClock, clock_from, set_file_clock
from shared.contracts.messaging import ReplyOverdue
from shared.ids import made_at, new_id
from shared.log import words_of
from shared.messaging.topology import queue_name, routing_key
from shared.outbox.ledger import MODULUS, totals
from shared.paging import decode_cursor, encode_cursor
from shared.problems import Invalid

MOMENT = datetime(2026, 11, 2, 8, tzinfo=UTC)


@given(st.uuids(), st.datetimes(timezones=st.just(UTC)), st.text(max_size=40), st.integers(-(2**53), 2**53))
def test_a_cursor_comes_back_as_it_went(key: UUID, moment: datetime, text: str, number: int) -> None:
    """Whatever key a list has, its cursor leads back to it."""
    cursor = encode_cursor(key, moment, text, number)
    assert decode_cursor(cursor, UUID, datetime.fromisoformat, str, int) == (key, moment, text, number)


@given(st.text(max_size=60))
def test_a_made_up_cursor_is_refused_by_name(text: str) -> None:
    """No string breaks a list."""
    with pytest.raises(Invalid, match="cursor"):
        decode_cursor(text, UUID, UUID, UUID)


def test_a_driven_clock_stands_and_never_goes_back(tmp_path: Path) -> None:
    """Domain time is what the file says, and an older file changes nothing."""
    path = tmp_path / "clock.json"
    set_file_clock(path, MOMENT)
    clock = FileClock(path)
    assert clock.now() == MOMENT
    set_file_clock(path, MOMENT + timedelta(hours=1))
    assert clock.now() == MOMENT + timedelta(hours=1)
    set_file_clock(path, MOMENT)
    assert clock.now() == MOMENT + timedelta(hours=1)


def test_a_broken_clock_file_keeps_the_last_anchor(tmp_path: Path) -> None:
    """A half-written file must not stop a service."""
    path = tmp_path / "clock.json"
    set_file_clock(path, MOMENT)
    clock = FileClock(path)
    path.write_text("{")
    assert clock.now() == MOMENT


@pytest.mark.parametrize("setting", ["", "fake", "file:/nowhere/at/all"])
def test_a_clock_that_cannot_be_read_is_refused_at_start(setting: str) -> None:
    """A wrong setting is said at once."""
    with pytest.raises(ValueError, match=r"clock|RAPPORT_CLOCK"):
        clock_from(setting)


def test_names_on_the_broker() -> None:
    """One queue per reader and event; the place stands at the end of the key."""
    assert queue_name("notify", ReplyOverdue) == "notify.reply-overdue-v1"
    assert routing_key(ReplyOverdue, "net.af.kabul") == "reply.overdue.v1.net.af.kabul"


@given(st.lists(st.integers(0, 2**40), unique=True, max_size=30), st.randoms())
def test_equal_sets_have_equal_totals(numbers: list[int], chance: object) -> None:
    """The digest knows nothing of order, and notices a missing event."""
    ids = [UUID(int=(number << 80) | (7 << 76) | (2 << 62)) for number in numbers]
    events = [(1, "a", each) for each in ids]
    assert totals(events) == totals(reversed(events))
    if events:
        assert totals(events) != totals(events[1:])
    assert all(0 <= digest < MODULUS for _, digest in totals(events).values())


def test_ids_tell_when_they_were_made() -> None:
    """A UUIDv7 carries real time; another version is refused."""
    assert abs(made_at(new_id()) - datetime.now(tz=UTC)) < timedelta(seconds=5)  # noqa: TID251  # the oracle
    with pytest.raises(ValueError, match="UUIDv7"):
        made_at(UUID(int=0))


def test_errors_of_the_database_lose_the_values_they_quote() -> None:
    """Postgres quotes the refused row in DETAIL, and a value that it cannot read in its first line; asyncpg one too."""
    duplicate = asyncpg.UniqueViolationError(
        'duplicate key "person_email_key"\nDETAIL:  Key (email)=(somebody@example.org)'
    )
    assert words_of(duplicate) == 'UniqueViolationError 23505: duplicate key "person_email_key"'
    for error in (
        asyncpg.InvalidTextRepresentationError('invalid input syntax for type uuid: "somebody@example.org"'),
        asyncpg.exceptions._base.DataError("invalid input for query argument $3: 'somebody@example.org'"),
    ):
        assert "somebody" not in words_of(error)
        assert "somebody" not in words_of(DBAPIError("INSERT INTO person", (), error))
    assert "INSERT INTO person" in words_of(DBAPIError("INSERT INTO person", (), duplicate))
