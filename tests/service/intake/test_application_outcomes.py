"""What becomes of applications: withdrawn, on hold until a day, led to another role; and how many there are of each."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from services.intake.tables import AnswersRow
from tests.service.intake.forms import AS_MENTEE, AS_MENTOR, answer, begun, read_pack, sent, signed, started
from tests.service.intake.scenes import (
    MENTOR,
    OFFERING,
    OPEN,
    SITE,
    Start,
    administrator,
    batch,
    coordinator,
    good,
    held,
    participant,
    registered,
    roster_row,
    types,
)
from tests.support.running import BEGINNING, Running

DAY = timedelta(days=1)
LATER = "2027-02-01"


async def submitted(running: Start) -> tuple[Running, UUID, str]:
    """Somebody whose application was submitted."""
    it, me = await started(running)
    await signed(it, me)
    return it, me, (await sent(participant(it, me)))["application"]


async def last(it: Running) -> dict[str, Any]:
    """The newest event."""
    event = (await it.emitted())[-1]
    return {"type": event.type, "data": event.data}


async def test_a_person_withdraws_at_any_time(running: Start) -> None:
    """Who reads applications hears of it with the same facts as before, once; then they may apply anew."""
    it, me, application = await submitted(running)
    told = (await last(it))["data"]
    http = participant(it, me)
    it.set_clock(BEGINNING + DAY)
    for _ in range(2):
        shown = good(await http.post(f"/applications/{application}/withdrawal"))
        assert (shown["state"], shown["closed_at"]) == ("withdrawn", "2026-11-03T08:00:00Z")
    assert await last(it) == {"type": "rapport.application.withdrawn.v1", "data": told}
    assert (await types(it)).count("application.withdrawn") == 1
    again = good(await http.post("/applications", json=AS_MENTOR))
    assert (again["state"], again["application"] != application) == ("submitted", True)


async def test_two_withdrawals_at_once_are_one(running: Start) -> None:
    """One event, whoever comes first; the same of two who begin a draft at once."""
    it, me, application = await submitted(running)
    http = participant(it, me)
    twice = await asyncio.gather(*(http.post(f"/applications/{application}/withdrawal") for _ in range(2)))
    assert [good(each)["state"] for each in twice] == ["withdrawn"] * 2
    assert (await types(it)).count("application.withdrawn") == 1
    drafts = await asyncio.gather(*(http.post("/drafts", json=AS_MENTOR) for _ in range(2)))
    assert len({good(each)["application"] for each in drafts}) == 1


async def test_what_nobody_heard_of_is_withdrawn_in_silence(running: Start) -> None:
    """A draft with its answers, and an application that was never signed."""
    it, me = await started(running)
    http = participant(it, me)
    draft = await begun(http)
    await answer(http, draft, months=12)
    waiting = good(await http.post("/applications", json=AS_MENTEE))["application"]
    for application in (draft, waiting):
        assert good(await http.post(f"/applications/{application}/withdrawal"))["state"] == "withdrawn"
    await signed(it, me)
    assert await types(it) == []
    async with it.service.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(AnswersRow)) == 0
    assert good(await http.get(f"/applications/{draft}/answers"))["answers"]["months"] is None


async def test_staff_withdraw_on_somebodys_word(running: Start) -> None:
    """And whoever was withdrawn is nowhere to be acted on any more."""
    it, me, application = await submitted(running)
    path = f"/applications/{application}"
    good(await coordinator(it).post(f"{path}/withdrawal"))
    for act, body in (("hold", {"reapply_on": LATER}), ("redirection", {"role": "mentee-adult"})):
        refused = await coordinator(it).post(f"{path}/{act}", json=body)
        assert (refused.status_code, "withdrawn" in refused.json()["detail"]) == (409, True)
    for act in ("submission", "redirection/acceptance"):
        assert (await participant(it, me).post(f"{path}/{act}")).status_code == 409


async def test_on_hold_the_person_sees_the_day_and_no_reason(running: Start) -> None:
    """Before the day a new application is told that day, by whatever door; from then on it is taken (R53)."""
    it, me, application = await submitted(running)
    http = participant(it, me)
    good(await coordinator(it).post(f"/applications/{application}/hold", json={"reapply_on": LATER}))
    shown = good(await http.get(f"/applications/{application}"))
    assert (shown["state"], shown["reapply_on"]) == ("on-hold", LATER)
    assert (await last(it))["type"] == "rapport.application.withdrawn.v1"
    for path in ("/applications", "/drafts"):
        refused = await http.post(path, json=AS_MENTOR)
        assert (refused.status_code, LATER in refused.json()["detail"]) == (409, True)
    good(await http.post("/drafts", json=AS_MENTEE))
    it.set_clock(BEGINNING.replace(year=2027, month=2, day=1))
    assert good(await http.post("/applications", json=AS_MENTOR))["state"] == "submitted"


async def test_withdrawing_does_not_end_a_hold(running: Start) -> None:
    """The day stands whatever becomes of the application; staff may move it, to today as well."""
    it, me, application = await submitted(running)
    http, path = participant(it, me), f"/applications/{application}"
    good(await coordinator(it).post(f"{path}/hold", json={"reapply_on": LATER}))
    moved = good(await coordinator(it).post(f"{path}/hold", json={"reapply_on": "2027-03-01"}))
    assert moved["reapply_on"] == "2027-03-01"
    good(await http.post(f"{path}/withdrawal"))
    assert (await http.post("/applications", json=AS_MENTOR)).status_code == 409
    assert (await types(it)).count("application.withdrawn") == 1


async def test_a_hold_of_today_is_none(running: Start) -> None:
    """Staff lift a hold by it; a day that is over or years away is refused by its field."""
    it, me, application = await submitted(running)
    path = f"/applications/{application}/hold"
    for day in ("2026-11-01", "2030-01-01", "soon"):
        refused = await coordinator(it).post(path, json={"reapply_on": day})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reapply_on")
    good(await coordinator(it).post(path, json={"reapply_on": "2026-11-02"}))
    good(await participant(it, me).post("/applications", json=AS_MENTOR))


async def test_every_end_looks_the_same_to_others(running: Start) -> None:
    """Withdrawn, on hold and redirected tell the same event without a word of which it was (R54, trap 15)."""
    it, me, application = await submitted(running)
    told = []
    good(await participant(it, me).post(f"/applications/{application}/withdrawal"))
    told.append(await last(it))
    for act, body in (("hold", {"reapply_on": "2026-11-02"}), ("redirection", {"role": "mentee-adult"})):
        application = good(await participant(it, me).post("/applications", json=AS_MENTOR))["application"]
        good(await coordinator(it).post(f"/applications/{application}/{act}", json=body))
        if act == "redirection":
            good(await participant(it, me).post(f"/applications/{application}/redirection/acceptance"))
        told.append(await last(it))
    for event in told:
        assert event["type"] == "rapport.application.withdrawn.v1"
        assert event["data"].keys() == told[0]["data"].keys()


async def test_a_person_takes_the_role_that_was_offered(running: Start) -> None:
    """What was answered is carried over into a draft; the old application gives way, once (R51)."""
    it, me, application = await submitted(running)
    good(await administrator(it).put("/roles/mentor-group", json=MENTOR | {"title": "Mentor of a group"}))
    http, path = participant(it, me), f"/applications/{application}"
    assert (await http.post(f"{path}/redirection/acceptance")).status_code == 409
    offered = good(await coordinator(it).post(f"{path}/redirection", json={"role": "mentor-group"}))
    assert (offered["state"], offered["offered_role"], offered["offered_offering"]) == (
        "submitted", "mentor-group", OFFERING,
    )  # fmt: skip
    draft = good(await http.post(f"{path}/redirection/acceptance"))
    assert (draft["state"], draft["role"]) == ("draft", "mentor-group")
    assert good(await http.post(f"{path}/redirection/acceptance"))["application"] == draft["application"]
    old = good(await http.get(path))
    assert (old["state"], old["redirected_to"]) == ("redirected", draft["application"])
    found = good(await http.get(f"/applications/{draft['application']}/answers"))["answers"]
    assert (found["months"], found["languages"], found["born_on"]) == (12, ["fa-AF", "en"], "1990-05-01")
    await read_pack(http, draft["application"], {"role": "mentor-group", "offering": OFFERING})
    assert good(await http.post(f"/applications/{draft['application']}/submission"))["state"] == "submitted"
    names = [name for name in await types(it) if name.startswith("application.")]
    assert names == ["application.submitted", "application.withdrawn", "application.submitted"]


async def test_another_role_is_offered_at_the_same_place(running: Start) -> None:
    """Not the same role, not another place, not a role of another catalogue; and nobody takes it for the person."""
    it, _, application = await submitted(running)
    good(await administrator(it).put("/offerings/first-steps@net.af.herat", json=OPEN))
    good(await administrator(it).put("/roles/herat", json=MENTOR | {"site": "net.af.herat"}))
    path = f"/applications/{application}/redirection"
    for body in (
        {"role": "mentor-adult"},
        {"role": "mentee-adult", "offering": "first-steps@net.af.herat"},
        {"role": "herat"},
    ):
        assert (await coordinator(it).post(path, json=body)).status_code == 409, body
    assert (await coordinator(it).post(path, json={"role": "nothing"})).status_code == 422
    good(await coordinator(it).post(path, json={"role": "mentee-adult"}))
    assert (await coordinator(it).post(f"{path}/acceptance")).status_code == 403


async def test_nobody_sets_their_own_application_on_hold(running: Start) -> None:
    """A coordinator who applies is an applicant."""
    it, me, application = await submitted(running)
    own = it.client(role="coordinator", site=SITE, person=me)
    assert (await own.post(f"/applications/{application}/hold", json={"reapply_on": LATER})).status_code == 403


async def test_a_roster_brings_nobody_back(running: Start) -> None:
    """Who withdrew is not made an applicant again by importing the same file."""
    it, _ = await started(running)
    rows = batch(roster_row(1, evidence=held()))
    application = good(await coordinator(it).post("/imports", json=rows))["rows"][0]["application"]
    assert good(await coordinator(it).get(f"/applications/{application}"))["source"] == "import"
    good(await coordinator(it).post(f"/applications/{application}/withdrawal"))
    again = good(await coordinator(it).post("/imports", json=rows))["rows"][0]
    assert (again["application"], again["state"], again["waits"]) == (application, "unchanged", None)
    assert (await types(it)).count("application.submitted") == 1


async def test_a_roster_does_not_meet_drafts(running: Start) -> None:
    """The draft stays the person's; the import applies beside it."""
    it, _ = await started(running)
    me = await registered(it, email="person1@example.org")
    draft = await begun(participant(it, me))
    done = good(await coordinator(it).post("/imports", json=batch(roster_row(1, evidence=held()))))["rows"][0]
    assert (done["person"], done["application"] != draft) == (str(me), True)


