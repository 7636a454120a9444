"""People: address cards, profiles, and what other services may read of them."""

from typing import Any

from sqlalchemy import func, select

from services.intake.tables import PersonRow, PrivateReadRow
from shared.ids import new_id
from tests.service.intake.scenes import (
    CARD,
    PROFILE,
    SITE,
    Start,
    coordinator,
    good,
    network,
    participant,
    registered,
    types,
)
from tests.support.running import Running

HERE = {"site": SITE}
ANY_VERSION = {"If-Match": "*"}


async def people(it: Running) -> int:
    """How many people are registered."""
    async with it.service.sessions() as session:
        return await session.scalar(select(func.count()).select_from(PersonRow)) or 0


async def test_an_address_card_is_kept_as_it_was_given(running: Start) -> None:
    """Names of any script come back letter by letter, composed."""
    it = await running("intake")
    await network(it)
    me = new_id()
    body = {**CARD, **HERE, "name_to_use": " پروانه ", "full_name": "Zoe\u0308 علی\u200cرضا", "may_mail": True}
    answer = await participant(it, me).post("/people", json=body)
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    card = good(await participant(it, me).get(f"/people/{me}"))
    assert card == {**body, "person": str(me), "name_to_use": "پروانه", "full_name": "Zoë علی\u200cرضا",
                    "possible_duplicate_of": None}  # fmt: skip
    assert (await participant(it, me).post("/people", json=body)).status_code == 409
    assert await types(it) == []


async def test_nobody_learns_who_is_registered(running: Start) -> None:
    """A taken address is a contradiction for staff alone; a participant gets the answer that they always get."""
    it = await running("intake")
    await network(it)
    known = await registered(it)
    taken = await coordinator(it).post("/people", json={**CARD, **HERE, "email": "PARWANA@example.org"})
    assert taken.status_code == 409
    answers = {}
    for email in ("parwana@example.org", "free@example.org"):
        me = new_id()
        client = participant(it, me)
        answer = await client.post("/people", json={**CARD, **HERE, "email": email, "may_mail": True})
        seen = [answer.status_code, answer.json(), (await client.get(f"/people/{me}")).json()]
        answers[email] = str(seen).replace(str(me), "me").replace(email, "address")
        staff = good(await coordinator(it).get(f"/people/{me}"))
        assert staff["possible_duplicate_of"] == (str(known) if email.startswith("parwana") else None)
        card = good(
            await it.client(role="service", site="net").post("/internal/address-cards", json={"people": [str(me)]})
        )
        assert card["cards"][0]["may_mail"] is not email.startswith("parwana")
    assert len(set(answers.values())) == 1


async def test_an_address_cannot_be_taken_over_by_an_edit(running: Start) -> None:
    """Changing to a taken address tells the person nothing, and staff that it is taken."""
    it = await running("intake")
    await network(it)
    await registered(it)
    other = await registered(it, email="other@example.org")
    wanted: dict[str, Any] = {"json": {"email": "parwana@example.org"}, "headers": ANY_VERSION}
    assert (await coordinator(it).patch(f"/people/{other}", **wanted)).status_code == 409
    assert good(await participant(it, other).patch(f"/people/{other}", **wanted))["possible_duplicate_of"] is None
    assert good(await coordinator(it).get(f"/people/{other}"))["possible_duplicate_of"] is not None
    back: dict[str, Any] = {"json": {"email": "other@example.org"}, "headers": ANY_VERSION}
    good(await participant(it, other).patch(f"/people/{other}", **back))
    assert good(await coordinator(it).get(f"/people/{other}"))["possible_duplicate_of"] is None


async def test_two_editors_do_not_overwrite_each_other(running: Start) -> None:
    """A card is changed by who saw its newest version; what is left out stays, an empty name is refused."""
    it = await running("intake")
    await network(it)
    person = await registered(it, full_name="Parwana K.")
    http, path = coordinator(it), f"/people/{person}"
    assert (await http.patch(path, json={"language": "ps"})).status_code == 428
    first = await http.patch(path, json={"language": "ps", "full_name": None}, headers={"If-Match": '"1"'})
    assert (first.headers["ETag"], first.json()["full_name"], first.json()["email"]) == ('"2"', None, CARD["email"])
    assert (await http.patch(path, json={"language": "en"}, headers={"If-Match": '"1"'})).status_code == 412
    for body in ({"name_to_use": None}, {"name_to_use": ""}, {"may_mail": None}, {"person": str(new_id())}):
        assert (await http.patch(path, json=body, headers=ANY_VERSION)).status_code == 422, body


async def test_only_staff_of_both_sites_move_a_person(running: Start) -> None:
    """A move within the network tells matching where the profile is now."""
    it = await running("intake")
    await network(it)
    person = await registered(it)
    good(await coordinator(it).put(f"/people/{person}/profile", json=PROFILE))
    path = f"/people/{person}"
    move: dict[str, Any] = {"json": {"site": "net.af.herat"}, "headers": ANY_VERSION}
    assert (await participant(it, person).patch(path, **move)).status_code == 403
    assert (await coordinator(it).patch(path, **move)).status_code == 403
    good(await coordinator(it, "net.af").patch(path, **move))
    assert [event.data["site"] for event in (await it.emitted())[-2:]] == [SITE, "net.af.herat"]
    away: dict[str, Any] = {"json": {"site": "other.site"}, "headers": ANY_VERSION}
    assert (await coordinator(it, "net").patch(path, **away)).status_code == 403


