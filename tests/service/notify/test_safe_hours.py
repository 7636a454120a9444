"""Mails wait for the safe hours of people, and are neither lost nor sent twice (R19)."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.intake import ConstraintsChanged
from tests.service.notify.scenes import (
    AMINA,
    BORIS,
    CLARE,
    KABUL,
    Scene,
    card,
    closed,
    let_retries_come_due,
    mails,
    matched,
    overdue,
    sent,
    settled,
    states,
    step,
    waiting,
)

MONDAY_AT_NINE = datetime(2026, 11, 9, 4, 30, tzinfo=UTC)
"""On the wall in Kabul. At the beginning of the tests it is Monday at half past twelve there."""


@pytest.fixture
async def held(scene: Scene) -> Scene:
    """Boris may be written to on Mondays between nine and ten; a message waits for him."""
    scene.intake.cards[BORIS] = card(BORIS, safe_hours=[9])
    await scene.it.hear(sent(recipients=(BORIS, CLARE)))
    await step(scene.it)
    return scene


async def test_a_mail_waits_for_a_safe_hour(held: Scene) -> None:
    """R19: others get theirs; his goes at nine, once, and in the meantime nothing is under way."""
    assert [to for to, _ in held.host.taken] == [["someone3@example.org"]]
    assert sorted(await states(held.it)) == ["sent", "waiting"]
    assert (await waiting(held.it), await step(held.it)) == (0, 0)
    held.it.set_clock(MONDAY_AT_NINE - timedelta(seconds=1))
    assert (await waiting(held.it), await step(held.it)) == (0, 0)
    held.it.set_clock(MONDAY_AT_NINE)
    assert (await waiting(held.it), await step(held.it), await step(held.it)) == (1, 1, 0)
    assert [to for to, _ in held.host.taken][1:] == [["someone2@example.org"]]
    assert {(row.state, row.held_until) for row in await mails(held.it)} == {("sent", None)}


async def test_in_a_safe_hour_a_mail_goes_at_once(scene: Scene) -> None:
    """R19: half past twelve on Monday is safe here."""
    scene.intake.cards[BORIS] = card(BORIS, safe_hours=[12])
    await scene.it.hear(sent())
    assert await step(scene.it) == 1


async def test_an_hour_that_passed_while_nobody_sent_is_over(held: Scene) -> None:
    """R19: the service was down from nine to ten; the card is read anew, and the mail waits for the next week."""
    held.it.set_clock(MONDAY_AT_NINE + timedelta(hours=1))
    assert await step(held.it) == 0
    (row,) = [row for row in await mails(held.it) if row.person == BORIS]
    assert (row.state, row.held_until) == ("waiting", MONDAY_AT_NINE + timedelta(weeks=1))
    held.it.set_clock(MONDAY_AT_NINE + timedelta(weeks=1, minutes=59))
    assert await step(held.it) == 1


async def test_other_constraints_are_heeded_at_once(held: Scene) -> None:
    """R19: what was held goes when his hours became wider, and never when mail became forbidden."""
    changed = ConstraintsChanged(person=BORIS, site=KABUL, constraints_version=2)
    await held.it.hear(ConstraintsChanged(person=AMINA, site=KABUL, constraints_version=1))
    assert await step(held.it) == 0
    held.intake.cards[BORIS] = card(BORIS, safe_hours=[9, 12])
    await held.it.hear(changed)
    assert await step(held.it) == 1
    assert set(await states(held.it)) == {"sent"}


async def test_a_channel_that_became_forbidden_while_a_mail_was_held_is_not_used(held: Scene) -> None:
    """R19: the card is read when it goes out, and says no."""
    held.intake.cards[BORIS] = card(BORIS, safe_hours=[9], may_mail=False)
    held.it.set_clock(MONDAY_AT_NINE)
    assert await step(held.it) == 1
    assert sorted(await states(held.it)) == ["sent", "suppressed"]
    assert len(held.host.taken) == 1


async def test_what_is_over_before_the_safe_hour_is_never_sent(scene: Scene) -> None:
    """R9, R19: the debt was settled and the pair closed while their mails were held."""
    for person in (AMINA, BORIS):
        scene.intake.cards[person] = card(person, safe_hours=[9])
    for event in (overdue(), matched()):
        await scene.it.hear(event)
    assert await step(scene.it) == 0
    await scene.it.hear(settled(), sequence=2)
    await scene.it.hear(closed(), sequence=2)
    scene.it.set_clock(MONDAY_AT_NINE)
    assert await step(scene.it) == 0
    assert set(await states(scene.it)) == {"superseded"}
    assert scene.host.taken == []


async def test_a_server_that_is_away_in_the_safe_hour_makes_nothing_unsafe(held: Scene) -> None:
    """R19: the mail waits for the server, and then for an hour that is safe."""
    held.host.answers["RCPT"] = "450 later"
    held.it.set_clock(MONDAY_AT_NINE)
    assert await step(held.it) == 0
    held.host.answers.clear()
    await let_retries_come_due(held.it)
    held.it.set_clock(MONDAY_AT_NINE + timedelta(hours=2))
    assert await step(held.it) == 0
    assert len(held.host.taken) == 1
