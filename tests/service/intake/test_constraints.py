"""Constraints: what is and is not possible for somebody, said by those who may, and kept by the services (R19)."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.intake.tables import ConstraintsRow, PrivateReadRow
from shared.ids import new_id
from tests.service.intake.consenting import ALLOWED, NO_CONTACT, TOLD_ONLY, by, child, guardian
from tests.service.intake.forms import MENTEE_ANSWERS, sent, started
from tests.service.intake.scenes import (
    CARD,
    SITE,
    Start,
    coordinator,
    facilitator,
    good,
    network,
    participant,
    registered,
    types,
)
from tests.support.running import BEGINNING, Running

LIMITS: dict[str, Any] = {
    "safe_hours": [9, 10, 33],
    "forbidden_channels": ["mail", "phone"],
    "may_know": ["site-staff"],
    "no_photos": True,
}
NOTHING: dict[str, Any] = {"safe_hours": None, "forbidden_channels": [], "may_know": None, "no_photos": False}
ANY_VERSION = {"If-Match": "*"}


def path(person: UUID) -> str:
    """Where a person's constraints stand."""
    return f"/people/{person}/constraints"


@pytest.fixture
async def it(running: Start) -> Running:
    """The small network."""
    started_ = await running("intake")
    await network(started_)
    return started_


async def read(it: Running, kind: str, person: UUID) -> dict[str, Any]:
    """What services read of a person."""
    service = it.client(role="service", site="net")
    answer = good(await service.post(f"/internal/{kind}", json={"people": [str(person)]}))
    (found,) = next(iter(answer.values()))
    return dict(found)


async def test_constraints_are_told_without_what_they_are(it: Running) -> None:
    """R19: person, site and version; the same again tells nothing, and whoever was silent has none."""
    person = await registered(it)
    http = participant(it, person)
    first = await http.get(path(person))
    assert (first.headers["ETag"], good(first)) == ('"0"', {**NOTHING, "person": str(person), "name_to_use": "Parwana"})
    again = LIMITS | {"safe_hours": [33, 10, 9, 9], "forbidden_channels": ["phone", "mail"]}
    for body, changed in ((LIMITS, True), (again, False)):
        assert good(await http.put(path(person), json=body, headers=ANY_VERSION))["changed"] is changed
    assert good(await http.get(path(person))) == {**LIMITS, "person": str(person), "name_to_use": "Parwana"}
    told = (await it.emitted())[-1]
    assert (told.type, told.subject) == ("rapport.constraints.changed.v1", f"person/{person}+constraints")
    assert told.data == {"person": str(person), "site": SITE, "constraints_version": 1}
    assert await types(it) == ["constraints.changed"]


async def test_services_read_them_and_each_read_is_noted(it: Running) -> None:
    """R19: with the name to use and the zone of the hours; those who said nothing are read with nothing."""
    person, silent = await registered(it), await registered(it, email="silent@example.org")
    good(await participant(it, person).put(path(person), json=LIMITS, headers=ANY_VERSION))
    rest = {"name_to_use": "Parwana", "zone": "Asia/Kabul"}
    assert await read(it, "constraints", person) == {**LIMITS, **rest, "person": str(person), "version": 1}
    assert await read(it, "constraints", silent) == {**NOTHING, **rest, "person": str(silent), "version": 0}
    async with it.service.sessions() as session:
        noted = list(await session.scalars(select(PrivateReadRow.kind)))
    assert noted == ["constraints", "constraints"]


@pytest.mark.parametrize(("channel", "may_mail"), [("mail", False), ("sms", True)])
async def test_a_forbidden_channel_is_not_used(it: Running, channel: str, may_mail: bool) -> None:
    """R19: whoever must not get mail is on no card that allows it; the hours stand beside the address."""
    person = await registered(it, may_mail=True)
    body = {"safe_hours": [9], "forbidden_channels": [channel]}
    good(await participant(it, person).put(path(person), json=body, headers=ANY_VERSION))
    card = await read(it, "address-cards", person)
    assert (card["may_mail"], card["safe_hours"]) == (may_mail, [9])


async def test_nobody_undoes_what_another_one_set(it: Running) -> None:
    """R19: the person, a guardian and staff may all write, so each says which version they have seen."""
    person = await child(it)
    parent = await guardian(it, person)
    assert (await participant(it, person).put(path(person), json=LIMITS)).status_code == 428
    seen = {"If-Match": '"0"'}
    good(await by(it, parent).put(path(person), json=LIMITS, headers=seen))
    assert (await coordinator(it).put(path(person), json={}, headers=seen)).status_code == 412
    async with it.service.sessions() as session:
        assert (await session.get_one(ConstraintsRow, person)).changed_by == str(parent)


