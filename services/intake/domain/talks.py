"""Talks about a clause: who looks after one, and what it came to (R71). It decides nothing about the person."""

from typing import Literal

from shared.contracts import Contradiction

Outcome = Literal["clarified", "adjusted", "remains", "not-reached"]
"""The question is answered; something was arranged; the concern remains; nobody could reach the person."""


def check_take(owner: str | None, outcome: Outcome | None, by: str) -> None:
    """Raises Contradiction unless a talk can be taken."""
    if outcome is not None:
        raise Contradiction("This talk is closed; a new question opens another one.")
    if owner not in (None, by):
        raise Contradiction(f"{owner} looks after this talk; ask them, or close it yourself once you talked.")


def is_closing(stored: Outcome | None, asked: Outcome) -> bool:
    """Whether a talk is closed by this; the same again changes nothing. Raises Contradiction for another outcome."""
    if stored not in (None, asked):
        raise Contradiction(f"This talk was closed as {stored} already; a new question opens another one.")
    return stored is None
