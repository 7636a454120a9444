"""The CloudEvents 1.0 envelope. The same bytes stand in the outbox, on the broker and in the archive."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import UUID7, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.contracts.base import REGISTRY, Event, Moment, SitePath

CONTENT_TYPE = "application/cloudevents+json"
Sequence = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}\.[0-9]{10}$")]
"""`EEEE.NNNNNNNNNN`: the epoch, raised when a database is restored, and a gapless number per subject."""


class Undecodable(ValueError):
    """A message that is no event of ours, or one of an unknown type or a wrong shape; the message says which."""


class Envelope(BaseModel):
    """One event on its way. `data` is the event's own fields."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID7
    """Carries the real time it was made at, by which the inbox knows whether it may have forgotten the event."""
    source: str = Field(max_length=200)
    type: str = Field(max_length=200)
    subject: str = Field(max_length=300)
    time: Moment
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str = Field(max_length=300)
    correlationid: UUID
    causationid: UUID | None = None
    sequence: Sequence
    site: SitePath
    othersite: SitePath | None = None
    traceparent: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{55}$")] | None = None
    data: dict[str, Any]

    @property
    def epoch(self) -> int:
        """The epoch of its owner in which it was emitted."""
        return int(self.sequence[:4])

    def event(self) -> Event:
        """The event inside. Raises Undecodable when its type is unknown or a field is wrong, naming the field."""
        try:
            return REGISTRY[self.type].model_validate(self.data)
        except KeyError:
            raise Undecodable(f"Event type {self.type!r} is not known here; upgrade this reader or drop it.") from None
        except ValidationError as error:
            raise Undecodable(f"{self.type} {self.id}: {_reasons(error)}") from None


_BINARY_HEADER = re.compile(r"^(?:cloudEvents[_:]|ce-)(.+)$", re.IGNORECASE)


def decode(body: bytes, headers: dict[str, Any], content_type: str | None) -> Envelope:
    """Read a message in the structured or in the binary CloudEvents binding. Raises Undecodable with the reason."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Undecodable(f"The body is not JSON: {error}.") from None
    if content_type is None or not content_type.startswith(CONTENT_TYPE):
        attributes = {m[1].lower(): value for key, value in headers.items() if (m := _BINARY_HEADER.match(key))}
        if attributes:
            document = {**attributes, "data": document}
    try:
        return Envelope.model_validate(document)
    except ValidationError as error:
        raise Undecodable(f"The envelope is not a CloudEvent of ours: {_reasons(error)}") from None


def _reasons(error: ValidationError) -> str:
    """Field and reason of each fault, never the value: it may be private."""
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg']}" for fault in error.errors()) + "."
