"""What matching hears in a realistic story: one person is declined, one's clearance ends, one withdraws."""

from datetime import date

from shared.contracts import Event
from tests.service.matching.scenes import (
    OTHER_OFFERING,
    agrees,
    agrees_no_more,
    applied,
    asks,
    changed,
    cleared,
    declined,
    ended,
    expiring,
    offering,
    person,
    signs,
    withdrew,
)

AMINA, BORIS, CLARE, DARIA, EMAL = map(person, range(0x61, 0x66))

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
    (signs(AMINA, 1), 1),
    (asks(), 2),
    (signs(AMINA, 2), 2),
    (signs(BORIS, 1), 1),
    (asks(3), 3),
    (expiring(AMINA, "mentor"), 3),
    (ended(BORIS, "mentee"), 2),
    (applied(EMAL, "mentor"), 1),
    (withdrew(EMAL, "mentor"), 2),
    (withdrew(BORIS, "mentee"), 2),
    (agrees(AMINA), 1),
    (agrees_no_more(AMINA), 2),
    (agrees_no_more(BORIS, "survey"), 1),
]
