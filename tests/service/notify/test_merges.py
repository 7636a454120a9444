"""Mails to somebody whose record was given up for another one."""

from services.notify.domain import State
from tests.service.merged import merged
from tests.service.notify.scenes import AMINA, BORIS, CLARE, Scene, applied, cleared, mails, number, sent, states, step

TWICE = number(39)


async def test_what_is_owed_goes_to_the_kept_person_once(scene: Scene) -> None:
    """Waiting, or caused by what comes late: to the kept card, never to the one given up; a repeat writes nothing."""
    await scene.it.hear(applied(AMINA))
    await scene.it.hear(merged(AMINA, CLARE))
    await scene.it.hear(cleared(AMINA))
    await scene.it.hear(applied(AMINA), sequence=2)
    await scene.it.hear(merged(AMINA, CLARE))
    assert await step(scene.it) == 2
    assert [to for to, _ in scene.host.taken] == [["someone3@example.org"]] * 2
    assert {row.person for row in await mails(scene.it)} == {CLARE}
    assert await scene.it.dead() == []


async def test_a_mail_that_went_out_goes_to_nobody_again(scene: Scene) -> None:
    """What the given-up card was told is told already, also where the owner tells it anew of the kept person."""
    await scene.it.hear(applied(AMINA))
    assert await step(scene.it) == 1
    await scene.it.hear(merged(AMINA, CLARE))
    anew = applied(AMINA).model_copy(update={"person": CLARE})
    await scene.it.hear(anew, sequence=2)
    assert await step(scene.it) == 0
    assert await states(scene.it) == [State.SENT]
    assert await scene.it.dead() == []


async def test_a_mail_that_both_were_to_get_goes_once(scene: Scene) -> None:
    """Of two mails about the same one waits; one that is going out is left to its end."""
    await scene.it.hear(sent(TWICE, BORIS, (AMINA, CLARE)))
    await scene.it.hear(merged(AMINA, CLARE))
    assert await step(scene.it) == 1
    assert [to for to, _ in scene.host.taken] == [["someone3@example.org"]]
