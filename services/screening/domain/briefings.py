"""The briefing about a site's culture, which is acknowledged before the first message (R17)."""

from collections.abc import Iterable, Sequence

from shared.contracts import Contradiction

CHECK = "culture-briefing"


def line_of(site: str) -> Sequence[str]:
    """A place and all above it, nearest first: whose briefing holds there where it has none of its own."""
    parts = site.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def nearest(site: str, published: Iterable[str]) -> str | None:
    """The place whose briefing holds at a site; None where nobody above it published one."""
    places = set(published)
    return next((place for place in line_of(site) if place in places), None)


def check_in_force(in_force: tuple[str, int] | None, read: tuple[str, int]) -> None:
    """Raise Contradiction unless what was read is what holds now: (place, version)."""
    if in_force is None:
        raise Contradiction("There is no briefing for this site yet; its staff publish one.")
    if in_force != read:
        raise Contradiction("There is a newer briefing; read that one.")
