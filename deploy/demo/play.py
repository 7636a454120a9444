"""Play the story: the same calls that people and commands would make, at the instants of the script."""

from typing import Any
from uuid import UUID

from deploy.demo import partner
from deploy.demo.abiding import abide
from deploy.demo.acting import act_out, each, set_broker
from deploy.demo.cast import Cast
from deploy.demo.joining import join
from deploy.demo.networks import ADULTS, apply
from deploy.demo.stage import Stage
from deploy.demo.story import BEGINNING, CITIES, NOMINATED, Application, Pair, Story
from deploy.demo.telling import Teller

CRITERIA = {
    ("mentor", True): "volunteer-suitable",
    ("mentor", False): "volunteer-no-time",
    ("mentee", True): "mentee-eligible",
    ("mentee", False): "mentee-not-in-scope",
}


async def play(stage: Stage, story: Story, teller: Teller) -> Cast:
    """From an empty platform to the story's end; returns who is who."""
    cast = Cast()
    await stage.set_time(BEGINNING)
    await partner.subscribe(stage.addresses.amqp_url)
    await _apply(stage, story, cast, teller)
    await stage.set_time(story.screened_at)
    teller.says(f"screening decides: {len(story.declined)} are declined")
    await _screen(stage, story, cast)
    await stage.set_time(story.matched_at)
    await _match(stage, story, cast, teller)
    await abide(stage, story, cast, teller)
    for scene in story.scenes:
        await act_out(stage, scene, cast, teller)
    await set_broker(stage, teller, down=False)
    await stage.set_time(story.ends_at)
    return cast


async def _apply(stage: Stage, story: Story, cast: Cast, teller: Teller) -> None:
    teller.says(f"{len(CITIES)} sites open, and {len(story.people)} people apply, one of them in two roles")
    await apply(stage, ADULTS)
    await join(stage, cast, teller)
    await stage.quiet()
    await cast.learn_people(stage, story)


async def _screen(stage: Stage, story: Story, cast: Cast) -> None:
    for site in CITIES.values():
        cases = await stage.pages("screening", "/cases", role="screener", site=site)
        await each(_decide(stage, story, cast, site, case) for case in cases)
    await stage.quiet()


async def _decide(stage: Stage, story: Story, cast: Cast, site: str, case: dict[str, Any]) -> None:
    application = Application(cast.people[UUID(case["person"])], case["kind"])
    path, clears = f"/cases/{case['clearance']}", application not in story.declined
    decision = {"decision": "clear" if clears else "decline", "criterion": CRITERIA[application.part, clears]}
    if clears:
        results = [{"check": check, "outcome": "passed"} for check in case["required"]]
        await stage.call("POST", "screening", f"{path}/results", role="screener", site=site, json={"results": results})
    if last_day := story.last_days.get(application):
        decision["valid_until"] = last_day.isoformat()
    decided = await stage.call("POST", "screening", f"{path}/decision", role="screener", site=site, json=decision)
    if decided["state"] == "proposed":
        second: dict[str, Any] = {"role": "screener", "site": site, "subject": cast.second, "json": {"agrees": True}}
        await stage.call("POST", "screening", f"{path}/decision/agreement", **second)


async def _match(stage: Stage, story: Story, cast: Cast, teller: Teller) -> None:
    (nominated,) = [pair for pair in story.pairs if pair.mentor == NOMINATED]
    teller.says("a coordinator nominates two who know each other already")
    await _nominate(stage, nominated, cast)
    teller.says("a matching run in each city proposes pairs, and coordinators confirm them")
    for site in CITIES.values():
        body = {"offering": f"first-steps@{site}"}
        run = await stage.call("POST", "matching", "/runs", role="coordinator", site=site, json=body)
        path = f"/runs/{run['run']}/confirmation"
        await stage.call("POST", "matching", path, role="coordinator", site=site, json={})
    await stage.quiet()
    await cast.learn_pairs(stage, story)


async def _nominate(stage: Stage, pair: Pair, cast: Cast) -> None:
    site = CITIES[pair.mentor.city]
    body = {
        "offering": f"first-steps@{site}",
        "mentor": str(cast.ids[pair.mentor]),
        "mentee": str(cast.ids[pair.mentee]),
        "vouched_by": "They were colleagues for years.",
    }
    await stage.call("POST", "matching", "/nominations", role="coordinator", site=site, json=body)
