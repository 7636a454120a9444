"""Play the story: the same calls that people and commands would make, at the instants of the script."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from deploy.cli.network import apply_network, read_network
from deploy.demo.cast import Cast
from deploy.demo.stage import Stage
from deploy.demo.story import BEGINNING, CITIES, Act, GoesAway, Scene, Story, Writes
from deploy.demo.telling import Teller
from deploy.local.problems import Problem
from deploy.rosters.importing import Order, carry_out, prepare
from shared.clock import FileClock

HERE = Path(__file__).parent
NETWORK = HERE / "network.toml"
PARTS = {"mentor": "mentors", "mentee": "mentees"}
LETTERS = ("How was your week?", "هفته‌ات چطور بود؟", "كيف كان أسبوعك؟")
WAITING_AT_LEAST = 20


class NotAsWritten(Problem):
    """The story could not be played as the script has it."""

    exit_code = 1


async def play(stage: Stage, story: Story, teller: Teller) -> Cast:
    """From an empty platform to the story's end; returns who is who."""
    cast = Cast()
    await stage.set_time(BEGINNING)
    teller.says(f"{len(CITIES)} sites open, and {len(story.people)} people apply")
    await _open_network(stage)
    await _import_rosters(stage)
    await stage.quiet()
    await cast.learn_people(stage, story)
    await stage.set_time(story.screened_at)
    teller.says(f"screening decides: {len(story.declined)} are declined")
    await _screen(stage, story, cast)
    await stage.set_time(story.matched_at)
    teller.says("a matching run in each city proposes pairs, and coordinators confirm them")
    await _match(stage)
    await stage.quiet()
    await cast.learn_pairs(stage, story)
    for scene in story.scenes:
        await stage.set_time(scene.at)
        teller.says(f"{_hours(scene.at)}: {scene.name}")
        await _play_scene(stage, scene, cast, teller)
    await stage.set_time(story.ends_at)
    return cast


async def _open_network(stage: Stage) -> None:
    url, headers = stage.addresses.services["intake"], stage.headers("administrator", "net", "demo")
    async with stage.client(url, headers) as http:
        await apply_network(http, read_network(NETWORK))
    await stage.quiet()


async def _import_rosters(stage: Stage) -> None:
    url, headers = stage.addresses.services["intake"], stage.headers("administrator", "net", "demo")
    async with stage.client(url, headers) as http:
        for city, site in CITIES.items():
            for part, name in PARTS.items():
                file = HERE / "rosters" / f"{city}-{name}.csv"
                order = Order(file, site, f"{part}-adult", str(HERE / "roster.toml"), notify=True)
                prepared = prepare(order)
                await carry_out(prepared, http)
                if prepared.report.exit_code:
                    raise NotAsWritten(f"{file.name} was not taken whole: {prepared.report.document()['refused']}")


async def _screen(stage: Stage, story: Story, cast: Cast) -> None:
    for site in CITIES.values():
        cases = await stage.pages("screening", "/cases", role="screener", site=site)
        await _each(_decide(stage, story, cast, site, case) for case in cases)
    await stage.quiet()


async def _decide(stage: Stage, story: Story, cast: Cast, site: str, case: dict[str, Any]) -> None:
    person = cast.people[UUID(case["person"])]
    path = f"/cases/{case['clearance']}"
    group = "volunteer" if person.part == "mentor" else "mentee"
    if person in story.declined:
        criterion = "volunteer-no-time" if group == "volunteer" else "mentee-not-in-scope"
        decision = {"decision": "decline", "criterion": criterion}
    else:
        results = [{"check": check, "outcome": "passed"} for check in case["required"]]
        await stage.call("POST", "screening", f"{path}/results", role="screener", site=site, json={"results": results})
        decision = {
            "decision": "clear",
            "criterion": "volunteer-suitable" if group == "volunteer" else "mentee-eligible",
        }
    await stage.call("POST", "screening", f"{path}/decision", role="screener", site=site, json=decision)


async def _match(stage: Stage) -> None:
    for site in CITIES.values():
        body = {"offering": f"first-steps@{site}"}
        run = await stage.call("POST", "matching", "/runs", role="coordinator", site=site, json=body)
        path = f"/runs/{run['run']}/confirmation"
        await stage.call("POST", "matching", path, role="coordinator", site=site, json={})


async def _play_scene(stage: Stage, scene: Scene, cast: Cast, teller: Teller) -> None:
    if not scene.broker_down:
        await _each(_do(stage, act, cast, number) for number, act in enumerate(scene.acts))
        await stage.quiet()
        return
    teller.breaks("the broker is killed")
    await stage.kill_broker()
    await _each(_do(stage, act, cast, number) for number, act in enumerate(scene.acts))
    await stage.quiet(without_broker=True)
    waiting = await stage.waiting_in_outboxes()
    if waiting < WAITING_AT_LEAST:
        raise NotAsWritten(f"Only {waiting} events waited for the killed broker; the script wants {WAITING_AT_LEAST}.")
    teller.breaks(f"the broker is dead and {waiting} events wait; it is started again")
    await stage.restart_broker()
    await stage.quiet()


async def _do(stage: Stage, act: Act, cast: Cast, number: int) -> None:
    site = CITIES[act.pair.mentor.city]
    if isinstance(act, Writes):
        writer = act.pair.mentor if act.writer == "mentor" else act.pair.mentee
        await stage.call(
            "POST", "messaging", f"/conversations/{cast.pair_ids[act.pair]}/messages",
            role="participant", site=site, subject=cast.ids[writer],
            json={"text": LETTERS[number % len(LETTERS)], "answer_needed": act.answer_needed},
        )  # fmt: skip
    else:
        await _announce(stage, act, cast, site)


async def _announce(stage: Stage, act: GoesAway, cast: Cast, site: str) -> None:
    announced = FileClock(stage.clock_file).now()
    body = {"starts": announced.isoformat(), "ends": act.ends.isoformat(), "note": "On the road."}
    subject = cast.ids[act.pair.mentor]
    await stage.call("POST", "messaging", "/away-notices", role="participant", site=site, subject=subject, json=body)


async def _each(calls: Iterable[Awaitable[None]]) -> None:
    """All calls, four at a time."""
    limit = asyncio.Semaphore(4)

    async def one(call: Awaitable[None]) -> None:
        async with limit:
            await call

    await asyncio.gather(*(one(call) for call in calls))


def _hours(moment: datetime) -> str:
    return f"hour {(moment - BEGINNING).total_seconds() / 3600:g}"
