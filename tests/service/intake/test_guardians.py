"""Guardians: who keeps them, what each may do, and who never hears of anything."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from httpx2 import AsyncClient, Response

from shared.access import Role
from shared.ids import new_id
from tests.service.intake.consenting import (
    ALLOWED,
    GUARDIAN,
    NO_CONTACT,
    PARENT,
    TOLD_ONLY,
    agree,
    by,
    child,
    consent,
    consents_told,
    guardian,
    known_guardian,
    paper,
    take_back,
)
from tests.service.intake.scenes import (
    CARD,
    PROFILE,
    SITE,
    Start,
    coordinator,
    facilitator,
    good,
    network,
    participant,
    types,
)
from tests.support.running import Running

Call = Callable[[AsyncClient, UUID], Awaitable[Response]]
CALLS: dict[str, Call] = {
    "look": lambda client, person: client.get(f"/people/{person}/consents"),
    "bases": lambda client, person: client.get(f"/people/{person}/bases"),
    "agree": lambda client, person: agree(client, person, "take-part"),
    "take back": lambda client, person: take_back(client, person, "take-part"),
}
EVERY_CALL = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
OTHERS: dict[str, Call] = {
    "card": lambda client, person: client.get(f"/people/{person}"),
    "profile": lambda client, person: client.put(f"/people/{person}/profile", json=PROFILE),
    "particulars": lambda client, person: client.get(f"/people/{person}/particulars"),
    "guardians": lambda client, person: client.get(f"/people/{person}/guardians"),
    "add": lambda client, person: client.post(f"/people/{person}/guardians", json=PARENT),
    "allow": lambda client, person: client.put(f"/people/{person}/guardians/{GUARDIAN}", json=ALLOWED),
    "admission": lambda client, person: client.get(f"/people/{person}/admission"),
    "record": lambda client, person: agree(client, person, "data", **paper()),
}


@pytest.fixture
async def it(running: Start) -> Running:
    """The small network."""
    started = await running("intake")
    await network(started)
    return started


async def allow(it: Running, person: UUID, who: UUID | str, **may: object) -> Response:
    """Staff say what a guardian may do."""
    body = {**ALLOWED, "verified_how": "document", **may}
    return await coordinator(it).put(f"/people/{person}/guardians/{who}", json=body)


@EVERY_CALL
async def test_a_verified_guardian_acts_by_their_own_token(it: Running, call: Call) -> None:
    """The relationship is looked up; no grant is needed, and none is given by it."""
    person = await child(it)
    parent = await guardian(it, person)
    good(await call(by(it, parent), person))


@EVERY_CALL
@pytest.mark.parametrize("flags", [NO_CONTACT, {**TOLD_ONLY, "may_be_told": False}, {"verified_how": None}],
                         ids=["no contact", "nothing allowed", "not verified"])  # fmt: skip
async def test_a_guardian_without_leave_finds_nobody(it: Running, call: Call, flags: dict[str, object]) -> None:
    """Whoever must not be contacted, and whom nobody verified, is answered like a stranger on every path."""
    person = await child(it)
    parent = await guardian(it, person)
    good(await allow(it, person, parent, **flags))
    assert (await call(by(it, parent), person)).status_code == 404
    assert (await call(by(it, new_id()), person)).status_code == 404


@pytest.mark.parametrize("call", OTHERS.values(), ids=OTHERS)
async def test_a_guardian_reaches_nothing_but_consents(it: Running, call: Call) -> None:
    """Cards, profiles, other guardians and the safety plan are not a guardian's; nor evidence in their own name."""
    person = await child(it)
    await known_guardian(it, person)
    good(await allow(it, person, GUARDIAN))
    assert (await call(by(it, UUID(GUARDIAN)), person)).status_code in (403, 404)


@pytest.mark.parametrize("call", [*CALLS.values(), *OTHERS.values()], ids=[*CALLS, *OTHERS])
async def test_staff_whom_a_child_must_not_meet_see_nothing_of_it(it: Running, call: Call) -> None:
    """A grant at the site does not undo `no_contact`."""
    person = await child(it)
    await known_guardian(it, person)
    good(await allow(it, person, GUARDIAN, **NO_CONTACT))
    own = it.client(role="administrator", site="net", person=UUID(GUARDIAN))
    assert (await call(own, person)).status_code == 404


