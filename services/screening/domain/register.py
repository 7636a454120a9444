"""The network-wide dismissal register: what it keeps of a person, how long, and where it must not be kept.

It keeps a keyed digest of name and birth date, neither of these, and nothing of why. Off unless a key is set.
"""

import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256

from shared.contracts import Contradiction
from shared.law import Factor, Law

SETTING = "RAPPORT_SCREENING_DISMISSAL_REGISTER_KEY_FILE"
SHORTEST_KEY = 32
LONGEST_YEARS = 5
OFF = f"The dismissal register is off here; whoever runs Rapport turns it on with {SETTING}."
WRONG_KEY = f"The dismissal register was made with another key than the one that {SETTING} names; put that one back."
BAD_KEY = f"The file that {SETTING} names cannot be used as a key; put back the one the register was made with."


def key_from(content: bytes) -> bytes:
    """The key inside a file. Raises ValueError saying what is wrong, and nothing of the content."""
    key = content.strip()
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"The register's key must have {SHORTEST_KEY} characters at the least.")
    return key


def identity(full_name: str, born: date) -> bytes:
    """A person as the register folds them: letters without case, marks, punctuation and order of names; birth date."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", full_name).casefold())
    letters = "".join(letter if letter.isalnum() else " " for letter in folded if not unicodedata.combining(letter))
    words = sorted(letters.split())
    if not words:
        raise Contradiction("The name holds no letters; give the full name as it stands in the document.")
    return f"{' '.join(words)}|{born.isoformat()}".encode()


def digest(key: bytes, full_name: str, born: date) -> bytes:
    """What is kept of a person (HMAC-SHA256)."""
    return hmac.new(key, identity(full_name, born), sha256).digest()


def check_value(key: bytes) -> bytes:
    """By which a register knows its key again; of no person."""
    return hmac.new(key, b"the dismissal register's key", sha256).digest()


def last_day(today: date, years: int) -> date:
    """The last day of an entry; 28 February where that year has no 29th."""
    day = 28 if (today.month, today.day) == (2, 29) and years % 4 else today.day
    return today.replace(year=today.year + years, day=day)


def check_allowed(places: Iterable[Mapping[Factor, str] | None], law: Law) -> None:
    """Raise Contradiction where a connected law forbids such a register, or where the law is not known here yet."""
    for place in places:
        if place is None:
            raise Contradiction("Whose law holds at this place is not known here, so nothing is registered by it.")
        for each in law.connected(place):
            if each.pack.register_forbidden:
                found = each.pack.register_forbidden
                source = each.pack.sources[found.source].title
                raise Contradiction(f"{each.pack.title} allows no such register: {found.why} ({source})")


def check_finished(state: str, *, dismissed: bool, replied: bool) -> None:
    """Raise Contradiction unless the case is finished, the person dismissed by it, and heard or asked before (R57)."""
    if state != "closed":
        raise Contradiction("Only a finished case leads to the register; close this one first.")
    if not dismissed:
        raise Contradiction("This person was not dismissed by this case.")
    if not replied:
        raise Contradiction("The person was not heard: record their reply, or that they did not answer, and why not.")
