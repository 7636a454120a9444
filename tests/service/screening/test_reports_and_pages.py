"""Legal report clocks of a conduct case, and the rota that is paged until somebody acknowledges."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.service.screening.conduct_scenes import (
    HEAD,
    MENTOR,
    REGIONAL,
    SCREENER,
    Factory,
    ask,
    dismissed,
    good,
    raised,
    staffed,
)
from tests.service.screening.story import SITE, concern, identity, place
from tests.support.running import BEGINNING, Running

FIRST, SECOND, THIRD = (identity(number) for number in range(0x71, 0x74))
MINUTES = timedelta(minutes=1)


async def on_call(it: Running, person: UUID, order: int = 1, site: str = SITE, hours: int = 48) -> None:
    """Somebody is on call from the beginning."""
    ends = BEGINNING + timedelta(hours=hours)
    body = {"site": site, "person": str(person), "starts": BEGINNING.isoformat(), "ends": ends.isoformat()}
    await good(it, "POST", "/duties", body | {"order": order}, who=HEAD, at="net")


async def paged(it: Running, case: str) -> list[str]:
    """Who was paged, oldest first."""
    (alarm, *_) = (await good(it, "GET", case, who=HEAD, at="net"))["alarms"]
    return [page["person"] for page in alarm["pages"]]


async def pages_of(it: Running, person: UUID) -> list[dict[str, Any]]:
    """A person's own pages; no grant is needed to see that one is called."""
    found: list[dict[str, Any]] = (await good(it, "GET", "/pages", who=person, as_="participant"))["items"]
    return found


