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
from tests.service.merged import merged

AMINA, BORIS, CLARE, DARIA, EMAL, FARID, GUL, HANA = map(person, range(0x61, 0x69))

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
    (changed(FARID), 1),
    (signs(FARID, 2), 1),
    (applied(FARID, "mentor"), 1),
    (cleared(FARID, "mentor"), 1),
    (agrees(FARID), 1),
    (merged(FARID, CLARE), 1),
    (merged(CLARE, AMINA), 1),
    (ended(FARID, "mentor"), 2),
    (applied(GUL, "mentee"), 1),
    (changed(GUL), 1),
    (merged(GUL, HANA), 1),
]
