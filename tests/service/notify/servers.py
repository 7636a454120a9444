"""A small intake and a real mail server on loopback, each with the faults that the tests ask for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import uvicorn
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from fastapi import FastAPI, HTTPException, Request

from shared.contracts.reads import AddressCard, AddressCards, PeopleRead
from tests.support.eventually import eventually


class Intake:
    """Answers `POST /internal/address-cards` from `cards`, or with `status` where that is no 200."""

    def __init__(self, *cards: AddressCard) -> None:
        self.cards = {card.person: card for card in cards}
        self.status = 200
        self.asked: list[list[UUID]] = []
        self.tokens: set[str | None] = set()
        self.url = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/internal/address-cards")
        async def address_cards(body: PeopleRead, request: Request) -> AddressCards:
            self.asked.append(body.people)
            self.tokens.add(request.headers.get("authorization"))
            if self.status != 200:
                raise HTTPException(self.status)
            return AddressCards(cards=[self.cards[person] for person in body.people if person in self.cards])

        return app

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        config = uvicorn.Config(self.app(), host="127.0.0.1", port=0, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        await eventually(lambda: server.started)
        self.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        try:
            yield
        finally:
            server.should_exit = True
            await task


class MailHost:
    """A mail server that keeps what it took. Faults: what it answers, and where it hangs up.

    `answers` maps a command (MAIL, RCPT, DATA, END) to the line said there; `hang_up_at` names one of them;
    `faults_left` is how often that happens. With a password it wants to be logged in to.
    """

    def __init__(self, password: bytes | None = None) -> None:
        self.password = password
        self.taken: list[tuple[list[str], EmailMessage]] = []
        self.connections = 0
        self.answers: dict[str, str] = {}
        self.hang_up_at: str | None = None
        self.faults_left = -1
        self.hold: asyncio.Event | None = None
        self.reached_end = asyncio.Event()
        self.port = 0
        self._server: asyncio.Server | None = None

    def message_ids(self) -> list[str]:
        return [message["Message-ID"] for _, message in self.taken]

    async def start(self) -> None:
        """Listen; on the same port as before where there was one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Conversation(self, loop), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections."""
        if self._server:
            self._server.close()
            self._server = None

    # What aiosmtpd calls.
    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.fault("MAIL", server):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self.fault("RCPT", server):
            return answer.replace("ADDRESS", address)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.reached_end.set()
        if self.hold:
            await self.hold.wait()
        if answer := self.fault("END", server):
            return answer
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, _class=EmailMessage, policy=policy.default)
        self.taken.append((list(envelope.rcpt_tos), message))
        return "250 OK"

    def fault(self, command: str, server: SMTP) -> str | None:
        """What is said at a command where all is not well; None where it is."""
        if self.faults_left == 0 or command not in {self.hang_up_at, *self.answers}:
            return None
        self.faults_left -= 1
        if self.hang_up_at == command:
            transport = server.transport
            assert isinstance(transport, asyncio.Transport)
            transport.abort()
        return self.answers.get(command, "421 gone")


class Conversation(SMTP):
    """aiosmtpd's server, which can also refuse or hang up at DATA itself."""

    def __init__(self, host: MailHost, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            host,
            enable_SMTPUTF8=True,
            loop=loop,
            authenticator=lambda _server, _session, _envelope, _mechanism, given: AuthResult(
                success=isinstance(given, LoginPassword) and given.password == host.password,
                handled=False,
            ),
            auth_required=host.password is not None,
            auth_require_tls=False,
        )
        self._host = host
        host.connections += 1

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if answer := self._host.fault("DATA", self):
            with suppress(ConnectionError):
                await self.push(answer)
            return
        await super().smtp_DATA(arg)
