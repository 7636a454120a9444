"""What messaging tells the others: that a message can be read (never what it says), and who owes whom an answer."""

from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Audience, Event, Kind, Moment, RoleKind, SitePath

Settlement = Literal["answered", "acknowledged", "waived", "closed"]
"""How a debt ended: a reply, the debtor's acknowledgement, the sender's `no answer needed`, the pair's closing."""
Weight = Literal["talk", "harm", "emergency"]
"""How much a concern weighs: something to talk about, harm that may have happened, somebody in danger now."""
MOST_PEOPLE = 50
"""The most people that one concern or one conduct case names."""

_PERSON = "01985b3e-7a10-7000-8000-000000000001"
_OTHER = "01985b3e-7a10-7000-8000-000000000005"
_PAIR = "01985b3e-7a10-7000-8000-000000000004"


class MessageSent(
    Event, name="message.sent", version=1, kind=Kind.FACT, audience=Audience.PARTNER, subject="message/{message}"
):
    """A message is readable to its recipients from now on."""

    message: UUID
    pair: UUID
    site: SitePath
    other_site: SitePath | None = None
    sender: UUID
    sender_role: RoleKind
    recipients: list[UUID] = Field(min_length=1)
    answer_needed: bool
    sent_at: Moment

    example = {
        "message": "01985b3e-7a10-7000-8000-000000000006",
        "pair": _PAIR,
        "site": "net.af.kabul",
        "other_site": None,
        "sender": _PERSON,
        "sender_role": "mentor",
        "recipients": [_OTHER],
        "answer_needed": True,
        "sent_at": "2026-11-02T08:00:00Z",
    }


_DEBT: dict[str, Any] = {
    "debt": "01985b3e-7a10-7000-8000-000000000007",
    "pair": _PAIR,
    "site": "net.af.kabul",
    "other_site": None,
    "debtor": _OTHER,
    "debtor_role": "mentee",
    "creditor": _PERSON,
    "since": "2026-11-02T08:00:00Z",
}


class ReplyOverdue(
    Event, name="reply.overdue", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="debt/{debt}"
):
    """An answer is owed past its limit (R9). Once per debt. `since` is the oldest unanswered message."""

    debt: UUID
    pair: UUID
    site: SitePath
    other_site: SitePath | None = None
    debtor: UUID
    debtor_role: RoleKind
    creditor: UUID
    since: Moment
    due_at: Moment

    example = {**_DEBT, "due_at": "2026-11-06T08:00:00Z"}


class ReplySettled(
    Event, name="reply.settled", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="debt/{debt}"
):
    """An answer is owed no longer. `was_overdue` tells whether reply.overdue was said of this debt."""

    debt: UUID
    pair: UUID
    site: SitePath
    other_site: SitePath | None = None
    debtor: UUID
    debtor_role: RoleKind
    creditor: UUID
    since: Moment
    settled_at: Moment
    settlement: Settlement
    was_overdue: bool

    example = {**_DEBT, "settled_at": "2026-11-03T09:30:00Z", "settlement": "answered", "was_overdue": False}


class AwayAnnounced(
    Event, name="away.announced", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="away/{away}"
):
    """A person will be offline from `starts` until `ends` (R11); their reply clocks stand still meanwhile."""

    away: UUID
    person: UUID
    site: SitePath
    starts: Moment
    ends: Moment

    example = {
        "away": "01985b3e-7a10-7000-8000-000000000008",
        "person": _PERSON,
        "site": "net.af.kabul",
        "starts": "2026-11-10T00:00:00Z",
        "ends": "2026-11-17T00:00:00Z",
    }


class AwayEnded(Event, name="away.ended", version=1, kind=Kind.STATE, audience=Audience.PARTNER, subject="away/{away}"):
    """A person is back, on the day they said or before it."""

    away: UUID
    person: UUID
    site: SitePath
    starts: Moment
    ends: Moment
    ended_at: Moment

    example = {**AwayAnnounced.example, "ended_at": "2026-11-15T12:00:00Z"}


class ConcernRaised(
    Event, name="concern.raised", version=1, kind=Kind.FACT, audience=Audience.PLATFORM, subject="concern/{concern}"
):
    """Somebody is concerned (R32, R66). `pair` is None where no conversation is meant; what was written stays here.

    Who raised it is left out altogether: with a raiser in some events and none in others, those without would be told
    apart as anonymous, and in a pair of two that names the raiser. `about` are the people it names, `about_staff` says
    that it is about staff whom nobody named. `members` are all of the pair, whoever raised it: none of them handles it.
    """

    concern: UUID
    pair: UUID | None = None
    site: SitePath
    other_site: SitePath | None = None
    about: list[UUID] = Field(default=[], max_length=MOST_PEOPLE)
    about_staff: bool = False
    members: list[UUID] = Field(default=[], max_length=MOST_PEOPLE)
    weight: Weight

    example = {
        "concern": "01985b3e-7a10-7000-8000-000000000009",
        "pair": _PAIR,
        "site": "net.af.kabul",
        "other_site": None,
        "about": [_PERSON],
        "about_staff": False,
        "members": [_PERSON, _OTHER],
        "weight": "harm",
    }
