"""What the live board shows at one moment: sites, counts and sentences of the story; no person, no id of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Funnel:
    """How far the people of a site have come, in events that were seen."""

    applied: int = 0
    cleared: int = 0
    paired: int = 0
    writing: int = 0
    """Pairs in which somebody wrote."""
    in_time: int = 0
    overdue: int = 0


@dataclass(frozen=True)
class Debts:
    """Answers that are owed at a site."""

    owed: int
    overdue: int
    next_due: datetime | None
    """The soonest limit that has not passed."""


@dataclass(frozen=True)
class Break:
    """Something that the story broke, or mended."""

    hour: float
    sentence: str
    mended: bool = False


@dataclass(frozen=True)
class Snapshot:
    """Everything on the board."""

    now: datetime
    hour: float
    elapsed: float
    """Real seconds since the story began."""
    broker_answers: bool = True
    answers: Mapping[str, bool] = field(default_factory=dict)
    """Whether each process answers."""
    funnels: Mapping[str, Funnel] = field(default_factory=dict)
    debts: Mapping[str, Debts] = field(default_factory=dict)
    events: Mapping[str, int] = field(default_factory=dict)
    lately: Mapping[str, int] = field(default_factory=dict)
    """By type, within the last second."""
    seconds: Sequence[int] = ()
    """Events of each of the last seconds, the newest last."""
    outboxes: Mapping[str, int] = field(default_factory=dict)
    queues: Mapping[str, int] = field(default_factory=dict)
    told: Sequence[str] = ()
    breaks: Sequence[Break] = ()
