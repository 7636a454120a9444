"""Counting what the archive tells: how far each site's people are, and how many events of each type came when."""

from collections import Counter
from dataclasses import dataclass, field, fields
from uuid import UUID

from deploy.demo.snapshot import Funnel
from shared.contracts import Envelope

SECONDS = 36
"""How far back the board shows events per second."""
IN_TIME = ("answered", "acknowledged")


@dataclass
class Tally:
    """Distinct events by id, whatever order they come in and however often."""

    events: Counter[str] = field(default_factory=Counter)
    _ids: set[UUID] = field(default_factory=set)
    _sites: set[str] = field(default_factory=set)
    _subjects: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """By site and column of the funnel: what was seen there."""
    _arrived: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By whole second and type."""

    def take(self, event: Envelope, at: float) -> None:
        """Count an event that arrived at second `at`; nothing for one that is known."""
        if event.id in self._ids:
            return
        self._ids.add(event.id)
        name = event.type.removeprefix("rapport.").rpartition(".")[0]
        self.events[name] += 1
        self._arrived[int(at), name] += 1
        if name == "site.changed" and event.data["place"] == "site":
            self._sites.add(event.site)
        if column := _column(name, event):
            what = f"pair/{event.data['pair']}" if name == "message.sent" else event.subject
            self._subjects.setdefault((event.site, column), set()).add(what)

    def funnels(self) -> dict[str, Funnel]:
        """Of each site."""
        return {
            site: Funnel(**{column: len(self._subjects.get((site, column), ())) for column in _COLUMNS})
            for site in sorted(self._sites)
        }

    def lately(self, at: float) -> dict[str, int]:
        """By type, in the last whole second."""
        return {name: count for (second, name), count in self._arrived.items() if second == int(at) - 1}

    def seconds(self, at: float) -> tuple[int, ...]:
        """Events of each of the last whole seconds, the newest last."""
        totals: Counter[int] = Counter()
        for (second, _), count in self._arrived.items():
            totals[second] += count
        return tuple(totals[second] for second in range(int(at) - SECONDS, int(at)))


_COLUMNS = [field.name for field in fields(Funnel)]
_BY_EVENT = {
    "application.submitted": "applied",
    "screening.cleared": "cleared",
    "pair.matched": "paired",
    "message.sent": "writing",
    "reply.overdue": "overdue",
}


def _column(name: str, event: Envelope) -> str | None:
    """What an event adds to."""
    if name == "reply.settled":
        in_time = event.data["settlement"] in IN_TIME and not event.data["was_overdue"]
        return "in_time" if in_time else None
    return _BY_EVENT.get(name)
