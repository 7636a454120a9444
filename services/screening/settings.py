"""The settings of screening."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of screening: `RAPPORT_SCREENING_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_SCREENING_", extra="ignore")

    port: int = Field(default=8102, ge=1, le=65535)
    """The HTTP door's port."""
