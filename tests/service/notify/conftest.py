"""A notify under test, with a mail server and an intake that knows four people."""

from collections.abc import AsyncIterator

import pytest

from tests.service.notify.scenes import AMINA, BORIS, CLARE, DARIA, Factory, Scene, card
from tests.service.notify.servers import Intake, MailHost


@pytest.fixture
async def scene(running: Factory) -> AsyncIterator[Scene]:
    """Both servers answer; the test takes them away."""
    intake, host = Intake(*map(card, (AMINA, BORIS, CLARE, DARIA))), MailHost()
    async with intake.serving():
        await host.start()
        it = await running("notify", smtp_port=host.port, intake_url=intake.url, service_token="read-only")
        yield Scene(it, intake, host)
        await host.stop()
