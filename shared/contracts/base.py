"""The event base, the types its fields may have, and the registry that knows every event type."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

SLUG = r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?"

Slug = Annotated[str, StringConstraints(pattern=rf"^{SLUG}$")]
"""A short name in lower case, 1 to 32 characters: `record-check`."""

SitePath = Annotated[str, StringConstraints(pattern=rf"^{SLUG}(?:\.{SLUG})*$", max_length=180)]
"""A place in the tree, from the network down: `net.af.kabul`. Grants and routing keys compare it."""

OfferingId = Annotated[str, StringConstraints(pattern=rf"^{SLUG}@{SLUG}(?:\.{SLUG})*$", max_length=220)]
"""A programme at a site: `first-steps@net.af.kabul`."""

Zone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}$", max_length=64)]
"""An IANA time zone: `Asia/Kabul`."""


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("must lie in the years 1 to 9999 in UTC, too") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A moment of domain time, kept in UTC."""


class Kind(StrEnum):
    """A state event carries its subject's whole state; a fact is its own subject and every one is applied."""

    STATE = "state"
    FACT = "fact"


class Audience(StrEnum):
    """Partner types may be read by other systems; platform types never leave the platform."""

    PARTNER = "partner"
    PLATFORM = "platform"


class RoleKind(StrEnum):
    """What a role does: in a pair, beside one, or for the network. Only mentors and mentees are paired."""

    MENTOR = "mentor"
    MENTEE = "mentee"
    FACILITATOR = "facilitator"
    STAFF = "staff"
    MODERATOR = "moderator"
    SCREENER = "screener"
    COORDINATOR = "coordinator"


class Contradiction(Exception):
    """What was asked or heard contradicts what is recorded; the message says what, and what to do."""


REGISTRY: dict[str, type["Event"]] = {}
"""Every event type by its CloudEvents `type`: `rapport.application.submitted.v1`."""


class Event(BaseModel):
    """What one service tells the others. Subclasses give name, version, kind, audience and subject as class arguments.

    `subject` is a format string over the fields; types that tell of the same subjects are a `family`. Unknown
    fields are ignored, so that a writer may add some.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    name: ClassVar[str]
    version: ClassVar[int]
    kind: ClassVar[Kind]
    audience: ClassVar[Audience]
    owner: ClassVar[str]
    type: ClassVar[str]
    subject_format: ClassVar[str]
    family: ClassVar[str]
    example: ClassVar[dict[str, Any]]

    def __init_subclass__(
        cls, *, name: str, version: int, kind: Kind, audience: Audience, subject: str, **rest: Any
    ) -> None:
        super().__init_subclass__(**rest)
        cls.name, cls.version, cls.kind, cls.audience, cls.subject_format = name, version, kind, audience, subject
        cls.family = subject.partition("/")[0] + subject.rpartition("}")[2].replace("+", "-")
        cls.owner = cls.__module__.rpartition(".")[2]
        cls.type = f"rapport.{name}.v{version}"
        if REGISTRY.setdefault(cls.type, cls) is not cls:
            raise TypeError(f"Two classes claim the event type {cls.type}.")

    @property
    def subject(self) -> str:
        """What this event is about: `clearance/<case id>`."""
        return self.subject_format.format_map(dict(self))

    @property
    def sites(self) -> tuple[str, ...]:
        """The one or two places this event concerns; the first stands in the routing key."""
        first: str = self.__dict__["site"]
        other: str | None = self.__dict__.get("other_site")
        return (first, other) if other and other != first else (first,)


EVERYWHERE = "everywhere"
"""The place of events that concern none; no network may be called so."""


class Resent(BaseModel):
    """The fields by which an owner says that it has told a whole family of state events anew, under its epoch.

    `resent` is the family, `subjects` how many there are. A copy of an older epoch is an orphan.
    """

    resent: Slug
    epoch: int = Field(ge=1, le=9999)
    subjects: int = Field(ge=0)
    site: SitePath = EVERYWHERE
