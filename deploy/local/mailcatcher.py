"""A mail server that delivers to a folder, so that one machine can show which mails Rapport would have sent.

One JSON file per mail, readable over HTTP: `GET /messages`, `GET /messages?mail={id}` with the id that `rapport trace`
shows, `GET /messages/{number}`.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException

from deploy.local.ports import LOOPBACK, demand_free
from shared.clock import real_now

Mail = dict[str, Any]


class Mailbox:
    """The mails in one folder, numbered from 1 in the order they came; kept over restarts.

    With `drop_every` = n each nth mail is accepted and not kept: a fault that a test of the demo must notice.
    """

    def __init__(self, folder: Path, drop_every: int = 0) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._drop_every = drop_every
        self._accepted = 0
        self._last = max((int(path.stem) for path in folder.glob("*.json")), default=0)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """What aiosmtpd calls for each mail; the answer goes to the sender."""
        self._accepted += 1
        if not self._drop_every or self._accepted % self._drop_every:
            self._keep(envelope)
        return "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        self._last += 1
        path = self._folder / f"{self._last:06}.json"
        half = path.with_suffix(".half")
        half.write_text(json.dumps({"number": self._last, **_as_mail(envelope)}, ensure_ascii=False))
        half.rename(path)

    def all(self) -> list[Mail]:
        """Every kept mail, oldest first."""
        return [json.loads(path.read_text()) for path in sorted(self._folder.glob("*.json"))]

    def one(self, number: int) -> Mail | None:
        path = self._folder / f"{number:06}.json"
        return json.loads(path.read_text()) if path.exists() else None


def _as_mail(envelope: Envelope) -> Mail:
    """message_id, from, to (the envelope's), subject, received (ISO, real time), headers (name, value), text."""
    content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content or "").encode()
    message = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
    body = message.get_body(("plain", "html"))
    return {
        "message_id": str(message["Message-ID"] or ""),
        "from": envelope.mail_from,
        "to": envelope.rcpt_tos,
        "subject": str(message["Subject"] or ""),
        "received": real_now().isoformat(),
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": body.get_content() if body else "",
    }


def http_app(mailbox: Mailbox) -> FastAPI:
    """The mailbox over HTTP."""
    app = FastAPI(title="Rapport mail catcher")

    @app.get("/messages")
    def messages(mail: str = "") -> list[Mail]:
        return [each for each in mailbox.all() if mail in each["message_id"]]

    @app.get("/messages/{number}")
    def message(number: int) -> Mail:
        if (mail := mailbox.one(number)) is None:
            raise HTTPException(404, f"There is no mail number {number}.")
        return mail

    return app


async def serve(mailbox: Mailbox, port: int, http_port: int) -> None:
    """Receive and show mails on 127.0.0.1 until SIGTERM or Ctrl-C. Raises Unavailable when a port is taken."""
    demand_free(port, "--port")
    demand_free(http_port, "--http-port")
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, enable_SMTPUTF8=True, loop=loop), LOOPBACK, port)
    async with server:
        config = uvicorn.Config(http_app(mailbox), host=LOOPBACK, port=http_port, log_level="warning")
        await uvicorn.Server(config).serve()


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.mailcatcher", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="where mails are received (SMTP)")
    parser.add_argument("--http-port", type=int, required=True, help="where they are shown")
    parser.add_argument("--folder", type=Path, required=True, help="where they are kept, one JSON file each")
    parser.add_argument("--drop-every", type=int, default=0, metavar="N", help="a fault: accept each Nth and lose it")
    chosen = parser.parse_args(argv)
    asyncio.run(serve(Mailbox(chosen.folder, chosen.drop_every), chosen.port, chosen.http_port))


if __name__ == "__main__":
    main()
