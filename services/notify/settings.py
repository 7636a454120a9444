"""The settings of notify."""

import re
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Settings(ServiceSettings):
    """Settings of notify: `RAPPORT_NOTIFY_...`. Until a mail server is named, mail goes to the local catcher alone."""

    model_config = SettingsConfigDict(env_prefix="RAPPORT_NOTIFY_", extra="ignore")

    port: int = Field(default=8105, ge=1, le=65535)
    """The HTTP door's port."""
    intake_url: str = Field(default="http://127.0.0.1:8101", pattern=r"^https?://\S+$")
    """Where address cards are read."""
    service_token: SecretStr | None = None
    """A token with the grant `service` at `*`, for reading address cards; without one mails wait."""
    smtp_host: str = Field(default="127.0.0.1", min_length=1)
    """The mail server; the local catcher where none is named."""
    smtp_port: int = Field(default=8125, ge=1, le=65535)
    """The mail server's port."""
    smtp_user: str | None = None
    """Who logs in at the mail server; nobody where it asks for no login."""
    smtp_password: SecretStr | None = None
    """The password of that user; it goes over an encrypted line or stays on this machine."""
    smtp_tls: Literal["none", "starttls", "tls"] = Field(default="none", validate_default=True)
    """How the line to the mail server is encrypted."""
    mail_from: str = "Rapport <no-reply@rapport.invalid>"
    """The sender of every mail: one address, with a name before it or without."""
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

    @field_validator("smtp_tls")
    @classmethod
    def _no_password_in_the_open(cls, tls: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_password") and tls == "none" and not _is_loopback(info.data.get("smtp_host", "")):
            raise ValueError("must be 'starttls' or 'tls' where a password is sent")
        return tls


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
