"""Applications and signatures."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import applications, roster
from services.intake.domain.roster import Brought
from shared.contracts import Contradiction

ANNA, BEN = UUID(int=1), UUID(int=2)


@given(st.sampled_from("12345"), st.sets(st.sampled_from("12345")))
def test_an_application_counts_once_the_version_in_force_is_signed(current: str, signed: set[str]) -> None:
    """A signature of an older version does not do (R72)."""
    assert (applications.state(current, signed) == "submitted") == (current in signed)


def test_who_may_apply() -> None:
    """Nobody applies to a closed offering, nor as a role of a catalogue that is not above its site."""
    applications.check_may_apply("mentor", "net.af", "first@net.af.kabul", "net.af.kabul", True)
    with pytest.raises(Contradiction, match="closed"):
        applications.check_may_apply("mentor", "net.af", "first@net.af.kabul", "net.af.kabul", False)
    with pytest.raises(Contradiction, match="not above"):
        applications.check_may_apply("mentor", "net.de", "first@net.af.kabul", "net.af.kabul", True)
    applications.check_same_network("net", "net.af.kabul")
    with pytest.raises(Contradiction, match="another network"):
        applications.check_same_network("net", "nett.af.kabul")


def test_only_the_version_in_force_is_signed() -> None:
    """Nobody signs what is no longer, or not yet, in force (R72)."""
    applications.check_sign("2026-2", "2026-2")
    with pytest.raises(Contradiction, match="Version 2026-2"):
        applications.check_sign("2026-2", "2026-1")


@pytest.mark.parametrize(
    ("evidence", "attested", "held", "kept", "expected"),
    [
        (None, False, [], [], []),
        ("2", False, [], [], [Brought("2", "held-elsewhere")]),
        ("2", False, ["2"], ["2"], []),
        ("2", False, ["2"], [], [Brought("2", "held-elsewhere")]),
        ("1", False, [], [], [Brought("1", "held-elsewhere")]),
        ("1", True, [], [], [Brought("1", "held-elsewhere"), Brought("2", "attested")]),
        ("2", True, [], [], [Brought("2", "held-elsewhere")]),
        (None, True, ["1"], ["1"], [Brought("2", "attested")]),
        (None, True, ["2"], [], []),
    ],
)
def test_an_import_invents_no_signature(
    evidence: str | None, attested: bool, held: list[str], kept: list[str], expected: list[Brought]
) -> None:
    """Version 2 is in force: evidence counts for its version, the operator's word only where none is signed (R72)."""
    assert roster.signatures("2", evidence, attested, held, kept) == expected


versions = st.sampled_from(["1", "2", "2026-1"])


@given(versions, st.none() | versions, st.sets(versions), st.sets(versions))
def test_without_the_operators_word_only_evidence_signs(
    current: str, evidence: str | None, held: set[str], kept: set[str]
) -> None:
    """Whatever is known of a person, an import without `attest` records evidence that was given, and nothing else."""
    for brought in roster.signatures(current, evidence, False, held, kept):
        assert brought == Brought(evidence or "", "held-elsewhere")


fields = st.dictionaries(
    st.sampled_from(["name_to_use", "language", "zone"]), st.text(max_size=3), min_size=3, max_size=3
)


@given(fields, fields)
def test_an_unchanged_row_changes_nothing(stored: dict[str, str], row: dict[str, str]) -> None:
    """What people set themselves (the name they use, R20) outlasts the same roster, however often it comes."""
    assert roster.changes(stored, row, roster.fingerprints(row), may_edit=True) == {}


@given(fields, fields, fields)
def test_only_what_the_roster_changed_is_taken_over(
    stored: dict[str, str], before: dict[str, str], row: dict[str, str]
) -> None:
    """A field changes where the roster changed it, and only for somebody with a grant at the person's site."""
    expected = {name: row[name] for name in row if before[name] != row[name] and stored[name] != row[name]}
    assert roster.changes(stored, row, roster.fingerprints(before), may_edit=True) == expected
    assert roster.changes(stored, row, roster.fingerprints(before), may_edit=False) == {}


def test_who_was_met_in_another_way_keeps_what_they_have() -> None:
    """Only what is missing is added."""
    stored, row = {"name_to_use": "Moon", "full_name": None}, {"name_to_use": "Anna", "full_name": "Anna B."}
    assert roster.changes(stored, row, None, may_edit=True) == {"full_name": "Anna B."}


def test_whose_row_it_is() -> None:
    """Key and e-mail name one person; where they name two, neither is overwritten."""
    assert roster.whose(None, None, False) is None
    assert roster.whose(None, ANNA, False) == ANNA
    assert roster.whose(ANNA, ANNA, False) == ANNA
    assert roster.whose(ANNA, None, True) == ANNA
    assert roster.whose(ANNA, BEN, True) == ANNA
    for by_email in (BEN, None):
        with pytest.raises(Contradiction, match="This key came before"):
            roster.whose(ANNA, by_email, False)
