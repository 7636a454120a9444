"""Composes a mail: plain text, small, the same subject whatever it is about (R20, R80)."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from uuid import UUID

from services.notify import texts
from services.notify.domain import Kind, Letter


@dataclass(frozen=True)
class Letterhead:
    """What every mail has in common."""

    sender: str
    link: str

    @property
    def sender_address(self) -> str:
        """The address alone, for the envelope."""
        return parseaddr(self.sender)[1]

    def compose(self, mail: UUID, kind: Kind, letter: Letter, date: datetime) -> bytes:
        """A mail ready to be sent. Its Message-ID is the row's, so an attempt repeated is the same mail."""
        language = texts.language_for(letter.language)
        message = EmailMessage(SMTP if letter.address.isascii() else SMTPUTF8)
        message["From"] = self.sender
        message["To"] = letter.address
        message["Subject"] = language.subject
        message["Date"] = format_datetime(date)
        message["Message-ID"] = f"<{mail}@{self.sender_address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(texts.body(language, kind, letter.name, self.link))
        message["Content-Language"] = language.tag
        return message.as_bytes()
