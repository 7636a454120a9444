"""The settings of intake."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake: `RAPPORT_INTAKE_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_INTAKE_", extra="ignore")

    port: int = Field(default=8101, ge=1, le=65535)
    """The HTTP door's port."""
