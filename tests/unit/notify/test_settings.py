"""Settings that would send a password in the open or write a header that nobody meant are refused."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.notify.settings import Settings
from shared.access import new_key


@pytest.fixture(autouse=True)
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keys file in the folder where this test runs."""
    monkeypatch.chdir(tmp_path)
    Path("keys.json").write_text(json.dumps(new_key()[1]))


def settings(**chosen: str) -> Settings:
    """The settings of somebody who chose these and what must be chosen."""
    needed = {"database_url": "postgresql+asyncpg://x", "amqp_url": "amqp://x", "keys_file": "keys.json"}
    return Settings.model_validate(needed | chosen)


def test_without_a_word_mail_goes_to_this_machine() -> None:
    """Until somebody names a mail server, nobody outside is written to."""
    found = settings()
    assert (found.smtp_host, found.smtp_port, found.smtp_tls) == ("127.0.0.1", 8125, "none")


def test_no_password_goes_over_an_open_line() -> None:
    """A password needs encryption, but on this machine."""
    secret = {"smtp_user": "u", "smtp_password": "p"}
    with pytest.raises(ValidationError, match="smtp_tls"):
        settings(**secret, smtp_host="mail.example.org")
    assert settings(**secret, smtp_host="mail.example.org", smtp_tls="starttls").smtp_tls == "starttls"
    assert settings(**secret).smtp_host == "127.0.0.1"


@pytest.mark.parametrize(
    "sender", ["", "Rapport", "a@b.org, c@d.org", "A <a@b.org>\r\nBcc: c@d.org", "Rapport <no-reply>"]
)
def test_the_sender_is_one_address(sender: str) -> None:
    """What stands in From is one mailbox."""
    with pytest.raises(ValidationError):
        settings(mail_from=sender)
