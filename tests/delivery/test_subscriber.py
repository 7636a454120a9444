"""What the subscribers of examples/ hear, and what they do not."""

from pathlib import Path

import pytest

from shared.contracts.intake import ProfileChanged, SiteChanged
from shared.ids import new_id
from shared.outbox import emit
from tests.support.brokers import fresh_broker
from tests.support.eventually import eventually
from tests.support.examples import NAMES, lacking, subscribed
from tests.support.live import live
from tests.support.running import BEGINNING, Running


@pytest.mark.parametrize("example", NAMES)
async def test_a_partner_sees_exactly_its_sites_partner_events(example: str, tmp_path: Path) -> None:
    """Events of its site arrive; another site's do not, and platform types never do."""
    if reason := lacking(example):
        pytest.skip(reason)
    async with (
        fresh_broker() as url,
        live("intake", url, tmp_path / "intake") as intake,
        subscribed(example, url, "net.af.kabul") as lines,
    ):
        await eventually(lambda: _tell_until_heard(intake, lines), within=20)
        async with intake.service.sessions.begin() as session:
            await emit(session, ProfileChanged(person=new_id(), site="net.af.kabul"), at=BEGINNING)
            for site in ("net.ke.nairobi", "net.af", "net.af.kabulwest", "net.af.kabul.west"):
                await emit(session, SiteChanged(site=site, place="site", zone="Asia/Kabul"), at=BEGINNING)
        intake.service.relay.wake()
        await eventually(lambda: any("site/net.af.kabul.west" in line for line in lines))
        told = {tuple(line[1:3]) for line in lines}
        assert told == {(SiteChanged.type, "site/net.af.kabul"), (SiteChanged.type, "site/net.af.kabul.west")}


async def _tell_until_heard(intake: Running, lines: list[list[str]]) -> bool:
    """The partner's queue exists once it has heard something."""
    async with intake.service.sessions.begin() as session:
        await emit(session, SiteChanged(site="net.af.kabul", place="site", zone="Asia/Kabul"), at=BEGINNING)
    intake.service.relay.wake()
    return bool(lines)
