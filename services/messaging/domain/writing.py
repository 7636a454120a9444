"""Who may write to whom (it fails closed), and what text a message may carry."""

import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts import Contradiction, RoleKind
from shared.contracts.matching import Member

LONGEST = 10_000

CLOSED = "This conversation has ended. You can still read it; your site's staff can tell you more."
NOT_NOW = (
    "Your message cannot be passed on just now, and nothing was stored. Please keep your text, try again later, "
    "or ask your site's staff."
)
"""One sentence for every cause, so that it tells nobody anything about anybody's screening."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """What screening said of a person in a role: cleared until the end of a day (UTC), declined, or ended."""

    person: UUID
    role: RoleKind
    offering: str
    site: str
    state: str
    valid_until: date | None

    def stands(self, today: date) -> bool:
        """Whether it is in force on a day."""
        return self.state == "cleared" and self.valid_until is not None and self.valid_until >= today


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as matching told it."""

    pair: UUID
    offering: str
    sites: tuple[str, ...]
    is_open: bool
    members: tuple[Member, ...]


def covers(scope: str, site: str) -> bool:
    """Whether a place is `scope` or lies below it."""
    return site == scope or site.startswith(f"{scope}.")


def is_cleared(member: Member, pair: Pair, clearances: Iterable[Clearance], today: date) -> bool:
    """Whether a member may act in this pair on a day.

    What screening said for the pair's own offering decides; only where it said nothing of it does a clearance count
    that covers one of the pair's sites. So one withdrawn here is not replaced by one from elsewhere.
    """
    own = [one for one in clearances if (one.person, one.role) == (member.person, member.role)]
    here = [one for one in own if one.offering == pair.offering]
    covering = [one for one in own if any(covers(one.site, site) for site in pair.sites)]
    return any(one.stands(today) for one in here or covering)


def may_write(
    pair: Pair, clearances: Collection[Clearance], today: date, frozen: Collection[UUID] = frozenset()
) -> bool:
    """Whether messages pass: the pair is open, every member is cleared and none frozen.

    So a lapse or a freeze stops both at once (trap 7), and neither learns whose it is.
    """
    if not pair.is_open or any(member.person in frozen for member in pair.members):
        return False
    return all(is_cleared(member, pair, clearances, today) for member in pair.members)


def check_may_write(
    pair: Pair, clearances: Collection[Clearance], today: date, frozen: Collection[UUID] = frozenset()
) -> None:
    """Raises Contradiction with a kind sentence where a message must not pass."""
    if not pair.is_open:
        raise Contradiction(CLOSED)
    if not may_write(pair, clearances, today, frozen):
        raise Contradiction(NOT_NOW)


def message_text(raw: str) -> str:
    """A message's text as it is stored: any script, composed (NFC), stripped. Raises ValueError with what to change."""
    text = clean(raw)
    if not any(unicodedata.category(letter)[0] not in "ZC" for letter in text):
        raise ValueError("Write something: the message is empty.")
    if len(text) > LONGEST:
        raise ValueError(f"Shorten the message: it may have {LONGEST} characters.")
    return text


def clean(raw: str) -> str:
    """Text composed and stripped. Raises ValueError for what no database can store."""
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in raw):
        raise ValueError("Take out the characters that are no text (NUL or half of a pair).")
    return unicodedata.normalize("NFC", raw).strip()
