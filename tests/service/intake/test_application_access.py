"""Each route of drafts and outcomes: without token, by a stranger, from another site, by person, enroller, staff."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response

from shared.ids import new_id
from tests.service.intake.access import ALL, STAFF
from tests.service.intake.application_access import ACTS, Act
from tests.service.intake.forms import AS_MENTEE, MENTEE_ANSWERS, answer, begun, read_pack
from tests.service.intake.scenes import CARD, SITE, Start, coordinator, facilitator, good, network, participant
from tests.support.running import Running

FACILITATOR = new_id()
every_act = pytest.mark.parametrize("name", ACTS)


async def scene(running: Start, folder: Path) -> Running:
    """The small network, with links."""
    secret = folder / "links"
    secret.write_text("a" * 32)
    it = await running("intake", link_secret_file=secret)
    await network(it)
    return it


async def subject(it: Running, act: Act) -> tuple[UUID, dict[str, str]]:
    """Somebody whom the facilitator enrolled, with a draft or application as the act needs it."""
    http = facilitator(it, FACILITATOR)
    person = UUID(good(await http.post("/people", json={**CARD, "site": SITE, "email": None}))["person"])
    application = await begun(http, {**AS_MENTEE, "person": str(person)})
    await answer(http, application, **MENTEE_ANSWERS)
    pack = await read_pack(http, application, AS_MENTEE)
    link = good(await http.post(f"/applications/{application}/resume-link"))["link"]
    if act.on != "draft":
        good(await http.post(f"/applications/{application}/submission"))
    if act.on == "offered":
        body = {"role": "mentor-adult"}
        good(await coordinator(it).post(f"/applications/{application}/redirection", json=body))
    return person, {"{application}": application, "{pack}": pack, "{link}": link}


async def call(client: AsyncClient, name: str, act: Act, ids: dict[str, str]) -> Response:
    """One call."""
    path, body = act.path, json.dumps(act.body)
    for key, value in ids.items():
        path, body = path.replace(key, value), body.replace(key, value)
    async with client:
        return await client.request(name.split()[0], path, json=json.loads(body) if act.body else None)


@every_act
async def test_nothing_without_a_token(running: Start, tmp_path: Path, name: str) -> None:
    """401, whatever is there."""
    it = await scene(running, tmp_path)
    _, ids = await subject(it, ACTS[name])
    assert (await call(it.client(), name, ACTS[name], ids)).status_code == 401


@every_act
async def test_strangers_and_other_sites_learn_nothing(running: Start, tmp_path: Path, name: str) -> None:
    """404 for every role of another site or network, for other participants, and for another facilitator."""
    it = await scene(running, tmp_path)
    _, ids = await subject(it, ACTS[name])
    strangers = [participant(it, new_id()), it.client(person=new_id()), facilitator(it, new_id())]
    strangers += [facilitator(it, FACILITATOR, "net.af.herat"), participant(it, new_id(), "other.af.kabul")]
    elsewhere = ("net.af.herat", "other.af.kabul", "net.af.kabulx")
    strangers += [it.client(role=role, site=site) for role in ALL for site in elsewhere]
    strangers += [it.client(role=role, site=SITE) for role in ALL if role not in STAFF]
    for stranger in strangers:
        assert (await call(stranger, name, ACTS[name], ids)).status_code == 404, name


@every_act
async def test_the_person_and_the_enroller_act(running: Start, tmp_path: Path, name: str) -> None:
    """Both may do what is theirs, and are refused what is the staff's, without its being hidden that it is there."""
    it = await scene(running, tmp_path)
    act = ACTS[name]
    for by_themself in (True, False):
        person, ids = await subject(it, act)
        client = participant(it, person) if by_themself else facilitator(it, FACILITATOR)
        answer_ = await call(client, name, act, ids)
        assert answer_.is_success if act.acting else answer_.status_code == 403, (name, answer_.text)


@every_act
async def test_staff_of_the_site_do_what_is_theirs(running: Start, tmp_path: Path, name: str) -> None:
    """Each role that may, and those of the site that see the application and may not are told so."""
    it = await scene(running, tmp_path)
    act = ACTS[name]
    for role in STAFF:
        _, ids = await subject(it, act)
        answer_ = await call(it.client(role=role, site=SITE), name, act, ids)
        if role in act.roles:
            assert answer_.is_success, (name, role, answer_.text)
        else:
            assert answer_.status_code in (403, 404), (name, role, answer_.text)
