"""Mentees wait on a list, are referred on or told that they are not in scope; who is told what of it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.access import Role
from shared.contracts.intake import ProfileChanged
from shared.ids import new_id
from tests.service.screening.scenes import CLEAR, acts, know, types
from tests.service.screening.story import SITE, agrees, applies, gives_up, identity, place, role
from tests.support.running import BEGINNING, Running

Start = Callable[..., Awaitable[Running]]
ROLE = "mentee-adult"
GUARDIAN, HELPER = identity(0xA1), identity(0xA2)
NEWS = str((BEGINNING + timedelta(days=30)).date())
SAFETY = {"decision": "decline", "criterion": "mentee-safety"}
SCOPE = {"decision": "decline", "criterion": "mentee-not-in-scope"}
ADMIT = {"decision": "clear", "criterion": "mentee-eligible"}


@pytest.fixture
async def it(running: Start) -> Running:
    """Screening with three mentees who applied for one role."""
    screening = await running("screening")
    await screening.hear(place())
    await screening.hear(role(ROLE, "mentee", "minors", "one-on-one", "works-with-clients", "knows-volunteers"))
    for number in (1, 2, 3):
        await screening.hear(applies(number, number, ROLE, "mentee"))
    await know(screening, guardians=[GUARDIAN], enrolled_by=HELPER)
    return screening


async def clearances(it: Running) -> dict[UUID, str]:
    """The case of each person."""
    async with it.client(role="screener", site=SITE) as http:
        return {UUID(case["person"]): case["clearance"] for case in (await http.get("/cases")).json()["items"]}


async def send(
    it: Running, person: int, path: str, body: dict[str, Any], method: str = "POST"
) -> tuple[int, dict[str, Any]]:
    """What a screener is answered about a person's case."""
    case = (await clearances(it))[identity(person)]
    async with it.client(role="screener", site=SITE, person=identity(0xE0)) as http:
        answer = await http.request(method, f"/cases/{case}/{path}", json=body)
        return answer.status_code, answer.json()


async def waits(it: Running, person: int, day: str = NEWS) -> tuple[int, dict[str, Any]]:
    """Put somebody on the list."""
    return await send(it, person, "waiting-list", {"next_news_on": day}, "PUT")


async def listed(it: Running, at: str = SITE, person: UUID | None = None) -> list[dict[str, Any]]:
    """The list as a screener pages through it, one at a time."""
    items: list[dict[str, Any]] = []
    async with it.client(role="screener", site=at, person=person) as http:
        following: str | None = ""
        while following is not None:
            more = {"cursor": following} if following else {}
            page = await http.get("/waiting-list", params={"site": SITE, "role": ROLE, "limit": 1, **more})
            assert page.status_code == 200, page.text
            items, following = items + page.json()["items"], page.json()["next"]
    return items


async def outcome(it: Running, person: int, by: UUID, grant: Role | None = None, at: str = SITE) -> Any:
    """What somebody is told of a person: status, or the one outcome without its ids."""
    async with it.client(role=grant, site=at, person=by) as http:
        answer = await http.get(f"/people/{identity(person)}/outcomes")
    if answer.status_code != 200:
        return answer.status_code
    (one,) = answer.json()
    return {name: one[name] for name in ("outcome", "band", "next_news_on", "referred_to") if one[name]}


async def test_a_mentee_on_the_list_is_told_a_band_and_a_day(it: Running) -> None:
    """Never a rank: the first and the last of a short list are told the same; the case stays open and tells nobody."""
    for number in (1, 2, 3):
        status, _ = await waits(it, number)
        assert status == 200
        it.set_clock(BEGINNING + timedelta(hours=number))
    told = [await outcome(it, number, identity(number)) for number in (1, 2, 3)]
    assert told == [{"outcome": "waiting-list", "band": "soon", "next_news_on": NEWS}] * 3
    assert await types(it) == []


async def test_the_list_has_an_order_and_others_move_up(it: Running) -> None:
    """In the order in which people were put there; who is admitted, gives up or is declined makes way."""
    for number in (2, 1, 3):
        await waits(it, number)
        it.set_clock(BEGINNING + timedelta(hours=number))
    assert [UUID(each["person"]) for each in await listed(it)] == [identity(number) for number in (2, 1, 3)]
    results = {"results": [{"check": check, "outcome": "passed"} for check in ("eligibility", "consents")]}
    await send(it, 2, "results", results)
    assert (await send(it, 2, "decision", ADMIT))[0] == 200
    assert [UUID(each["person"]) for each in await listed(it)] == [identity(1), identity(3)]
    await it.hear(gives_up(1, 1, ROLE, "mentee"), sequence=2)
    await send(it, 3, "decision", SCOPE)
    assert await listed(it) == []
    told = [(await outcome(it, number, identity(number)))["outcome"] for number in (1, 2, 3)]
    assert told == ["withdrawn", "admitted", "not-in-scope"]


