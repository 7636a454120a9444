"""The settings of screening."""

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from services.screening.domain.register import key_from
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of screening: `RAPPORT_SCREENING_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_SCREENING_", extra="ignore")

    port: int = Field(default=8102, ge=1, le=65535)
    """The HTTP door's port."""
    dismissal_register_key_file: Path | None = None
    """The key of the network-wide dismissal register, 32 characters or more; without one there is no register."""

    @field_validator("dismissal_register_key_file")
    @classmethod
    def _register_key(cls, path: Path | None) -> Path | None:
        if path is not None:
            try:
                key_from(path.read_bytes())
            except OSError as error:
                raise ValueError(f"The register's key file cannot be read: {error.strerror}.") from None
        return path
