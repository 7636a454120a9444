"""Attacks of people with a token of their own on intake and screening: each is refused, and learns nothing by it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from services.screening import decisions
from services.screening.domain.criteria import Criterion
from services.screening.queries import locked_case
from shared.access import Grant, mint
from shared.contracts.intake import ApplicationSubmitted, SiteChanged
from shared.ids import new_id
from tests.service.intake import consenting
from tests.service.intake import scenes as intake
from tests.service.intake.forms import AS_MENTEE
from tests.service.screening.conduct_scenes import ask
from tests.service.screening.scenes import CLEAR, DECLINE, PERSON, only_case, pass_all, post, types
from tests.service.screening.story import SITE, applies, gives_up, place, role
from tests.service.screening.test_register import ANNA, finished
from tests.support.running import BEGINNING, PRIVATE_KEY, Running

Start = Callable[..., Awaitable[Running]]
good = intake.good
OTHER = "other.town"


@pytest.fixture
async def screening(running: Start) -> Running:
    """Screening with one open mentor's case."""
    it = await running("screening")
    await it.hear(place())
    await it.hear(role("mentor-adult", "mentor", "one-on-one", tier="intermediate"))
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    return it


@pytest.fixture
async def networks(running: Start) -> Running:
    """The small network, and another one with a site, a role and a document of its own."""
    it = await running("intake")
    await intake.network(it)
    http = other(it)
    put: list[tuple[str, dict[str, Any]]] = [
        ("/places/other", {"place": "network", "name": "Other", "zone": "UTC"}),
        (f"/places/{OTHER}", {"place": "site", "name": "Town", "zone": "UTC"}),
        ("/roles/theirs", {**intake.MENTOR, "site": "other"}),
        ("/documents/theirs/versions/1", {**intake.DOCUMENT, "site": "other"}),
    ]
    for path, body in put:
        good(await http.put(path, json=body))
    return it


def other(it: Running) -> AsyncClient:
    """The administrator of the other network."""
    return it.client(role="administrator", site="other")


async def test_a_taken_name_does_not_tell_where_it_is_used(networks: Running) -> None:
    """Rule 7: of another network nobody learns a place, whichever name they try."""
    taken: list[tuple[str, dict[str, Any]]] = [
        ("/roles/mentor-adult", {**intake.MENTOR, "site": "other"}),
        ("/programmes/first-steps", {**intake.PROGRAMME, "site": "other"}),
        ("/documents/conduct/versions/2", {**intake.DOCUMENT, "site": "other"}),
        (f"/offerings/first-steps@{OTHER}", {"is_open": False, "document": "theirs"}),
    ]
    for path, body in taken:
        answer = await other(networks).put(path, json=body)
        assert (answer.status_code, "another network" in answer.text) == (409, True), answer.text
        assert '"net' not in answer.text
        assert "net." not in answer.text


async def test_a_person_of_another_network_is_nobody(networks: Running) -> None:
    """Rule 7: staff who name them learn no more than from an id that nothing has."""
    theirs = good(await other(networks).post("/people", json={**intake.CARD, "site": OTHER}))["person"]
    for path in ("/applications", "/drafts"):
        asked = [{**AS_MENTEE, "person": person} for person in (theirs, str(new_id()))]
        found, nobody = [await intake.coordinator(networks).post(path, json=body) for body in asked]
        assert (found.status_code, found.json()) == (422, nobody.json())


async def test_a_document_of_another_network_cannot_be_signed(networks: Running) -> None:
    """R72: it is not there for people of this one."""
    person = await intake.registered(networks)
    signs = [{"document": name, "version": "1"} for name in ("theirs", "nothing")]
    path = f"/people/{person}/signatures"
    found, nothing = [await intake.participant(networks, person).post(path, json=body) for body in signs]
    assert (found.status_code, found.json()) == (422, nothing.json())


