"""A new version of the conduct document from intake to messaging: asked again, grace, stop, sign, go on."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from shared.contracts import REGISTRY
from shared.contracts.intake import AgreementSigned, OfferingChanged
from tests.service.intake import scenes as intake
from tests.service.messaging import scenes as messaging
from tests.support.running import BEGINNING, Running

VERSION = {**intake.DOCUMENT, "text": "Be kinder.", "grace_until": "2026-12-01"}


async def carry(source: Running, target: Running, done: set[UUID]) -> None:
    """Let one service hear what the other one told of agreements since."""
    for event in await source.emitted():
        kind = REGISTRY[event.type]
        if kind in (AgreementSigned, OfferingChanged) and event.id not in done:
            await target.deliver(kind, event.model_dump_json().encode())
            done.add(event.id)


async def test_a_new_version_from_publishing_to_writing_on(running: Callable[..., Awaitable[Running]]) -> None:
    """R72, trap 8: what intake tells is all that messaging needs to stop a pair after the grace and to let it go on."""
    at_intake, at_messaging = await running("intake"), await running("messaging")
    await intake.network(at_intake)
    people = [await intake.registered(at_intake, email=f"p{number}@example.org") for number in (1, 2)]
    done: set[UUID] = set()

    async def sign(version: int, *signers: UUID) -> None:
        for person in signers:
            body = {"document": "conduct", "version": version}
            intake.good(await intake.participant(at_intake, person).post(f"/people/{person}/signatures", json=body))
        await carry(at_intake, at_messaging, done)

    async def may_write() -> list[int]:
        return [(await messaging.write(at_messaging, person)).status_code for person in people]

    await sign(1, *people)
    mentor, mentee = people
    for event in (
        messaging.cleared(mentor, "mentor"),
        messaging.cleared(mentee, "mentee"),
        messaging.matched(mentor=mentor, mentee=mentee),
    ):
        await at_messaging.hear(event)
    assert await may_write() == [201, 201]
    intake.good(await intake.administrator(at_intake).put("/documents/conduct/versions/2", json=VERSION))
    await sign(2, mentor)
    assert await may_write() == [201, 201]
    for it in (at_intake, at_messaging):
        it.set_clock(BEGINNING + timedelta(days=30))
    assert await may_write() == [409, 409]
    await sign(2, mentee)
    assert await may_write() == [201, 201]
