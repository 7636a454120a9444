"""Cases ask by what is known of people and by the policy of their offering, nobody is cleared before."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy import event

from services.screening.domain.cases import months_later
from shared.contracts.intake import ProfileChanged, SiteChanged
from shared.contracts.reads import READ_LIMIT
from shared.private_reads import IntakeAway
from tests.service.screening.scenes import CLEAR, PERSON, know, only_case, pass_all, post
from tests.service.screening.story import SITE, applies, offering, place, role
from tests.support.running import BEGINNING, Running
from tests.support.serving import serving

CHILD = role("mentor-adult", "mentor", "works-with-clients", "one-on-one", "minors", tier="intermediate")
MENTOR = role("mentor-adult", "mentor", "works-with-clients")
Start = Callable[..., Awaitable[Running]]


@pytest.fixture
async def child(running: Start) -> Running:
    """One mentor of a minor applied at a site in England."""
    it = await running("screening")
    for told in (place("GB", "GB-ENG"), CHILD, applies(1, 1, "mentor-adult", "mentor")):
        await it.hear(told)
    return it


async def required(it: Running) -> list[str]:
    """What the one case asks for."""
    found: list[str] = (await only_case(it))["required"]
    return found


async def test_nobody_is_cleared_before_intake_was_read(child: Running) -> None:
    """R41: whatever passed, the law is asked with what is known of the person; the case says that it waits."""
    body = {"results": [{"check": check, "outcome": "passed"} for check in await required(child)]}
    assert (await post(child, "results", body))[0] == 200
    status, problem = await post(child, "decision", CLEAR)
    assert (status, (await only_case(child))["known"]) == (409, False)
    assert "read" in problem["detail"]
    await know(child)
    assert (await only_case(child))["known"]
    assert (await post(child, "decision", CLEAR))[0] == 200


async def test_what_changed_is_read_again_before_anybody_is_cleared(child: Running) -> None:
    """What was read before serves meanwhile, and clears nobody."""
    await pass_all(child)
    await child.hear(ProfileChanged(person=PERSON, site=SITE))
    assert (await post(child, "decision", CLEAR))[0] == 409
    await know(child, lives_in="AU-VIC")
    status, problem = await post(child, "decision", CLEAR)
    assert status == 409
    assert "working-with-children-check" in problem["detail"]


async def test_where_a_mentor_lives_adds_its_law(child: Running) -> None:
    """Two laws hold: that of the decision and that of the home; required is the union."""
    assert "working-with-children-check" not in await required(child)
    await know(child, lives_in="AU-VIC")
    assert {"enhanced-check", "barred-list-check", "working-with-children-check"} <= set(await required(child))


@pytest.mark.parametrize("order", [1, -1], ids=["organisation first", "application first"])
async def test_the_law_of_the_organisation_holds_at_its_sites(running: Start, order: int) -> None:
    """Whichever is heard first: the organisation in Pennsylvania asks at a site in Kabul, too (R41)."""
    it = await running("screening")
    seat = SiteChanged(site="net.af", place="organisation", zone="UTC", country="US", subdivision="US-PA")
    for told in (place(), CHILD, *(seat, applies(1, 1, "mentor-adult", "mentor"))[::order]):
        await it.hear(told)
    assert "child-abuse-certification" in await required(it)


async def test_what_is_held_is_not_asked_again(running: Start) -> None:
    """R35: membership that stands counts for another organisation where the law lets it; its last day holds."""
    it = await running("screening")
    for told in (place("GB", "GB-SCT"), CHILD, applies(1, 1, "mentor-adult", "mentor")):
        await it.hear(told)
    last = (BEGINNING + timedelta(days=90)).date()
    await know(it, held=[{"check": "pvg-membership", "valid_until": str(last), "own": False}])
    async with it.client(role="screener", site=SITE) as http:
        detail = (await http.get(f"/cases/{(await only_case(it))['clearance']}")).json()
    assert [(each["check"], each["recorded_by"]) for each in detail["results"]] == [("pvg-membership", "intake")]
    rest = [check for check in detail["required"] if check != "pvg-membership"]
    body = {"results": [{"check": check, "outcome": "passed"} for check in rest]}
    assert (await post(it, "results", body))[0] == 200
    status, cleared = await post(it, "decision", CLEAR)
    assert (status, cleared["valid_until"]) == (200, str(last))


async def test_what_a_law_does_not_transfer_is_asked_again(running: Start) -> None:
    """b4, California: a result for another organisation does not count."""
    it = await running("screening")
    adult = role("mentor-adult", "mentor", "minors", tier="intermediate")
    for told in (place("AU", "AU-VIC"), adult, applies(1, 1, "mentor-adult", "mentor")):
        await it.hear(told)
    await know(it, held=[{"check": "working-with-children-check", "valid_until": "2028-01-01", "own": False}])
    async with it.client(role="screener", site=SITE) as http:
        detail = (await http.get(f"/cases/{(await only_case(it))['clearance']}")).json()
    assert detail["results"] == []


async def test_a_policy_adds_steps_and_shortens(running: Start) -> None:
    """R17, R37: what the offering's policy asks for is asked for, with the policy as the reason; and it ends sooner."""
    it = await running("screening")
    for told in (place(), MENTOR, applies(1, 1, "mentor-adult", "mentor"), offering()):
        await it.hear(told)
    assert await required(it) == ["identity", "training", "references"]
    await it.hear(offering(steps_mentor=["interview"], culture_briefing=True, clearance_months=3), sequence=2)
    assert await required(it) == ["identity", "training", "culture-briefing", "references", "interview"]
    await pass_all(it)
    status, cleared = await post(it, "decision", CLEAR)
    assert (status, cleared["valid_until"]) == (200, str(months_later(BEGINNING.date(), 3)))


