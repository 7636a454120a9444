"""Consents: who must agree, what is told, what a withdrawal ends and what it leaves (R27, R77)."""

from datetime import timedelta
from typing import Any

import pytest

from shared.ids import new_id
from tests.service.intake.access import NOBODY
from tests.service.intake.consenting import (
    agree,
    by,
    child,
    consent,
    consents_told,
    guardian,
    paper,
    take_back,
    texts,
)
from tests.service.intake.scenes import (
    SITE,
    Start,
    administrator,
    coordinator,
    good,
    network,
    participant,
    registered,
)
from tests.support.running import BEGINNING, Running

DAY = timedelta(days=1)


@pytest.fixture
async def it(running: Start) -> Running:
    """The small network."""
    started = await running("intake")
    await network(started)
    return started


async def test_a_child_takes_part_when_guardian_and_child_agree(it: Running) -> None:
    """R27, requirements b4 art. 8: neither alone; what is told names no giver and no age."""
    person = await child(it)
    parent = await guardian(it, person)
    assert (await consent(it, person, "take-part"))["needed"] == ["guardian", "self"]
    good(await agree(by(it, parent), person, "take-part"))
    assert (await consent(it, person, "take-part"))["missing"] == ["own-word"]
    assert await consents_told(it) == []
    good(await agree(participant(it, person), person, "take-part"))
    assert await consents_told(it) == [("take-part", "given")]
    told = (await it.emitted())[-1]
    stored = await consent(it, person, "take-part")
    assert (stored["state"], stored["missing"]) == ("given", [])
    assert told.data == {"consent": stored["consent"], "person": str(person), "purpose": "take-part", "site": SITE,
                         "valid_until": None}  # fmt: skip
    assert {word["giver"] for word in stored["words"]} == {"self", "guardian"}
    assert all(len(word["sha256"]) == 64 for word in stored["words"])


@pytest.mark.parametrize("who", ["guardian", "self", "staff"])
async def test_any_of_them_takes_it_back_and_all_are_asked_anew(it: Running, who: str) -> None:
    """R27: told at once with the day; the words stay as proof, and the same consent is given again by new ones."""
    person = await child(it)
    parent = await guardian(it, person)
    for client in (by(it, parent), participant(it, person)):
        good(await agree(client, person, "data"))
    it.set_clock(BEGINNING + 3 * DAY)
    client = {"guardian": by(it, parent), "self": participant(it, person), "staff": coordinator(it)}[who]
    how = {"giver": "guardian", "guardian": str(parent), "method": "call"} if who == "staff" else {}
    for _ in range(2):
        good(await take_back(client, person, "data", **how))
    stored = await consent(it, person, "data")
    assert (stored["state"], stored["ended_on"]) == ("withdrawn", "2026-11-05")
    assert [word["withdrawn_at"] is not None for word in stored["words"]] == [True, True]
    good(await agree(by(it, parent), person, "data"))
    assert await consents_told(it) == [("data", "given"), ("data", "withdrawn")]
    good(await agree(participant(it, person), person, "data"))
    assert await consents_told(it) == [("data", "given"), ("data", "withdrawn"), ("data", "given")]
    assert len({each.subject for each in await it.emitted() if each.subject.startswith("consent/")}) == 1


async def test_a_no_before_any_yes_is_told_too(it: Running) -> None:
    """Whoever was asked and says no stands like one who took it back; whoever was never asked is told of nowhere."""
    person = await child(it)
    good(await take_back(participant(it, person), person, "take-part"))
    assert await consents_told(it) == [("take-part", "withdrawn")]


async def test_each_use_of_a_photo_is_agreed_to_by_itself(it: Running) -> None:
    """R77: one withdrawn use leaves the others."""
    person = await child(it, "1990-05-01")
    for purpose in ("photo-profile", "photo-public"):
        good(await agree(participant(it, person), person, purpose))
    good(await take_back(participant(it, person), person, "photo-public"))
    assert (await consent(it, person, "photo-profile"))["state"] == "given"
    assert (await consent(it, person, "photo-public"))["state"] == "withdrawn"
    assert (await consent(it, person, "photo-story"))["state"] == "waiting"


