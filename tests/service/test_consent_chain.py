"""From a guardian's word in intake to what messaging lets pass: only what intake told goes between the two."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from shared.contracts import REGISTRY
from tests.service.intake.consenting import agree, by, child, guardian, take_back
from tests.service.intake.scenes import good, network, participant
from tests.service.messaging.scenes import MENTOR, cleared, matched, write
from tests.support.running import Running

Factory = Callable[..., Awaitable[Running]]


async def tell(intake: Running, messaging: Running) -> None:
    """Carry everything that intake told of consents, the newest first: the order decides nothing."""
    for each in reversed(await intake.emitted()):
        event = REGISTRY[each.type].model_validate(each.data)
        if each.type.startswith("rapport.consent."):
            await messaging.hear(event, sequence=int(each.sequence[5:]), event_id=each.id)


async def both(messaging: Running, mentee: UUID) -> list[int]:
    """What each side is answered when they write."""
    return [(await write(messaging, who)).status_code for who in (MENTOR, mentee)]


async def test_a_guardians_no_stops_the_pair_and_a_new_yes_starts_it(running: Factory) -> None:
    """R27, design 6: the minor's pair, end to end."""
    intake, messaging = await running("intake"), await running("messaging")
    await network(intake)
    mentee = await child(intake)
    parent = await guardian(intake, mentee)
    for event in (cleared(MENTOR, "mentor"), cleared(mentee, "mentee"), matched(mentee=mentee)):
        await messaging.hear(event)
    for purpose in ("take-part", "data"):
        good(await agree(by(intake, parent), mentee, purpose))
        good(await agree(participant(intake, mentee), mentee, purpose))
    await tell(intake, messaging)
    assert await both(messaging, mentee) == [201, 201]
    good(await take_back(by(intake, parent), mentee, "take-part"))
    await tell(intake, messaging)
    assert await both(messaging, mentee) == [409, 409]
    good(await agree(by(intake, parent), mentee, "take-part"))
    good(await agree(participant(intake, mentee), mentee, "take-part"))
    await tell(intake, messaging)
    assert await both(messaging, mentee) == [201, 201]