async def test_a_day_that_passes_without_news_stalls_with_its_owner(it: Running) -> None:
    """It stands in the queue until then and after it; news moves it, and the same news again changes nothing."""
    await waits(it, 1)
    it.set_clock(datetime.fromisoformat(NEWS).replace(tzinfo=UTC) + timedelta(days=1))
    assert await stalled(it) == [(str(identity(0xE0)), NEWS)]
    assert [each["overdue"] for each in await listed(it)] == [True]
    later = str((BEGINNING + timedelta(days=60)).date())
    assert [(await waits(it, 1, later))[0] for _ in range(2)] == [200, 200]
    assert await stalled(it) == []
    assert await acts(it) == ["waiting-list", "waiting-list"]


async def stalled(it: Running) -> list[tuple[str, str]]:
    """Who looks after each list's step that stalled, and its day."""
    async with it.client(role="screener", site=SITE) as http:
        items = (await http.get("/queue", params={"stalled": True, "check": "waiting-list"})).json()["items"]
    return [(item["taken_by"], item["due_on"]) for item in items]


async def test_the_step_of_a_list_outlives_what_is_asked_anew_and_is_moved_by_news_alone(it: Running) -> None:
    """What the mentee was told is the step's day."""
    await waits(it, 1)
    await it.hear(role(ROLE, "mentee"), sequence=2)
    await it.hear(place("GB", "GB-SCT"), sequence=2)
    status, problem = await send(it, 1, "steps/waiting-list", {"taken": True, "due_on": "2027-01-01"}, "PUT")
    assert (status, "told" in problem["detail"] + str(problem)) == (422, True)
    it.set_clock(BEGINNING + timedelta(days=40))
    assert len(await stalled(it)) == 1


@pytest.mark.parametrize("check", ["record-check", "references", "identity", "interview", "waiting-list"])
async def test_a_mentee_who_waits_is_checked_no_more_than_before(it: Running, check: str) -> None:
    """R35: whatever risks the role has, nothing but eligibility and consents is asked or taken, also on the list."""
    await waits(it, 1)
    case = (await clearances(it))[identity(1)]
    async with it.client(role="screener", site=SITE) as http:
        assert (await http.get(f"/cases/{case}")).json()["required"] == ["eligibility", "consents"]
    body = {"results": [{"check": check, "outcome": "passed"}]}
    assert (await send(it, 1, "results", body))[0] == 409
    await send(it, 1, "decision", SCOPE | {"referred_to": "The city's library"})
    assert (await send(it, 1, "results", body))[0] == 409


async def test_a_decline_looks_alike_whatever_its_reason(it: Running) -> None:
    """R54, trap 15: for scope or for safety, with a referral or without; to the mentee, their guardian and events."""
    await send(it, 1, "decision", SAFETY)
    await send(it, 2, "decision", SCOPE)
    for by in ({}, {"by": GUARDIAN}):
        scope, safety = [await outcome(it, number, by.get("by", identity(number))) for number in (1, 2)]
        assert scope == safety == {"outcome": "not-in-scope"}
    async with it.client(person=identity(1)) as mine, it.client(person=identity(2)) as theirs:
        found = await clearances(it)
        seen = [
            (await http.get(f"/cases/{found[identity(number)]}")).json() for number, http in ((1, mine), (2, theirs))
        ]
    own = {"clearance", "application", "person"}
    assert len({str({name: case[name] for name in case.keys() - own}) for case in seen}) == 1
    told = [envelope.data for envelope in await it.emitted()]
    assert len({str({name: data[name] for name in data.keys() - own}) for data in told}) == 1


async def test_to_whom_somebody_was_referred_is_for_them_and_the_screeners(it: Running) -> None:
    """It is kept with the case, in no event, and not for guardian or helper; another referral is another decision."""
    refer = SAFETY | {"referred_to": "The city's library"}
    status, detail = await send(it, 1, "decision", refer)
    assert (status, detail["referred_to"]) == (200, "The city's library")
    assert await outcome(it, 1, identity(1)) == {"outcome": "referred-on", "referred_to": "The city's library"}
    assert await outcome(it, 1, GUARDIAN) == {"outcome": "referred-on"}
    assert await outcome(it, 1, HELPER, "facilitator") == {"outcome": "referred-on"}
    assert "library" not in str([envelope.data for envelope in await it.emitted()])
    async with it.client(person=identity(1)) as http:
        assert "library" not in (await http.get(f"/cases/{detail['clearance']}")).text
    assert [(await send(it, 1, "decision", body))[0] for body in (refer, SAFETY)] == [200, 409]


