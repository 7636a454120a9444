"""Clearances that a roster brings along, and rosters that are given back."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.intake.tables import PersonRow, PrivateReadRow
from tests.service.intake.consenting import guardian
from tests.service.intake.scenes import (
    OFFERING,
    SITE,
    Start,
    batch,
    coordinator,
    good,
    held,
    network,
    roster_row,
    types,
)
from tests.support.running import Running

WANTED = {"site": SITE, "role": "mentor-adult", "offering": OFFERING, "source": "mentors-2026"}
PAPER = {"check": "record-check", "authority": "Kabul court", "number": "7", "valid_until": "2028-03-01", "own": True}


async def imported(it: Running, *rows: dict[str, Any], **fields: Any) -> Any:
    """A batch imported by the site's coordinator."""
    return good(await coordinator(it).post("/imports", json=batch(*rows, **fields)))


async def clearances(it: Running, person: str) -> Any:
    """What is recorded of somebody's clearances."""
    return good(await coordinator(it).get(f"/people/{person}/clearances"))


async def exported(it: Running, **asked: Any) -> list[dict[str, Any]]:
    """Every row of an export, two a page."""
    items, cursor = [], None
    while True:
        query = {**WANTED, "limit": 2, **asked, **({"cursor": cursor} if cursor else {})}
        page = good(await coordinator(it).get("/exports", params=query))
        items += page["items"]
        if (cursor := page["next"]) is None:
            return items


async def test_a_row_brings_clearances_along_once(running: Start) -> None:
    """R35: recorded, told as a changed profile, and never a second time; nobody is cleared by it."""
    it = await running("intake")
    await network(it)
    (done,) = (await imported(it, roster_row(1, clearances=[PAPER])))["rows"]
    assert await clearances(it, done["person"]) == [PAPER]
    before = await types(it)
    assert "rapport.screening.cleared.v1" not in before
    (again,) = (await imported(it, roster_row(1, clearances=[PAPER])))["rows"]
    assert (again["state"], await types(it)) == ("unchanged", before)
    renewed = PAPER | {"valid_until": "2030-03-01"}
    (changed,) = (await imported(it, roster_row(1, clearances=[renewed])))["rows"]
    assert (changed["state"], await clearances(it, done["person"])) == ("updated", [renewed])
    assert len(await types(it)) == len(before) + 1


async def test_what_staff_corrected_stays_until_the_roster_changes(running: Start) -> None:
    """The same row again sets nothing back, neither a correction nor what was taken away; another number does."""
    it = await running("intake")
    await network(it)
    (done,) = (await imported(it, roster_row(1, clearances=[PAPER])))["rows"]
    path = f"/people/{done['person']}/clearances/record-check"
    corrected = {name: value for name, value in PAPER.items() if name != "check"} | {"number": "8"}
    good(await coordinator(it).put(path, json=corrected))
    await imported(it, roster_row(1, clearances=[PAPER]))
    assert (await clearances(it, done["person"]))[0]["number"] == "8"
    await coordinator(it).delete(path)
    await imported(it, roster_row(1, clearances=[PAPER]))
    assert await clearances(it, done["person"]) == []
    await imported(it, roster_row(1, clearances=[PAPER | {"number": "9"}]))
    assert (await clearances(it, done["person"]))[0]["number"] == "9"


async def test_clearances_of_no_use_are_told_by_row(running: Start) -> None:
    """An unknown check, one twice, and no day refuse the row; what has ended is left out of a row that is kept."""
    it = await running("intake")
    await network(it)
    answer = await imported(
        it,
        roster_row(1, clearances=[PAPER | {"check": "no-such-check"}]),
        roster_row(2, clearances=[PAPER, PAPER]),
        roster_row(3, clearances=[PAPER | {"valid_until": "2028-02-30"}]),
        roster_row(4, clearances=[PAPER | {"valid_until": "2026-11-01"}]),
    )
    assert [one["row"] for one in answer["refused"]] == [1, 2, 3]
    assert answer["refused"][2]["field"] == "clearances.0.valid_until"
    (kept,) = answer["rows"]
    assert (kept["ended"], await clearances(it, kept["person"])) == (["record-check"], [])


async def test_an_export_gives_back_who_takes_part_here(running: Start) -> None:
    """By pages and noted each; nobody of another site, no duplicate, nobody who withdrew; only what was asked for."""
    it = await running("intake")
    await network(it)
    rows = [roster_row(number, evidence=held(), clearances=[PAPER]) for number in range(1, 6)]
    done = (await imported(it, *rows))["rows"]
    async with it.service.sessions.begin() as session:
        for place, change in ((0, {"site": "net.af"}), (1, {"duplicate_of": done[0]["person"]})):
            person = await session.get_one(PersonRow, done[place]["person"])
            for name, value in change.items():
                setattr(person, name, value)
    good(await coordinator(it).post(f"/applications/{done[2]['application']}/withdrawal", json={}))
    assert [one["key"] for one in await exported(it)] == ["k4", "k5"]
    plain = (await exported(it))[0]
    assert (plain["evidence"], plain["clearances"], plain["also"]) == ([], [], False)
    full = (await exported(it, evidence=True, clearances=True, also="mentor-adult"))[0]
    assert (full["clearances"], full["evidence"][0]["version"], full["also"]) == ([PAPER], "1", True)
    assert {"full_name", "email", "profile.skills"} <= set(full["as_imported"])
    async with it.service.sessions() as session:
        noted = list(await session.scalars(select(PrivateReadRow).where(PrivateReadRow.kind == "roster-export")))
    assert [row.answered for row in noted] == [2, 2, 2]  # three exports of one page each


async def test_keys_of_a_roster_name_its_people(running: Start) -> None:
    """Of that roster at that site alone; a key that nobody brought is left out."""
    it = await running("intake")
    await network(it)
    (done,) = (await imported(it, roster_row(1)))["rows"]
    body = {"site": SITE, "source": "mentors-2026", "keys": ["k1", "k2"]}
    assert good(await coordinator(it).post("/roster-keys", json=body)) == {"people": {"k1": done["person"]}}
    other = body | {"source": "another"}
    assert good(await coordinator(it).post("/roster-keys", json=other)) == {"people": {}}


async def test_a_key_names_nobody_to_whom_must_have_no_contact_with_them(running: Start) -> None:
    """Trap 16: a guardian who is kept away coordinates the site; the key looks as if nobody had brought it."""
    it = await running("intake")
    await network(it)
    (done,) = (await imported(it, roster_row(1)))["rows"]
    kept_away = await guardian(it, UUID(done["person"]), may_consent=False, may_be_told=False, no_contact=True)
    body = {"site": SITE, "source": "mentors-2026", "keys": ["k1"]}
    async with it.client(role="coordinator", site=SITE, person=kept_away) as http:
        assert good(await http.post("/roster-keys", json=body)) == {"people": {}}
