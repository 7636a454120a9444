"""Imports of rosters."""

import asyncio
from functools import partial
from typing import Any

from sqlalchemy import select, text

from services.intake.fields import NewPerson
from services.intake.registration import register
from services.intake.tables import AttestationRow, PersonRow, SignatureRow
from tests.service.intake.scenes import (
    CARD,
    DOCUMENT,
    OFFERING,
    OPEN,
    PROFILE,
    SITE,
    Start,
    administrator,
    batch,
    coordinator,
    good,
    held,
    network,
    participant,
    registered,
    roster_row,
    types,
)
from tests.support.eventually import eventually
from tests.support.running import BEGINNING, Running


async def imported(it: Running, *rows: dict[str, Any], **fields: Any) -> Any:
    """A batch imported by the site's coordinator."""
    return good(await coordinator(it).post("/imports", json=batch(*rows, **fields)))


async def test_good_rows_are_kept_when_others_are_refused(running: Start) -> None:
    """One bad row never costs the others; each refusal names its field and never repeats the value."""
    it = await running("intake")
    await network(it)
    bad = [
        roster_row(2, zone="Asia/Kabool"),
        roster_row(3, email="no address"),
        roster_row(4, name_to_use="\u202eParwana"),
        roster_row(5, profile={**PROFILE, "free_hours": [168]}),
        roster_row(6, profile={**PROFILE, "weekly_hours": 0.25}),
        roster_row(7, language="persian!"),
        roster_row(8, evidence=held() | {"document": "other"}),
        roster_row(9, evidence=held(2)),
        roster_row(10, evidence=held() | {"signed_on": "2027-01-01"}),
        roster_row(11, key="k12"),
        roster_row(12),
        roster_row(13, full_name="a\0b"),
        roster_row(14, cleared=True),
    ]
    answer = await imported(it, roster_row(1), *bad)
    assert [row["row"] for row in answer["rows"]] == [1]
    assert [(one["row"], one["field"]) for one in answer["refused"]] == [
        (2, "zone"),
        (3, "email"),
        (4, "name_to_use"),
        (5, "profile.free_hours.0"),
        (6, "profile.weekly_hours"),
        (7, "language"),
        (8, "evidence.document"),
        (9, "evidence.version"),
        (10, "evidence.signed_on"),
        (11, "key"),
        (12, "key"),
        (13, "full_name"),
        (14, "cleared"),
    ]
    assert "Kabool" not in str(answer["refused"])
    assert await types(it) == ["profile.changed"]


async def test_importing_again_changes_nothing(running: Start) -> None:
    """The same batch again answers the same ids as unchanged and emits nothing."""
    it = await running("intake")
    await network(it)
    rows = [roster_row(1, evidence=held()), roster_row(2), roster_row(3, profile=None, email=None)]
    first = await imported(it, *rows)
    before = await it.emitted()
    second = await imported(it, *rows)
    assert [row["state"] for row in first["rows"]] == ["created"] * 3
    assert second["rows"] == [{**row, "state": "unchanged"} for row in first["rows"]]
    assert await it.emitted() == before
    assert sorted(await types(it)) == ["application.submitted", "profile.changed", "profile.changed"]


async def test_an_import_invents_no_signature_and_no_consent(running: Start) -> None:
    """Only evidence for the version in force counts (R72); mail is allowed only by `notify`."""
    it = await running("intake")
    await network(it)
    good(await administrator(it).put("/documents/conduct/versions/2", json={**DOCUMENT, "text": "Be kinder."}))
    answer = await imported(it, roster_row(1, evidence=held(2)), roster_row(2, evidence=held(1)), roster_row(3))
    assert [row["waits"] for row in answer["rows"]] == [None, "to-sign", "to-sign"]
    async with it.service.sessions() as session:
        assert not any(await session.scalars(select(PersonRow.may_mail)))
        signatures = await session.execute(select(SignatureRow.version, SignatureRow.kind, SignatureRow.recorded_by))
        assert sorted((version, kind) for version, kind, _ in signatures) == [
            ("1", "held-elsewhere"),
            ("2", "held-elsewhere"),
        ]
        assert list(await session.scalars(select(AttestationRow))) == []


async def test_the_operators_word_is_kept_with_its_reason(running: Start) -> None:
    """`attest` stands in where nothing is signed; who said so, when and why stays on record, once per batch."""
    it = await running("intake")
    await network(it)
    rows = roster_row(1), roster_row(2, evidence=held()), roster_row(3)
    await imported(it, *rows)
    answer = await imported(it, *rows, attest="Paper forms of 2025, seen by me", notify=True)
    assert [(row["state"], row["waits"]) for row in answer["rows"]] == [("updated", None)] * 3
    again = await imported(it, *rows, attest="Paper forms of 2025, seen by me", notify=True)
    assert [row["state"] for row in again["rows"]] == ["unchanged"] * 3
    async with it.service.sessions() as session:
        (word,) = await session.scalars(select(AttestationRow))
        assert (word.reason, word.source, word.version) == ("Paper forms of 2025, seen by me", "mentors-2026", "1")
        kinds = await session.scalars(select(SignatureRow.kind).where(SignatureRow.attestation == word.attestation))
        assert list(kinds) == ["attested", "attested"]
        assert all(await session.scalars(select(PersonRow.may_mail)))


