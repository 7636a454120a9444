"""Nobody named in a conduct case, nor their line, sees it; every route of it, for everybody around it."""

from uuid import UUID

import pytest

from shared.access import Role
from tests.service.screening.conduct_routes import ABOUT_ONE, CONDUCT_ROUTES, NOBODY, OTHERS
from tests.service.screening.conduct_scenes import (
    CLAUSE,
    COORDINATOR,
    ELSEWHERE,
    HEAD,
    MENTEE,
    MENTOR,
    REGIONAL,
    RELATIVE,
    SCREENER,
    SUPERIOR,
    Factory,
    ask,
    good,
    raised,
    staffed,
    told,
)
from tests.service.screening.story import SITE, concern
from tests.support.running import Running

ONE = pytest.mark.parametrize(("method", "path"), list(ABOUT_ONE), ids=[" ".join(route) for route in ABOUT_ONE])

BARRED: dict[str, tuple[UUID, Role, str]] = {
    "named": (MENTOR, "screener", SITE),
    "named, with a grant of the network": (MENTOR, "administrator", "net"),
    "a member of the pair": (MENTEE, "administrator", SITE),
    "a relative": (RELATIVE, "screener", SITE),
    "their superior": (SUPERIOR, "administrator", "net.af"),
    "another site": (ELSEWHERE, "screener", "net.af.herat"),
    "another country": (ELSEWHERE, "administrator", "net.ke"),
    "another role": (SCREENER, "coordinator", SITE),
    "a participant": (SCREENER, "participant", SITE),
    "a service": (SCREENER, "service", "net"),
}
"""Who must not find a case about the mentor."""


@pytest.fixture
async def case(running: Factory) -> tuple[Running, dict[str, str]]:
    """A case about the mentor, with one measure and one report; and people with ties to them."""
    it = await staffed(running)
    for person, kind in ((RELATIVE, "relative"), (SUPERIOR, "line")):
        body = {"person": str(person), "other": str(MENTOR), "kind": kind, "site": SITE}
        await good(it, "POST", "/ties", body, who=person)
    path = await raised(it, "harm", 1)
    suspended = {"person": str(MENTOR), "measure": "suspend", **CLAUSE}
    detail = await good(it, "POST", f"{path}/measures", suspended)
    return it, {
        "case": detail["case"], "measure": detail["measures"][0]["measure"], "report": detail["reports"][0]["report"],
        "person": str(MENTOR),
    }  # fmt: skip


async def test_every_route_is_tested_here(running: Factory) -> None:
    """Rule 9: a new route of conduct needs a line in ABOUT_ONE or OTHERS."""
    it = await running("screening")
    conduct = ("/conduct-cases", "/incidents", "/ties", "/duties", "/pages", "/register-lookups")
    assert {route for route in it.routes() if route[1].startswith(conduct)} == CONDUCT_ROUTES


@ONE
async def test_whoever_is_barred_finds_no_case(case: tuple[Running, dict[str, str]], method: str, path: str) -> None:
    """Traps 16 and 17: the same 404 as for a case that there is not, whatever their grant."""
    it, ids = case
    missing = path.format(**ids | {"case": NOBODY})
    for label, (who, role, site) in BARRED.items():
        refused = await ask(it, method, path.format(**ids), ABOUT_ONE[method, path], who=who, as_=role, at=site)
        nothing = await ask(it, method, missing, ABOUT_ONE[method, path], who=who, as_=role, at=site)
        assert (refused.status_code, refused.json()) == (404, nothing.json()), label
        assert nothing.status_code == 404


@ONE
async def test_who_answers_for_the_place_gets_through(
    case: tuple[Running, dict[str, str]], method: str, path: str
) -> None:
    """The screener of the site, of the region and of the network; also where the state then refuses."""
    it, ids = case
    for who, site in ((SCREENER, SITE), (REGIONAL, "net.af"), (HEAD, "net")):
        answer = await ask(it, method, path.format(**ids), ABOUT_ONE[method, path], who=who, at=site)
        unregistered = method == "DELETE" and answer.json()["detail"].startswith("This case entered nobody")
        assert answer.status_code in (200, 201, 409) or unregistered, answer.text


async def test_lists_counts_and_pages_leave_the_case_out(case: tuple[Running, dict[str, str]]) -> None:
    """Trap 16: neither a row nor a number tells a barred person that there is a case."""
    it, ids = case
    for label, (who, role, site) in BARRED.items():
        found = await ask(it, "GET", "/conduct-cases", who=who, as_=role, at=site)
        assert found.status_code == 403 or found.json() == {"items": [], "next": None}, label
        counted = await ask(it, "GET", "/incidents", who=who, as_=role, at=site, params={"site": site})
        assert counted.status_code == 403 or counted.json() == [], label
        assert (await good(it, "GET", "/pages", who=who, as_=role, at=site))["items"] == [], label
    assert len((await good(it, "GET", "/conduct-cases"))["items"]) == 1
    assert ids["case"] not in str(await good(it, "GET", "/cases", who=MENTOR, as_="participant"))


@pytest.mark.parametrize(("method", "path"), [*ABOUT_ONE, *OTHERS])
async def test_without_a_token_nothing_answers(running: Factory, method: str, path: str) -> None:
    """Rule 9."""
    it = await running("screening")
    ids = {"case": NOBODY, "measure": NOBODY, "report": NOBODY, "person": NOBODY}
    async with it.client() as http:
        body = {**ABOUT_ONE, **OTHERS}[method, path]
        assert (await http.request(method, path.format(**ids), json=body)).status_code == 401


