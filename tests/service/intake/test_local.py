"""The calendar of a place and notes about it (R21)."""

from datetime import timedelta

from tests.service.intake.scenes import DAYS, NOTE, SITE, Start, administrator, coordinator, good, network, types
from tests.support.running import BEGINNING

HERAT = "net.af.herat"
CALENDAR = f"/places/{SITE}/calendar"


async def test_a_calendar_is_told_as_a_whole(running: Start) -> None:
    """Each change tells all spans of the place, with ids and days alone; the last removal tells an empty one."""
    it = await running("intake")
    await network(it)
    http = coordinator(it)
    later = DAYS | {"starts": "2027-03-20", "ends": "2027-03-20", "reason": "holiday"}
    second = good(await http.post(CALENDAR, json=later))
    first = good(await http.post(CALENDAR, json=DAYS))
    told = (await it.emitted())[-1]
    assert (told.type, told.subject) == ("rapport.calendar.changed.v1", f"site/{SITE}+calendar")
    days = {key: first[key] for key in ("entry", "starts", "ends")}
    assert told.data == {"site": SITE, "spans": [days, {key: second[key] for key in days}]}
    assert "shutdown" not in told.model_dump_json()
    for entry in (first, second):
        assert good(await http.delete(f"{CALENDAR}/{entry['entry']}"))["changed"] is True
        assert good(await http.delete(f"{CALENDAR}/{entry['entry']}"))["changed"] is False
    assert (await it.emitted())[-1].data["spans"] == []
    assert await types(it) == ["calendar.changed"] * 4


async def test_what_holds_above_holds_below(running: Start) -> None:
    """A place shows its own days and those of places above by their first day; days that are over only on request."""
    it = await running("intake")
    await network(it)
    http = administrator(it)
    for site, day in (("net", "2026-12-25"), (SITE, "2026-11-09"), (HERAT, "2026-11-10"), (SITE, "2026-11-01")):
        good(await http.post(f"/places/{site}/calendar", json={"starts": day, "ends": day, "reason": "holiday"}))
    listed = good(await coordinator(it).get(CALENDAR))["items"]
    assert [(each["site"], each["starts"]) for each in listed] == [(SITE, "2026-11-09"), ("net", "2026-12-25")]
    assert len(good(await coordinator(it).get(f"{CALENDAR}?since=2026-10-01"))["items"]) == 3
    page = good(await coordinator(it).get(f"{CALENDAR}?limit=1"))
    assert [*page["items"], *good(await coordinator(it).get(f"{CALENDAR}?cursor={page['next']}"))["items"]] == listed


async def test_impossible_spans_are_named(running: Start) -> None:
    """The field, and nothing told; an entry of another place is not removed from here."""
    it = await running("intake")
    await network(it)
    for body in (DAYS | {"ends": "2026-11-30"}, DAYS | {"ends": "2028-12-01"}, DAYS | {"reason": "rain"}):
        assert (await coordinator(it).post(CALENDAR, json=body)).status_code == 422
    assert await types(it) == []
    entry = good(await coordinator(it).post(CALENDAR, json=DAYS))["entry"]
    gone = await coordinator(it, HERAT).delete(f"/places/{HERAT}/calendar/{entry}")
    assert good(gone)["changed"] is False


async def test_notes_are_shown_in_their_language_and_time(running: Start) -> None:
    """A note stands at its place and below until its last day is over."""
    it = await running("intake")
    await network(it)
    path = f"/places/{SITE}/notes"
    good(await administrator(it).post("/places/net.af/notes", json=NOTE | {"language": "fa-AF", "until": None}))
    note = good(await coordinator(it).post(path, json=NOTE))["note"]
    good(await coordinator(it, HERAT).post(f"/places/{HERAT}/notes", json=NOTE))
    assert [each["site"] for each in good(await coordinator(it).get(path))["items"]] == ["net.af", SITE]
    assert [each["note"] for each in good(await coordinator(it).get(f"{path}?language=en"))["items"]] == [note]
    it.set_clock(BEGINNING + timedelta(days=39))
    assert [each["site"] for each in good(await coordinator(it).get(path))["items"]] == ["net.af"]
    assert good(await coordinator(it).delete(f"{path}/{note}"))["changed"] is True
    assert good(await coordinator(it).delete(f"{path}/{note}"))["changed"] is False
    assert (await coordinator(it).post(path, json=NOTE | {"text": " "})).status_code == 422
