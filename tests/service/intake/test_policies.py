"""Policies are set at places, programmes and offerings; what is below can only be tighter (R37, trap 9)."""

from typing import Any

from httpx2 import AsyncClient, Response

from tests.service.intake.scenes import OFFERING, OPEN, PLACES, SITE, Start, administrator, coordinator, good, network
from tests.support.running import Running

ANY = {"If-Match": "*"}


async def put(http: AsyncClient, path: str, policy: dict[str, Any], **headers: str) -> Response:
    """A PUT of a policy."""
    return await http.put(f"{path}/policy", json=policy, headers=ANY | headers)


async def prepared(running: Start) -> tuple[Running, AsyncClient]:
    """The small network, and its administrator."""
    it = await running("intake")
    await network(it)
    return it, administrator(it)


async def test_a_policy_says_where_each_value_comes_from(running: Start) -> None:
    """A site's view joins what stands above it, an offering's also its programme and reply limits."""
    _, http = await prepared(running)
    good(await put(http, "/places/net", {"references": 1, "steps_mentor": ["identity"]}))
    good(await put(http, "/places/net.af", {"references": 2}))
    good(await put(http, "/programmes/first-steps", {"steps_mentor": ["interview"]}))
    good(await put(http, f"/offerings/{OFFERING}", {"allowed": ["photos"]}))
    site = good(await http.get(f"/places/{SITE}/policy"))
    assert (site["own"], site["holder"]) == ({}, f"place/{SITE}")
    assert site["in_force"]["references"]["value"] == 2
    assert site["in_force"]["references"]["set_by"] == ["place/net.af"]
    assert "never shrink" in site["in_force"]["references"]["rule"]
    offering = good(await http.get(f"/offerings/{OFFERING}/policy"))["in_force"]
    assert offering["steps_mentor"]["value"] == ["identity", "interview"]
    assert offering["steps_mentor"]["set_by"] == ["place/net", "programme/first-steps"]
    assert (offering["allowed"]["value"], offering["mentor_reply_hours"]["value"]) == (["photos"], 48)
    assert offering["mentor_reply_hours"]["set_by"] == [f"offering/{OFFERING}"]


async def test_a_loosening_is_refused_and_changes_nothing(running: Start) -> None:
    """The rule and the place that set it are named; also where an offering's reply limit would be longer (R9)."""
    it, http = await prepared(running)
    good(await put(http, "/places/net.af", {"references": 2, "mentor_reply_hours": 24}))
    before = len(await it.emitted())
    for path in (f"/places/{SITE}", f"/offerings/{OFFERING}"):
        refused = await put(http, path, {"references": 1})
        assert refused.status_code == 409
        assert "references cannot be 1: place/net.af set 2" in refused.json()["detail"]
        assert good(await http.get(f"{path}/policy"))["own"] == {}
    refused = await http.put(f"/offerings/{OFFERING}", json=OPEN)
    assert refused.status_code == 409
    assert "mentor_reply_hours cannot be 48: place/net.af set 24" in refused.json()["detail"]
    assert len(await it.emitted()) == before


async def test_a_tighter_parent_tightens_those_below(running: Start) -> None:
    """What changes for each place and offering is answered, and each offering's new policy is told once."""
    it, http = await prepared(running)
    good(await put(http, f"/places/{SITE}", {"references": 1}))
    before = len(await it.emitted())
    answer = good(await put(http, "/places/net", {"references": 3, "mentor_reply_hours": 24}))
    changed = {(each["holder"], each["key"]): (each["before"], each["after"]) for each in answer["differences"]}
    assert changed["place/net.af.kabul", "references"] == (1, 3)
    assert changed["place/net.af.herat", "references"] == (0, 3)
    assert changed["programme/first-steps", "references"] == (0, 3)
    assert changed[f"offering/{OFFERING}", "mentor_reply_hours"] == (48, 24)
    assert {each["set_by"][0] for each in answer["differences"]} == {"place/net"}
    (told,) = (await it.emitted())[before:]
    assert (told.subject, told.data["mentor_reply_hours"]) == (f"offering/{OFFERING}", 24)
    assert (told.data["policy"]["references"], told.data["mentee_reply_hours"]) == (3, 96)
    assert good(await put(http, "/places/net", {"references": 3, "mentor_reply_hours": 24}))["changed"] is False
    assert len(await it.emitted()) == before + 1


