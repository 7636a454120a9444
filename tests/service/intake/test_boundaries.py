"""Boundaries between people stand in the document and the pack, and nobody reads the particulars of a partner (R74)."""

from uuid import UUID

import pytest

from tests.service.intake.scenes import (
    CARD,
    DOCUMENT,
    OFFERING,
    PROFILE,
    Start,
    administrator,
    coordinator,
    good,
    network,
    participant,
    registered,
)

CLAUSES = [
    {"number": "1", "kind": "confidentiality", "text": "What you hear stays here."},
    {"number": "2", "kind": "gifts", "text": "No presents."},
    {"number": "2.1", "kind": "money", "text": "No money, in no direction."},
    {"number": "3", "kind": "meeting-offline", "text": "You meet when a coordinator is there."},
    {"number": "4", "kind": "social-media", "text": "You do not follow each other."},
]


async def test_the_documents_boundaries_stand_in_the_pack(running: Start) -> None:
    """R74: a clause says by its kind which boundary it is, and who reads the pack finds them before applying."""
    it = await running("intake")
    await network(it)
    path = f"/offerings/{OFFERING}/pack?role=mentor-adult"
    before = good(await participant(it, await registered(it)).get(path))
    assert [each["clauses"] for each in before["boundaries"]] == [[]] * 5
    version = DOCUMENT | {"clauses": CLAUSES}
    good(await administrator(it).put("/documents/conduct/versions/2", json=version))
    pack = good(await coordinator(it).get(path))
    assert [(each["topic"], each["clauses"]) for each in pack["boundaries"]] == [
        ("confidentiality", ["1"]), ("gifts", ["2"]), ("money", ["2.1"]), ("meeting-offline", ["3"]),
        ("social-media", ["4"]),
    ]  # fmt: skip
    assert pack["sha256"] != before["sha256"]


@pytest.mark.parametrize(
    "what",
    ["", "/profile", "/particulars", "/clearances", "/consents", "/bases", "/agreements", "/guardians", "/admission"],
)
async def test_a_partner_reads_nothing_of_the_other_one(running: Start, what: str) -> None:
    """R74: whoever is paired with somebody has no door to their card, profile, or anything else of them."""
    it = await running("intake")
    await network(it)
    mentor, mentee = await registered(it), await registered(it, email="mentee@example.org")
    good(await coordinator(it).put(f"/people/{mentee}/profile", json=PROFILE))
    answer = await participant(it, mentor).get(f"/people/{mentee}{what}")
    assert (answer.status_code, CARD["name_to_use"] in answer.text) == (404, False)


async def test_lists_and_exports_hold_nobody_else(running: Start) -> None:
    """R74: a participant lists their own applications alone, and reads in no batch."""
    it = await running("intake")
    await network(it)
    mentor, mentee = await registered(it), await registered(it, email="mentee@example.org")
    for person, role in ((mentor, "mentor-adult"), (mentee, "mentee-adult")):
        asked = {"person": str(person), "role": role, "offering": OFFERING}
        good(await coordinator(it).post("/applications", json=asked))
    own = good(await participant(it, mentor).get("/applications"))["items"]
    assert [UUID(each["person"]) for each in own] == [mentor]
    for read in ("address-cards", "matching-profiles", "screening-facts"):
        refused = await participant(it, mentor).post(f"/internal/{read}", json={"people": [str(mentee)]})
        assert refused.status_code == 403
