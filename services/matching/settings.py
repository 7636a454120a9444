"""The settings of matching."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of matching: `RAPPORT_MATCHING_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_MATCHING_", extra="ignore")

    port: int = Field(default=8103, ge=1, le=65535)
    """The HTTP door's port."""
    intake_url: str = Field(default="http://127.0.0.1:8101", pattern=r"^https?://\S+$")
    """Where matching profiles are read."""
    service_token: SecretStr = SecretStr("")
    """A token with the grant `service` at `*`, for reading from intake; without one profiles wait."""
