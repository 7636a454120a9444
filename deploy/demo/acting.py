"""What people do in a scene, and what is broken meanwhile."""

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from typing import Any

from deploy.demo.cast import Cast
from deploy.demo.foretold import hours
from deploy.demo.stage import BROKER_PART, NotAsWritten, Stage
from deploy.demo.story import SITES, Acknowledges, Act, GoesAway, IsRefused, Pair, Part, Scene, Writes
from deploy.demo.telling import Teller

LETTERS = ("How was your week?", "هفته‌ات چطور بود؟", "كيف كان أسبوعك؟")
WAITING_AT_LEAST = 20


async def act_out(stage: Stage, scene: Scene, cast: Cast, teller: Teller) -> None:
    """One scene, until nothing is under way any more."""
    if not scene.broker_down:
        await set_broker(stage, teller, down=False)
    await stage.set_time(scene.at)
    teller.says(f"hour {hours(scene.at).removesuffix('h')}: {scene.tells}")
    if scene.broker_down:
        await set_broker(stage, teller, down=True)
    if scene.doubles:
        teller.breaks(f"a second process of {scene.doubles} joins")
        await stage.double(scene.doubles)
    acts = [_do(stage, scene, act, cast, number) for number, act in enumerate(scene.acts)]
    if scene.kills:
        await _with_a_death(stage, scene.kills, acts, teller)
    else:
        await each(acts)
    await stage.quiet()
    if scene.broker_down:
        await _demand_waiting(stage, teller)


async def set_broker(stage: Stage, teller: Teller, *, down: bool) -> None:
    """Kill it by SIGKILL, or bring it back with its data; nothing where it is so already."""
    if down and not stage.broker_down:
        teller.breaks("the broker is killed")
        await stage.kill(BROKER_PART)
        stage.broker_down = True
    elif stage.broker_down and not down:
        teller.mends("the broker is started again")
        await stage.restart(BROKER_PART)
        stage.broker_down = False
        await stage.quiet()


async def _with_a_death(stage: Stage, service: str, acts: Sequence[Awaitable[None]], teller: Teller) -> None:
    """The service is killed in the middle, and the others try on until it is up again."""
    half = len(acts) // 2
    await each(acts[:half])
    teller.breaks(f"{service} is killed")
    await stage.kill(service)
    await asyncio.gather(each(acts[half:]), stage.restart(service))
    teller.mends(f"{service} is up again")


async def _demand_waiting(stage: Stage, teller: Teller) -> None:
    waiting = await stage.waiting_in_outboxes()
    if waiting < WAITING_AT_LEAST:
        raise NotAsWritten(f"Only {waiting} events waited for the killed broker; the script wants {WAITING_AT_LEAST}.")
    teller.says(f"{waiting} events wait for the broker")


async def _do(stage: Stage, scene: Scene, act: Act, cast: Cast, number: int) -> None:
    conversation = f"/conversations/{cast.pair_ids[act.pair]}"
    match act:
        case Writes():
            letter = {"text": LETTERS[number % len(LETTERS)], "answer_needed": act.answer_needed}
            await _post(stage, act.pair, act.writer, cast, f"{conversation}/messages", letter)
        case IsRefused():
            answer = await stage.send(
                "POST", "messaging", f"{conversation}/messages", **_as(act.pair, act.writer, cast),
                json={"text": LETTERS[0], "answer_needed": True},
            )  # fmt: skip
            if answer.status_code == 409:
                cast.refused.append(f"{act.pair.key} {act.writer} {hours(scene.at)}")
        case Acknowledges():
            await _post(stage, act.pair, "mentor", cast, f"{conversation}/acknowledgement", {})
        case GoesAway():
            notice = {"starts": scene.at.isoformat(), "ends": act.ends.isoformat(), "note": "On the road."}
            await _post(stage, act.pair, "mentor", cast, "/away-notices", notice)


async def _post(stage: Stage, pair: Pair, part: Part, cast: Cast, path: str, body: dict[str, Any]) -> None:
    await stage.call("POST", "messaging", path, **_as(pair, part, cast), json=body)


def _as(pair: Pair, part: Part, cast: Cast) -> dict[str, Any]:
    """As whom a member of a pair calls."""
    return {"role": "participant", "site": SITES[pair.mentor.city], "subject": cast.ids[pair.member(part)]}


async def each(calls: Iterable[Awaitable[None]]) -> None:
    """All calls, four at a time."""
    limit = asyncio.Semaphore(4)

    async def one(call: Awaitable[None]) -> None:
        async with limit:
            await call

    await asyncio.gather(*(one(call) for call in calls))
