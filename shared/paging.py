"""Keyset paging: a page and the cursor after its last row; a cursor holds only that row's key."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

import orjson
from fastapi import Query
from pydantic import BaseModel

from shared.problems import Invalid

T = TypeVar("T")

PageSize = Annotated[int, Query(ge=1, le=200, description="How many items at the most.")]
Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the page before.")]


class Page(BaseModel, Generic[T]):
    """Items, and the cursor of the next page; None on the last one."""

    items: list[T]
    next: str | None = None


def encode_cursor(*key: Any) -> str:
    """The cursor after a row with this key (ids, times, numbers)."""
    return base64.urlsafe_b64encode(orjson.dumps(key, default=str)).decode().rstrip("=")


def decode_cursor(text: str, *kinds: Callable[[Any], Any]) -> tuple[Any, ...]:
    """The key inside a cursor, each part made by its kind (UUID, datetime.fromisoformat, str, int).

    Raises Invalid naming the field for anything that is no cursor of ours.
    """
    try:
        parts = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        if not isinstance(parts, list) or len(parts) != len(kinds):
            raise ValueError
        if not all(_comparable(part) for part in parts):
            raise ValueError
        return tuple(kind(part) for kind, part in zip(kinds, parts, strict=True))
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error):
        raise Invalid.field("cursor", "is no cursor of this list; leave it out to start at the beginning") from None


def _comparable(part: Any) -> bool:
    """Whether a database can compare it: text, or a whole number of 64 bits."""
    return isinstance(part, str) or (type(part) is int and -(2**63) <= part < 2**63)
