"""What a programme is by its type decides on steps and consents, whatever its roles say of themselves (R28)."""

from typing import get_args

import pytest

from services.screening.domain.programmes import WRITERS, factors_of, is_for_minors
from shared.contracts import RoleKind
from shared.contracts.intake import ProgrammeType

ADDED = {"adult-adult": set(), "adult-minor": {"minors"}, "peer": set(), "group": {"knows-volunteers"}}


def test_every_type_says_what_it_adds() -> None:
    """R28: for those who write there, and for nobody else; a type that was not heard of adds nothing."""
    assert {each: factors_of(each, RoleKind.MENTOR) for each in get_args(ProgrammeType)} == ADDED
    assert all(factors_of(each, kind) == set() for each in ADDED for kind in RoleKind if kind not in WRITERS)
    assert factors_of(None, RoleKind.MENTOR) == set()


@pytest.mark.parametrize("programme_type", get_args(ProgrammeType))
def test_one_type_alone_is_for_children(programme_type: ProgrammeType) -> None:
    """R28: there a mentee of unknown age counts as a child, so a guardian is asked."""
    assert is_for_minors(programme_type) is (programme_type == "adult-minor")