@pytest.mark.parametrize(
    ("born_on", "lives_in", "needed"),
    [
        ("2013-11-01", "GB-ENG", ["self"]), ("2014-11-01", "GB-ENG", ["guardian", "self"]),
        ("2010-11-01", "DE", ["self"]), ("2011-11-01", "DE", ["guardian", "self"]),
        ("2009-01-01", "KE", ["guardian", "self"]), ("2008-11-02", "KE", ["self"]),
        ("2009-01-01", None, ["guardian", "self"]),
    ],
)  # fmt: skip
async def test_the_law_of_the_childs_home_says_who_agrees(
    it: Running, born_on: str, lives_in: str | None, needed: list[str]
) -> None:
    """Requirements b4: art. 8 ages, Kenya s. 33; the site's law, and no pack at all, where no home is known."""
    person = await child(it, born_on, lives_in=lives_in)
    assert (await consent(it, person, "data"))["needed"] == needed


async def test_an_unknown_age_counts_as_a_childs_in_a_programme_for_minors(it: Running) -> None:
    """Where minors may be meant, nobody agrees alone who is not known to be an adult."""
    person = await child(it, None)
    assert (await consent(it, person, "data"))["needed"] == ["self"]
    programme = {"site": "net", "name": "Young", "type": "adult-minor"}
    good(await administrator(it).put("/programmes/young", json=programme))
    good(await administrator(it).put(f"/offerings/young@{SITE}", json={"is_open": True, "document": "conduct"}))
    found = await consent(it, person, "data")
    assert (found["needed"], found["missing"]) == (["guardian", "self"], ["own-word", "no-guardian", "date-of-birth"])


async def test_what_a_consent_waits_for_has_a_name(it: Running) -> None:
    """None, not verified, may not agree, not asked: whoever helps knows what to do next."""
    person = await child(it)
    path = f"/people/{person}/guardians"

    async def missing() -> str:
        return str((await consent(it, person, "survey"))["missing"])

    assert await missing() == "['no-guardian']"
    parent = await guardian(it, person, verified=False, may_consent=False)
    assert await missing() == "['guardian-not-verified']"
    verified = {"kind": "parent", "may_be_told": True, "verified_how": "document"}
    good(await coordinator(it).put(f"{path}/{parent}", json={**verified, "may_consent": False}))
    assert await missing() == "['guardian-may-not-consent']"
    good(await coordinator(it).put(f"{path}/{parent}", json={**verified, "may_consent": True}))
    assert await missing() == "['guardian-consent']"


async def test_a_word_of_a_guardian_counts_from_their_verification_on(it: Running) -> None:
    """COPPA: a paper is kept, and nothing rests on it before somebody knows who signed."""
    person = await child(it)
    parent = await guardian(it, person, verified=False)
    good(await agree(coordinator(it), person, "survey", **paper(parent)))
    assert (await consent(it, person, "survey"))["state"] == "waiting"
    body = {"kind": "parent", "may_consent": True, "may_be_told": True, "verified_how": "school-confirms"}
    good(await coordinator(it).put(f"/people/{person}/guardians/{parent}", json=body))
    assert await consents_told(it) == [("survey", "given")]
    good(await coordinator(it).put(f"/people/{person}/guardians/{parent}", json={**body, "may_consent": False}))
    assert await consents_told(it) == [("survey", "given"), ("survey", "withdrawn")]


async def test_a_consent_ends_on_its_own_day(it: Running) -> None:
    """It counts to the end of its last day where the person lives, and is renewed by a newer word."""
    person = await child(it, "1990-05-01")
    client = participant(it, person)
    good(await agree(client, person, "take-part", expires_on="2026-11-10"))
    it.set_clock(BEGINNING.replace(day=10, hour=19, minute=29))
    assert await it.fire() == 0
    it.set_clock(BEGINNING.replace(day=10, hour=19, minute=30))
    assert await it.fire() == 1
    stored = await consent(it, person, "take-part")
    assert (stored["state"], stored["ended_on"]) == ("withdrawn", "2026-11-11")
    good(await agree(client, person, "take-part", expires_on="2026-12-10"))
    good(await agree(client, person, "take-part"))
    it.set_clock(BEGINNING.replace(year=2027))
    assert await it.fire() == 0
    assert (await consent(it, person, "take-part"))["state"] == "given"


