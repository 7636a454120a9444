"""The steps of a case: by when each is to be done, and when one stalls."""

from datetime import date, timedelta
from typing import Literal

StepState = Literal["to-do", "invited", "waiting", "done"]
"""Nothing was begun; the person was asked; somebody else has to act; there is a result."""

USUAL_DAYS = 14
ALLOWED_DAYS = {
    "identity": 7,
    "culture-briefing": 7,
    "training": 21,
    "references": 21,
    "interview": 28,
    "record-check": 28,
}
"""Days from the opening of a case until a step is to be done; all of them within thirty, as good programmes aim for."""


def due_on(check: str, opened: date) -> date:
    """The day until which a step of a case opened on a day is to be done."""
    return opened + timedelta(days=ALLOWED_DAYS.get(check, USUAL_DAYS))


def is_stalled(state: StepState, due: date, today: date) -> bool:
    """Whether a step is not done though its day is over."""
    return state != "done" and due < today