async def test_a_clearance_stands_a_year_where_no_policy_is_shorter(child: Running) -> None:
    """The loosest policy makes nobody's clearance longer than the network's usual year."""
    await child.hear(offering())
    await pass_all(child)
    _, cleared = await post(child, "decision", CLEAR)
    assert cleared["valid_until"] == "2027-11-02"


async def test_facts_count_until_their_day(child: Running) -> None:
    """Trap 10: from a birthday on they are read anew; a timer asks for that, and until then nobody is cleared."""
    await know(child, age=17, until="2026-11-05")
    await pass_all(child)
    child.set_clock(BEGINNING + timedelta(days=3))
    assert (await post(child, "decision", CLEAR))[0] == 409
    assert await child.fire() == 1
    await know(child, age=18)
    body = {"results": [{"check": check, "outcome": "passed"} for check in await required(child)]}
    await post(child, "results", body)
    assert (await post(child, "decision", CLEAR))[0] == 200


async def test_many_cases_ask_in_few_statements(child: Running) -> None:
    """A policy that changes for many people must not take a statement for each of them."""
    counts: list[int] = []
    for number in range(2, 42):
        await child.hear(applies(number, number, "mentor-adult", "mentor"))
    statements: list[str] = []
    event.listen(child.service.engine.sync_engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    await child.hear(offering(steps_mentor=["skill-sample"]), sequence=2)
    counts.append(len(statements))
    assert counts[0] <= 25, counts


class Intake:
    """A small intake on a real port."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.answer: Response | None = None
        self.app = FastAPI()
        self.app.add_api_route("/internal/screening-facts", self.facts, methods=["POST"], response_model=None)

    async def facts(self, request: Request) -> Any:
        """Everybody is thirty and lives in Scotland."""
        people = (await request.json())["people"]
        self.asked.append(people)
        rest = {"age": 30, "lives_in": "GB-SCT", "resident": None, "held": [], "until": "2026-12-01"}
        return self.answer or {"facts": [{"person": person, **rest} for person in people]}


@pytest.fixture
async def intake() -> AsyncIterator[tuple[Intake, str]]:
    """Serving."""
    served = Intake()
    async with serving(served.app) as url:
        yield served, url


async def test_facts_are_read_in_batches_of_those_who_need_it(running: Start, intake: tuple[Intake, str]) -> None:
    """Only people with an undecided case are asked about, at most 500 at a time; then nothing waits."""
    served, url = intake
    it = await running("screening", intake_url=url, service_token="a-token")
    await it.hear(ProfileChanged(person=applies(9, 9, "mentor-adult", "mentor").person, site=SITE))
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    sender = it.service.senders[0]
    assert (await sender.step(), await sender.step()) == (1, 0)
    assert served.asked == [[str(PERSON)]]
    assert READ_LIMIT == 500


async def test_when_intake_gives_nothing_usable_the_rows_wait(running: Start, intake: tuple[Intake, str]) -> None:
    """A sender that fails loses nothing, and its error holds nothing of anybody."""
    served, url = intake
    it = await running("screening", intake_url=url, service_token="a-token")
    await it.hear(applies(1, 1, "mentor-adult", "mentor"))
    served.answer = Response('{"facts": [{"person": "somebody", "age": "a secret"}]}')
    with pytest.raises(IntakeAway) as told:
        await it.service.senders[0].step()
    assert "secret" not in str(told.value)
    assert (await it.service.quiet())["facts"] == 1


async def test_a_policy_says_how_many_references(running: Start) -> None:
    """R47: the applicant is told, and the step passes with no fewer."""
    it = await running("screening")
    for told in (place(), MENTOR, applies(1, 1, "mentor-adult", "mentor"), offering(references=3)):
        await it.hear(told)
    async with it.client(role="screener", site=SITE) as http:
        shown = (await http.get(f"/cases/{(await only_case(it))['clearance']}/references")).json()
    assert shown["wanted"] == 3


async def test_a_programme_for_minors_asks_a_guardian_of_whom_no_age_is_known(running: Start) -> None:
    """R27: also before intake was read."""
    it = await running("screening")
    minors = offering().model_copy(update={"programme_type": "adult-minor"})
    for told in (place(), role("mentee-youth", "mentee"), applies(1, 1, "mentee-youth", "mentee"), minors):
        await it.hear(told)
    assert await required(it) == ["eligibility", "consents", "assent", "guardian-consent"]
    await know(it, age=40)
    assert await required(it) == ["eligibility", "consents"]
