"""The rules come to people: given on record, signed on record, and staff see who lacks which (R56)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.service.intake.scenes import (
    OFFERING,
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

DELIVERIES = "/documents/conduct/versions/1/deliveries"
PASHTO = {"text": "مهربان اوسئ."}


async def applied(it: Running, email: str) -> UUID:
    """Somebody who applied, and has still to sign."""
    person = await registered(it, email=email)
    good(await coordinator(it).post("/applications", json={**ASKED, "person": str(person)}))
    return person


ASKED = {"role": "mentee-adult", "offering": OFFERING}


async def give(it: Running, person: UUID, by: Any = None, **body: str) -> dict[str, Any]:
    """The words are given to a person, who opens them, or by somebody else."""
    answer = await (by or participant(it, person)).post(f"/people/{person}/agreements/conduct/delivery", json=body)
    given: dict[str, Any] = good(answer)
    return given


async def listed(it: Running, site: str = SITE, **wanted: Any) -> dict[UUID, tuple[bool, bool]]:
    """Of each person whether the words were given, and whether they agreed; read one by one."""
    found: dict[UUID, tuple[bool, bool]] = {}
    cursor: dict[str, str] = {}
    while True:
        page = good(await coordinator(it, site).get(DELIVERIES, params={"limit": 1, **wanted, **cursor}))
        for item in page["items"]:
            found[UUID(item["person"])] = (item["given_at"] is not None, item["signed_at"] is not None)
        if not page["next"]:
            return found
        cursor = {"cursor": page["next"]}


async def test_the_rules_are_given_and_acknowledged_on_record(running: Start) -> None:
    """R56: who was given the words and who agreed to them are two facts, and staff see both of everybody."""
    it = await running("intake")
    await network(it)
    first, second, third = [await applied(it, f"{name}@example.org") for name in ("a", "b", "c")]
    assert await listed(it) == dict.fromkeys((first, second, third), (False, False))
    given = await give(it, first)
    assert (given["version"], given["given_at"]) == ("1", "2026-11-02T08:00:00Z")
    await give(it, second, coordinator(it))
    sign = {"document": "conduct", "version": "1", "sha256": given["sha256"]}
    good(await participant(it, first).post(f"/people/{first}/signatures", json=sign))
    assert await listed(it) == {first: (True, True), second: (True, False), third: (False, False)}
    assert await listed(it, unsigned=True) == {second: (True, False), third: (False, False)}
    assert await listed(it, site="net.af.herat") == {}


async def test_the_first_delivery_is_kept_and_its_language(running: Start) -> None:
    """R56: in the language of the person's card where there is one, and only in a published one."""
    it = await running("intake")
    await network(it)
    good(await administrator(it).put("/documents/conduct/versions/1/translations/ps", json=PASHTO))
    person = await applied(it, "a@example.org")
    good(await coordinator(it).patch(f"/people/{person}", json={"language": "ps"}, headers={"If-Match": "*"}))
    first = await give(it, person)
    it.set_clock(BEGINNING + timedelta(days=1))
    again = await give(it, person, language="en")
    assert (first["text"], again["language"], again["given_at"]) == (PASHTO["text"], "en", first["given_at"])
    refused = await participant(it, person).post(
        f"/people/{person}/agreements/conduct/delivery", json={"language": "fr"}
    )
    assert refused.status_code == 404
