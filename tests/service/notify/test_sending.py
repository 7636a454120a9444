"""From a row to a mail: who gets which, and what became of it."""

import asyncio
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from services.notify import texts
from services.notify.domain import Kind
from shared.contracts import RoleKind
from tests.service.notify.scenes import (
    AMINA,
    BORIS,
    CLARE,
    DARIA,
    DEBT,
    Scene,
    applied,
    card,
    cleared,
    closed,
    let_retries_come_due,
    mails,
    matched,
    number,
    overdue,
    sent,
    settled,
    states,
    step,
    waiting,
)
from tests.support.running import BEGINNING


async def test_each_event_tells_those_concerned(scene: Scene) -> None:
    """R9, R80: application, clearance, admission, match, message and overdue answer, each to the right people."""
    told = [
        applied(AMINA), cleared(AMINA), cleared(BORIS, RoleKind.MENTEE),
        matched(), sent(), overdue(),
    ]  # fmt: skip
    for event in told:
        await scene.it.hear(event)
    assert {(row.kind, row.person) for row in await mails(scene.it)} == {
        ("application-received", AMINA), ("cleared", AMINA), ("admitted", BORIS),
        ("matched", AMINA), ("matched", BORIS), ("message-waiting", BORIS), ("reply-overdue", AMINA),
    }  # fmt: skip
    assert await waiting(scene.it) == 7
    assert await step(scene.it) == 7
    assert set(await states(scene.it)) == {"sent"}
    assert await waiting(scene.it) == 0
    assert sorted(to for to, _ in scene.host.taken) == sorted(
        [["someone1@example.org"]] * 4 + [["someone2@example.org"]] * 3
    )
    assert scene.host.connections == 1
    assert scene.intake.tokens == {"Bearer read-only"}


async def test_a_message_mail_tells_neither_text_nor_sender(scene: Scene) -> None:
    """R20: the mail of a message differs from a colleague's only by greeting, Message-ID and address."""
    await scene.it.hear(sent(sender=AMINA, recipients=(BORIS,)))
    await step(scene.it)
    ((to, message),) = scene.host.taken
    everything = message.as_string()
    assert to == ["someone2@example.org"]
    assert message["Subject"] == texts.ENGLISH.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "someone2@example.org"
    assert parsedate_to_datetime(message["Date"]) == BEGINNING
    assert "Name2" in message.get_content()
    (row,) = await mails(scene.it)
    assert message["Message-ID"] == f"<{row.mail}@rapport.invalid>"
    for hidden in ("Name1", str(AMINA), "first-steps", "kabul", row.cause, "mentor", "mentee"):
        assert hidden not in everything


async def test_a_mail_in_dari_is_persian_and_readable(scene: Scene) -> None:
    """R80: the card's language, whatever script."""
    scene.intake.cards[BORIS] = card(BORIS, name_to_use="علی‌رضا", language="fa-AF")
    await scene.it.hear(sent())
    await step(scene.it)
    ((_, message),) = scene.host.taken
    assert message["Subject"] == texts.PERSIAN.subject
    assert message["Content-Language"] == "fa"
    assert "علی‌رضا" in message.get_content()
    assert texts.PERSIAN.bodies[Kind.MESSAGE_WAITING] in message.get_content()


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"may_mail": False}, "suppressed"),
        ({"email": None}, "no-address"),
        ({"email": "a@example.org\r\nBcc: b@example.org"}, "no-address"),
        ({"email": "a@example.org> SIZE=1\r\nRCPT TO:<b@example.org"}, "no-address"),
    ],
)
async def test_who_may_not_or_cannot_be_mailed_is_not(scene: Scene, changes: dict[str, Any], state: str) -> None:
    """R20: imported people are left alone until somebody allows it; a crafted address sends nothing anywhere."""
    scene.intake.cards[BORIS] = card(BORIS, **changes)
    await scene.it.hear(sent())
    assert await step(scene.it) == 1
    assert await states(scene.it) == [state]
    assert scene.host.taken == []
    assert await step(scene.it) == 0


