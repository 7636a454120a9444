"""The tree of places: network, organisation (legal entity and data controller), region, site."""

from collections.abc import Mapping

from shared.contracts import Contradiction
from shared.contracts.intake import PlaceKind

ORDER: tuple[PlaceKind, ...] = ("network", "organisation", "region", "site")

_CODES = (
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCR"
    "CUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHU"
    "IDIEILIMINIOIQIRISITJEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQ"
    "MRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSI"
    "SJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW"
)
COUNTRIES = frozenset(_CODES[at : at + 2] for at in range(0, len(_CODES), 2))
"""ISO 3166-1 alpha-2."""

Law = tuple[str | None, str | None]
"""The country and the subdivision whose law holds at a place."""
Laws = Mapping[str, Law]
"""What places name themselves."""


def parent_of(site: str) -> str | None:
    """The place right above; None for a network."""
    return site.rpartition(".")[0] or None


def network_of(site: str) -> str:
    """The root of the tree in which a place stands."""
    return site.partition(".")[0]


def above(site: str) -> list[str]:
    """The place itself and all above it, from the network down."""
    parts = site.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def covers(place: str, site: str) -> bool:
    """Whether `site` is `place` or lies below it."""
    return site == place or site.startswith(f"{place}.")


def law_at(own: Laws, site: str) -> Law:
    """Whose law holds at a place: what itself or the nearest place above names."""
    return next((own[place] for place in reversed(above(site)) if place in own and own[place][0]), (None, None))


def code_of(law: Law) -> str | None:
    """ISO 3166 code of the law: the subdivision's where one is named."""
    country, subdivision = law
    return subdivision or country


def moved(before: Laws, after: Laws, site: str) -> list[str]:
    """The places at and below `site` where another law holds afterwards."""
    below = sorted(place for place in after if covers(site, place))
    return [place for place in below if law_at(before, place) != law_at(after, place)]


def check_place(site: str, kind: PlaceKind, parent_kind: PlaceKind | None) -> None:
    """Raises Contradiction with what to change where a place cannot stand here.

    Levels may be left out, and a region may hold regions; a network stands alone at the top, a site holds nothing.
    """
    parent = parent_of(site)
    if (parent is None) != (kind == "network"):
        raise Contradiction(f"{site}: a network is the top of a tree, and only a network is; correct path or place.")
    if parent is None:
        return
    if parent_kind is None:
        raise Contradiction(f"{site}: the place {parent} does not exist; add it first.")
    if ORDER.index(kind) <= ORDER.index(parent_kind) and not kind == parent_kind == "region":
        raise Contradiction(f"{site}: {parent} is a {parent_kind}, and a {kind} cannot stand below it.")


def check_same(what: str, field: str, stored: object, asked: object) -> None:
    """Raises Contradiction where something would change that others rely on."""
    if stored != asked:
        raise Contradiction(f"{what} keeps its {field} ({stored}); add another one instead.")


def check_owner(what: str, stored: str, asked: str) -> None:
    """Raises Contradiction where a name is another place's already; of another network not even which."""
    if network_of(stored) != network_of(asked):
        raise Contradiction(f"{what} is another network's; choose another name.")
    check_same(what, "site", stored, asked)


def check_covers(what: str, place: str, site: str) -> None:
    """Raises Contradiction unless `what`, standing at `place`, serves `site`; no network learns of another's places."""
    if network_of(place) != network_of(site):
        raise Contradiction(f"{what} stands in another network; choose one that stands above {site}.")
    if not covers(place, site):
        raise Contradiction(f"{what} stands at {place}, which is not above {site}; choose one that does.")
