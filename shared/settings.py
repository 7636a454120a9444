"""The settings that every service process needs. Each service's settings.py adds its own under its own prefix."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Values come from the environment: `RAPPORT_<SERVICE>_...`, or `RAPPORT_...` for those of the whole platform."""

    model_config = SettingsConfigDict(extra="ignore")

    database_url: SecretStr
    """postgresql+asyncpg://user:password@host:port/database; nobody else opens this database."""
    amqp_url: SecretStr = Field(validation_alias=AliasChoices("amqp_url", "RAPPORT_AMQP_URL"))
    keys_file: Path = Field(validation_alias=AliasChoices("keys_file", "RAPPORT_KEYS_FILE"))
    """A JWKS file with at most two public keys, by which tokens are checked."""
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    pool_size: int = Field(default=10, ge=2, le=100)
    clock: str = Field(default="real", validation_alias=AliasChoices("clock", "RAPPORT_CLOCK"))
    environment: Literal["development", "production"] = Field(
        default="development", validation_alias=AliasChoices("environment", "RAPPORT_ENV")
    )

    @field_validator("database_url")
    @classmethod
    def _driver(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith("postgresql+asyncpg://"):
            raise ValueError("must start with postgresql+asyncpg://")
        return url

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.environment == "production" and self.clock != "real":
            raise ValueError("RAPPORT_CLOCK must be 'real' in production")
        return self
