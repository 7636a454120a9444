"""What bodies are made of: constrained fields that the steps share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.screening.domain import texts
from shared.contracts import Zone

Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(texts.line)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=5_000), AfterValidator(texts.paragraphs)]
Email = Annotated[EmailStr, Field(max_length=254)]
Language = Annotated[str, StringConstraints(max_length=24), AfterValidator(texts.language)]
ZoneName = Annotated[Zone, AfterValidator(texts.zone)]


class Body(BaseModel):
    """A request's body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")
