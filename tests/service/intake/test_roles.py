"""Roles with their assessment, tier, reviews and templates."""

from typing import Any

from shared.ids import new_id
from tests.service.intake.scenes import (
    MENTOR,
    SITE,
    Start,
    administrator,
    coordinator,
    good,
    network,
    participant,
    types,
)

ASSESSED: dict[str, Any] = {
    **MENTOR,
    "description": "Writes about one hour a week.",
    "risks": ["one-on-one", "minors", "adults-at-risk"],
    "times_a_month": 8,
    "observability": "in-review",
    "controls": ["Staff read each message before the other one does."],
    "accepted": [
        {"risk": "minors", "residual": "Staff read late.", "accepted_by": "Laila Azizi", "until": "2027-01-31"}
    ],
    "review_on": "2027-06-30",
    "weekly_hours": 2,
    "months": 12,
}


async def test_an_assessment_is_kept_and_its_facts_are_told(running: Start) -> None:
    """Events carry the factors, the tier and the commitment; never who accepted what (R33), nor the controls."""
    it = await running("intake")
    await network(it)
    good(await administrator(it).put("/roles/mentor-young", json=ASSESSED))
    told = (await it.emitted())[-1]
    assert (told.data["risks"], told.data["further_risks"]) == (["minors", "one-on-one"], ["adults-at-risk"])
    assert (told.data["tier"], told.data["times_a_month"], told.data["weekly_hours"]) == ("comprehensive", 8, 2)
    assert "Laila" not in told.model_dump_json()
    seen = good(await coordinator(it).get("/roles/mentor-young"))
    assert {key: seen[key] for key in ASSESSED} == {**ASSESSED, "risks": sorted(ASSESSED["risks"])}
    assert (seen["tier"], len(seen["why"])) == ("comprehensive", 3)
    public = good(await participant(it, new_id()).get("/roles/mentor-young"))
    assert public["accepted"] is None
    assert good(await administrator(it).put("/roles/mentor-young", json=ASSESSED))["changed"] is False


async def test_only_a_risk_of_the_role_is_accepted(running: Start) -> None:
    """A risk that nobody assessed cannot be accepted (R33)."""
    it = await running("intake")
    await network(it)
    other = [ASSESSED["accepted"][0] | {"risk": "system-access"}]
    refused = await administrator(it).put("/roles/mentor-young", json=ASSESSED | {"accepted": other})
    assert refused.status_code == 422
    assert "system-access is accepted" in refused.text
    assert await types(it) == []


async def test_every_kind_stands_in_the_catalogue(running: Start) -> None:
    """Staff, moderators, screeners, coordinators and facilitators are assessed like all (R35)."""
    it = await running("intake")
    await network(it)
    for kind in ("staff", "moderator", "screener", "coordinator", "facilitator"):
        good(await administrator(it).put(f"/roles/{kind}", json=MENTOR | {"kind": kind}))
    assert await types(it) == ["role.changed"] * 5


async def test_reviews_that_passed_are_listed(running: Start) -> None:
    """R34: never reviewed, passed, an acceptance that lapsed, no assignment (R75); those in order are not listed."""
    it = await running("intake")
    await network(it)
    later: dict[str, Any] = {"accepted": [], "review_on": "2027-06-30"}
    changed: dict[str, dict[str, Any]] = {
        "fine": later,
        "fine-today": later | {"review_on": "2026-11-02"},
        "lapsed": {"accepted": [ASSESSED["accepted"][0] | {"until": "2026-11-01"}]},
        "late": later | {"review_on": "2026-11-01"},
        "silent": later | {"description": ""},
        "site-only": {"site": SITE, "review_on": None},
        "elsewhere": {"site": "net.af.herat", "review_on": None},
    }
    for name, changes in changed.items():
        good(await administrator(it).put(f"/roles/{name}", json=ASSESSED | changes))
    listed = good(await coordinator(it).get(f"/places/{SITE}/role-reviews"))["items"]
    assert {each["role"]: each["due"] for each in listed} == {
        "lapsed": ["acceptance-lapsed"],
        "late": ["review-passed"],
        "silent": ["no-description"],
        "site-only": ["never-reviewed"],
    }
    first = good(await coordinator(it).get(f"/places/{SITE}/role-reviews?limit=1"))
    rest = good(await coordinator(it).get(f"/places/{SITE}/role-reviews?cursor={first['next']}"))
    assert [*first["items"], *rest["items"]] == listed


async def test_a_commitment_below_the_policy_is_refused(running: Start) -> None:
    """R26; where minors take part the higher floor counts (R27)."""
    it = await running("intake")
    await network(it)
    http = administrator(it)
    policy = {"months": 6, "months_minors": 12}
    good(await http.put("/places/net/policy", json=policy, headers={"If-Match": "*"}))
    assert (await http.put("/roles/short", json=ASSESSED | {"months": 11})).status_code == 409
    adult = {"risks": ["one-on-one"], "accepted": []}
    assert good(await http.put("/roles/short", json=ASSESSED | adult | {"months": 6}))["changed"]


async def test_templates_stand_at_each_tier(running: Start) -> None:
    """R38; each can be published as it is, with the commitment that the policy at the place asks for (R26)."""
    it = await running("intake")
    await network(it)
    http = administrator(it)
    good(await http.put("/places/net.af/policy", json={"months": 9}, headers={"If-Match": "*"}))
    items = good(await coordinator(it).get(f"/places/{SITE}/role-templates"))["items"]
    assert {each["tier"] for each in items} == {"basic", "intermediate", "comprehensive"}
    assert min(each["months"] for each in items) == 9
    (basic,) = [each for each in items if each["template"] == "day-helper"]
    only = good(await coordinator(it).get(f"/places/{SITE}/role-templates?tier=basic"))["items"]
    assert basic in only
    assert {each["tier"] for each in only} == {"basic"}
    for each in items:
        body = {key: value for key, value in each.items() if key not in ("template", "tier", "why")}
        good(await http.put(f"/roles/t-{each['template']}", json=body | {"site": SITE}))
        assert good(await http.get(f"/roles/t-{each['template']}"))["tier"] == each["tier"]
