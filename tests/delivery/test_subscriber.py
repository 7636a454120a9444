"""The README's subscriber, as another system would run it."""

import asyncio
import sys
from pathlib import Path

from shared.contracts.intake import ProfileChanged, SiteChanged
from shared.ids import new_id
from shared.outbox import emit
from tests.support.brokers import fresh_broker
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import BEGINNING, Running

EXAMPLE = Path(__file__).parents[2] / "examples" / "subscribe.py"


async def test_a_partner_sees_exactly_its_sites_partner_events(tmp_path: Path) -> None:
    """Events of its site arrive; another site's do not, and platform types never do."""
    async with fresh_broker() as url, live("intake", url, tmp_path / "intake") as intake:
        partner = await asyncio.create_subprocess_exec(
            sys.executable, str(EXAMPLE), url, "net.af.kabul", stdout=asyncio.subprocess.PIPE
        )
        try:
            assert partner.stdout
            lines: list[str] = []
            reading = asyncio.create_task(_read(partner.stdout, lines))
            await eventually(lambda: _tell_until_heard(intake, lines), within=20)
            heard = len(lines)
            async with intake.service.sessions.begin() as session:
                await emit(session, ProfileChanged(person=new_id(), site="net.af.kabul"), at=BEGINNING)
                await emit(
                    session, SiteChanged(site="net.ke.nairobi", place="site", zone="Africa/Nairobi"), at=BEGINNING
                )
                await emit(session, SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul"), at=BEGINNING)
            intake.service.relay.wake()
            await eventually(lambda: len(lines) > heard)
            assert all("rapport.site.changed.v1 site/net.af.kabul" in line for line in lines)
            reading.cancel()
        finally:
            partner.kill()
            await partner.wait()


async def _read(stream: asyncio.StreamReader, lines: list[str]) -> None:
    async for line in stream:
        lines.append(line.decode())


async def _tell_until_heard(intake: Running, lines: list[str]) -> bool:
    """The partner's queue exists once it has heard something."""
    async with intake.service.sessions.begin() as session:
        await emit(session, SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul"), at=BEGINNING)
    intake.service.relay.wake()
    return bool(lines)