@pytest.mark.parametrize("role", ["administrator", "coordinator", "screener"])
async def test_a_safety_plan_is_not_for_staff_whom_the_child_must_not_meet(it: Running, role: Role) -> None:
    """It stands there, other staff of the role read it, and they get the 404 of a stranger."""
    person = await child(it)
    await known_guardian(it, person)
    path = f"/people/{person}/admission"
    good(await coordinator(it).put(path, json={"safety_plan": "Write to the school alone."}))
    good(await allow(it, person, GUARDIAN, **NO_CONTACT))
    good(await it.client(role=role, site=SITE).get(path))
    own = it.client(role=role, site=SITE, person=UUID(GUARDIAN))
    assert (await own.get(path)).status_code == 404
    assert (await own.put(path, json={})).status_code == 404


async def test_who_may_only_be_told_does_not_agree(it: Running) -> None:
    """They look; what they say is refused, and their word on paper, too."""
    person = await child(it)
    parent = await guardian(it, person)
    good(await allow(it, person, parent, **TOLD_ONLY))
    good(await by(it, parent).get(f"/people/{person}/consents"))
    assert (await agree(by(it, parent), person, "survey")).status_code == 409
    assert (await take_back(by(it, parent), person, "survey")).status_code == 409
    assert (await agree(coordinator(it), person, "survey", **paper(parent))).status_code == 409


async def test_a_word_of_who_must_not_be_contacted_counts_no_more(it: Running) -> None:
    """What they said before falls away; they are not counted among whom to ask, and nobody else sees them."""
    person = await child(it)
    parent, other = await guardian(it, person), await guardian(it, person)
    good(await agree(by(it, parent), person, "survey"))
    good(await allow(it, person, parent, **NO_CONTACT))
    assert await consents_told(it) == [("survey", "given"), ("survey", "withdrawn")]
    for client in (participant(it, person), by(it, other)):
        assert str(parent) not in (await client.get(f"/people/{person}/consents")).text
    assert (await agree(coordinator(it), person, "survey", **paper(parent))).status_code == 422
    good(await allow(it, person, other, **NO_CONTACT))
    assert (await consent(it, person, "survey"))["missing"] == ["no-guardian"]


async def test_a_guardian_sees_their_own_words_alone(it: Running) -> None:
    """One parent learns nothing of the other one."""
    person = await child(it)
    parent, other = await guardian(it, person), await guardian(it, person)
    good(await agree(by(it, parent), person, "survey"))
    assert str(parent) in (await by(it, parent).get(f"/people/{person}/consents")).text
    assert str(parent) not in (await by(it, other).get(f"/people/{person}/consents")).text


async def test_flags_that_contradict_each_other_are_refused(it: Running) -> None:
    """No contact and still asked; one's own guardian; verifying oneself; the same one twice; a card without a way."""
    person = await child(it)
    await known_guardian(it, person)
    assert (await allow(it, person, GUARDIAN, no_contact=True)).status_code == 409
    path = f"/people/{person}/guardians"
    own = it.client(role="coordinator", site=SITE, person=UUID(GUARDIAN))
    assert (await own.put(f"{path}/{GUARDIAN}", json={**ALLOWED, "verified_how": "document"})).status_code == 409
    staff = coordinator(it)
    for body, status in (
        ({"guardian": GUARDIAN, "kind": "parent"}, 409), ({"guardian": str(person), "kind": "parent"}, 409),
        ({"guardian": str(new_id()), "kind": "parent"}, 422), ({"kind": "parent"}, 422),
        ({"kind": "parent", "card": {"name": "Zahra"}}, 422), ({**PARENT, "guardian": GUARDIAN}, 422),
    ):  # fmt: skip
        assert (await staff.post(path, json=body)).status_code == status, body


async def test_two_members_of_staff_do_not_overwrite_each_other(it: Running) -> None:
    """If-Match is heeded where it is sent."""
    person = await child(it)
    parent = await guardian(it, person)
    path = f"/people/{person}/guardians/{parent}"
    seen = (await coordinator(it).put(path, json=ALLOWED)).headers["ETag"]
    good(await coordinator(it).put(path, json=NO_CONTACT, headers={"If-Match": seen}))
    assert (await coordinator(it).put(path, json=ALLOWED, headers={"If-Match": seen})).status_code == 412


async def test_siblings_share_a_guardian(it: Running) -> None:
    """One card, one token, a part with each child."""
    first, second = await child(it), await child_again(it)
    parent = await guardian(it, first)
    body = {"guardian": str(parent), "kind": "parent"}
    added = good(await coordinator(it).post(f"/people/{second}/guardians", json=body))
    assert added["card"]["name"] == "Zahra"
    assert (await by(it, parent).get(f"/people/{second}/consents")).status_code == 404
    good(await allow(it, second, parent))
    good(await by(it, parent).get(f"/people/{second}/consents"))


