"""The dialogue with the mail server, and how far it came. Nothing here keeps or shows an address or a server's text."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from aiosmtplib import SMTP, SMTPException, SMTPRecipientRefused, SMTPResponseException, SMTPSenderRefused
from pydantic import SecretStr

from services.notify.domain import Answer, Reached

COMMAND_SECONDS = 10.0
ACCEPTANCE_SECONDS = 60.0
"""Servers examine a mail before they answer for it; to give up sooner makes mails unknown that were taken."""
DIALOGUE_SECONDS = 90.0
"""Shorter than a lease, so that no mail is declared lost while its dialogue goes on."""

START_INPUT = 354
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


class ServerAway(Exception):
    """No dialogue could begin. `code` is the server's, where it gave one."""

    def __init__(self, reason: str, code: int | None) -> None:
        super().__init__(reason)
        self.code = code


class Line:
    """One connection, for one mail after the other."""

    def __init__(self, client: SMTP) -> None:
        self._client = client
        self._content_sent = False

    @property
    def is_open(self) -> bool:
        """False once the connection is lost; the next mails need a new one."""
        return self._client.is_connected

    async def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """One mail to one recipient. The message has CRLF line ends."""
        self._content_sent = False
        try:
            async with asyncio.timeout(DIALOGUE_SECONDS):
                answer = await self._dialogue(sender, recipient, message)
                if answer.reached is not Reached.ACCEPTED and self.is_open:
                    await self._client.execute_command(b"RSET")
        except (SMTPException, OSError):
            self._client.close()
            return Answer(Reached.LOST if self._content_sent else Reached.NOT_BEGUN)
        return answer

    async def _dialogue(self, sender: str, recipient: str, message: bytes) -> Answer:
        needed = [] if recipient.isascii() else ["SMTPUTF8"]
        if needed and not self._client.supports_extension("smtputf8"):
            return Answer(Reached.REFUSED)
        try:
            await self._client.mail(sender, options=needed, encoding="utf-8")
            await self._client.rcpt(recipient, encoding="utf-8")
        except SMTPSenderRefused as error:
            return Answer(Reached.NOT_BEGUN, error.code)
        except SMTPRecipientRefused as error:
            return Answer(Reached.REFUSED, error.code)
        begun = await self._client.execute_command(b"DATA")
        if begun.code != START_INPUT:
            return Answer(Reached.REFUSED, begun.code)
        return await self._content(message)

    async def _content(self, message: bytes) -> Answer:
        """aiosmtplib's own `data` does not tell a connection lost before the content from one lost after it."""
        protocol = self._client.protocol
        if protocol is None:
            return Answer(Reached.NOT_BEGUN)
        protocol.write(_LEADING_DOT.sub(b"..", message) + b".\r\n")
        self._content_sent = True
        code = (await protocol.read_response(timeout=ACCEPTANCE_SECONDS)).code
        self._content_sent = False
        return Answer(Reached.ACCEPTED if 200 <= code < 300 else Reached.REFUSED, code)


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over."""

    host: str
    port: int
    user: str | None = None
    password: SecretStr | None = None
    tls: Literal["none", "starttls", "tls"] = "none"

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Line]:
        """A connection past greeting, encryption and login. Raises ServerAway."""
        client = SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password.get_secret_value() if self.password else None,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            timeout=COMMAND_SECONDS,
        )
        try:
            await client.connect()
            await client.ehlo()
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            code = error.code if isinstance(error, SMTPResponseException) else None
            raise ServerAway(type(error).__name__, code) from None
        try:
            yield Line(client)
        finally:
            await _hang_up(client)


async def _hang_up(client: SMTP) -> None:
    try:
        if client.is_connected:
            await client.quit()
    except (SMTPException, OSError):
        client.close()