async def test_a_roster_reaches_nobody_from_whom_the_importer_is_kept_away(running: Start) -> None:
    """R32: as any row about them would; and nobody vouches for their own signature (R72)."""
    it = await running("intake")
    await intake.network(it)
    await consenting.texts(it)
    child = await intake.registered(it)
    parent = await intake.registered(it, email="parent@example.org")
    added = {"guardian": str(parent), "kind": "parent"}
    good(await intake.coordinator(it).post(f"/people/{child}/guardians", json=added))
    body = {**consenting.NO_CONTACT, "verified_how": "court-order"}
    good(await intake.coordinator(it).put(f"/people/{child}/guardians/{parent}", json=body))
    rows = intake.batch(
        intake.roster_row(1, email=intake.CARD["email"], name_to_use="Found"),
        intake.roster_row(2, email="parent@example.org", evidence=intake.held()),
        intake.roster_row(3),
    )
    http = it.client(role="coordinator", site=SITE, person=parent)
    done = good(await http.post("/imports", json=rows))
    assert [each["row"] for each in done["rows"]] == [3]
    assert [(each["row"], each["field"]) for each in done["refused"]] == [(1, "key"), (2, "key")]


async def test_whoever_enrolled_a_child_and_is_kept_away_now_reaches_nothing(running: Start) -> None:
    """R32: a facilitator who turns out to be the guardian who must have no contact."""
    it = await running("intake")
    await intake.network(it)
    facilitator = new_id()
    http = intake.facilitator(it, facilitator)
    child = good(await http.post("/people", json={**intake.CARD, "site": SITE, "email": None}))["person"]
    application = good(await http.post("/drafts", json={**AS_MENTEE, "person": child}))["application"]
    good(await intake.facilitator(it, facilitator).post("/people", json={**intake.CARD, "site": SITE, "email": None}))
    good(await it.client(role="participant", site=SITE, person=facilitator).post(
        "/people", json={**intake.CARD, "site": SITE, "email": "facilitator@example.org"}
    ))  # fmt: skip
    added = {"guardian": str(facilitator), "kind": "parent"}
    good(await intake.coordinator(it).post(f"/people/{child}/guardians", json=added))
    path = f"/people/{child}/guardians/{facilitator}"
    good(await intake.coordinator(it).put(path, json={**consenting.NO_CONTACT, "verified_how": "court-order"}))
    assert (await http.get(f"/applications/{application}/answers")).status_code == 404
    assert good(await http.get("/applications"))["items"] == []
    assert (await http.post("/drafts", json={**AS_MENTEE, "person": child})).status_code == 403


async def test_a_day_that_nobody_can_mean_is_refused(running: Start) -> None:
    """A paper of the year 26, a word before anybody's birth: typed wrongly, or to look older than it is."""
    it = await running("intake")
    await intake.network(it)
    staff, path = intake.coordinator(it), f"/people/{await consenting.child(it)}"
    paper = {"document": "conduct", "version": "1", "evidence": {"holder": "Kabul", "signed_on": "0026-09-01"}}
    assert (await staff.post(f"{path}/signatures", json=paper)).status_code == 422
    known = {"giver": "self", "method": "own-word", "given_on": "0026-09-01"}
    word = consenting.SAID | {"evidence": known}
    assert (await staff.post(f"{path}/consents", json=word)).status_code == 422
    tick = intake.TICK | {"ticked_on": "0026-09-01"}
    assert (await staff.put(f"/places/{SITE}/readiness/access", json=tick)).status_code == 422


async def test_a_tie_is_declared_where_somebody_can_take_it_back(screening: Running) -> None:
    """Trap 17: at a place of strangers it would bar every screener, and nobody could undo it."""
    screener = new_id()
    tie = {"person": str(PERSON), "other": str(screener), "kind": "relative"}
    async with screening.client(role="participant", site=SITE, person=PERSON) as http:
        assert (await http.post("/ties", json=tie | {"site": OTHER})).status_code == 403
        assert (await http.post("/ties", json=tie | {"site": "net.af"})).status_code == 403
        assert (await http.post("/ties", json=tie | {"site": SITE})).status_code == 201
    async with screening.client(role="administrator", site=SITE) as http:
        assert (await http.delete(f"/ties/{PERSON}/{screener}")).status_code == 204