@pytest.mark.parametrize(("method", "path"), OTHERS)
async def test_another_sites_staff_is_refused(running: Factory, method: str, path: str) -> None:
    """Rule 9, trap 16: nothing of this site for a screener of another one."""
    it = await staffed(running)
    answer = await ask(it, method, path, OTHERS[method, path], who=ELSEWHERE, at="net.ke")
    assert answer.status_code in (403, 404, 422) or answer.json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("who", "site", "sees"),
    [(SCREENER, SITE, False), (REGIONAL, "net.af", True), (HEAD, "net", True), (COORDINATOR, "net", False)],
)
async def test_a_concern_about_staff_goes_a_level_up(running: Factory, who: UUID, site: str, *, sees: bool) -> None:
    """R32: whoever works beside a cleared coordinator does not see what is said of them; the level above does."""
    it = await staffed(running)
    path = await raised(it, "talk", 4, members=[])
    assert (await ask(it, "GET", path, who=who, at=site)).status_code == (200 if sees else 404)
    listed = (await good(it, "GET", "/conduct-cases", who=who, at=site))["items"]
    assert len(listed) == int(sees)


async def test_it_stays_a_level_up_when_the_clearance_has_ended(running: Factory) -> None:
    """R32: dismissed staff leave colleagues behind, who still do not read it."""
    it = await staffed(running)
    path = await raised(it, "talk", 4, members=[])
    how = {"who": REGIONAL, "at": "net.af"}
    await good(it, "POST", f"{path}/replies", {"person": str(COORDINATOR), "said": "No."}, **how)
    dismiss = {"person": str(COORDINATOR), "measure": "dismiss", **CLAUSE}
    await good(it, "POST", f"{path}/measures", dismiss, **how)
    assert len(await told(it, "clearance.ended")) == 1
    assert (await ask(it, "GET", path)).status_code == 404


async def test_a_concern_about_staff_whom_nobody_named_goes_a_level_up(running: Factory) -> None:
    """R32, R66: a mentee knows no ids; that it is about staff is enough."""
    it = await staffed(running)
    path = await raised(it, "talk", about_staff=True)
    assert (await ask(it, "GET", path)).status_code == 404
    assert (await ask(it, "GET", path, who=REGIONAL, at="net.af")).status_code == 200


async def test_both_sites_of_a_pair_answer_for_it(running: Factory) -> None:
    """Trap 16: each for its own side, a third one not."""
    it = await staffed(running)
    path = await raised(it, "talk", 1, other_site="net.uk.leeds")
    for site, status in ((SITE, 200), ("net.uk.leeds", 200), ("net.uk", 200), ("net.uk.york", 404)):
        assert (await ask(it, "GET", path, at=site)).status_code == status


async def test_who_is_named_later_deals_with_it_no_longer(running: Factory) -> None:
    """Trap 17: the handler turns out to be meant, or a relative; the case is taken from them, and that is told."""
    it = await staffed(running)
    path = await raised(it, "talk", 1, members=[])
    await good(it, "POST", f"{path}/handler", who=COORDINATOR)
    assert (await told(it, "case.opened"))[-1]["handler"] == str(COORDINATOR)
    await good(it, "PATCH", path, {"people": [str(COORDINATOR)]})
    assert (await told(it, "case.opened"))[-1]["handler"] is None
    assert (await ask(it, "POST", f"{path}/handler", who=COORDINATOR, at="net")).status_code == 404
    other = await raised(it, "talk", 1, number=2)
    await good(it, "POST", f"{other}/handler", who=RELATIVE)
    body = {"person": str(RELATIVE), "other": str(MENTOR), "kind": "relative", "site": SITE}
    await good(it, "POST", "/ties", body, who=RELATIVE)
    assert (await told(it, "case.opened"))[-1]["handler"] is None


async def test_a_tie_is_ended_by_somebody_else(running: Factory) -> None:
    """Trap 17: nobody opens a case about their brother by taking back that he is one."""
    it = await staffed(running)
    body = {"person": str(RELATIVE), "other": str(MENTOR), "kind": "relative", "site": SITE}
    tie = await good(it, "POST", "/ties", body, who=RELATIVE)
    assert await good(it, "POST", "/ties", body, who=RELATIVE) == tie
    assert (await good(it, "GET", "/ties", who=RELATIVE, params={"person": str(MENTOR)}))["items"] == [tie]
    own = await ask(it, "DELETE", f"/ties/{RELATIVE}/{MENTOR}", who=RELATIVE, as_="administrator")
    assert own.status_code == 409
    await it.hear(concern(9, "talk", 1))
    assert (await good(it, "GET", "/conduct-cases", who=RELATIVE))["items"] == []


async def test_whom_it_concerns_cannot_shut_out_who_would_judge(running: Factory) -> None:
    """Trap 17 turned round: a mentor who says that the screener is his brother is judged by her all the same."""
    it = await staffed(running)
    path = await raised(it, "talk", 1)
    body = {"person": str(MENTOR), "other": str(SCREENER), "kind": "relative", "site": SITE}
    await good(it, "POST", "/ties", body, who=MENTOR, as_="participant")
    await good(it, "POST", f"{path}/handler")
