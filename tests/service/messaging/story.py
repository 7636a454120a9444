"""What messaging hears in a realistic story: three pairs, one ended, one whose mentor's clearance ends."""

from datetime import date

from shared.contracts import Event
from shared.contracts.intake import Stop
from shared.contracts.screening import CaseClosed, CaseOpened
from tests.service.merged import merged
from tests.service.messaging.scenes import (
    DAY,
    agrees,
    agrees_no_more,
    asks,
    cleared,
    closed,
    declined,
    ended,
    expiring,
    limits,
    matched,
    person,
    signs,
)
from tests.support.running import BEGINNING

AMINA, BORIS, CLARE, DARIA, EDITH, FARID, GUL, HANA = map(person, range(0x61, 0x69))
HERAT = "first-steps@net.af.herat"
FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH, SEVENTH, EIGHTH, NINTH = map(person, range(0x71, 0x7A))

STORY: list[tuple[Event, int]] = [
    (limits(48, 96), 1),
    (cleared(AMINA, "mentor"), 1),
    (cleared(BORIS, "mentee"), 1),
    (matched(FIRST, AMINA, BORIS), 1),
    (limits(24, 72, HERAT), 1),
    (cleared(CLARE, "mentor", offering=HERAT), 1),
    (cleared(DARIA, "mentee", date(2027, 1, 31), HERAT), 1),
    (matched(SECOND, CLARE, DARIA, HERAT), 1),
    (declined(FARID, "mentor", HERAT), 1),
    (cleared(EDITH, "mentee"), 1),
    (matched(THIRD, AMINA, EDITH), 1),
    (expiring(EDITH, "mentee"), 2),
    (signs(AMINA, 1), 1),
    (asks(), 2),
    (signs(AMINA, 2), 2),
    (limits(36, 96), 3),
    (limits(36, 96).model_copy(update={"stops": [Stop(starts=BEGINNING)]}), 4),
    (limits(36, 96).model_copy(update={"stops": [Stop(starts=BEGINNING, ends=BEGINNING + DAY)]}), 5),
    (asks(HERAT), 2),
    (signs(CLARE, 1), 1),
    (CaseOpened(case=FOURTH, site="net.af.kabul", frozen=[AMINA]), 1),
    (CaseOpened(case=FIFTH, site="net.af.herat", other_site="net.af.kabul", frozen=[CLARE, DARIA]), 1),
    (ended(CLARE, "mentor", HERAT), 2),
    (closed(SECOND, CLARE, DARIA, HERAT), 2),
    (cleared(DARIA, "mentee", date(2027, 6, 30), HERAT), 2),
    (CaseOpened(case=FIFTH, site="net.af.herat", other_site="net.af.kabul", handler=EDITH, frozen=[CLARE]), 2),
    (CaseClosed(case=FIFTH, site="net.af.herat", other_site="net.af.kabul", closed_on=date(2026, 12, 1)), 3),
    (agrees(AMINA), 1),
    (agrees_no_more(AMINA), 2),
    (agrees(AMINA, until=date(2027, 1, 1)), 3),
    (agrees(BORIS, "data"), 1),
    (agrees_no_more(BORIS, "data"), 2),
    (agrees_no_more(BORIS, "photo-story"), 1),
    (cleared(GUL, "mentor"), 1),
    (agrees(GUL, "data"), 1),
    (signs(GUL, 2), 1),
    (matched(SIXTH, GUL, FARID), 1),
    (CaseOpened(case=EIGHTH, site="net.af.kabul", handler=GUL, frozen=[GUL, HANA]), 1),
    (merged(GUL, HANA), 1),
    (matched(SEVENTH, HANA, BORIS), 1),
    (merged(HANA, AMINA), 1),
    (matched(NINTH, GUL, HANA), 1),
    (closed(NINTH, GUL, HANA), 2),
]
