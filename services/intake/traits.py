"""Constrained fields of what people say of themselves, and of what is possible for them; API and forms share them."""

from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from services.intake.fields import LIST_LIMIT, Country, FreeHours, Language, Slugs
from shared.contracts.profiles import Adjustment, Channel, Confidant, Dislike, Level, Style, Tie

Code = TypeVar("Code", bound=str)


def _sorted(codes: list[Code]) -> list[Code]:
    return sorted(set(codes))


def _alone(codes: list[Confidant] | None) -> list[Confidant] | None:
    if codes and "nobody" in codes and len(codes) > 1:
        raise ValueError("Nobody and somebody cannot both be meant; take one out.")
    return sorted(set(codes)) if codes else None


class StyleBody(Style):
    """How somebody likes to write and be written to (R2)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: Language | None = None


Levels = Annotated[dict[Language, Level], Field(max_length=LIST_LIMIT)]
Countries = Annotated[dict[Country, Tie], Field(max_length=LIST_LIMIT)]
Dislikes = Annotated[list[Dislike], Field(max_length=LIST_LIMIT), AfterValidator(_sorted)]
Adjustments = Annotated[list[Adjustment], Field(max_length=LIST_LIMIT), AfterValidator(_sorted)]
Wishes = Annotated[Slugs, AfterValidator(_sorted)]
"""Codes that a person's site or a place above it offers; staff read them (R20)."""
SafeHours = Annotated[
    FreeHours | None,
    BeforeValidator(lambda raw: None if raw == [] else raw),
]
"""Hours of the local week; none at all would be no contact at all, which a forbidden channel says."""
Channels = Annotated[list[Channel], Field(max_length=LIST_LIMIT), AfterValidator(_sorted)]
MayKnow = Annotated[Annotated[list[Confidant], Field(max_length=LIST_LIMIT)] | None, AfterValidator(_alone)]


class About(BaseModel):
    """What somebody says of themself; all of it is voluntary, and all of it is codes."""

    model_config = ConfigDict(extra="forbid")

    levels: Levels = {}
    countries: Countries = {}
    style: StyleBody = StyleBody()
    dislikes: Dislikes = []
    wishes: Wishes = []
    adjustments: Adjustments = []


class Limits(BaseModel):
    """What is and is not possible for somebody (R19). None: nothing is said about it, and everything goes.

    Safe hours are hours of the local week in the zone of the person's card, 0 = Monday 00:00.
    """

    model_config = ConfigDict(extra="forbid")

    safe_hours: SafeHours = None
    forbidden_channels: Channels = []
    may_know: MayKnow = None
    no_photos: bool = False