async def test_a_program_decides_nothing(screening: Running) -> None:
    """Art. 22: it may record results; who is cleared, declined or ended is a person's."""
    await pass_all(screening)
    path = f"/cases/{(await only_case(screening))['clearance']}"
    token = mint(PRIVATE_KEY, "nightly-report", [Grant("screener", SITE)], timedelta(hours=1))
    program = screening.client()
    program.headers["Authorization"] = f"Bearer {token}"
    assert (await program.post(f"{path}/decision", json=CLEAR)).status_code == 403
    assert (await post(screening, "decision", CLEAR))[0] == 200
    assert (await program.post(f"{path}/withdrawal", json={"criterion": "volunteer-safety"})).status_code == 403


async def test_two_decisions_at_once_are_one(screening: Running) -> None:
    """Trap 7: of a clearing and a refusal at the same moment one stands, and one is told."""
    await pass_all(screening)
    answers = await asyncio.gather(post(screening, "decision", CLEAR), post(screening, "decision", DECLINE))
    assert sorted(status for status, _ in answers) == [200, 409]
    assert len(await types(screening)) == 1


async def test_clearing_while_the_application_is_withdrawn(screening: Running) -> None:
    """Trap 7: whichever comes first, the person is not cleared in the end."""
    await pass_all(screening)
    await asyncio.gather(
        post(screening, "decision", CLEAR), screening.hear(gives_up(1, 1, "mentor-adult", "mentor"), sequence=2)
    )
    assert (await only_case(screening))["state"] in ("withdrawn", "ended")
    assert await types(screening) in ([], ["screening.cleared.v1", "clearance.ended.v1"])


async def test_a_renewal_that_waited_for_a_withdrawal_sees_it(screening: Running) -> None:
    """Trap 7: it read the case before and the lock after; what it read before does not count."""
    await pass_all(screening)
    await post(screening, "decision", CLEAR | {"valid_until": "2026-12-02"})
    clearance = UUID((await only_case(screening))["clearance"])
    safety = Criterion("volunteer-safety", 1, False, False, "safety", "")
    async with screening.client(role="participant", site=SITE, person=PERSON) as http:
        async with screening.service.sessions.begin() as session:
            case = await locked_case(session, clearance)
            assert case is not None
            renewal = asyncio.create_task(http.post(f"/cases/{clearance}/renewal"))
            await asyncio.wait([renewal], timeout=0.3)
            await decisions.withdraw(session, case, safety, "somebody", BEGINNING)
        assert (await renewal).status_code == 409


async def test_a_file_cannot_be_written_backwards(screening: Running) -> None:
    """What is read of a conduct case, or of where evidence is kept, is what stands there."""
    hidden = {"site": SITE, "weight": "talk", "known": "\u202egnihton"}
    async with screening.client(role="screener", site=SITE) as http:
        assert (await http.post("/conduct-cases", json=hidden)).status_code == 422
    result = {"results": [{"check": "identity", "outcome": "passed", "reference": "\u2066drawer 3"}]}
    assert (await post(screening, "results", result))[0] == 422


async def test_the_register_of_one_network_is_silent_to_another(running: Start, tmp_path: Path) -> None:
    """R57, rule 7: it is a network's; no other one learns that there is an entry, or of which organisation."""
    key = tmp_path / "register.key"
    key.write_text("k" * 32)
    it, path = await finished(running, dismissal_register_key_file=key)
    assert (await ask(it, "PUT", path, ANNA)).status_code == 200
    await it.hear(SiteChanged(site=OTHER, place="site", zone="UTC", country="US", subdivision="US-CA"))
    here = applies(9, 9, "mentor-adult", "mentor")
    elsewhere = applies(10, 10, "mentor-adult", "mentor").model_dump() | {
        "site": OTHER, "offering": f"first-steps@{OTHER}"
    }  # fmt: skip
    await it.hear(here)
    await it.hear(ApplicationSubmitted.model_validate(elsewhere))
    for site, found in ((SITE, ["net.af"]), (OTHER, [])):
        open_cases = (await ask(it, "GET", "/cases", at=site)).json()["items"]
        (clearance,) = [case["clearance"] for case in open_cases if case["state"] == "open"]
        answer = await ask(it, "PUT", f"/register-lookups/{new_id()}", ANNA | {"clearance": clearance}, at=site)
        assert answer.json() == {"speak_to": found}
