"""The subscribers of examples/ beside a running platform into which a network and people of two sites come."""

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from shared.contracts import REGISTRY, Audience
from shared.contracts.intake import ApplicationSubmitted, ProfileChanged
from tests.support.command import ROOT, platform_up, rapport
from tests.support.eventually import eventually
from tests.support.examples import NAMES, lacking, subscribed

SITE = "net.af.kabul"
DEMO = ROOT / "deploy" / "demo"


@pytest.mark.timeout(280)
async def test_each_hears_what_the_archive_keeps_for_partners_of_its_site() -> None:
    """By its ids, not one more and not one less; those that can be run here run beside each other."""
    names = [name for name in NAMES if not lacking(name)]
    async with platform_up() as env, AsyncExitStack() as stack:
        platform = json.loads((Path(env["RAPPORT_HOME"]) / "platform.json").read_text())
        heard = [await stack.enter_async_context(subscribed(name, platform["amqp_url"], SITE)) for name in names]
        await eventually(lambda: _are_bound(platform["management_url"], len(names)), within=30)
        await _done("network", "apply", str(DEMO / "network.toml"), env=env)
        for site in (SITE, "net.jo.amman"):
            await _import(site, env)

        async def the_same() -> bool:
            archived = await _archived(env)
            assert {ApplicationSubmitted.type, ProfileChanged.type} <= {*archived.values()}
            wanted = {event for event, type in archived.items() if REGISTRY[type].audience is Audience.PARTNER}
            return all({line[0] for line in lines} == wanted for lines in heard)

        await eventually(the_same, within=30)


async def _are_bound(management_url: str, number: int) -> bool:
    async with httpx2.AsyncClient(timeout=10) as http:
        bindings: list[dict[str, Any]] = (await http.get(f"{management_url}/api/bindings")).raise_for_status().json()
    keys = [each["routing_key"] for each in bindings]
    return keys.count(f"*.*.*.{SITE}.#") == number


async def _import(site: str, env: dict[str, str]) -> None:
    roster = DEMO / "rosters" / f"{site.rpartition('.')[2]}-mentors.csv"
    await _done(
        "import", str(roster), "--site", site, "--role", "mentor-adult", "--map", str(DEMO / "roster.toml"), env=env
    )


async def _done(*command: str, env: dict[str, str]) -> None:
    answer = await rapport(*command, env=env)
    assert answer.code == 0, answer.err + answer.out


async def _archived(env: dict[str, str]) -> dict[str, str]:
    """Ids and types of all events of the site, until now."""
    answer = await rapport("events", "tail", "--jsonl", "--site", SITE, "--until", "1s", env=env)
    assert answer.code == 0, answer.err
    return {event["id"]: event["type"] for event in map(json.loads, answer.out.splitlines())}
