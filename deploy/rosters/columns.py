"""What becomes of each column: used, dropped for a reason, or ignored because the map does not speak of it."""

from dataclasses import dataclass

from deploy.rosters.maps import RosterMap
from deploy.rosters.reading import fold
from deploy.rosters.special import category_of


@dataclass(frozen=True)
class Noted:
    """A column and a sentence about it."""

    column: str
    reason: str


@dataclass(frozen=True)
class Columns:
    """The columns that the report tells of. `special` are those used on the legal basis that the map names."""

    dropped: tuple[Noted, ...]
    ignored: tuple[str, ...]
    special: tuple[Noted, ...]


def account_of(roster_map: RosterMap, header: tuple[str, ...], used: list[str]) -> Columns:
    """Tell of every column that is not used why that is, and of special ones that are used on what basis."""
    reasons = {fold(name): reason for name, reason in roster_map.drop.items()}
    bases = {fold(name): f"{basis.purpose} ({basis.legal_basis})" for name, basis in roster_map.special.items()}
    names = [name for name in header if fold(name) not in set(map(fold, used))]
    dropped = {name: reasons[fold(name)] for name in names if fold(name) in reasons}
    for name in names:
        if (category := category_of(name)) and name not in dropped:
            dropped[name] = f"Its name speaks of {category}, and the map names no legal basis for that."
    return Columns(
        dropped=tuple(Noted(name, dropped[name]) for name in names if name in dropped),
        ignored=tuple(name for name in names if name not in dropped),
        special=tuple(Noted(name, bases[fold(name)]) for name in header if name not in names and fold(name) in bases),
    )
