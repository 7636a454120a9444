"""What notify hears in a story: two pairs, one closed before anybody wrote, an answer late and one in time."""

from shared.contracts import Event, RoleKind
from shared.contracts.intake import ConstraintsChanged
from tests.service import staff
from tests.service.merged import merged
from tests.service.notify.scenes import (
    AMINA,
    BORIS,
    CLARE,
    DARIA,
    KABUL,
    PAIR,
    applied,
    cleared,
    closed,
    matched,
    number,
    overdue,
    sent,
    settled,
)

EDITH, FARID = number(5), number(6)
CLOSED_PAIR = number(12)
LATE, NEVER, IN_TIME = number(21), number(22), number(23)

STORY: list[tuple[Event, int]] = [
    (applied(AMINA), 1),
    (applied(BORIS, RoleKind.MENTEE), 1),
    (cleared(AMINA), 1),
    (applied(CLARE), 1),
    (cleared(BORIS, RoleKind.MENTEE), 1),
    (matched(PAIR, AMINA, BORIS), 1),
    (cleared(DARIA, RoleKind.MENTEE), 1),
    (matched(CLOSED_PAIR, CLARE, DARIA, other="net.ca.toronto"), 1),
    (closed(CLOSED_PAIR, CLARE, DARIA), 2),
    (sent(number(31), AMINA, (BORIS,)), 1),
    (overdue(LATE, BORIS, AMINA), 1),
    (settled(LATE, BORIS, AMINA), 2),
    (sent(number(32), BORIS, (AMINA,)), 1),
    (settled(IN_TIME, AMINA, BORIS), 1),
    (overdue(NEVER, AMINA, BORIS), 1),
    (cleared(AMINA), 2),
    (ConstraintsChanged(person=BORIS, site=KABUL, constraints_version=1), 1),
    (applied(EDITH), 1),
    (cleared(EDITH), 1),
    (merged(EDITH, FARID), 1),
    (sent(number(33), BORIS, (EDITH,)), 1),
    (matched(number(13), FARID, DARIA), 1),
    (merged(FARID, AMINA), 1),
    (overdue(number(24), EDITH, BORIS), 1),
    *staff.STORY,
]
