"""How this service and a vendor know each other's messages: a keyed digest over a moment and the message."""

import hmac
from collections.abc import Sequence
from hashlib import sha256

SHORTEST_KEY = 32
TOLERANCE_SECONDS = 300
"""How far a message's moment may lie from now: a message that was overheard is of no use afterwards."""
LATEST = 10**11
"""No moment lies as far as this; a longer number is none."""


def keys_from(content: bytes) -> tuple[bytes, ...]:
    """The keys of a file, one a line. Raises ValueError saying what is wrong, and nothing of the content."""
    keys = tuple(content.split())
    if not keys:
        raise ValueError("The vendor's key file is empty.")
    if any(len(key) < SHORTEST_KEY for key in keys):
        raise ValueError(f"A vendor's key must have {SHORTEST_KEY} characters at the least.")
    return keys


def sign(key: bytes, moment: str, message: bytes) -> str:
    """The signature of a message sent at a moment (seconds since 1970 as text): `v1=` and HMAC-SHA256 in hex."""
    return "v1=" + hmac.new(key, moment.encode() + b"." + message, sha256).hexdigest()


def is_signed(keys: Sequence[bytes], signature: str, moment: str, message: bytes, now: float) -> bool:
    """Whether one of the keys signed this, not long ago. Each comparison takes the same time whatever differs."""
    if not (moment.isascii() and moment.isdecimal() and len(moment) <= len(str(LATEST))):
        return False
    if abs(int(moment) - now) > TOLERANCE_SECONDS:
        return False
    given = signature.encode()
    return sum(hmac.compare_digest(sign(key, moment, message).encode(), given) for key in keys) > 0
