"""No route answers without a grant: called without a token, from another site, with every role, and by the person."""

import json
from typing import Any
from uuid import UUID

from httpx2 import AsyncClient, Response

from shared.ids import new_id
from tests.service.intake.access import ALL, HELD, ROUTES, Case
from tests.service.intake.application_access import ACTS
from tests.service.intake.consenting import GUARDIAN, known_guardian, texts
from tests.service.intake.knowing import claimed
from tests.service.intake.merging import MERGE
from tests.service.intake.scenes import (
    OFFERING,
    PROFILE,
    Start,
    administrator,
    coordinator,
    good,
    network,
    participant,
    registered,
    with_talk,
)
from tests.support.running import Running

HEALTH = {"/livez", "/readyz", "/metrics", "/internal/quiet"}


async def prepared(running: Start) -> tuple[Running, UUID, UUID]:
    """The small network with a local programme, role and document, a person with a profile and an application."""
    it = await running("intake")
    await network(it)
    for route in ("PUT /programmes/{programme}", "PUT /roles/{role}", "PUT /documents/{document}/versions/{version}"):
        good(await administrator(it).put(ROUTES[route].path, json=ROUTES[route].body))
    person = await registered(it)
    good(await coordinator(it).put(f"/people/{person}/profile", json=PROFILE))
    good(await coordinator(it).put(f"/people/{person}/particulars", json={"lives_in": "AF"}))
    await with_talk(it)
    good(await coordinator(it).put(f"/people/{person}/clearances/pvg-membership", json=HELD))
    await texts(it)
    await known_guardian(it, person)
    await claimed(it, person, GUARDIAN)
    asked = {"person": str(person), "role": "mentee-adult", "offering": OFFERING}
    return it, person, UUID(good(await coordinator(it).post("/applications", json=asked))["application"])


async def call(client: AsyncClient, route: str, case: Case, person: UUID, application: UUID) -> Response:
    """One call of a route."""

    def filled(text: str) -> str:
        return text.replace("{person}", str(person)).replace("{application}", str(application))

    body: Any = json.loads(filled(json.dumps(case.body))) if case.body else None
    async with client:
        return await client.request(route.split()[0], filled(case.path), json=body, headers=case.headers)


def refused(response: Response, case: Case) -> bool:
    """Whether a call was answered with nothing."""
    return response.status_code in (403, 404) or (case.is_list and response.json()["items"] == [])


async def test_every_route_is_tested(running: Start) -> None:
    """A new route needs its line in the table."""
    it = await running("intake")
    paths = it.app.openapi()["paths"]
    routes = {f"{method.upper()} {path}" for path in paths if path not in HEALTH for method in paths[path]}
    assert routes == set(ROUTES) | set(ACTS) | {MERGE}


async def test_nothing_without_a_token(running: Start) -> None:
    """Without a token every route answers 401."""
    it, person, application = await prepared(running)
    for route, case in ROUTES.items():
        assert (await call(it.client(), route, case, person, application)).status_code == 401, route


async def test_nothing_for_another_tree(running: Start) -> None:
    """Whoever has every role in another network, and no token of this one, learns nothing."""
    it, person, application = await prepared(running)
    for route, case in ROUTES.items():
        for role in ALL:
            client = it.client(role=role, site="other.af.kabul")
            response = await call(client, route, case, person, application)
            empty = response.is_success and not any(response.json().values())
            assert refused(response, case) or empty, f"{role} {route} {response.text}"


async def test_nothing_private_for_a_neighbour_site(running: Start) -> None:
    """Staff of another site of the same network see no person, application or roster of this one."""
    it, person, application = await prepared(running)
    for route, case in ROUTES.items():
        if case.roles == ALL:
            continue
        for role in ALL:
            response = await call(it.client(role=role, site="net.af.herat"), route, case, person, application)
            empty = response.is_success and not any(response.json().values())
            assert refused(response, case) or empty, f"{role} {route} {response.text}"


async def test_the_right_roles_and_no_others(running: Start) -> None:
    """Each route answers its roles at the place, and no other role."""
    it, person, application = await prepared(running)
    for route, case in ROUTES.items():
        for role in ALL:
            response = await call(it.client(role=role, site=case.site), route, case, person, application)
            if role in case.roles:
                # The second one who applies for the person, or takes a talk, meets what the first one did.
                met = route in ("POST /applications", "POST /talks/{talk}/owner") and response.status_code == 409
                expected = response.is_success or met
                assert expected, f"{role} {route} {response.text}"
                assert not refused(response, case), f"{role} {route} {response.text}"
            else:
                assert refused(response, case), f"{role} {route} {response.text}"


async def test_people_reach_what_is_theirs(running: Start) -> None:
    """A person reaches their own card, profile and applications; another participant of the site does not."""
    it, person, application = await prepared(running)
    for route, case in ROUTES.items():
        if "{person}" not in str(case) and not case.themself:
            continue
        for stranger in (participant(it, new_id()), it.client(person=new_id())):
            response = await call(stranger, route, case, person, application)
            assert refused(response, case), f"{route} {response.text}"
        own = await call(participant(it, person), route, case, person, application)
        assert own.is_success is case.themself, f"{route} {own.text}"