async def test_a_person_known_by_email_gets_a_second_role(running: Start) -> None:
    """The same e-mail, whatever its case, is the same person within a network, and keeps the card they have (R20)."""
    it = await running("intake")
    await network(it)
    person = await registered(it, email="Parwana@Example.org", name_to_use="Moonlight")
    row = roster_row(1, email="PARWANA@example.ORG", full_name="Parwana K.")
    first = (await imported(it, row))["rows"][0]
    second = (await imported(it, row, role="mentee-adult"))["rows"][0]
    assert first["person"] == second["person"] == str(person)
    assert first["application"] != second["application"]
    card = good(await coordinator(it).get(f"/people/{person}"))
    assert (card["name_to_use"], card["full_name"], card["may_mail"]) == ("Moonlight", "Parwana K.", False)
    assert await types(it) == ["profile.changed"]


async def test_a_changed_row_changes_only_what_the_roster_changed(running: Start) -> None:
    """What people set themselves is not set back by the next import (R20)."""
    it = await running("intake")
    await network(it)
    person = (await imported(it, roster_row(1)))["rows"][0]["person"]
    me = participant(it, person)
    good(await me.patch(f"/people/{person}", json={"name_to_use": "Moonlight"}, headers={"If-Match": "*"}))
    changed = roster_row(1, language="ps", profile={**PROFILE, "weekly_hours": 2})
    assert (await imported(it, changed))["rows"][0]["state"] == "updated"
    card, profile = good(await me.get(f"/people/{person}")), good(await me.get(f"/people/{person}/profile"))
    assert (card["name_to_use"], card["language"], profile["weekly_hours"]) == ("Moonlight", "ps", 2)
    assert await types(it) == ["profile.changed", "profile.changed"]


async def test_notify_never_goes_against_a_choice(running: Start) -> None:
    """`notify` allows mail to people whom imports registered; who said no by hand stays at no."""
    it = await running("intake")
    await network(it)
    no, unasked = [row["person"] for row in (await imported(it, roster_row(1), roster_row(2)))["rows"]]
    good(await participant(it, no).patch(f"/people/{no}", json={"may_mail": False}, headers={"If-Match": "*"}))
    await imported(it, roster_row(1), roster_row(2), notify=True)
    allowed = [good(await coordinator(it).get(f"/people/{person}"))["may_mail"] for person in (no, unasked)]
    assert allowed == [False, True]


async def test_a_key_does_not_become_somebody_else(running: Start) -> None:
    """A key that comes back with another e-mail is refused: to choose would overwrite one of two people."""
    it = await running("intake")
    await network(it)
    await imported(it, roster_row(1), roster_row(2))
    answer = await imported(it, roster_row(1, email="person2@example.org"), roster_row(2, email="new@example.org"))
    assert [(one["row"], one["field"]) for one in answer["refused"]] == [(1, "key"), (2, "key")]


async def test_people_of_another_site_keep_their_card(running: Start) -> None:
    """An importer adds an application for a person of another site, and changes nothing else of them."""
    it = await running("intake")
    await network(it)
    person = await registered(it, site="net.af.herat", email="person1@example.org")
    answer = await imported(it, roster_row(1, full_name="Other"), notify=True)
    assert (answer["rows"][0]["person"], answer["rows"][0]["state"]) == (str(person), "created")
    card = good(await coordinator(it, "net.af.herat").get(f"/people/{person}"))
    assert (card["full_name"], card["may_mail"]) == (None, False)
    assert await types(it) == []


async def test_somebody_who_registers_at_the_same_moment_costs_nobody_a_row(running: Start) -> None:
    """A batch that meets a registration under way is repeated row by row, and finds the person (savepoints)."""
    it = await running("intake")
    await network(it)
    rows = [roster_row(number) for number in (1, 2, 3)]
    async with it.service.sessions.begin() as registering:
        card = NewPerson.model_validate({**CARD, "email": "person2@example.org", "site": SITE})
        twin = await register(registering, card, None, BEGINNING)
        importing = asyncio.create_task(imported(it, *rows))
        waits: Any = partial(waiting_for_a_lock, it)
        await eventually(waits)
    answer = await importing
    assert [row["state"] for row in answer["rows"]] == ["created"] * 3
    assert answer["rows"][1]["person"] == str(twin.person)
    assert await types(it) == ["profile.changed"] * 3


async def waiting_for_a_lock(it: Running) -> bool:
    """Whether a transaction of this service waits for another one."""
    async with it.service.sessions() as session:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(await session.scalar(text(waiting)))


UNUSABLE: list[tuple[dict[str, Any], int]] = [
    ({"rows": []}, 422),
    ({"rows": [roster_row(n) for n in range(201)]}, 422),
    ({"rows": [{"key": "k"}]}, 422),
    ({"rows": [roster_row(1), roster_row(1)]}, 422),
    ({"attest": "  "}, 422),
    ({"role": "nothing"}, 422),
    ({"offering": f"nothing@{SITE}"}, 422),
    ({"site": "net.af.herat"}, 403),
    ({"offering": "first-steps@net.af.herat"}, 422),
]


async def test_batches_that_cannot_be_used_store_nothing(running: Start) -> None:
    """A batch that is wrong as a whole is refused as a whole."""
    it = await running("intake")
    await network(it)
    for fields, status in UNUSABLE:
        response = await coordinator(it).post("/imports", json=batch(roster_row(1)) | fields)
        assert response.status_code == status, response.text
    assert await types(it) == []


async def test_nobody_is_imported_into_a_closed_offering(running: Start) -> None:
    """A closed offering takes no applications, from whomever."""
    it = await running("intake")
    await network(it)
    good(await administrator(it).put(f"/offerings/{OFFERING}", json={**OPEN, "is_open": False}))
    assert (await coordinator(it).post("/imports", json=batch(roster_row(1)))).status_code == 409
