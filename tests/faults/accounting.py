"""The books of a run: what was committed, applied, dead, and every way in which they must agree.

C committed, O left in an outbox, A applied, Q dead. Per reader: C = A + Q, O = 0, nothing both, one effect each,
nothing that was never committed, no older state over a newer one, and dead exactly what was planted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Finding:
    """An assertion that does not hold: its name, and a sentence with the first ids."""

    assertion: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.assertion}: {self.sentence}"


@dataclass(frozen=True)
class Dead:
    """A dead letter: its event's key, None where it cannot be read, and the type of the error that ended it."""

    key: str | None
    event_id: UUID | None
    error_type: str


@dataclass
class Account:
    """One reader's account of one event type. Keys name events across databases: an entry's id, `tally/value`."""

    queue: str
    committed: set[str]
    effects: list[tuple[str, UUID]]
    """(key, event id), one for each time an event was applied."""
    inbox: dict[UUID, str]
    """Event id → `applied` or `dead`."""
    dead: list[Dead]
    planted: Mapping[str, str] = field(default_factory=dict)
    """Poison by key → the error type that it must be dead of."""
    unreadable: int = 0
    """Planted messages without a readable id."""
    sent: tuple[int, int] | None = None
    """Count and digest of the emitter's ledger."""
    expected_sent: tuple[int, int] | None = None

    def findings(self) -> list[Finding]:
        """Every assertion of this account that does not hold."""
        applied = Counter(key for key, _ in self.effects)
        dead = {letter.key for letter in self.dead if letter.key is not None}
        found = [
            self._none("nothing-lost", "committed and neither applied nor dead", self.committed - set(applied) - dead),
            self._none(
                "nothing-invented", "applied or dead and never committed", (set(applied) | dead) - self.committed
            ),
            self._none("not-both", "applied and dead", set(applied) & dead),
            self._none("applied-once", "applied more than once", [key for key, n in applied.items() if n > 1]),
            self._inbox_agrees(),
            self._dead_as_planted(dead),
            self._ledger_agrees(),
        ]
        return [finding for finding in found if finding]

    def _none(self, assertion: str, what: str, keys: Collection[object]) -> Finding | None:
        if not keys:
            return None
        return Finding(assertion, f"{self.queue}: {len(keys)} {what}, first {_first(keys)}.")

    def _inbox_agrees(self) -> Finding | None:
        taken = {event_id for event_id, outcome in self.inbox.items() if outcome == "applied"}
        differing = taken ^ {event_id for _, event_id in self.effects}
        return self._none("inbox-agrees", "with an inbox row and no effect, or the reverse", differing)

    def _dead_as_planted(self, dead: set[str]) -> Finding | None:
        wrong = [
            f"{letter.key} ({letter.error_type})"
            for letter in self.dead
            if letter.key is not None and self.planted.get(letter.key) != letter.error_type
        ]
        missing = [f"{key} (not dead)" for key in self.planted.keys() - dead]
        unreadable = sum(letter.key is None for letter in self.dead)
        if unreadable != self.unreadable:
            wrong.append(f"{unreadable} unreadable instead of {self.unreadable}")
        return self._none("dead-as-planted", "dead otherwise than planted", wrong + missing)

    def _ledger_agrees(self) -> Finding | None:
        if self.sent is None or self.sent == self.expected_sent:
            return None
        return Finding("ledger-agrees", f"{self.queue}: the ledger says {self.sent}, its events {self.expected_sent}.")


def states(owned: Mapping[int, int], copies: Mapping[int, int], steps: Iterable[tuple[int, str]]) -> list[Finding]:
    """What is wrong with copies of state: `steps` are (tally, sequence) in the order in which copies changed."""
    found = []
    if differing := [
        f"{tally}: {value}, copy {copies.get(tally)}" for tally, value in owned.items() if copies.get(tally) != value
    ]:
        found.append(
            Finding("newest-state", f"{len(differing)} copies are not their owner's state, first {_first(differing)}.")
        )
    newest: dict[int, str] = {}
    for tally, sequence in steps:
        if sequence <= newest.get(tally, ""):
            found.append(Finding("no-older-over-newer", f"tally {tally}: {sequence} was stored over {newest[tally]}."))
            break
        newest[tally] = sequence
    return found


def sequences(effects: Iterable[tuple[str, str]], epoch: int = 1) -> list[Finding]:
    """What is wrong with the numbers of states: `effects` are (`tally/value`, sequence); the number is the value."""
    wrong = [
        f"{key} has {sequence}" for key, sequence in effects if sequence != f"{epoch:04}.{int(key.split('/')[1]):010}"
    ]
    return (
        [Finding("gapless-sequence", f"{len(wrong)} states have another number, first {_first(wrong)}.")]
        if wrong
        else []
    )


def alarms(armed: set[str], cancelled: set[str], states_of: Mapping[str, str]) -> list[Finding]:
    """What is wrong with deadlines: `armed` and `cancelled` by entries that were applied; an alarm ends one way."""
    wrong = [
        f"{entry} is {states_of.get(entry)}"
        for entry in armed
        if states_of.get(entry) not in ({"rung", "cancelled"} if entry in cancelled else {"rung"})
    ]
    return (
        [Finding("alarms-end", f"{len(wrong)} alarms did not end as they must, first {_first(wrong)}.")]
        if wrong
        else []
    )


def _first(keys: Collection[object]) -> str:
    return ", ".join(sorted(map(str, keys))[:3])
