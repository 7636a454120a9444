"""A notify under test, with a mail server and an intake that knows four people."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.service.notify.scenes import AMINA, BORIS, CLARE, DARIA, card
from tests.service.notify.servers import Intake, MailHost
from tests.support.running import Running


@dataclass
class Scene:
    """The service and what stands around it."""

    it: Running
    intake: Intake
    host: MailHost


@pytest.fixture
async def scene(running) -> AsyncIterator[Scene]:  # type: ignore[no-untyped-def]
    """Both servers answer; the test takes them away."""
    intake, host = Intake(*map(card, (AMINA, BORIS, CLARE, DARIA))), MailHost()
    async with intake.serving():
        await host.start()
        it = await running("notify", smtp_port=host.port, intake_url=intake.url, service_token="read-only")
        yield Scene(it, intake, host)
        await host.stop()
