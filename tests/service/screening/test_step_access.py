"""Who reaches the steps: screeners at the site, the person their own part, nobody else."""

from typing import Any

from httpx2 import AsyncClient, Response

from shared.ids import new_id
from tests.service.screening.scenes import PERSON, only_case
from tests.service.screening.step_access import STEP_ROUTES, UNKNOWN
from tests.service.screening.story import SITE
from tests.support.running import Running


async def call(client: AsyncClient, route: tuple[str, str], clearance: str) -> Response:
    """One call; ids of things are those of nothing."""
    method, template = route
    path = template.format_map(
        {"clearance": clearance, "check": "identity", "module": "your-role", "site": SITE} | dict.fromkeys(IDS, UNKNOWN)
    )
    async with client:
        return await client.request(method, path, json=STEP_ROUTES[route].body)


IDS = ("reference", "letter", "slot")


async def test_nobody_without_a_token_or_from_elsewhere(it: Running) -> None:
    """No token is 401; another site's screener, another role and another participant learn nothing."""
    case = (await only_case(it))["clearance"]
    for route in STEP_ROUTES:
        assert (await call(it.client(), route, case)).status_code == 401, route
        strangers = [it.client(role="participant", site=SITE, person=new_id())]
        if not STEP_ROUTES[route].coordinator:
            strangers.append(it.client(role="coordinator", site=SITE))
        if not STEP_ROUTES[route].anywhere:
            strangers.append(it.client(role="screener", site="net.ke"))
        for client in strangers:
            answer = await call(client, route, case)
            assert answer.status_code in (403, 404) or _tells_nothing(answer.json()), route


def _tells_nothing(body: dict[str, Any]) -> bool:
    return not any(body.get(name) for name in ("items", "next", "steps", "funnel"))


async def test_the_person_and_the_screener_reach_their_own_part(it: Running) -> None:
    """Whoever a route is not for is refused; a screener whose own case it is, too."""
    case = (await only_case(it))["clearance"]
    for route, door in STEP_ROUTES.items():
        if "{clearance}" not in route[1]:
            continue
        person = await call(it.client(role="participant", site=SITE, person=PERSON), route, case)
        assert (person.status_code == 403) is not door.person, f"{route} {person.text}"
        staff = await call(it.client(role="screener", site=SITE), route, case)
        assert (staff.status_code == 403) is not door.staff, f"{route} {staff.text}"
        if not door.person:
            themself = await call(it.client(role="screener", site=SITE, person=PERSON), route, case)
            assert themself.status_code in (403, 409), f"{route} {themself.text}"