async def test_a_dry_run_shows_and_changes_nothing(running: Start) -> None:
    """The same differences, nothing stored and nothing told; a loosening is refused as ever."""
    it, http = await prepared(running)
    before = len(await it.emitted())
    asked = {"steps_mentor": ["interview"]}
    dry = good(await http.put("/places/net/policy?dry_run=true", json=asked, headers=ANY))
    assert (dry["changed"], dry["dry_run"], dry["own"]) == (True, True, asked)
    assert good(await http.get("/places/net/policy"))["own"] == {}
    assert len(await it.emitted()) == before
    assert good(await put(http, "/places/net", asked))["differences"] == dry["differences"]


async def test_two_who_edit_see_each_other(running: Start) -> None:
    """An edit names the version that was read; an older one is refused, and none at all is asked for."""
    _, http = await prepared(running)
    read = await http.get(f"/places/{SITE}/policy")
    first = await put(http, f"/places/{SITE}", {"months": 3}, **{"If-Match": read.headers["etag"]})
    assert (read.headers["etag"], first.headers["etag"]) == ('"0"', '"1"')
    late = await put(http, f"/places/{SITE}", {"months": 6}, **{"If-Match": read.headers["etag"]})
    assert late.status_code == 412
    assert (await http.put(f"/places/{SITE}/policy", json={"months": 6})).status_code == 428


async def test_a_site_administrator_stays_at_the_site(running: Start) -> None:
    """They tighten their own place and its offerings; everybody in the branch may read what is above."""
    it, _ = await prepared(running)
    local = it.client(role="administrator", site=SITE)
    assert good(await put(local, f"/places/{SITE}", {"months": 6}))["changed"]
    for path in ("/places/net", "/places/net.af.herat", "/programmes/first-steps"):
        assert (await put(local, path, {"months": 6})).status_code in (403, 404), path
    assert (await put(coordinator(it), f"/places/{SITE}", {"months": 9})).status_code == 403
    assert good(await coordinator(it).get("/places/net/policy"))["holder"] == "place/net"


async def test_what_no_policy_can_be_is_named(running: Start) -> None:
    """Unknown keys and impossible values name their field."""
    _, http = await prepared(running)
    for policy, field in (({"kindness": 1}, "kindness"), ({"references": -1}, "references"), ({"allowed": ["x"]}, "")):
        response = await put(http, "/places/net", policy)
        assert response.status_code == 422
        assert field in response.text


async def test_a_place_that_moves_takes_those_along_that_name_no_country(running: Start) -> None:
    """Another country's law holds at each of them: they are answered with their offerings, and told (trap 9)."""
    it, http = await prepared(running)
    kabul = {key: value for key, value in PLACES[SITE].items() if key != "country"}
    good(await http.put(f"/places/{SITE}", json=kabul))
    moved = PLACES["net.af"] | {"country": "GB", "subdivision": "GB-SCT"}
    before = len(await it.emitted())
    dry = good(await http.put("/places/net.af?dry_run=true", json=moved))
    assert len(await it.emitted()) == before
    answer = good(await http.put("/places/net.af", json=moved))
    assert (
        answer["moved"]
        == dry["moved"]
        == [
            {"site": "net.af", "before": "AF", "after": "GB-SCT", "offerings": []},
            {"site": SITE, "before": "AF", "after": "GB-SCT", "offerings": [OFFERING]},
        ]
    )
    told = (await it.emitted())[before:]
    assert [(each.subject, each.data["subdivision"]) for each in told] == [
        ("site/net.af", "GB-SCT"), (f"site/{SITE}", "GB-SCT"),
    ]  # fmt: skip
    wrong = await http.put("/places/net.af", json=PLACES["net.af"] | {"subdivision": "GB-SCT"})
    assert wrong.status_code == 422