async def test_a_profile_is_told_when_it_changes(running: Start) -> None:
    """Setting the same profile again, in whatever order its hours come, tells nothing (R6, R7)."""
    it = await running("intake")
    await network(it)
    person = await registered(it)
    http, path = participant(it, person), f"/people/{person}/profile"
    assert (await http.get(path)).status_code == 404
    assert good(await http.put(path, json=PROFILE))["changed"] is True
    again = PROFILE | {"free_hours": [20, 19, 18, 18], "languages": ["fa-af", "en", "fa-AF"]}
    assert good(await http.put(path, json=again))["changed"] is False
    assert good(await http.get(path)) == {**PROFILE, "person": str(person)}
    stale = await http.put(path, json=PROFILE | {"weekly_hours": 3}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    assert good(await http.put(path, json=PROFILE | {"weekly_hours": 3}))["changed"] is True
    assert await types(it) == ["profile.changed", "profile.changed"]


UNUSABLE_CARDS: list[tuple[dict[str, Any], str]] = [
    ({"zone": "Mars/Olympus"}, "zone"),
    ({"language": "dari!"}, "language"),
    ({"name_to_use": "a\0b"}, "name_to_use"),
    ({"name_to_use": "\u2067Parwana\u2069"}, "name_to_use"),
    ({"full_name": "x" * 100_000}, "full_name"),
    ({"email": "x" * 300 + "@example.org"}, "email"),
    ({"email": "a\0@example.org"}, "email"),
    ({"site": "net.de"}, "site"),
    ({"cleared": True}, "cleared"),
]


async def test_unusable_cards_name_the_field(running: Start) -> None:
    """422 names the field; nobody is stored."""
    it = await running("intake")
    await network(it)
    for fields, field in UNUSABLE_CARDS:
        response = await coordinator(it, "net").post("/people", json={**CARD, **HERE, **fields})
        assert response.status_code == 422, response.text
        assert [error["field"] for error in response.json()["errors"]] == [field]
    assert await people(it) == 0


UNUSABLE_PROFILES: list[tuple[dict[str, Any], str]] = [
    ({"weekly_hours": 0.4}, "weekly_hours"),
    ({"weekly_hours": 41}, "weekly_hours"),
    ({"free_hours": [-1]}, "free_hours.0"),
    ({"free_hours": [168]}, "free_hours.0"),
    ({"free_hours": [1.5]}, "free_hours.0"),
    ({"languages": []}, "languages"),
    ({"languages": ["xx!"]}, "languages.0"),
    ({"skills": ["Not A Slug"]}, "skills.0"),
    ({"goals": ["g"] * 31}, "goals"),
    ({"zone": "Kabul"}, "zone"),
    ({"gender": "f"}, "gender"),
]


async def test_unusable_profiles_name_the_field(running: Start) -> None:
    """422 names the field; half an hour a week is the least (R26)."""
    it = await running("intake")
    await network(it)
    person = await registered(it)
    for fields, field in UNUSABLE_PROFILES:
        response = await coordinator(it).put(f"/people/{person}/profile", json=PROFILE | fields)
        assert response.status_code == 422, response.text
        assert [error["field"] for error in response.json()["errors"]] == [field]
    assert await types(it) == []


async def test_services_read_in_batches_and_every_read_is_noted(running: Start) -> None:
    """Free hours come in UTC (R7); who read how many is written down, never what."""
    it = await running("intake")
    await network(it)
    person = await registered(it, may_mail=True)
    good(await coordinator(it).put(f"/people/{person}/profile", json=PROFILE))
    service, asked = it.client(role="service", site="net"), {"people": [str(person), str(new_id())]}
    (card,) = good(await service.post("/internal/address-cards", json=asked))["cards"]
    assert card == {**CARD, "person": str(person), "may_mail": True, "safe_hours": None}
    (profile,) = good(await service.post("/internal/matching-profiles", json=asked))["profiles"]
    assert {name: profile[name] for name in PROFILE} == {**PROFILE, "free_hours": [14, 15]}
    assert (profile["person"], profile["site"]) == (str(person), SITE)
    too_many = {"people": [str(new_id()) for _ in range(501)]}
    assert (await service.post("/internal/address-cards", json=too_many)).status_code == 422
    async with it.service.sessions() as session:
        columns = PrivateReadRow.kind, PrivateReadRow.asked, PrivateReadRow.answered
        noted = (await session.execute(select(*columns).order_by(PrivateReadRow.kind))).all()
    assert [tuple(one) for one in noted] == [("address-cards", 2, 1), ("matching-profiles", 2, 1)]
