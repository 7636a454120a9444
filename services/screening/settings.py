"""The settings of screening."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from services.screening.domain.register import key_from
from services.screening.domain.signatures import keys_from
from services.screening.domain.vendors import served_from
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

    vendor_url: str | None = Field(default=None, max_length=200, pattern=r"^https?://[!-~]+$")
    """Where the vendor that does record checks takes orders; without one staff enter results by hand."""
    vendor_key_file: Path | None = None
    """The keys shared with the vendor, 32 characters or more, one a line; the last one signs, all are read."""
    vendor_checks: str = ""
    """Which checks the vendor does where, as place:check separated by spaces: net.us:record-check."""

    @field_validator("vendor_url")
    @classmethod
    def _vendor_url(cls, url: str | None, info: ValidationInfo) -> str | None:
        if url and not url.startswith("https:") and info.data.get("environment") == "production":
            raise ValueError("must begin with https: in production")
        return url

    @field_validator("vendor_key_file")
    @classmethod
    def _vendor_keys(cls, path: Path | None) -> Path | None:
        if path is not None:
            try:
                keys_from(path.read_bytes())
            except OSError as error:
                raise ValueError(f"The vendor's key file cannot be read: {error.strerror}.") from None
        return path

    @field_validator("vendor_checks")
    @classmethod
    def _vendor_checks(cls, setting: str, info: ValidationInfo) -> str:
        if served_from(setting) and not (info.data.get("vendor_url") and info.data.get("vendor_key_file")):
            raise ValueError("needs the vendor's address and key file, too")
        return setting