@pytest.mark.parametrize(
    ("by", "grant", "at", "told"),
    [
        (identity(1), None, SITE, True),
        (GUARDIAN, None, SITE, True),
        (HELPER, "facilitator", SITE, True),
        (HELPER, None, SITE, False),
        (HELPER, "facilitator", "net.ke", False),
        (identity(2), None, SITE, False),
        (identity(0xE1), "screener", SITE, True),
        (identity(0xE1), "screener", "net.ke", False),
        (identity(0xE1), "coordinator", SITE, False),
    ],
    ids=["themself", "guardian", "helper", "helper no more", "helper elsewhere", "other mentee", "screener",
         "other screener", "coordinator"],
)  # fmt: skip
async def test_who_is_told_how_a_mentees_case_stands(
    it: Running, by: UUID, grant: Role | None, at: str, told: bool
) -> None:
    """The mentee, who enrolled them and facilitates there, guardians who may be told, screeners; 404 to others."""
    await waits(it, 1)
    found = await outcome(it, 1, by, grant, at)
    assert found == ({"outcome": "waiting-list", "band": "soon", "next_news_on": NEWS} if told else 404)


async def test_a_guardian_is_told_nothing_while_it_has_to_be_read_anew(it: Running) -> None:
    """One of them may have to be kept away, or the mentee came of age (trap 10): it fails closed."""
    await waits(it, 1)
    await it.hear(ProfileChanged(person=identity(1), site=SITE))
    assert await outcome(it, 1, GUARDIAN) == 404
    await know(it, guardians=[])
    assert await outcome(it, 1, GUARDIAN) == 404
    await it.hear(ProfileChanged(person=identity(1), site=SITE), sequence=2)
    await know(it, guardians=[GUARDIAN])
    assert (await outcome(it, 1, GUARDIAN))["outcome"] == "waiting-list"


async def test_a_guardian_who_came_later_is_told_once_intake_was_read(it: Running) -> None:
    """Their agreeing says that there is one; meanwhile nobody else stops hearing, and nobody waits to be cleared."""
    await waits(it, 1)
    await it.hear(agrees(1, "take-part"))
    assert (await outcome(it, 1, GUARDIAN))["outcome"] == "waiting-list"
    assert await outcome(it, 1, identity(0xA3)) == 404
    await know(it, guardians=[GUARDIAN, identity(0xA3)])
    assert (await outcome(it, 1, identity(0xA3)))["outcome"] == "waiting-list"


async def test_lists_are_for_the_sites_screeners_and_without_whom_they_know(it: Running) -> None:
    """Traps 16 and 17: nothing of another site; not oneself."""
    await waits(it, 1)
    assert await listed(it, at="net.ke") == []
    assert await listed(it, person=identity(1)) == []
    assert len(await listed(it)) == 1


async def test_volunteers_neither_wait_nor_are_referred(running: Start) -> None:
    """They are cleared or declined."""
    it = await running("screening")
    for told in (place(), role("mentor-adult", "mentor"), applies(1, 1, "mentor-adult", "mentor")):
        await it.hear(told)
    assert (await waits(it, 1))[0] == 409
    refer = {"decision": "decline", "criterion": "volunteer-no-time", "referred_to": "The city's library"}
    assert (await send(it, 1, "decision", refer))[0] == 409
    assert (await send(it, 1, "decision", CLEAR | {"referred_to": "The city's library"}))[0] == 422


@pytest.mark.parametrize("day", ["2026-11-02", "2026-10-01", "2028-01-01", "soon", None])
async def test_a_day_that_is_not_ahead_is_refused(it: Running, day: str | None) -> None:
    """Nothing is stored of it."""
    status, _ = await send(it, 1, "waiting-list", {"next_news_on": day}, "PUT")
    assert status in (409, 422)
    assert await listed(it) == []


async def test_a_stranger_finds_nobody(it: Running) -> None:
    """An unknown person and one whom the caller may not know of are answered alike."""
    async with it.client(person=new_id()) as http:
        answers = [await http.get(f"/people/{person}/outcomes") for person in (identity(1), new_id())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


async def test_a_guardian_who_screens_does_nothing_in_the_case_of_their_child(it: Running) -> None:
    """Trap 17: no relative decides, nor reads what screeners read; intake says whose guardian they are."""
    case = (await clearances(it))[identity(1)]
    async with it.client(role="screener", site=SITE, person=GUARDIAN) as http:
        assert (await http.post(f"/cases/{case}/decision", json=ADMIT)).status_code == 409
        assert (await http.get(f"/cases/{case}")).json()["results"] == []
        assert (await http.get(f"/cases/{case}/settlements")).status_code == 403
