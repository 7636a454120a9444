"""The settings of screening."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.screening.domain.register import key_from
from shared.links import Links
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of screening: `RAPPORT_SCREENING_...`."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_SCREENING_", extra="ignore")

    port: int = Field(default=8102, ge=1, le=65535)
    """The HTTP door's port."""
    hours_per_message: float = Field(default=0.25, gt=0, le=10)
    """How many hours a message stands for where a law limits hours; until hours are logged it is an estimate."""
    intake_url: str = Field(default="http://127.0.0.1:8101", pattern=r"^https?://\S+$")
    """Where facts of people are read."""
    service_token: SecretStr = SecretStr("")
    """A token with the grant `service` at `*`, for reading from intake; without one nobody can be cleared."""
    link_secret_file: Path | None = None
    """The secret by which links to referees are signed, 32 characters at the least; a second line rotates it."""

    @field_validator("link_secret_file")
    @classmethod
    def _secret(cls, path: Path | None) -> Path | None:
        Links.from_file(path)
        return path

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
