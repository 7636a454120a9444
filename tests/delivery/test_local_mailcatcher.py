"""The mail catcher keeps what it accepts, shows it over HTTP, and loses a mail only where the fault is asked for."""

import smtplib
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from deploy.local.home import Home
from deploy.local.parts import Part, Running
from deploy.local.ports import LOOPBACK, private_port

ROOT = Path(__file__).parents[2]


def catcher(home: Home, port: int, http_port: int, *more: str) -> Running:
    url = f"http://{LOOPBACK}:{http_port}/messages"

    async def ready() -> bool:
        with suppress(httpx2.HTTPError):
            async with httpx2.AsyncClient() as http:
                return (await http.get(url)).is_success
        return False

    addresses = ["--port", str(port), "--http-port", str(http_port), "--folder", str(home.root / "mails")]
    argv = [sys.executable, "-m", "deploy.local.mailcatcher", *addresses, *more]
    return Running(home, Part("mail", argv, ready=ready, cwd=ROOT))


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., object]]:
    """`send, shown = await start(...)`: send a mail with a subject; what the catcher shows at a path."""
    with Home.temporary() as home:
        port, http_port = private_port(), private_port()
        running: list[Running] = []

        async def start(*more: str) -> tuple[Callable[[str], None], Callable[[str], httpx2.Response]]:
            running.append(catcher(home, port, http_port, *more))
            await running[-1].start()
            return (
                lambda subject: send(port, subject),
                lambda path: httpx2.get(f"http://{LOOPBACK}:{http_port}{path}"),
            )

        yield start
        for each in running:
            await each.stop()


def send(port: int, subject: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = (
        "us@a.example",
        "you@b.example",
        subject,
        f"<{len(subject)}@a>",
    )
    mail.set_content("Салом, 你好\nyours")
    with smtplib.SMTP(LOOPBACK, port) as smtp:
        smtp.send_message(mail, to_addrs=["you@b.example", "copy@b.example"])


async def test_a_mail_is_kept_as_it_was_sent(start: Callable[..., object]) -> None:
    send, shown = await start()  # type: ignore[misc]  # a fixture that is a factory
    send("Your pair · 你")
    (mail,) = shown("/messages").json()
    assert mail["subject"] == "Your pair · 你"
    assert mail["to"] == ["you@b.example", "copy@b.example"]
    assert mail["message_id"] == "<13@a>"
    assert mail["text"].splitlines() == ["Салом, 你好", "yours"]
    assert ["From", "us@a.example"] in mail["headers"]
    assert shown("/messages/1").json() == mail
    assert shown("/messages/2").status_code == 404


async def test_the_fault_loses_every_second_mail_although_it_was_accepted(start: Callable[..., object]) -> None:
    send, shown = await start("--drop-every", "2")  # type: ignore[misc]  # a fixture that is a factory
    for subject in ("one", "two", "three"):
        send(subject)
    assert [mail["subject"] for mail in shown("/messages").json()] == ["one", "three"]
