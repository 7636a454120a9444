"""The settings of messaging."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of messaging: `RAPPORT_MESSAGING_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_MESSAGING_", extra="ignore")

    port: int = Field(default=8104, ge=1, le=65535)
    """The HTTP door's port."""