@pytest.mark.parametrize(
    ("born_on", "state"), [("2020-05-01", "withdrawn"), ("1980-05-01", "given")], ids=["younger", "older"]
)
async def test_a_corrected_age_asks_for_what_it_takes(it: Running, born_on: str, state: str) -> None:
    """Trap 10: an own word of somebody who turns out to be a child is a child's word."""
    person = await child(it, "1990-05-01")
    good(await agree(participant(it, person), person, "take-part"))
    good(await coordinator(it).put(f"/people/{person}/particulars", json={"born_on": born_on}))
    assert (await consent(it, person, "take-part"))["state"] == state


async def test_the_text_in_force_is_agreed_to_and_papers_name_any(it: Running) -> None:
    """Version and hash stand beside each word; the nearest place's text holds."""
    person = await child(it, "1990-05-01")
    await texts(it, version=2)
    client = participant(it, person)
    assert (await agree(client, person, "data")).status_code == 409
    assert (await agree(client, person, "data", language="fa-AF")).status_code == 422
    assert (await agree(client, person, "data", version=2, sha256="0" * 64)).status_code == 409
    good(await agree(coordinator(it), person, "data", **paper()))
    await texts(it, site=SITE)
    good(await agree(client, person, "data", version=1))
    words = (await consent(it, person, "data"))["words"]
    assert [word["text_version"] for word in words] == [1, 1]
    assert words[0]["sha256"] != words[1]["sha256"]
    path = f"/places/{SITE}/consent-texts/data/versions/1/en"
    assert (await administrator(it).put(path, json={"text": "Something else."})).status_code == 409
    listed = good(await client.get(f"/places/{SITE}/consent-texts?limit=5"))
    rest = good(await client.get(f"/places/{SITE}/consent-texts?limit=100&cursor={listed['next']}"))
    assert len(listed["items"]) + len(rest["items"]) == 18


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("method", "signed-in", 409), ("method", "own-word", 409), ("given_on", "2027-01-01", 422),
        ("holder", None, 422), ("holder", "a\nb", 422), ("guardian", None, 422), ("guardian", NOBODY, 422),
    ],
)  # fmt: skip
async def test_evidence_that_cannot_be_is_refused(it: Running, field: str, value: Any, status: int) -> None:
    """At the door, with a sentence; nothing is stored."""
    person = await child(it)
    parent = await guardian(it, person)
    refused = await agree(coordinator(it), person, "survey", **paper(parent, **{field: value}))
    assert refused.status_code == status, refused.text
    assert (await consent(it, person, "survey"))["words"] == []


async def test_what_rests_on_another_basis_survives_a_withdrawal(it: Running) -> None:
    """R29: screening and safeguarding records stay, and everybody concerned can read why."""
    person = await child(it)
    items = good(await participant(it, person).get(f"/people/{person}/bases"))
    kept = {each["records"]: each["survives_withdrawal"] for each in items}
    assert kept["screening"]
    assert kept["concerns"]
    assert not kept["photos"]
    assert not kept["profile"]


async def test_nobody_agrees_for_somebody_else(it: Running) -> None:
    """R72: staff record evidence, and none of their own words."""
    person = await registered(it)
    await texts(it)
    assert (await agree(coordinator(it), person, "data")).status_code == 403
    assert (await agree(participant(it, person), person, "data", **paper())).status_code == 403
    own = it.client(role="coordinator", site=SITE, person=person)
    assert (await agree(own, person, "data", **paper())).status_code == 409
    assert (await consent(it, person, "data"))["words"] == []
    assert (await it.client(role="participant", site=SITE, person=new_id()).get(f"/people/{person}/consents")
            ).status_code == 404  # fmt: skip