async def child_again(it: Running) -> UUID:
    """Another child of the site."""
    body = {**CARD, "site": SITE, "email": "second@example.org"}
    return UUID(good(await coordinator(it).post("/people", json=body))["person"])


async def test_who_enrolled_a_child_records_what_was_said_and_agrees_to_nothing(it: Running) -> None:
    """R72: the child's own word, the guardian's paper; never in the facilitator's own name, nor what they verify."""
    await child(it)
    me = new_id()
    client = facilitator(it, me)
    person = UUID(good(await client.post("/people", json={**CARD, "site": SITE, "email": None}))["person"])
    good(await client.put(f"/people/{person}/particulars", json={"born_on": "2016-05-01"}))
    parent = UUID(good(await client.post(f"/people/{person}/guardians", json=PARENT))["guardian"])
    path = f"/people/{person}/guardians/{parent}"
    assert (await client.put(path, json={**ALLOWED, "verified_how": "document"})).status_code == 403
    assert (await agree(client, person, "take-part")).status_code == 403
    good(await agree(client, person, "take-part", **paper()))
    good(await agree(client, person, "take-part", **paper(parent)))
    assert "consent.given" not in await types(it)
    good(await coordinator(it).put(path, json={**ALLOWED, "verified_how": "school-confirms"}))
    assert await consents_told(it) == [("take-part", "given")]
    assert (await facilitator(it, new_id()).get(f"/people/{person}/consents")).status_code == 404
    assert (await client.get(f"/people/{person}/admission")).status_code == 404


async def test_an_admission_is_for_staff_of_the_site_alone(it: Running) -> None:
    """The safety plan is nobody's to read who is not staff there: not the mentee's, nor a guardian's."""
    person = await child(it)
    parent = await guardian(it, person)
    path = f"/people/{person}/admission"
    plan = {"eligibility": {"lives-here": True}, "needs": ["reading"], "safety_plan": "Never call at home."}
    first = await it.client(role="screener", site=SITE).put(path, json=plan)
    assert good(first)["changed"]
    assert not good(await coordinator(it).put(path, json=plan))["changed"]
    assert good(await coordinator(it).get(path))["safety_plan"] == "Never call at home."
    stale = await coordinator(it).put(path, json={}, headers={"If-Match": '"0"'})
    assert stale.status_code == 412
    for client in (participant(it, person), by(it, parent), coordinator(it, "net.af.herat")):
        assert (await client.get(path)).status_code == 404
        assert (await client.put(path, json=plan)).status_code == 404
    assert all("home" not in str(each.data) for each in await it.emitted())


async def told_of(it: Running, person: UUID) -> tuple[set[UUID], UUID | None]:
    """Whom screening may tell how a person's case stands: their guardians, and who enrolled them."""
    async with it.client(role="service", site="net") as http:
        (facts,) = good(await http.post("/internal/screening-facts", json={"people": [str(person)]}))["facts"]
    return {UUID(each) for each in facts["guardians"]}, UUID(facts["enrolled_by"]) if facts["enrolled_by"] else None


async def test_screening_hears_who_may_be_told_and_that_it_changed(it: Running) -> None:
    """Verified ones who may be told; not who only agrees, nor who must have no contact, nor of who is of age."""
    person = await child(it)
    told, gives, unverified = [
        await guardian(it, person, **may)
        for may in (TOLD_ONLY, {"may_consent": True, "may_be_told": False}, {"verified": False})
    ]
    assert await told_of(it, person) == ({told}, None)
    count = (await types(it)).count("profile.changed")
    good(await allow(it, person, gives, **TOLD_ONLY))
    good(await allow(it, person, gives, **TOLD_ONLY))
    good(await allow(it, person, told, **NO_CONTACT))
    assert await told_of(it, person) == ({gives}, None)
    assert (await types(it)).count("profile.changed") == count + 2
    good(await allow(it, person, unverified))
    assert await told_of(it, person) == ({gives, unverified}, None)
    assert (await types(it)).count("profile.changed") == count + 2  # their agreeing will tell of them
    good(await coordinator(it).put(f"/people/{person}/particulars", json={"born_on": "1990-05-01"}))
    assert await told_of(it, person) == (set(), None)


async def test_screening_hears_who_enrolled_somebody(it: Running) -> None:
    """A facilitator, who then acts for them."""
    me = new_id()
    body = {**CARD, "site": SITE, "email": None}
    person = UUID(good(await facilitator(it, me).post("/people", json=body))["person"])
    assert await told_of(it, person) == (set(), me)
