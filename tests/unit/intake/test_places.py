"""The tree of places."""

import pytest

from services.intake.domain import places
from shared.contracts import Contradiction
from shared.contracts.intake import PlaceKind


@pytest.mark.parametrize(
    ("site", "kind", "parent_kind"),
    [
        ("net", "network", None),
        ("net.af", "organisation", "network"),
        ("net.af.north", "region", "organisation"),
        ("net.af.north.east", "region", "region"),
        ("net.af.kabul", "site", "organisation"),
        ("net.kabul", "site", "network"),
    ],
)
def test_places_stand_below_higher_ones(site: str, kind: PlaceKind, parent_kind: PlaceKind | None) -> None:
    """Network, organisation, region, site, in this order; levels may be left out and regions may nest."""
    places.check_place(site, kind, parent_kind)


@pytest.mark.parametrize(
    ("site", "kind", "parent_kind", "word"),
    [
        ("net", "site", None, "network"),
        ("net.af", "network", "network", "top"),
        ("net.af.kabul", "site", None, "net.af does not exist"),
        ("net.af.kabul", "site", "site", "below"),
        ("net.af.kabul", "organisation", "region", "below"),
        ("net.af.b", "organisation", "organisation", "below"),
    ],
)
def test_other_places_are_refused(site: str, kind: PlaceKind, parent_kind: PlaceKind | None, word: str) -> None:
    """A parent must exist and be of a higher kind; an organisation is a data controller and holds no other one."""
    with pytest.raises(Contradiction, match=word):
        places.check_place(site, kind, parent_kind)


def test_paths() -> None:
    """Paths name all above them, and cover only what lies below."""
    assert places.above("net.af.kabul") == ["net", "net.af", "net.af.kabul"]
    assert places.parent_of("net.af.kabul") == "net.af"
    assert places.parent_of("net") is None
    assert places.network_of("net.af.kabul") == "net"
    assert places.covers("net.af", "net.af.kabul")
    assert not places.covers("net.af", "net.afx")
    assert len(places.COUNTRIES) == 249
    assert {"AF", "DE", "US", "ZW"} <= places.COUNTRIES
