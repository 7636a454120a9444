"""What people say of themselves beyond skills and hours: codes alone, so that no field holds a diagnosis or a creed."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}$")]
"""A BCP 47 tag: `fa-AF`."""
HourOfWeek = Annotated[int, Field(ge=0, le=167)]
"""0 is Monday 00:00."""
Level = Literal["A1", "A2", "B1", "B2", "C1", "C2", "native"]
"""How well somebody writes a language: a level of the CEFR, or native."""
Tie = Literal["lived-in", "worked-in", "knows"]
"""What somebody's knowledge of a country rests on, the closest that holds (R17)."""
Channel = Literal["mail", "sms", "push", "phone", "video"]
"""A way to reach somebody besides the platform itself."""
Dislike = Literal[
    "calls", "voice-messages", "long-messages", "small-talk", "homework", "being-corrected", "personal-questions",
    "politics", "religion", "photos",
]  # fmt: skip
"""What somebody would rather not have to do with."""
Adjustment = Literal[
    "large-print", "high-contrast", "screen-reader", "text-only", "captions", "plain-language", "dictation",
    "more-time", "short-sessions", "somebody-beside-me",
]  # fmt: skip
"""What makes taking part possible. Why somebody needs it is not asked, so no diagnosis can be told."""
Confidant = Literal["nobody", "family", "friends", "school", "employer", "site-staff"]
"""Who may know that somebody takes part, besides those who have to; `nobody` stands alone."""
Length = Literal["short", "long"]
Manner = Literal["direct", "indirect"]
Tone = Literal["formal", "informal"]


class Style(BaseModel):
    """How somebody likes to write and be written to (R2); what was not said is None."""

    model_config = ConfigDict(frozen=True)

    length: Length | None = None
    manner: Manner | None = None
    tone: Tone | None = None
    language: LanguageTag | None = None
    channel: Channel | None = None
