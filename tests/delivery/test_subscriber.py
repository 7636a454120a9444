"""The subscribers of examples/, as other systems would run them."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.contracts.intake import ProfileChanged, SiteChanged
from shared.ids import new_id
from shared.outbox import emit
from tests.support.brokers import fresh_broker
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import BEGINNING, Running

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("example", ["subscribe.py", "subscribe_faststream.py", "subscribe.js"])
async def test_a_partner_sees_exactly_its_sites_partner_events(example: str, tmp_path: Path) -> None:
    """Events of its site arrive; another site's do not, and platform types never do."""
    program = _node() if example.endswith(".js") else sys.executable
    async with fresh_broker() as url, live("intake", url, tmp_path / "intake") as intake:
        partner = await asyncio.create_subprocess_exec(
            program, str(EXAMPLES / example), url, "net.af.kabul", stdout=asyncio.subprocess.PIPE
        )
        try:
            assert partner.stdout
            lines: list[str] = []
            reading = asyncio.create_task(_read(partner.stdout, lines))
            await eventually(lambda: _tell_until_heard(intake, lines), within=20)
            async with intake.service.sessions.begin() as session:
                await emit(session, ProfileChanged(person=new_id(), site="net.af.kabul"), at=BEGINNING)
                for site in ("net.ke.nairobi", "net.af", "net.af.kabul.west"):
                    await emit(session, SiteChanged(site=site, place="site", zone="Asia/Kabul"), at=BEGINNING)
            intake.service.relay.wake()
            await eventually(lambda: any("site/net.af.kabul.west" in line for line in lines))
            told = {tuple(line.split()[1:3]) for line in lines}
            assert told == {(SiteChanged.type, "site/net.af.kabul"), (SiteChanged.type, "site/net.af.kabul.west")}
            reading.cancel()
        finally:
            partner.kill()
            await partner.wait()


def _node() -> str:
    """Node, where it finds amqplib: in examples/node_modules, or by NODE_PATH."""
    if not (node := shutil.which("node")):
        pytest.skip("node is not on this machine")
    looked = subprocess.run([node, "-e", "require.resolve('amqplib')"], cwd=EXAMPLES, capture_output=True, check=False)
    if looked.returncode:
        pytest.skip("amqplib is not here: run `npm install` in examples, or set NODE_PATH")
    return node


async def _read(stream: asyncio.StreamReader, lines: list[str]) -> None:
    async for line in stream:
        lines.append(line.decode())


async def _tell_until_heard(intake: Running, lines: list[str]) -> bool:
    """The partner's queue exists once it has heard something."""
    async with intake.service.sessions.begin() as session:
        await emit(session, SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul"), at=BEGINNING)
    intake.service.relay.wake()
    return bool(lines)
