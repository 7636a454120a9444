"""The rules of notify: which mails an event causes, whether one may go out, and what the mail server's answer means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from shared.contracts import Contradiction, RoleKind
from shared.contracts.reads import AddressCard

SPACE = UUID("6f2a7f0e-4a55-5c2b-9d57-0f3c1f6f6a01")
"""The namespace of mail ids."""

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_OUTAGE_WAIT = timedelta(minutes=1)
LAST_ATTEMPT = 120
"""About five days at the longest wait: how long a server may put a mail off before it counts as refused (RFC 5321)."""

QUARTER = timedelta(minutes=15)
"""Every zone begins its hours on a quarter of an hour of UTC."""
WEEKS_LOOKED_AHEAD = 3
"""An hour of the local week that the clocks skip is there again in one of the next weeks."""

_PART = r'[^\s@<>(),:;"\\\[\]\x00-\x1f\x7f-\x9f]+'
_ADDRESS = re.compile(f"{_PART}@{_PART}")
_NOT_IN_A_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_NAME = 200


class Kind(StrEnum):
    """What a mail is about."""

    APPLICATION_RECEIVED = "application-received"
    CLEARED = "cleared"
    ADMITTED = "admitted"
    MATCHED = "matched"
    MESSAGE_WAITING = "message-waiting"
    REPLY_OVERDUE = "reply-overdue"


class State(StrEnum):
    """Where a mail stands. `unknown` was cut off in sending: a person decides, it is never sent again by itself."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    SUPPRESSED = "suppressed"
    NO_ADDRESS = "no-address"
    SUPERSEDED = "superseded"


Resolution = Literal["sent", "retry"]
"""What a person decides about an unknown mail."""


class Reached(StrEnum):
    """How far a dialogue with the mail server came."""

    ACCEPTED = "accepted"  # the server took the mail
    REFUSED = "refused"  # the server said no to this recipient or this mail
    NOT_BEGUN = "not-begun"  # nothing of the mail went out: no server, no greeting, sender refused, connection lost
    LOST = "lost"  # the mail went out and no answer came


@dataclass(frozen=True)
class Answer:
    """How far it came, and the server's code where it gave one; never its text, which may hold an address."""

    reached: Reached
    code: int | None = None


@dataclass(frozen=True)
class Letter:
    """Whom to write to; lives as long as the sending and is never shown."""

    address: str = field(repr=False)
    name: str | None = field(repr=False)
    language: str


@dataclass(frozen=True)
class Outcome:
    """A mail's next state; `retry_after` is real time."""

    state: State
    smtp_code: int | None = None
    retry_after: timedelta | None = None


def mail_id(cause: str, person: UUID, kind: Kind) -> UUID:
    """The id of the one mail that a cause, a person and a kind have, whoever hears it and however often."""
    return uuid5(SPACE, f"{cause} {person} {kind}")


def kind_of_clearance(role: RoleKind) -> Kind:
    """A mentee is admitted and welcomed; a volunteer is cleared and thanked."""
    return Kind.ADMITTED if role is RoleKind.MENTEE else Kind.CLEARED


def first_state(is_over: bool) -> State:
    """A nudge whose debt is settled already, and a greeting to a pair that is closed, stay unsent (R9)."""
    return State.SUPERSEDED if is_over else State.WAITING


def once_each(people: Iterable[UUID]) -> list[UUID]:
    """Each person once, in a fixed order."""
    return sorted(set(people))


def decide(card: AddressCard | None) -> Letter | State:
    """Whom to write to, or why nobody. An address that could break a header or a command counts as none."""
    if card is None:
        return State.NO_ADDRESS
    if not card.may_mail:
        return State.SUPPRESSED
    if not card.email or not _ADDRESS.fullmatch(card.email):
        return State.NO_ADDRESS
    return Letter(card.email, _greetable(card.name_to_use), card.language)


def held_until(card: AddressCard | None, now: datetime) -> datetime | None:
    """Until when a mail waits for a safe hour of its person (R19); None where it may go now.

    No kind of mail is urgent enough to come at an hour at which somebody else may read it.
    """
    if card is None or not card.safe_hours:
        return None
    safe, zone = set(card.safe_hours), ZoneInfo(card.zone)
    if _hour_of_week(now, zone) in safe:
        return None
    start = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % QUARTER
    for step in range(1, WEEKS_LOOKED_AHEAD * 7 * 24 * 4 + 1):
        if _hour_of_week(start + step * QUARTER, zone) in safe:
            return start + step * QUARTER
    return start + timedelta(weeks=WEEKS_LOOKED_AHEAD)


def _hour_of_week(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return local.weekday() * 24 + local.hour


def _greetable(name: str) -> str | None:
    name = name.strip()
    fit = 0 < len(name) <= _LONGEST_NAME and not _NOT_IN_A_NAME.search(name)
    return name if fit else None


def judge(answer: Answer, attempts: int) -> Outcome:
    """What the server's answer to attempt number `attempts` means. Only what surely did not go out is tried again."""
    if answer.reached is Reached.ACCEPTED:
        return Outcome(State.SENT, answer.code)
    if answer.reached is Reached.LOST:
        return Outcome(State.UNKNOWN)
    is_final = answer.code is None or answer.code >= 500 or attempts >= LAST_ATTEMPT
    if answer.reached is Reached.REFUSED and is_final:
        return Outcome(State.REFUSED, answer.code)
    return Outcome(State.WAITING, answer.code, back_off(attempts))


def back_off(attempts: int) -> timedelta:
    """How long to wait after attempt number `attempts`: twice as long each time, up to an hour."""
    doublings = min(max(attempts, 1), 20) - 1
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))


@dataclass
class Outage:
    """Intake or the mail server away: all mails wait for one moment of real time, later each time, up to a minute."""

    _failures: int = 0
    _until: datetime | None = None

    def goes_on(self, now: datetime) -> datetime:
        """Another failure at `now`; until when to wait. Failures of other batches within a wait do not prolong it."""
        if self._until is None or now >= self._until:
            self._failures += 1
            self._until = now + min(LONGEST_OUTAGE_WAIT, back_off(self._failures))
        return self._until


def resolve(state: State, before: Resolution | None, decision: Resolution, is_over: bool) -> State:
    """The state after a person's decision about an unknown mail; deciding the same again changes nothing.

    Raises Contradiction for a mail that is not unknown.
    """
    if state is State.UNKNOWN:
        return State.SENT if decision == "sent" else first_state(is_over)
    if before == decision:
        return state
    raise Contradiction(f"This mail is {state}; only one whose sending was cut off (unknown) can be decided about.")