async def test_a_guardian_who_agrees_for_a_child_sets_them_and_no_other_one(it: Running) -> None:
    """R19: verified, allowed to agree, and while the child is one; everybody else is answered like a stranger."""
    person = await child(it)
    parent = await guardian(it, person)
    good(await by(it, parent).put(path(person), json=LIMITS, headers=ANY_VERSION))
    good(await by(it, parent).get(path(person)))
    kinds: list[dict[str, Any]] = [TOLD_ONLY, NO_CONTACT, {**ALLOWED, "verified_how": None}]
    for flags in kinds:
        body = {"verified_how": "document", **flags}
        good(await coordinator(it).put(f"/people/{person}/guardians/{parent}", json=body))
        assert (await by(it, parent).get(path(person))).status_code == 404, flags
        assert (await by(it, parent).put(path(person), json={}, headers=ANY_VERSION)).status_code == 404, flags
    good(
        await coordinator(it).put(f"/people/{person}/guardians/{parent}", json={**ALLOWED, "verified_how": "document"})
    )
    it.set_clock(BEGINNING.replace(year=2036))
    assert (await by(it, parent).get(path(person))).status_code == 404


async def test_who_enrolled_somebody_sets_them_and_partners_do_not(it: Running) -> None:
    """R19: no grant of a participant reaches another one's constraints."""
    me = new_id()
    card = {**CARD, "site": SITE, "email": None}
    person = UUID(good(await facilitator(it, me).post("/people", json=card))["person"])
    good(await facilitator(it, me).put(path(person), json=LIMITS, headers=ANY_VERSION))
    partner = await registered(it)
    for stranger in (participant(it, partner), facilitator(it, new_id()), coordinator(it, "net.af.herat")):
        assert (await stranger.get(path(person))).status_code == 404
        assert (await stranger.put(path(person), json={}, headers=ANY_VERSION)).status_code == 404


UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"safe_hours": [168]}, "safe_hours.0"),
    ({"safe_hours": [-1]}, "safe_hours.0"),
    ({"forbidden_channels": ["pigeon"]}, "forbidden_channels.0"),
    ({"may_know": ["my husband"]}, "may_know.0"),
    ({"may_know": ["nobody", "family"]}, "may_know"),
    ({"no_photos": None}, "no_photos"),
    ({"note": "He reads my mail."}, "note"),
]


async def test_unusable_constraints_name_the_field(it: Running) -> None:
    """R19: codes and hours alone; nothing is half stored. No safe hour at all means that none was named."""
    person = await registered(it)
    http = participant(it, person)
    for fields, field in UNUSABLE:
        refused = await http.put(path(person), json=LIMITS | fields, headers=ANY_VERSION)
        assert refused.status_code == 422, fields
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert await types(it) == []
    assert good(await http.put(path(person), json={"safe_hours": []}, headers=ANY_VERSION))["safe_hours"] is None


async def test_an_application_says_them_or_tells_nothing_new(running: Start) -> None:
    """R19: whoever answers them in a form has them; whoever does not undoes nothing that stands already."""
    it, me = await started(running)
    http = participant(it, me)
    await sent(http)
    assert "constraints.changed" not in await types(it)
    asked = {"role": "mentee-adult", "offering": "first-steps@net.af.kabul"}
    good(await http.put(path(me), json=LIMITS, headers=ANY_VERSION))
    answers = MENTEE_ANSWERS | {"born_on": "1990-05-01"}
    await sent(http, asked, **answers, safe_hours=[20], no_photos=True)
    assert good(await http.get(path(me))) == {
        **LIMITS, "safe_hours": [20], "person": str(me), "name_to_use": "Parwana",
    }  # fmt: skip
    assert (await types(it)).count("constraints.changed") == 2


async def test_who_moves_takes_their_constraints_along(it: Running) -> None:
    """The others hear where the person is now; nothing is told of whoever has none."""
    for email in ("one@example.org", "two@example.org"):
        person = await registered(it, email=email)
        if email.startswith("one"):
            good(await participant(it, person).put(path(person), json=LIMITS, headers=ANY_VERSION))
        move = {"site": "net.af.herat"}
        good(await coordinator(it, "net.af").patch(f"/people/{person}", json=move, headers=ANY_VERSION))
    assert await types(it) == ["constraints.changed", "constraints.changed"]
    assert [each.data["site"] for each in (await it.emitted())[-2:]] == [SITE, "net.af.herat"]
