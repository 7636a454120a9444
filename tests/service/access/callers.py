"""Who calls: every kind of caller that the tables name, by whose token it is and what that grants.

Staff are tried role by role at the site and above it, and with every role at once where no role may help: at a sibling
site, below, at a place whose name begins alike, in another network; and where they are too close to judge.
"""

from dataclasses import dataclass, field

from shared.access import EVERYWHERE, Grant, Role
from shared.access import above as line_of

SITE = "net.af.kabul"
ABOVE, TOP, BESIDE, BELOW, ALIKE, ELSEWHERE = (
    "net.af", "net", "net.af.herat", f"{SITE}.east", f"{SITE}x", "other.af.kabul",
)  # fmt: skip
STAFF: tuple[Role, ...] = ("administrator", "coordinator", "screener", "moderator", "facilitator")


@dataclass(frozen=True)
class Kind:
    """A kind of caller. `whose`: a name of the arrangement, which has to know it; nobody known where it is left out.

    `client`: the token is of a program, not of a person.
    """

    whose: str | None = None
    grants: tuple[Grant, ...] = ()
    client: bool = field(default=False, kw_only=True)

    @property
    def stands_in_the_branch(self) -> bool:
        """Whether a grant stands at the site, above or below it: who may know the tree there."""
        return any(
            each.site == EVERYWHERE or each.site in line_of(SITE) or each.site.startswith(f"{SITE}.")
            for each in self.grants
        )


def _as(*roles: Role, at: str = SITE) -> tuple[Grant, ...]:
    return tuple(Grant(role, at) for role in roles)


EVERY_ROLE = _as(*STAFF)
KINDS: dict[str, Kind] = {
    # around the person whom the arrangement is about
    "themself": Kind("person", _as("participant")),
    "themself-staff": Kind("person", EVERY_ROLE),
    "another": Kind("another", _as("participant")),
    "partner": Kind("partner", _as("participant")),
    "partner-staff": Kind("partner", EVERY_ROLE),
    "guardian": Kind("guardian"),
    "guardian-told": Kind("guardian_told"),
    "guardian-unverified": Kind("guardian_unverified"),
    "guardian-kept-away": Kind("kept_away"),
    "kept-away-staff": Kind("kept_away", EVERY_ROLE),
    "guardian-of-another": Kind("guardian_of_another"),
    "enroller": Kind("enroller", _as("facilitator")),
    "enroller-moved": Kind("enroller", _as("facilitator", at=BESIDE)),
    "relative": Kind("relative", _as("participant")),
    "relative-staff": Kind("relative", EVERY_ROLE),
    "line-staff": Kind("line", _as(*STAFF, at=ABOVE)),
    "proposer": Kind("proposer", _as("administrator", at=TOP)),
    "on-call": Kind("on_call", _as("participant")),
    "neighbour": Kind(None, _as("participant")),
    # staff at the site and above
    "coordinator": Kind(None, _as("coordinator")),
    "screener": Kind(None, _as("screener")),
    "moderator": Kind(None, _as("moderator")),
    "facilitator": Kind(None, _as("facilitator")),
    "administrator": Kind(None, _as("administrator")),
    "coordinator-above": Kind(None, _as("coordinator", at=ABOVE)),
    "screener-above": Kind(None, _as("screener", at=ABOVE)),
    "administrator-above": Kind(None, _as("administrator", at=ABOVE)),
    "administrator-top": Kind(None, _as("administrator", at=TOP)),
    # staff with every role, of somewhere else
    "staff-beside": Kind(None, _as(*STAFF, at=BESIDE)),
    "staff-below": Kind(None, _as(*STAFF, at=BELOW)),
    "staff-alike": Kind(None, _as(*STAFF, at=ALIKE)),
    "staff-elsewhere": Kind(None, _as(*STAFF, at=ELSEWHERE)),
    # programs, and a person to whom nothing is granted
    "service": Kind(None, _as("service", at=EVERYWHERE), client=True),
    "operator": Kind(None, _as("operator", at=EVERYWHERE), client=True),
    "screener-client": Kind(None, _as("screener"), client=True),
    "grantless": Kind(),
}

_ADMINISTRATION = frozenset({"administrator", "administrator-above", "administrator-top", "proposer"})
_COORDINATION = _ADMINISTRATION | {"coordinator", "coordinator-above"}
_SCREENING = _ADMINISTRATION | {"screener", "screener-above"}
GROUPS: dict[str, frozenset[str]] = {
    "administration": _ADMINISTRATION,
    "coordination": _COORDINATION,
    "screening": _SCREENING,
    "staff": _COORDINATION | _SCREENING | {"screener-client"},
    "too-close": frozenset({"themself-staff", "partner-staff", "kept-away-staff", "relative-staff", "line-staff"}),
    "branch": frozenset(name for name, kind in KINDS.items() if kind.stands_in_the_branch),
    "persons": frozenset(name for name, kind in KINDS.items() if not kind.client),
}
"""Names that a table may write for several kinds. `too-close`: with every role, and a stake in the person."""


def named(text: str) -> frozenset[str]:
    """The kinds of a list of names and groups. Raises KeyError for one that there is not."""
    found: set[str] = set()
    for name in text.split():
        found |= GROUPS[name] if name in GROUPS else {name} if KINDS[name] else set()
    return frozenset(found)
