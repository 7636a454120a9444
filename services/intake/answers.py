"""What can be answered in a form: every field of every form, with its bounds. A role's form asks some of them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from services.intake.domain import texts
from services.intake.fields import Body, FreeHours, Languages, LawPlace, Slugs, WeeklyHours, ZoneName
from services.intake.traits import (
    Adjustments,
    Channels,
    Countries,
    Dislikes,
    Levels,
    MayKnow,
    SafeHours,
    StyleBody,
    Wishes,
)

Months = Annotated[int, Field(ge=1, le=60)]
Told = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(texts.paragraphs)]
"""A short text; an empty one takes the answer back."""


class Answers(Body):
    """Answers by field; what is left out stays, and null takes an answer back."""

    weekly_hours: WeeklyHours | None = None
    months: Months | None = None
    less_time: Told | None = None
    zone: ZoneName | None = None
    free_hours: FreeHours | None = None
    languages: Languages | None = None
    levels: Levels | None = None
    skills: Slugs | None = None
    goals: Slugs | None = None
    motivation: Told | None = None
    experience: Told | None = None
    care: Told | None = None
    born_on: date | None = None
    lives_in: LawPlace | None = None
    countries: Countries | None = None
    style: StyleBody | None = None
    dislikes: Dislikes | None = None
    wishes: Wishes | None = None
    adjustments: Adjustments | None = None
    safe_hours: SafeHours = None
    forbidden_channels: Channels | None = None
    may_know: MayKnow = None
    no_photos: bool | None = None

    def given(self) -> dict[str, Any]:
        """What was sent, as JSON keeps it."""
        return self.model_dump(mode="json", exclude_unset=True)


def merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers after some were given or taken back."""
    after = {**before, **given}
    return {name: value for name, value in after.items() if value not in (None, [], "", {})}
