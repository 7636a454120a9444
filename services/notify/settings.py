"""The settings of notify."""

import re
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Settings(ServiceSettings):
    """Settings of notify: `RAPPORT_NOTIFY_...`. Until a mail server is named, mail goes to the local catcher alone."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_NOTIFY_", extra="ignore")

    port: int = Field(default=8105, ge=1, le=65535)
    intake_url: str = Field(default="http://127.0.0.1:8101", pattern=r"^https?://\S+$")
    """Where address cards are read."""
    service_token: SecretStr | None = None
    """A token with the grant `service` at `*`, for reading address cards."""
    smtp_host: str = Field(default="127.0.0.1", min_length=1)
    smtp_port: int = Field(default=8125, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "none"
    mail_from: str = "Rapport <no-reply@rapport.invalid>"
    link_url: str = Field(default="http://127.0.0.1:8104", pattern=r"^https?://\S+$")
    """What stands in every mail as the way in; the same for everybody, so that it tells nothing."""

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, text: str) -> str:
        if CONTROL.search(text):
            raise ValueError("must be one line")
        message = EmailMessage()
        message["From"] = text
        addresses = message["From"].addresses
        if message["From"].defects or len(addresses) != 1 or not addresses[0].domain:
            raise ValueError("must be one address: Rapport <no-reply@example.org>")
        return text

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> Self:
        if self.smtp_password and self.smtp_tls == "none" and not _is_loopback(self.smtp_host):
            raise ValueError("RAPPORT_NOTIFY_SMTP_TLS must be 'starttls' or 'tls' where a password is sent")
        return self


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
