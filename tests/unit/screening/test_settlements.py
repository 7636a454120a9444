"""What a person settles before anybody is cleared."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.facts import Facts
from services.screening.domain.requirements import requirements
from services.screening.domain.settlements import MOST, Matter, Settled, check_settled, matter_of, still_open
from services.screening.settling import matters_of
from services.screening.tables import CaseRow
from shared.contracts import Contradiction, RoleKind
from shared.contracts.intake import Risk
from shared.law import Factor, law
from tests.unit.screening.test_law import FACTORS, TODAY

CONFLICT = Matter("police-record-check", "Two laws differ.", frozenset({"Germany/only-this", "Pennsylvania/that-too"}))
rules = st.frozensets(st.sampled_from("abcd"), min_size=1)
matters = st.lists(st.builds(Matter, st.sampled_from("xyz"), st.just("About it."), rules))
settled = st.lists(st.builds(Settled, st.sampled_from("xyz"), rules))


def test_a_settlement_holds_for_the_rules_that_it_was_about() -> None:
    """R41: the same check in a conflict with another law is another conflict."""
    done = Settled(CONFLICT.what, CONFLICT.rules)
    assert still_open([CONFLICT], [done]) == []
    other = Matter(CONFLICT.what, "A third law, too.", CONFLICT.rules | {"Kenya/another"})
    assert still_open([other], [done]) == [other]
    fewer = Matter(CONFLICT.what, "One of them.", frozenset({"Germany/only-this"}))
    assert still_open([fewer], [done]) == []


def test_clearing_names_what_is_not_settled() -> None:
    """R41: whoever wants to clear reads what stands in the way."""
    check_settled([], [])
    with pytest.raises(Contradiction, match="police-record-check: Two laws differ"):
        check_settled([CONFLICT], [Settled("police-record-check", frozenset({"Germany/only-this"}))])


def test_only_what_the_case_has_is_settled() -> None:
    """A settlement in advance would be one of something nobody looked at."""
    assert matter_of([CONFLICT], "police-record-check", 0) is CONFLICT
    for what, count in (("no-pack/AF", 0), ("police-record-check", MOST)):
        with pytest.raises(Contradiction):
            matter_of([CONFLICT], what, count)


@given(matters, settled, settled)
def test_more_settlements_never_open_anything(given_: list[Matter], some: list[Settled], more: list[Settled]) -> None:
    """Monotone: what was settled stays settled, whatever is settled besides and in whatever order."""
    before, after = still_open(given_, some), still_open(given_, [*more, *some])
    assert all(each in before for each in after)


@pytest.mark.parametrize(
    ("place", "accepted", "expected"),
    [
        ("AF", None, {"no-pack/AF": False}),
        ("AF", "AF", {"no-pack/AF": True}),
        ("AF", "KE", {"no-pack/AF": False}),
        ("KE", "KE", {"kenya/volunteer-checks": True}),
        ("AU-VIC", "AU-VIC", {}),
    ],
)
def test_a_draft_is_accepted_for_its_own_place(place: str, accepted: str | None, expected: dict[str, bool]) -> None:
    """R41: a named person accepted the draft of one law; another law's stays to be settled."""
    facts = Facts(RoleKind.MENTOR, TODAY, frozenset({"minors"}), dict.fromkeys(FACTORS, place), accepted=accepted)
    assert {each.what: each.accepted for each in requirements(facts, law()).unsettled} == expected


def test_what_is_missing_in_a_pack_in_force_is_not_accepted_for_a_site() -> None:
    """A gap of a law that was read is one of the case: whether this moderator counts was not settled."""
    places = dict.fromkeys(FACTORS, "GB-ENG")
    facts = Facts(RoleKind.MODERATOR, TODAY, frozenset({"minors"}), places, accepted="GB-ENG")
    (found,) = requirements(facts, law()).unsettled
    assert (found.what, found.accepted) == ("england-and-wales/closed-channel", False)


def test_a_conflict_of_packs_is_one_matter_with_both_laws() -> None:
    """R41: decided in Germany for a site in Pennsylvania; both laws are named, and it is about their rules."""
    places: dict[Factor, str] = {"decision": "DE", "site": "US-PA", "mentee": "US-PA", "organisation": "DE"}
    risks: frozenset[Risk] = frozenset({"works-with-clients", "one-on-one", "minors"})
    facts = Facts(RoleKind.MENTOR, TODAY, risks, places, resident=12, accepted="US-PA")
    found = requirements(facts, law())
    kept = {name: [asdict(each) for each in getattr(found, name)] for name in ("conflicts", "unsettled")}
    conflict, *others = matters_of(CaseRow(requirements=kept))
    assert conflict == Matter(
        "police-record-check",
        "Pennsylvania requires what Germany forbids.",
        frozenset({"Pennsylvania/before-starting", "Germany/no-other-criminal-data"}),
    )
    assert {each.what for each in others} == {"germany/deletion-of-notes", "germany/who-shows-a-certificate"}
