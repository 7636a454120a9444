"""The settings of intake."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from shared.links import Links
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake: `RAPPORT_INTAKE_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_INTAKE_", extra="ignore")

    port: int = Field(default=8101, ge=1, le=65535)
    """The HTTP door's port."""
    link_secret_file: Path | None = None
    """The secret by which links to drafts are signed, 32 characters at the least; a second line rotates it."""

    @field_validator("link_secret_file")
    @classmethod
    def _secret(cls, path: Path | None) -> Path | None:
        Links.from_file(path)
        return path
