"""What matching hears in a realistic story: an offering, four people, one declined, one whose clearance ends."""

from datetime import date

from shared.contracts import Event
from tests.service.matching.scenes import (
    OTHER_OFFERING,
    applied,
    changed,
    cleared,
    declined,
    ended,
    expiring,
    offering,
    person,
)

AMINA, BORIS, CLARE, DARIA = map(person, range(0x61, 0x65))

STORY: list[tuple[Event, int]] = [
    (offering(), 1),
    (changed(AMINA), 1),
    (applied(AMINA, "mentor"), 1),
    (changed(BORIS), 1),
    (applied(BORIS, "mentee"), 1),
    (cleared(AMINA, "mentor"), 1),
    (cleared(BORIS, "mentee"), 1),
    (offering(OTHER_OFFERING), 1),
    (changed(AMINA), 2),
    (applied(CLARE, "mentor", OTHER_OFFERING), 1),
    (declined(CLARE, "mentor", OTHER_OFFERING), 1),
    (cleared(DARIA, "mentee", OTHER_OFFERING), 1),
    (cleared(AMINA, "mentor", until=date(2027, 6, 30)), 2),
    (ended(DARIA, "mentee", OTHER_OFFERING), 2),
    (expiring(AMINA, "mentor"), 3),
    (offering(is_open=False), 2),
    (ended(BORIS, "mentee"), 2),
]
