"""Short lives of the services that own state: every type of event of theirs is told of some subject."""

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from tests.service.intake import consenting
from tests.service.intake import scenes as intake
from tests.service.matching import scenes as matching
from tests.service.messaging import scenes as messaging
from tests.service.screening import scenes as screening
from tests.service.screening.step_access import BRIEFING, SLOTS
from tests.service.screening.story import SITE, applies, concern, identity, place, role
from tests.support.running import BEGINNING, Running


async def live_intake(it: Running) -> None:
    """A network with a calendar, three people with profiles: one applied and signed, one withdrew after that.

    One agrees to take part and has safe hours, one agrees no more.
    """
    await intake.network(it)
    intake.good(await intake.coordinator(it).post(f"/places/{intake.SITE}/calendar", json=intake.DAYS))
    rows = intake.batch(intake.roster_row(1, evidence=intake.held()), intake.roster_row(2),
                        intake.roster_row(3, evidence=intake.held()))  # fmt: skip
    done = intake.good(await intake.coordinator(it).post("/imports", json=rows))["rows"]
    await consenting.texts(it)
    for number, row in enumerate(done[:2]):
        person = UUID(row["person"])
        client = intake.participant(it, person)
        intake.good(await consenting.agree(client, person, "take-part"))
        path, seen = f"/people/{person}/constraints", {"If-Match": "*"}
        intake.good(await client.put(path, json={"safe_hours": [9]} if not number else {}, headers=seen))
        if number:
            intake.good(await consenting.take_back(client, person, "take-part"))
    it.set_clock(BEGINNING + messaging.DAY)
    intake.good(await intake.coordinator(it).post(f"/applications/{done[2]['application']}/withdrawal"))


async def live_screening(it: Running) -> None:
    """Five people: cleared, declined, cleared and withdrawn, cleared for a month only, undecided; two conduct cases."""
    await it.hear(place())
    await it.hear(role("mentor-adult", "mentor"))
    for number in range(1, 6):
        await it.hear(applies(number, number, "mentor-adult", "mentor"))
    await screening.know(it)
    async with it.client(role="screener", site="net") as http:
        cases = (await http.get("/cases")).json()["items"]
        cleared, declined, withdrawn, expiring, _ = (f"/cases/{case['clearance']}" for case in cases)
        passed = {"results": [{"check": check, "outcome": "passed"} for check in cases[0]["required"]]}
        await post(http, f"/places/{SITE}/briefing", BRIEFING)
        await post(http, "/interview-slots", SLOTS)
        for case in (cleared, withdrawn, expiring):
            await post(http, f"{case}/results", passed)
            last_day = {"valid_until": str((BEGINNING + 31 * messaging.DAY).date())} if case == expiring else {}
            await post(http, f"{case}/decision", screening.CLEAR | last_day)
        await post(http, f"{declined}/decision", screening.DECLINE)
        it.set_clock(BEGINNING + messaging.DAY)
        await post(http, f"{withdrawn}/withdrawal", {"criterion": "volunteer-safety"})
        await it.fire()
        for number in (1, 2):
            await it.hear(concern(number, "talk", number))
        conduct_cases = (await http.get("/conduct-cases")).json()["items"]
        await post(http, f"/conduct-cases/{conduct_cases[0]['case']}/closing", {"outcome": "settled"})
        await post(http, f"/conduct-cases/{conduct_cases[1]['case']}/handler", {})


async def live_matching(it: Running) -> None:
    """Two pairs, one of them closed."""
    await it.hear(matching.offering())
    people = matching.MENTOR, matching.MENTEE, identity(0x71), identity(0x72)
    for person, kind in zip(people, ("mentor", "mentee") * 2, strict=True):
        await matching.admit(it, person, kind)
    await matching.nominate(it, *people[:2])
    other = await matching.nominate(it, *people[2:])
    await matching.close(it, other.json()["pair"])


async def live_messaging(it: Running) -> None:
    """A settled debt and one that is overdue, an absence to come and one that is over."""
    for event in messaging.PAIRED:
        await it.hear(event)
    await messaging.write(it, messaging.MENTOR)
    messaging.at(it, 1)
    await messaging.write(it, messaging.MENTEE)
    messaging.at(it, 200)
    await it.fire()
    notice = await messaging.announce(it, messaging.MENTOR, 210, 220)
    await messaging.call(it, messaging.MENTOR, "POST", f"/away-notices/{notice.json()['away']}/end")
    await messaging.announce(it, messaging.MENTEE, 300, 310)


LIVES: dict[str, Callable[[Running], Coroutine[Any, Any, None]]] = {
    "intake": live_intake, "screening": live_screening, "matching": live_matching, "messaging": live_messaging,
}  # fmt: skip


async def post(http: Any, path: str, body: dict[str, Any]) -> None:
    """A POST that has to succeed."""
    answer = await http.post(path, json=body)
    assert answer.is_success, answer.text
