"""Counts in which nobody can be found: small numbers are masked, and others with them where a total would tell."""

from collections.abc import Mapping
from typing import Literal, TypeVar

Name = TypeVar("Name", bound=str)

SMALL = 5
FEW: Literal["<5"] = "<5"
Shown = int | Literal["<5"] | None
"""A count, that it is small, or nothing: it would tell how small another one is."""


def masked(counts: Mapping[Name, int], *, with_total: bool = True) -> tuple[dict[Name, Shown], Shown]:
    """Counts and their total as they may be shown.

    Whoever knows the total and every shown count still finds at least two possible values for each count that is not
    shown. The smallest of the others is kept back until that is so, at last the total, and with it all that is exact.
    """
    total = sum(counts.values())
    few = {name for name, count in counts.items() if count < SMALL}
    kept_back: set[Name] = set()
    rest = sorted(counts.keys() - few, key=lambda name: (counts[name], name))
    while with_total and total >= SMALL and not _is_open(counts, few, kept_back) and rest:
        kept_back.add(rest.pop(0))
    if total < SMALL:
        return dict.fromkeys(counts, FEW), FEW
    if not with_total or not _is_open(counts, few, kept_back):
        return {name: FEW if name in few else None for name in counts}, None
    return {name: FEW if name in few else None if name in kept_back else count for name, count in counts.items()}, total


def _is_open(counts: Mapping[Name, int], few: set[Name], kept_back: set[Name]) -> bool:
    """Whether the sum of what is not shown leaves each of it open: few are 0 to 4, those kept back 5 or more."""
    if not few:
        return True
    over = sum(counts[name] for name in few | kept_back) - SMALL * len(kept_back)
    return over > 0 and (bool(kept_back) or (len(few) > 1 and over < (SMALL - 1) * len(few)))
