"""Intake away, server away, refusals, and dialogues that are cut off: no mail twice, none forgotten (section 6)."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from services.notify import queries
from services.notify.domain import Answer, Reached
from services.notify.mailserver import MailServer
from shared.clock import real_now
from shared.ids import new_id
from shared.telemetry import TIMERS
from tests.service.notify.scenes import (
    AMINA,
    BORIS,
    CLARE,
    Factory,
    Scene,
    card,
    change,
    let_retries_come_due,
    mails,
    number,
    overdue,
    sent,
    settled,
    states,
    step,
    waiting,
)
from tests.service.notify.servers import Intake, MailHost
from tests.support.running import BEGINNING


def unknown_counted() -> float:
    return TIMERS.get_sample_value("rapport_mails_total", {"outcome": "unknown"}) or 0.0


async def test_a_server_that_is_away_gets_the_same_mail_later(scene: Scene) -> None:
    """Section 6: refused connections put the mail off; the Message-ID stays."""
    await scene.host.stop()
    await scene.it.hear(sent())
    assert await step(scene.it) == 0
    (row,) = await mails(scene.it)
    assert (row.state, row.attempts) == ("waiting", 0)
    assert row.retry_at is not None
    assert row.retry_at > real_now()
    assert await step(scene.it) == 0
    assert await waiting(scene.it) == 1
    await scene.host.start()
    await let_retries_come_due(scene.it)
    assert await step(scene.it) == 1
    assert await waiting(scene.it) == 0
    assert scene.host.message_ids() == [f"<{row.mail}@rapport.invalid>"]


async def test_intake_away_lets_rows_wait(scene: Scene) -> None:
    """Section 1: when the home of the addresses is away the row waits, and the server is not asked."""
    scene.intake.status = 503
    await scene.it.hear(sent())
    assert await step(scene.it) == 0
    assert await states(scene.it) == ["waiting"]
    assert scene.host.connections == 0
    scene.intake.status = 200
    await let_retries_come_due(scene.it)
    assert await step(scene.it) == 1


async def test_an_intake_that_is_gone_lets_rows_wait(running: Factory) -> None:
    """Section 1: a refused connection is no reason to end a mail."""
    it = await running("notify", intake_url="http://127.0.0.1:1", smtp_port=1)
    await it.hear(sent())
    assert await step(it) == 0
    assert await states(it) == ["waiting"]


@pytest.mark.parametrize(("password", "state", "code"), [("wrong", "waiting", 535), ("right", "sent", 250)])
async def test_a_password_that_is_not_taken_lets_mails_wait(
    running: Factory, password: str, state: str, code: int
) -> None:
    """A wrong setting ends no mail; the right one sends it."""
    intake, host = Intake(card(BORIS)), MailHost(password=b"right")
    async with intake.serving():
        await host.start()
        login = {"smtp_user": "us", "smtp_password": password}
        it = await running("notify", smtp_port=host.port, intake_url=intake.url, **login)
        await it.hear(sent())
        await step(it)
        await host.stop()
    (row,) = await mails(it)
    assert (row.state, row.smtp_code) == (state, code)


@pytest.mark.parametrize(
    ("command", "answer", "state", "code"),
    [
        ("MAIL", "451 later", "waiting", 451),
        ("MAIL", "550 not from you", "waiting", 550),
        ("RCPT", "450 later", "waiting", 450),
        ("DATA", "451 later", "waiting", 451),
        ("END", "452 full", "waiting", 452),
        ("RCPT", "550 no such user ADDRESS", "refused", 550),
        ("DATA", "554 no", "refused", 554),
        ("END", "554 spam", "refused", 554),
    ],
)
async def test_what_the_server_says_no_to(scene: Scene, command: str, answer: str, state: str, code: int) -> None:
    """Section 6: put off is tried again, a final no to this mail ends it; nothing is ever sent twice."""
    scene.host.answers[command] = answer
    await scene.it.hear(sent())
    await step(scene.it)
    (row,) = await mails(scene.it)
    assert (row.state, row.smtp_code) == (state, code)
    assert (row.retry_at is not None) == (state == "waiting")
    scene.host.answers.clear()
    await let_retries_come_due(scene.it)
    await step(scene.it)
    assert len(scene.host.taken) == (1 if state == "waiting" else 0)


async def test_a_refused_recipient_does_not_stop_the_next(scene: Scene) -> None:
    """One connection per batch: a no to one mail leaves the others alone."""
    scene.host.answers["RCPT"], scene.host.faults_left = "550 no such user", 1
    await scene.it.hear(sent(recipients=(BORIS, CLARE, AMINA)))
    assert await step(scene.it) == 3
    assert sorted(await states(scene.it)) == ["refused", "sent", "sent"]
    assert scene.host.connections == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
async def test_a_connection_lost_before_the_content_is_tried_again(scene: Scene, command: str) -> None:
    """Section 6: a failure before the end of DATA is retried with the same Message-ID."""
    scene.host.hang_up_at = command
    await scene.it.hear(sent())
    assert await step(scene.it) == 0
    assert await states(scene.it) == ["waiting"]
    scene.host.hang_up_at = None
    await let_retries_come_due(scene.it)
    assert await step(scene.it) == 1
    assert len(scene.host.taken) == 1


async def test_a_connection_lost_after_the_content_is_never_sent_again(scene: Scene) -> None:
    """Section 6: whether it was taken is unknown; it is listed and counted, and time alone sends nothing."""
    before = unknown_counted()
    scene.host.hang_up_at = "END"
    await scene.it.hear(sent())
    assert await step(scene.it) == 1
    assert await states(scene.it) == ["unknown"]
    assert unknown_counted() == before + 1
    assert await waiting(scene.it) == 0
    scene.host.hang_up_at = None
    await let_retries_come_due(scene.it)
    await change(scene.it, lease_until=real_now() - timedelta(hours=1))
    assert await step(scene.it) == 0
    assert scene.host.taken == []
    assert await states(scene.it) == ["unknown"]


async def test_what_is_left_of_a_batch_goes_over_the_next_connection(scene: Scene) -> None:
    """One lost mail does not hold up or lose the others."""
    scene.host.hang_up_at, scene.host.faults_left = "END", 1
    for each in (31, 32, 33):
        await scene.it.hear(sent(number(each)))
    assert await step(scene.it) == 1
    assert sorted(await states(scene.it)) == ["unknown", "waiting", "waiting"]
    assert await step(scene.it) == 2
    assert sorted(await states(scene.it)) == ["sent", "sent", "unknown"]


async def test_a_mail_of_a_crashed_process_becomes_unknown_when_its_lease_has_passed(scene: Scene) -> None:
    """Section 6: not before, because its process may be alive; then a person decides."""
    await scene.it.hear(sent())
    await change(scene.it, state="sending", claim=new_id(), lease_until=real_now() + timedelta(seconds=60))
    assert await waiting(scene.it) == 1
    assert await step(scene.it) == 0
    assert await states(scene.it) == ["sending"]
    before = unknown_counted()
    await change(scene.it, lease_until=real_now() - timedelta(seconds=1))
    assert await step(scene.it) == 0
    assert await states(scene.it) == ["unknown"]
    assert unknown_counted() == before + 1
    assert scene.host.taken == []


async def test_a_claim_of_a_crashed_process_that_began_nothing_is_taken_over(scene: Scene) -> None:
    """Section 6: nothing went out, so that it may go out now."""
    await scene.it.hear(sent())
    await change(scene.it, claim=new_id(), lease_until=real_now() + timedelta(seconds=60))
    assert await step(scene.it) == 0
    await change(scene.it, lease_until=real_now() - timedelta(seconds=1))
    assert await step(scene.it) == 1
    assert await states(scene.it) == ["sent"]


async def test_it_is_committed_as_sending_before_the_server_has_it(scene: Scene) -> None:
    """Section 6: so that a crash at any moment of the dialogue leaves a trace; settling then comes too late (R9)."""
    scene.host.hold = asyncio.Event()
    await scene.it.hear(overdue())
    sending = asyncio.create_task(step(scene.it))
    await scene.host.reached_end.wait()
    assert await states(scene.it) == ["sending"]
    assert await waiting(scene.it) == 1
    await scene.it.hear(settled(), sequence=2)
    scene.host.hold.set()
    assert await sending == 1
    assert await states(scene.it) == ["sent"]


async def test_a_debt_settled_in_a_dialogue_that_fails_is_not_nudged_later(scene: Scene) -> None:
    """R9: it was being sent, so that settling came too late; put off by the server, it comes in time after all."""
    scene.host.hold, scene.host.answers["END"] = asyncio.Event(), "451 later"
    await scene.it.hear(overdue())
    sending = asyncio.create_task(step(scene.it))
    await scene.host.reached_end.wait()
    await scene.it.hear(settled(), sequence=2)
    scene.host.hold.set()
    await sending
    assert await states(scene.it) == ["waiting"]
    scene.host.answers.clear()
    await let_retries_come_due(scene.it)
    await step(scene.it)
    assert await states(scene.it) == ["superseded"]
    assert scene.host.taken == []


async def test_a_debt_settled_while_its_batch_is_sent_is_not_nudged(scene: Scene) -> None:
    """R9: a mail in hand that was not begun is still in time to be superseded."""
    scene.host.hold = asyncio.Event()
    await scene.it.hear(sent())
    await scene.it.hear(overdue(), time=BEGINNING + timedelta(minutes=1))
    sending = asyncio.create_task(step(scene.it))
    await scene.host.reached_end.wait()
    await scene.it.hear(settled(), sequence=2)
    scene.host.hold.set()
    assert await sending == 1
    assert await states(scene.it) == ["sent", "superseded"]
    assert len(scene.host.taken) == 1


async def test_a_line_that_begins_with_a_dot_arrives_whole() -> None:
    """SMTP ends a mail at a line of one dot; ours never ends early."""
    host = MailHost()
    await host.start()
    text = b"Subject: dots\r\n\r\n.one\r\n..two\r\n.\r\nthree\r\n"
    async with MailServer("127.0.0.1", host.port).connect() as line:
        assert await line.send("a@example.org", "b@example.org", text) == Answer(Reached.ACCEPTED, 250)
    await host.stop()
    assert host.taken[0][1].get_content().splitlines() == [".one", "..two", ".", "three"]


async def test_a_stop_lets_a_mail_that_was_begun_end(scene: Scene) -> None:
    """Section 7, stop order: an orderly stop makes nothing unknown, and gives back what was not begun."""
    scene.host.hold = asyncio.Event()
    await scene.it.hear(sent(number(31)))
    await scene.it.hear(sent(number(32)))
    sending = asyncio.create_task(step(scene.it))
    await scene.host.reached_end.wait()
    sending.cancel()
    scene.host.hold.set()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert sorted(await states(scene.it)) == ["sent", "waiting"]
    assert [row.claim for row in await mails(scene.it)] == [None, None]
    assert len(scene.host.taken) == 1


async def test_an_answer_that_comes_after_the_lease_counts(scene: Scene) -> None:
    """Section 6: what was declared lost and then answered was sent; a person need not look."""
    scene.host.hold = asyncio.Event()
    await scene.it.hear(sent())
    sending = asyncio.create_task(step(scene.it))
    await scene.host.reached_end.wait()
    async with scene.it.service.sessions.begin() as session:
        assert len(await queries.declare_lost(session, real_now() + queries.LEASE * 2)) == 1
    assert await states(scene.it) == ["unknown"]
    scene.host.hold.set()
    await sending
    assert await states(scene.it) == ["sent"]


async def test_no_address_and_no_name_is_stored_or_logged(
    scene: Scene, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """R20, section 6: not in rows, not in logs, also where a refusal repeats the address."""
    caplog.set_level(logging.DEBUG)
    scene.host.answers["RCPT"] = "550 no such user ADDRESS"
    await scene.it.hear(sent(recipients=(BORIS, CLARE)))
    await step(scene.it)
    scene.host.answers = {}
    scene.host.hang_up_at = "END"
    await scene.it.hear(sent(number(32)))
    await step(scene.it)
    rows = [
        {column.name: str(getattr(row, column.name)) for column in row.__table__.columns}
        for row in await mails(scene.it)
    ]
    printed = capsys.readouterr()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
    everything = json.dumps(rows) + printed.out + printed.err + "\n".join(ours)
    assert "refused" in everything
    for secret in ("example.org", "someone", "Name2", "Name3", "read-only"):
        assert secret not in everything
