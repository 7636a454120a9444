"""What of a message may be shown: what its contract knows, and of anything else its size and sha256."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.contracts import REGISTRY, Envelope
from shared.contracts.envelope import CONTENT_TYPE, Undecodable, decode

_TYPED = ("id", "time", "sequence", "site", "othersite", "correlationid", "causationid", "traceparent")
"""The attributes whose patterns leave no room for anything private."""

FOREIGN = "foreign"
"""Stands for what another system wrote: it may hold anything."""

_HEADER = re.compile(
    rf"(?:cloudEvents[_:]|ce-)(?:{'|'.join(Envelope.model_fields)})"
    "|x-(?:death|(?:first|last)-death-(?:queue|reason|exchange)|delivery-count|acquired-count)",
    re.IGNORECASE,
)


def known_content_type(content_type: str | None) -> str | None:
    """The content type of a message, where it is one of ours."""
    return content_type if content_type in (None, CONTENT_TYPE, "application/json") else FOREIGN


def known_headers(names: Iterable[str]) -> list[str]:
    """The names of a message's headers, those of no contract as one word."""
    return sorted({name if _HEADER.fullmatch(name) else FOREIGN for name in names})


def readable(body: bytes, headers: Mapping[str, Any], content_type: str | None) -> dict[str, Any]:
    """The event in a message; where it is none of ours, only the size and sha256 of the bytes."""
    try:
        return event_of(decode(body, dict(headers), content_type))
    except Undecodable:
        return fingerprint(body)


def event_of(envelope: Envelope) -> dict[str, Any]:
    """An envelope with the fields of its contract. Of what does not fit its contract only the attributes that cannot
    hold anything private, with the sha256 of the data."""
    shown = envelope.model_dump(mode="json", include=set(_TYPED), exclude_none=True)
    try:
        event = envelope.event()
    except Undecodable:
        kind = {"type": envelope.type} if envelope.type in REGISTRY else {}
        return {**kind, **shown, "data": "[does not fit its contract: not shown]"}
    subject = {"subject": event.subject} if event.subject == envelope.subject else {}
    return {"type": event.type, **subject, **shown, "emitted_by": event.owner, "data": event.model_dump(mode="json")}


def fingerprint(body: bytes) -> dict[str, Any]:
    """How large bytes are that must not be shown, and how to recognise them."""
    return {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
