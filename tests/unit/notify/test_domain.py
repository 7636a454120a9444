"""The rules of notify."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain import (
    LAST_ATTEMPT,
    LONGEST_WAIT,
    Answer,
    Kind,
    Letter,
    Outage,
    Outcome,
    Reached,
    State,
    back_off,
    decide,
    first_state,
    judge,
    kind_of_clearance,
    mail_id,
    once_each,
    resolve,
)
from shared.contracts import Contradiction, RoleKind
from shared.contracts.reads import AddressCard

PERSON = UUID("01985b3e-7a10-7000-8000-000000000001")
CARD = AddressCard(**AddressCard.example)


def a_card(**changes: object) -> AddressCard:
    return CARD.model_copy(update=changes)


def test_a_card_with_an_address_gets_a_letter() -> None:
    """R20: the name to use, and no other, stands in the greeting."""
    assert decide(CARD) == Letter("parwana@example.org", "Parwana", "fa-AF")


@pytest.mark.parametrize(
    ("card", "state"),
    [
        (None, State.NO_ADDRESS),
        (a_card(may_mail=False), State.SUPPRESSED),
        (a_card(may_mail=False, email=None), State.SUPPRESSED),
        (a_card(email=None), State.NO_ADDRESS),
        (a_card(email=""), State.NO_ADDRESS),
        (a_card(email="nobody"), State.NO_ADDRESS),
    ],
)
def test_who_is_not_written_to(card: AddressCard | None, state: State) -> None:
    """R20: nobody is written to who may not be; without an address nobody can be."""
    assert decide(card) is state


@given(st.text(max_size=40), st.sampled_from(["\r\nBcc: x@y.org", "\n", "\r", "\x00", " ", ">", "<", ",", "@", "\x1f"]))
def test_no_address_breaks_a_header_or_a_command(local: str, crafted: str) -> None:
    """R20: whatever stands in a card, a mail has one recipient."""
    decision = decide(a_card(email=f"{local}{crafted}@example.org"))
    assert decision is State.NO_ADDRESS


@given(st.text(max_size=300))
def test_a_name_never_brings_control_characters_into_a_mail(name: str) -> None:
    """R20: a name that would turn or break the text is left out, and the mail goes out all the same."""
    decision = decide(a_card(name_to_use=name))
    assert isinstance(decision, Letter)
    assert decision.name is None or not set(decision.name) & set("\r\n\x00\x1b\x85\u2028\u202e\u2066\u2069")


@pytest.mark.parametrize("name", ["علی‌رضا", "پروانه", "O'Brien", "José", "Ngọc Anh"])
def test_names_of_all_scripts_are_kept(name: str) -> None:
    """R80: also one with a zero-width non-joiner."""
    decision = decide(a_card(name_to_use=name))
    assert isinstance(decision, Letter)
    assert decision.name == name


def test_a_letter_does_not_show_whom_it_is_for() -> None:
    """R20: not in logs either."""
    assert "arwana" not in repr(decide(CARD))


def test_what_was_accepted_is_sent_and_what_was_cut_off_is_unknown() -> None:
    """Section 6: a mail that may have been taken is never tried again."""
    assert judge(Answer(Reached.ACCEPTED, 250), 1) == Outcome(State.SENT, 250)
    assert judge(Answer(Reached.LOST), 1) == Outcome(State.UNKNOWN)


@given(st.sampled_from(Reached), st.none() | st.integers(400, 599), st.integers(1, 10_000))
def test_only_what_surely_did_not_go_out_is_tried_again(reached: Reached, code: int | None, attempts: int) -> None:
    """Section 6: mails at most once; and every outcome that waits says for how long."""
    outcome = judge(Answer(reached, code), attempts)
    assert (outcome.state is State.WAITING) == (outcome.retry_after is not None)
    if reached in (Reached.ACCEPTED, Reached.LOST):
        assert outcome.state in (State.SENT, State.UNKNOWN)
    if reached is Reached.NOT_BEGUN:
        assert outcome.state is State.WAITING


@pytest.mark.parametrize(
    ("code", "attempts", "state"),
    [(450, 1, State.WAITING), (450, LAST_ATTEMPT, State.REFUSED), (550, 1, State.REFUSED), (None, 1, State.REFUSED)],
)
def test_a_no_of_the_server(code: int | None, attempts: int, state: State) -> None:
    """Section 6: a no for now is tried again for days, a final one is not."""
    assert judge(Answer(Reached.REFUSED, code), attempts).state is state


def test_waits_grow_to_an_hour() -> None:
    """Section 6: back-off of real time."""
    waits = [back_off(attempts) for attempts in range(1, 200)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert waits[-1] == LONGEST_WAIT


def test_an_outage_is_asked_about_less_and_less() -> None:
    """Section 1: while intake or the server is away rows wait, all for the same moment, a minute at the most."""
    outage, now, waits = Outage(), datetime(2026, 11, 2, 8, tzinfo=UTC), []
    for _ in range(10):
        until = outage.goes_on(now)
        assert outage.goes_on(now + timedelta(seconds=1)) == until
        waits.append(until - now)
        now = until
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=2), timedelta(minutes=1))


def test_a_mail_has_one_id_however_its_cause_is_heard() -> None:
    """Rule 3: the id follows from cause, person and kind."""
    ids = {mail_id(cause, PERSON, kind) for cause in ("message/1", "message/2") for kind in Kind}
    assert len(ids) == 2 * len(Kind)
    assert mail_id("message/1", PERSON, Kind.MATCHED) == mail_id("message/1", PERSON, Kind.MATCHED)
    assert once_each([PERSON, PERSON]) == [PERSON]


def test_mentees_are_admitted_and_volunteers_cleared() -> None:
    """Admission of a mentee is screening.cleared with that role."""
    assert {role: kind_of_clearance(role) for role in RoleKind} == {
        RoleKind.MENTOR: Kind.CLEARED,
        RoleKind.MENTEE: Kind.ADMITTED,
        RoleKind.FACILITATOR: Kind.CLEARED,
        RoleKind.STAFF: Kind.CLEARED,
        RoleKind.MODERATOR: Kind.CLEARED,
        RoleKind.SCREENER: Kind.CLEARED,
        RoleKind.COORDINATOR: Kind.CLEARED,
    }


def test_what_is_over_is_not_told() -> None:
    """R9: no nudge after the answer."""
    assert first_state(is_over=True) is State.SUPERSEDED
    assert first_state(is_over=False) is State.WAITING


def test_a_person_decides_about_the_unknown() -> None:
    """Section 6: sent, sent again, or not needed any more; the same again changes nothing."""
    assert resolve(State.UNKNOWN, None, "sent", is_over=False) is State.SENT
    assert resolve(State.UNKNOWN, None, "retry", is_over=False) is State.WAITING
    assert resolve(State.UNKNOWN, "retry", "retry", is_over=True) is State.SUPERSEDED
    assert resolve(State.SENT, "retry", "retry", is_over=False) is State.SENT


@pytest.mark.parametrize("state", [state for state in State if state is not State.UNKNOWN])
def test_nothing_else_is_decided_by_a_person(state: State) -> None:
    """Section 6: least of all what is being sent."""
    for before in (None, "sent"):
        with pytest.raises(Contradiction):
            resolve(state, before, "retry", is_over=False)
