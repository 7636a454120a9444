"""The settings that every service process needs. Each service's settings.py adds its own under its own prefix."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared.access import Keys
from shared.clock import clock_from


class ServiceSettings(BaseSettings):
    """Values come from the environment: `RAPPORT_<SERVICE>_...`, or `RAPPORT_...` for those of the whole platform.

    What is wrong is told by field, all at once; so what two fields have to agree on is checked at the later one.
    """

    model_config = SettingsConfigDict(
        extra="ignore", validate_by_name=True, validate_by_alias=True, use_attribute_docstrings=True
    )

    environment: Literal["development", "production"] = Field(default="development", validation_alias="RAPPORT_ENV")
    """`production` refuses file clocks, the keys that `rapport up` makes, and staff who act without a clearance."""
    database_url: SecretStr
    """postgresql+asyncpg://user:password@host:5432/name; nobody else opens this database."""
    amqp_url: SecretStr = Field(validation_alias="RAPPORT_AMQP_URL")
    """amqp://user:password@host:5672/ of the broker, or amqps://."""
    keys_file: Path = Field(validation_alias="RAPPORT_KEYS_FILE")
    """A JWKS file with one public key, or two while they are rotated, by which tokens are checked."""
    clock: str = Field(default="real", validation_alias="RAPPORT_CLOCK")
    """`real`, or `file:PATH` where a file drives domain time, as the demo does."""
    staff_clearance: Literal["required", "ignored"] | None = Field(
        default=None, validation_alias="RAPPORT_STAFF_CLEARANCE", validate_default=True
    )
    """`required`: grants of staff count only while the person is cleared, as always in production. Else `ignored`."""
    host: str = Field(default="127.0.0.1", min_length=1)
    """Where the HTTP door listens; 0.0.0.0 in a container."""
    port: int = Field(ge=1, le=65535)
    """The HTTP door's port."""
    pool_size: int = Field(default=10, ge=2, le=100)
    """The most connections to the database at a time; the relay has one more of its own."""

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: SecretStr) -> SecretStr:
        if not is_address(url.get_secret_value(), "postgresql+asyncpg"):
            raise ValueError("must be postgresql+asyncpg://user:password@host:5432/name")
        return url

    @field_validator("amqp_url")
    @classmethod
    def _broker(cls, url: SecretStr) -> SecretStr:
        if not is_address(url.get_secret_value(), "amqp"):
            raise ValueError("must be amqp://user:password@host:5672/ or amqps://")
        return url

    @field_validator("keys_file")
    @classmethod
    def _keys(cls, path: Path, info: ValidationInfo) -> Path:
        if Keys.from_file(path).for_development and info.data.get("environment") == "production":
            raise ValueError(
                "The keys file holds a development key, which production refuses; make one with `rapport keys new`."
            )
        return path

    @field_validator("clock")
    @classmethod
    def _clock(cls, setting: str, info: ValidationInfo) -> str:
        if setting != "real" and info.data.get("environment") == "production":
            raise ValueError("must be 'real' in production")
        try:
            clock_from(setting)
        except ValueError:
            raise ValueError("must be 'real', or 'file:PATH' of a clock file that can be read") from None
        return setting

    @field_validator("staff_clearance")
    @classmethod
    def _staff_clearance(cls, setting: str | None, info: ValidationInfo) -> str:
        if info.data.get("environment") != "production":
            return setting or "ignored"
        if setting == "ignored":
            raise ValueError("must be 'required' in production, or left out")
        return "required"


def is_address(url: str, scheme: str) -> bool:
    """Whether this is the URL of a server and its scheme begins so; the reason is not told, it may hold a password."""
    try:
        found = make_url(url)
        return found.drivername.startswith(scheme) and bool(found.host or found.query) and 0 < (found.port or 1) < 65536
    except (ArgumentError, ValueError):
        return False