async def test_the_funnel_masks_small_numbers(running: Start) -> None:
    """By state and by source, for staff of the place alone; below five nobody is counted out."""
    it, me = await started(running)
    rows = [roster_row(number, evidence=held()) for number in range(1, 7)]
    good(await coordinator(it).post("/imports", json=batch(*rows)))
    await begun(participant(it, me), {**AS_MENTOR, "source": "school"})
    found = good(await coordinator(it).get(f"/places/{SITE}/funnel"))
    assert found["total"] == 7
    assert (found["states"]["draft"], found["states"]["submitted"]) == ("<5", 6)
    assert (found["sources"]["school"], found["sources"]["import"]) == ("<5", 6)
    nothing = good(await coordinator(it, "net.af.herat").get("/places/net.af.herat/funnel"))
    assert (nothing["total"], set(nothing["states"].values())) == ("<5", {"<5"})


async def test_lists_are_filtered_by_every_state(running: Start) -> None:
    """A state that does not exist is refused."""
    it, me, application = await submitted(running)
    good(await coordinator(it).post(f"/applications/{application}/hold", json={"reapply_on": LATER}))
    await begun(participant(it, me), AS_MENTEE)
    for state, count in {"draft": 1, "on-hold": 1, "submitted": 0, "withdrawn": 0, "redirected": 0}.items():
        assert len(good(await coordinator(it).get(f"/applications?state={state}"))["items"]) == count, state
    assert (await coordinator(it).get("/applications?state=refused")).status_code == 422


@pytest.mark.parametrize("source", ["word-of-mouth", "event"])
async def test_how_somebody_came_is_coded(running: Start, source: str) -> None:
    """One of a list; where nobody says, by whom it was done."""
    it, me = await started(running)
    http = participant(it, me)
    assert good(await http.post("/applications", json={**AS_MENTOR, "source": source}))["source"] == source
    assert good(await http.post("/applications", json=AS_MENTEE))["source"] == "other"
    assert (await http.post("/applications", json={**AS_MENTOR, "source": "a friend"})).status_code == 422
    other = await registered(it, email="other@example.org")
    applied = await coordinator(it).post("/applications", json={**AS_MENTOR, "person": str(other)})
    assert good(applied)["source"] == "staff"
