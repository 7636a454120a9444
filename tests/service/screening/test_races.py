"""What happens at the same moment: two halves that meet, and two endings."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.handlers import on_application_submitted, on_role_changed
from services.screening.timers import on_expiry
from shared.contracts import Envelope
from shared.contracts.intake import ApplicationSubmitted, RoleChanged
from shared.messaging.batches import Told
from tests.service.screening.scenes import CLEAR, acts, only_case, pass_all, post, types
from tests.service.screening.story import applies, role
from tests.support.running import BEGINNING, Running, envelope_of

APPLICATION, ROLE = applies(1, 1, "mentor-adult", "mentor"), role("mentor-adult", "mentor", "one-on-one")


async def handle(event: ApplicationSubmitted | RoleChanged, session: AsyncSession) -> None:
    """Run the event's handler in a transaction that the test commits."""
    heard = Envelope.model_validate(envelope_of(event))
    if isinstance(event, RoleChanged):
        await on_role_changed(event, heard, session)
    else:
        await on_application_submitted([Told(event, heard)], session)


@pytest.mark.parametrize(("first", "second"), [(APPLICATION, ROLE), (ROLE, APPLICATION)], ids=["case", "role"])
async def test_two_halves_at_once_still_meet(
    running: Callable[..., Awaitable[Running]],
    first: ApplicationSubmitted | RoleChanged,
    second: ApplicationSubmitted | RoleChanged,
) -> None:
    """The second half waits for the first one's commit; else each would miss the other and the case wait for ever."""
    it = await running("screening")

    async def hear_second() -> None:
        async with it.service.sessions.begin() as session:
            await handle(second, session)

    async with it.service.sessions.begin() as session:
        await handle(first, session)
        other = asyncio.create_task(hear_second())
        await asyncio.wait([other], timeout=0.3)
    await other
    case = await only_case(it)
    assert (case["state"], case["required"]) == ("open", ["identity", "interview"])


async def test_an_expiry_that_lost_the_race_ends_nothing_again(it: Running) -> None:
    """A deadline claimed just before the withdrawal committed finds the clearance ended, and says nothing."""
    await pass_all(it)
    await post(it, "decision", CLEAR)
    await post(it, "withdrawal", {"criterion": "volunteer-safety"})
    async with it.service.sessions.begin() as session:
        await on_expiry(session, (await only_case(it))["clearance"], BEGINNING, BEGINNING)
    assert await types(it) == ["screening.cleared.v1", "clearance.ended.v1"]
    assert await acts(it) == ["results", "cleared", "withdrawn"]
