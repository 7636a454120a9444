"""What is missing before a site's launch (R82), and spans of a calendar."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from services.intake.domain.calendar import MOST_ENTRIES, check_room, fault_of_span
from services.intake.domain.readiness import (
    DRAFT,
    NAMED,
    TICKED,
    Facts,
    TickedItem,
    check_ready,
    checklist,
    faults_of_tick,
)
from shared.contracts import Contradiction

READY = Facts(
    "AF", ["fa-AF", "en"], ["en"], ["mentor-adult"], [],
    needs_facilitator=False, has_facilitator=False, law_is_draft=True,
)  # fmt: skip
TODAY = date(2026, 11, 2)


def missing(facts: Facts = READY, ticks: Any = TICKED) -> list[str]:
    """The items that are not met."""
    return [each.item for each in checklist(facts, ticks) if not each.met]


@pytest.mark.parametrize(
    ("item", "facts"),
    [
        ("country", replace(READY, country=None)),
        ("languages", replace(READY, languages=[], document_languages=["en"])),
        ("conduct-document", replace(READY, document_languages=["ps"])),
        ("roles", replace(READY, roles=[])),
        ("role-reviews", replace(READY, due_roles=["mentor-adult"])),
        ("facilitator", replace(READY, needs_facilitator=True)),
    ],
)
def test_data_show_what_is_missing(item: str, facts: Facts) -> None:
    """Each fact alone."""
    assert missing() == []
    assert item in missing(facts)


def test_a_language_is_the_same_with_and_without_its_country() -> None:
    """A document in fa is read where fa-AF is spoken; one in fil is not."""
    assert missing(replace(READY, document_languages=["fa"])) == []
    assert missing(replace(READY, document_languages=["fil"], languages=["fi"])) == ["conduct-document"]


def test_a_facilitator_is_asked_for_by_policy_alone() -> None:
    """R4: where the policy asks for one, a role for it is enough."""
    assert missing(replace(READY, needs_facilitator=True, has_facilitator=True)) == []


@pytest.mark.parametrize("item", TICKED)
def test_what_data_cannot_show_is_ticked(item: str) -> None:
    """Each tick counts."""
    ticks = set(TICKED) - {item}
    assert missing(ticks=ticks) == [item]
    with pytest.raises(Contradiction, match=f"net is not ready.*{item}: "):
        check_ready("net", checklist(READY, ticks))


def test_a_draft_is_accepted_where_the_law_is_one() -> None:
    """Trap 9, R41: nobody accepts a law that was read; one that was not is accepted by name."""
    assert missing(replace(READY, law_is_draft=False), set(TICKED) - {DRAFT}) == []
    assert DRAFT in NAMED


def test_a_tick_is_of_a_day_that_has_come() -> None:
    """And two of them name whom it is about; elsewhere it may be tomorrow already."""
    assert set(get_args(TickedItem)) == set(TICKED)
    assert faults_of_tick("access", None, TODAY + timedelta(days=1), TODAY) == {}
    assert faults_of_tick("access", None, TODAY + timedelta(days=2), TODAY).keys() == {"ticked_on"}
    for item in NAMED:
        assert faults_of_tick(item, None, TODAY, TODAY).keys() == {"who"}


def test_spans() -> None:
    """A day is a span; a span of more than a year, and a backward one, are typing errors."""
    assert fault_of_span(TODAY, TODAY) is None
    assert fault_of_span(TODAY, TODAY - timedelta(days=1))
    assert fault_of_span(TODAY, TODAY + timedelta(days=365)) is None
    assert fault_of_span(TODAY, TODAY + timedelta(days=366))
    check_room("net", MOST_ENTRIES - 1)
    with pytest.raises(Contradiction, match="remove"):
        check_room("net", MOST_ENTRIES)
