"""An offering opens only at a site that is ready (R82)."""

from typing import Any

from services.intake.domain.readiness import DRAFT
from tests.service.intake.scenes import (
    OFFERING,
    OPEN,
    PLACES,
    SITE,
    TICK,
    Start,
    administrator,
    coordinator,
    good,
    network,
)
from tests.support.running import Running

HERAT = "net.af.herat"
ELSEWHERE = f"first-steps@{HERAT}"


async def test_nothing_opens_at_a_site_that_is_not_ready(running: Start) -> None:
    """The refusal names what is missing; a closed offering may be prepared; what is open stays open and may change."""
    it = await running("intake")
    await network(it)
    http = administrator(it)
    for site in (SITE, HERAT):
        assert good(await http.delete(f"/places/{site}/readiness/emergency-path"))["changed"]
    refused = await http.put(f"/offerings/{ELSEWHERE}", json=OPEN)
    assert refused.status_code == 409
    assert f"{HERAT} is not ready" in refused.json()["detail"]
    assert "emergency-path: Agree whom to call" in refused.json()["detail"]
    good(await http.put(f"/offerings/{ELSEWHERE}", json=OPEN | {"is_open": False}))
    assert (await http.put(f"/offerings/{ELSEWHERE}", json=OPEN)).status_code == 409
    assert good(await http.put(f"/offerings/{OFFERING}", json=OPEN | {"mentor_reply_hours": 24}))["changed"]
    good(await http.put(f"/places/{HERAT}/readiness/emergency-path", json=TICK))
    assert good(await http.put(f"/offerings/{ELSEWHERE}", json=OPEN))["changed"]


async def test_the_checklist_shows_all_of_it(running: Start) -> None:
    """What data show and what was ticked, with who vouches; a role whose review passed makes a site unready (R34)."""
    it = await running("intake")
    await network(it)
    seen = good(await coordinator(it).get(f"/places/{SITE}/readiness"))
    assert seen["ready"] is True
    ticks = {each["item"]: each for each in seen["items"]}
    assert (ticks["coordinator"]["who"], ticks["coordinator"]["ticked_by"]) == ("Omid Karimi", "Laila Azizi")
    assert (ticks["country"]["met"], ticks["country"]["ticked_by"]) == (True, None)
    bare = {key: value for key, value in PLACES[SITE].items() if key != "languages"}
    good(await administrator(it).put(f"/places/{SITE}", json=bare))
    policy = {"facilitator": True}
    good(await administrator(it).put("/places/net/policy", json=policy, headers={"If-Match": "*"}))
    it.set_clock(it.service.clock.now().replace(year=2028))
    seen = good(await coordinator(it).get(f"/places/{SITE}/readiness"))
    missing = {each["item"]: each["text"] for each in seen["items"] if not each["met"]}
    assert missing.keys() == {"languages", "conduct-document", "role-reviews", "facilitator"}
    assert "mentee-adult, mentor-adult" in missing["role-reviews"]


async def test_a_tick_has_a_name_and_a_day(running: Start) -> None:
    """Coordinator and local contact name somebody; the same tick again changes nothing."""
    it = await running("intake")
    await network(it)
    path = f"/places/{SITE}/readiness"
    for body, field in ((TICK | {"who": None}, "who"), (TICK | {"ticked_on": "2027-01-01"}, "ticked_on")):
        refused = await coordinator(it).put(f"{path}/coordinator", json=body)
        assert [each["field"] for each in refused.json()["errors"]] == [field]
    assert good(await coordinator(it).put(f"{path}/coordinator", json=TICK))["changed"] is False
    assert good(await coordinator(it).put(f"{path}/coordinator", json=TICK | {"who": "Zia"}))["changed"] is True
    assert (await coordinator(it).put(f"{path}/weather", json=TICK)).status_code == 422
    assert (await administrator(it).get("/places/net.nowhere/readiness")).status_code == 404


async def told(it: Running) -> dict[str, Any]:
    """The newest that was told of the site."""
    events = [each.data for each in await it.emitted() if each.type == "rapport.site.changed.v1"]
    return [each for each in events if each["site"] == SITE][-1]


async def test_a_site_goes_live_on_a_draft_when_a_named_person_accepts_it(running: Start) -> None:
    """R41: no pack is held for Afghanistan, so somebody accepts that by name, and those who screen there hear so."""
    it = await running("intake")
    await network(it)
    http, path = administrator(it), f"/places/{SITE}/readiness/{DRAFT}"
    assert (await told(it))["draft_accepted"] is True
    assert good(await http.put(path, json=TICK))["changed"] is False
    assert good(await http.delete(path))["changed"] is True
    assert (await told(it))["draft_accepted"] is False
    seen = good(await http.get(f"/places/{SITE}/readiness"))
    assert [each["item"] for each in seen["items"] if not each["met"]] == [DRAFT]
    refused = await http.put(path, json=TICK | {"who": None})
    assert [each["field"] for each in refused.json()["errors"]] == ["who"]
    assert good(await http.put(f"/offerings/{OFFERING}", json=OPEN | {"mentor_reply_hours": 24}))["changed"]


async def test_what_was_accepted_is_one_law(running: Start) -> None:
    """Trap 9: a site that moves to another draft asks for it anew; under a law that was read it asks nothing."""
    it = await running("intake")
    await network(it)
    http = administrator(it)
    good(await http.put(f"/places/{SITE}", json=PLACES[SITE] | {"country": "KE"}))
    assert (await told(it))["draft_accepted"] is False
    items = {each["item"]: each["met"] for each in good(await http.get(f"/places/{SITE}/readiness"))["items"]}
    assert items[DRAFT] is False
    good(await http.put(f"/places/{SITE}/readiness/{DRAFT}", json=TICK))
    assert (await told(it))["draft_accepted"] is True
    good(await http.put(f"/places/{SITE}", json=PLACES[SITE] | {"country": "GB", "subdivision": "GB-SCT"}))
    assert DRAFT not in {each["item"] for each in good(await http.get(f"/places/{SITE}/readiness"))["items"]}


async def test_the_offering_s_own_document_counts(running: Start) -> None:
    """A document in a language of the place does not stand in for the one that has to be signed (R69)."""
    it = await running("intake")
    await network(it)
    http = administrator(it)
    document = {"site": "net", "language": "sw", "text": "Andika kwa heshima."}
    good(await http.put("/documents/swahili/versions/1", json=document))
    refused = await http.put(f"/offerings/{ELSEWHERE}", json=OPEN | {"document": "swahili"})
    assert refused.status_code == 409
    assert "conduct-document" in refused.json()["detail"]