@pytest.mark.parametrize(
    ("subdivision", "country", "hours"), [("US-CA", "US", 36), ("US-PA", "US", 48), ("GB-SCT", "GB", None)]
)
async def test_harm_asks_whether_a_report_is_due(
    running: Factory, subdivision: str, country: str, hours: int | None
) -> None:
    """Requirements b4: in writing within 36 or 48 hours; where no source was read, nothing is made up (R41)."""
    it = await staffed(running, country, subdivision)
    detail = await good(it, "GET", await raised(it, "harm", 1))
    due = [(BEGINNING + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")] if hours else []
    assert [report["due_at"] for report in detail["reports"]] == due
    assert all(report["of"] == "suspected-abuse" and "b4" in report["source"] for report in detail["reports"])
    assert detail["law_known"] is True
    assert (await good(it, "GET", await raised(it, "talk", 1, number=2)))["reports"] == []


@pytest.mark.parametrize(
    ("subdivision", "to", "due"),
    [("GB-SCT", "Disclosure Scotland", "2027-02-02T08:00:00Z"), ("GB-ENG", "the Disclosure and Barring Service", None)],
)
async def test_a_removal_asks_for_the_referral(running: Factory, subdivision: str, to: str, due: str | None) -> None:
    """Requirements b4, UK duty to refer: after a dismissal, and also where the person left first."""
    it = await staffed(running, "GB", subdivision)
    case = await raised(it, "talk", 1)
    await dismissed(it, case)
    (report,) = (await good(it, "GET", case))["reports"]
    assert (report["of"], report["to"], report["due_at"], report["person"]) == (
        "removal-over-harm", to, due, str(MENTOR),
    )  # fmt: skip
    left = await raised(it, "talk", 1, number=2)
    line = {"kind": "left", "text": "Wrote that he stops.", "person": str(MENTOR)}
    await good(it, "POST", f"{left}/entries", line)
    assert [each["to"] for each in (await good(it, "GET", left))["reports"]] == [to]


async def test_a_passed_deadline_is_overdue_and_pages_the_rota(running: Factory) -> None:
    """Requirements b4: nobody has to look; the list shows it, and an answer ends it."""
    it = await staffed(running)
    case = await raised(it, "harm", 1)
    it.set_clock(BEGINNING + timedelta(hours=35))
    await it.fire()
    assert (await good(it, "GET", "/conduct-cases", params={"overdue": True}))["items"] == []
    await on_call(it, FIRST)
    it.set_clock(BEGINNING + timedelta(hours=36))
    await it.fire()
    (late,) = (await good(it, "GET", "/conduct-cases", params={"overdue": True}))["items"]
    assert late["reports_overdue"] == 1
    assert {page["why"] for page in await pages_of(it, FIRST)} == {"opened", "report"}
    (report,) = (await good(it, "GET", case))["reports"]
    body = {"answer": "done", "reference": "SCAR 12", "done_on": "2026-11-03"}
    await good(it, "POST", f"{case}/reports/{report['report']}/answers", body)
    assert (await good(it, "GET", "/conduct-cases", params={"overdue": True}))["items"] == []


async def test_both_answers_are_kept_with_their_names(running: Factory) -> None:
    """Who decided what: not due with a reason, and later done after all; a case closes only on an answer."""
    it = await staffed(running)
    case = await raised(it, "harm", 1)
    (report,) = (await good(it, "GET", case))["reports"]
    path = f"{case}/reports/{report['report']}/answers"
    refused = await ask(it, "POST", f"{case}/closing", {"outcome": "settled"})
    assert (refused.status_code, "legal report" in refused.json()["detail"]) == (409, True)
    await good(it, "POST", path, {"answer": "not-due", "reason": "It was another boy."})
    done = {"answer": "done", "reference": "7", "done_on": "2026-11-02"}
    await good(it, "POST", path, done, who=REGIONAL, at="net.af")
    (report,) = (await good(it, "GET", case))["reports"]
    assert report["state"] == "done"
    assert [(each["answer"], each["answered_by"]) for each in report["answers"]] == [
        ("not-due", str(SCREENER)), ("done", str(REGIONAL)),
    ]  # fmt: skip
    it.set_clock(BEGINNING + timedelta(hours=40))
    await it.fire()
    assert (await good(it, "GET", case))["reports_overdue"] == 0
    await good(it, "POST", f"{case}/closing", {"outcome": "settled"})


@pytest.mark.parametrize(
    "body",
    [{"answer": "done"}, {"answer": "not-due"}, {"answer": "done", "reference": "7", "done_on": "2026-11-09"},
     {"answer": "not-due", "reference": "7", "done_on": "2026-11-02"}],
)  # fmt: skip
async def test_an_answer_says_what_it_must(running: Factory, body: dict[str, Any]) -> None:
    """Done with reference and a day that was, not due with a reason."""
    it = await staffed(running)
    case = await raised(it, "harm", 1)
    (report,) = (await good(it, "GET", case))["reports"]
    assert (await ask(it, "POST", f"{case}/reports/{report['report']}/answers", body)).status_code == 422


@pytest.mark.parametrize("first", ["law", "concern"])
async def test_the_law_may_be_heard_before_or_after_the_concern(running: Factory, first: str) -> None:
    """Any order: reports are asked for once the law of the place is known; a moved place asks by its new law."""
    it = await running("screening")
    events: list[Any] = [place("US", "US-CA"), concern(1, "harm", 1)]
    for event in events if first == "law" else reversed(events):
        await it.hear(event)
    (case,) = (await good(it, "GET", "/conduct-cases"))["items"]
    path = f"/conduct-cases/{case['case']}"
    assert [report["pack"] for report in (await good(it, "GET", path))["reports"]] == ["california"]
    await it.hear(place("US", "US-PA"), sequence=2)
    (report,) = (await good(it, "GET", path))["reports"]
    assert (report["pack"], report["due_at"]) == ("pennsylvania", "2026-11-04T08:00:00Z")


async def test_a_page_passes_on_until_one_acknowledges(running: Factory) -> None:
    """Paged means acknowledged: the next on the rota, then the level above, then all over again."""
    it = await staffed(running)
    await on_call(it, FIRST, 1)
    await on_call(it, SECOND, 2)
    await on_call(it, THIRD, 1, "net.af")
    case = await raised(it, "emergency", 1)
    people = [FIRST, SECOND, THIRD, FIRST]
    for number in range(1, 4):
        assert await paged(it, case) == [str(person) for person in people[:number]]
        it.set_clock(BEGINNING + number * 15 * MINUTES - MINUTES)
        assert await it.fire() == 0
        it.set_clock(BEGINNING + number * 15 * MINUTES)
        assert await it.fire() == 1
    assert await paged(it, case) == [str(person) for person in people]
    assert (await good(it, "GET", case))["acknowledged"] is False
    (page,) = await pages_of(it, SECOND)
    assert page.keys() == {"page", "case", "site", "why", "weight", "paged_at", "acknowledged_at"}
    for _ in range(2):
        await good(it, "POST", f"/pages/{page['page']}/acknowledgement", who=SECOND, as_="participant")
    detail = await good(it, "GET", case)
    assert (detail["acknowledged"], detail["alarms"][0]["acknowledged_by"]) == (True, str(SECOND))
    it.set_clock(BEGINNING + timedelta(hours=5))
    assert await it.fire() == 0
    assert await paged(it, case) == [str(person) for person in people]
    assert (await ask(it, "POST", f"/pages/{page['page']}/acknowledgement", who=FIRST)).status_code == 404


async def test_nobody_on_call_is_looked_for_again(running: Factory) -> None:
    """A gap is no end: whoever comes on call is paged then; talk pages nobody."""
    it = await staffed(running)
    case = await raised(it, "harm", 1)
    assert await paged(it, case) == []
    await on_call(it, FIRST)
    it.set_clock(BEGINNING + timedelta(hours=1))
    await it.fire()
    assert await paged(it, case) == [str(FIRST)]
    assert (await good(it, "GET", await raised(it, "talk", 1, number=2)))["acknowledged"] is None


async def test_whom_it_concerns_is_never_paged(running: Factory) -> None:
    """Trap 17: not the one named; and a page is gone from the list of who is named later."""
    it = await staffed(running)
    await on_call(it, MENTOR, 1)
    await on_call(it, identity(4), 2)
    case = await raised(it, "harm", 1, members=[])
    assert await paged(it, case) == [str(identity(4))]
    (page,) = await pages_of(it, identity(4))
    await good(it, "PATCH", case, {"people": [str(identity(4))]})
    assert await pages_of(it, identity(4)) == []
    path = f"/pages/{page['page']}/acknowledgement"
    assert (await ask(it, "POST", path, who=identity(4))).status_code == 404


async def test_the_rota_shows_its_gaps(running: Factory) -> None:
    """Who sets a rota sees when nobody is on it."""
    it = await running("screening")
    await on_call(it, FIRST, hours=6)
    span = {"site": SITE, "starts": "2026-11-02T06:00:00Z", "ends": "2026-11-02T20:00:00Z"}
    rota = await good(it, "GET", "/duties", params=span)
    assert rota["gaps"] == [
        {"starts": "2026-11-02T06:00:00Z", "ends": "2026-11-02T08:00:00Z"},
        {"starts": "2026-11-02T14:00:00Z", "ends": "2026-11-02T20:00:00Z"},
    ]
    await good(it, "DELETE", f"/duties/{rota['duties'][0]['duty']}")
    assert len((await good(it, "GET", "/duties", params=span))["gaps"]) == 1
    assert (await ask(it, "GET", "/duties", params=span | {"ends": span["starts"]})).status_code == 409


async def test_a_closed_case_pages_nobody(running: Factory) -> None:
    """Alarms end with their case."""
    it = await staffed(running, "KE", None)
    await on_call(it, FIRST)
    case = await raised(it, "harm", 1)
    await good(it, "POST", f"{case}/closing", {"outcome": "unfounded"})
    it.set_clock(datetime(2026, 11, 3, tzinfo=UTC))
    assert await it.fire() == 0
    assert await paged(it, case) == [str(FIRST)]


async def test_a_moment_outside_the_calendar_is_refused(running: Factory) -> None:
    """No 5xx on any input: what is no moment in UTC names its field."""
    it = await running("screening")
    body = {"site": SITE, "person": str(FIRST), "starts": "0001-01-01T00:00:00+14:00", "ends": "2026-11-02T09:00:00Z"}
    refused = await ask(it, "POST", "/duties", body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "starts")