async def test_who_is_unknown_to_intake_gets_no_mail(scene: Scene) -> None:
    """A person without a card has no address."""
    del scene.intake.cards[BORIS]
    await scene.it.hear(sent(recipients=(BORIS, CLARE)))
    assert await step(scene.it) == 2
    assert sorted(await states(scene.it)) == ["no-address", "sent"]


async def test_an_address_in_another_script_is_reached(scene: Scene) -> None:
    """R80: addresses need not be Latin."""
    scene.intake.cards[BORIS] = card(BORIS, email="نام@example.org")
    await scene.it.hear(sent())
    await step(scene.it)
    assert scene.host.taken[0][0] == ["نام@example.org"]
    assert await states(scene.it) == ["sent"]


async def test_a_repeat_changes_nothing(scene: Scene) -> None:
    """Rule 3: the same event twice, and the same state told anew, are one mail."""
    event_id = await scene.it.hear(cleared(AMINA))
    await scene.it.hear(cleared(AMINA), event_id=event_id)
    await step(scene.it)
    await scene.it.hear(cleared(AMINA), sequence=2, time=BEGINNING + timedelta(days=1))
    assert [row.caused_at for row in await mails(scene.it)] == [BEGINNING]
    assert await step(scene.it) == 0
    assert await states(scene.it) == ["sent"]
    assert len(scene.host.taken) == 1


@pytest.mark.parametrize("settled_first", [True, False])
async def test_who_answered_meanwhile_is_not_nudged(scene: Scene, settled_first: bool) -> None:
    """R9: in either order of the two events the mail is superseded and never goes out."""
    told = [overdue(), settled()]
    for event in reversed(told) if settled_first else told:
        await scene.it.hear(event, sequence=2 if event is told[1] else 1)
    assert await states(scene.it) == ["superseded"]
    assert await waiting(scene.it) == 0
    assert await step(scene.it) == 0
    assert scene.host.taken == []


async def test_another_debt_is_nudged_all_the_same(scene: Scene) -> None:
    """R9: settling one debt silences that one only."""
    await scene.it.hear(settled(DEBT))
    await scene.it.hear(overdue(number(22)))
    await step(scene.it)
    assert await states(scene.it) == ["sent"]


async def test_a_nudge_that_went_out_stays_sent(scene: Scene) -> None:
    """What was told stands."""
    await scene.it.hear(overdue())
    await step(scene.it)
    await scene.it.hear(settled(), sequence=2)
    assert await states(scene.it) == ["sent"]


async def test_a_debt_settled_while_its_nudge_was_put_off_supersedes_it(scene: Scene) -> None:
    """R9: also when the server put the mail off in between."""
    scene.host.answers["RCPT"] = "450 later"
    await scene.it.hear(overdue())
    await step(scene.it)
    await scene.it.hear(settled(), sequence=2)
    scene.host.answers.clear()
    await let_retries_come_due(scene.it)
    assert await step(scene.it) == 0
    assert await states(scene.it) == ["superseded"]


async def test_nobody_is_invited_to_a_closed_pair(scene: Scene) -> None:
    """An ending wins over a beginning in whatever order they arrive."""
    await scene.it.hear(closed(), sequence=2)
    await scene.it.hear(matched(), sequence=1)
    await step(scene.it)
    assert await states(scene.it) == ["superseded", "superseded"]
    assert scene.host.taken == []


async def test_two_senders_at_once_send_each_mail_once(scene: Scene) -> None:
    """Section 6: claims are taken with SKIP LOCKED, so that workers can be added."""
    for each in range(31, 61):
        await scene.it.hear(sent(number(each), AMINA, (BORIS, CLARE, DARIA)))
    done = 0
    while found := sum(await asyncio.gather(step(scene.it), step(scene.it), step(scene.it))):
        done += found
    assert done == 90
    assert len(set(scene.host.message_ids())) == len(scene.host.taken) == 90
