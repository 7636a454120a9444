"""What the requirements of a case depend on, and what they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.contracts import RoleKind
from shared.contracts.intake import Risk
from shared.law import Factor, Report

USUAL_REFERENCES = 2
"""How many people speak for an applicant where the policy asks for no more (R47)."""
USUAL_VALIDITY = 12
"""Months that a clearance stands where nothing asks for less (R40)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A result that a person brings along. `own`: this organisation asked for it."""

    check: str
    valid_until: date
    own: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the requirements depend on. Ages and residence in years, None: not known.

    `age` is the applicant's. `accepted` is the place of whose law a named person accepted, for the whole site, that it
    was read in part or not at all. `days` with contact in any 30, None: nobody limits them. `hours` are those
    in the month and in the year. `asked` are the steps of the policy in force, `validity` its months, `youngest` the
    years of age from which on it takes a mentor without a word, `references` how many people speak for an applicant.
    `for_minors`: the programme is for minors, so a mentee of unknown age counts as a child.
    """

    kind: RoleKind
    today: date
    risks: frozenset[Risk] = frozenset()
    places: Mapping[Factor, str] = field(default_factory=dict)
    age: int | None = None
    days: int | None = None
    hours: tuple[float, float] = (0.0, 0.0)
    resident: int | None = None
    vendor: bool = False
    asked: frozenset[str] = frozenset()
    validity: int = USUAL_VALIDITY
    second_person: bool = False
    held: tuple[Held, ...] = ()
    accepted: str | None = None
    youngest: int = 0
    references: int = 0
    for_minors: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is required or forbidden: whose rule, which one, by what it is connected, and its source."""

    of: str
    rule: str
    why: str
    factors: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A check that is asked for. `validity` in months; `days_old` is how old evidence may be; `stands`: it is held."""

    check: str
    why: tuple[Reason, ...]
    performer: str
    passes: str
    validity: int
    days_old: int | None = None
    only: str | None = None
    count: int | None = None
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What must not be asked for or done."""

    check: str
    why: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One law requires what another one forbids; a person finds the way with both organisations."""

    check: str
    required: tuple[Reason, ...]
    forbidden: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What no source was read for, so a person decides. `what` outlives a rewording; `accepted`: for the site."""

    what: str
    about: str
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Requirements:
    """Ordered steps and what stands around them. Nobody is cleared before conflicts and `unsettled` were settled."""

    steps: tuple[Step, ...]
    forbidden: tuple[Forbidden, ...]
    conflicts: tuple[Conflict, ...]
    reports: tuple[Report, ...]
    unsettled: tuple[Unsettled, ...]
    validity: int
    second_person: bool

    @property
    def checks(self) -> tuple[str, ...]:
        """The names of the steps, in order."""
        return tuple(step.check for step in self.steps)
