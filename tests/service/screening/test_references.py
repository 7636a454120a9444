"""References: named by the applicant, answered by a link that opens once, approved by a person (R47)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.screening.tables import ReferenceRow
from shared.links import Links
from tests.service.screening.scenes import DECLINE, PERSON
from tests.service.screening.step_scenes import SECRET, Start, call, good, result, step, with_links
from tests.service.screening.story import applies, place, role
from tests.support.running import BEGINNING, Running

PATH = "{case}/references"
ANSWERS = {
    "known-for": "more-than-two-years", "capacity": "We taught at one school.", "with-people": "Kindly.",
    "keeps-promises": "yes", "trust": "yes", "decides-here": "no", "own-words": "yes",
}  # fmt: skip


@pytest.fixture
async def it(running: Start, tmp_path: Path) -> Running:
    """Screening with links and a case that asks for references."""
    return await with_links(running, tmp_path)


def referee(name: str, **more: Any) -> dict[str, Any]:
    """Somebody who may refer."""
    email = f"{name.lower()}@example.org"
    return {"name": name, "email": email, "relation": "professional", "known_since": "2020-01-01", **more}


def named(*referees: dict[str, Any]) -> dict[str, Any]:
    """The body that names them."""
    return {"called": "Amina", "own_email": "amina@example.org", "referees": list(referees)}


async def name_two(it: Running) -> list[dict[str, Any]]:
    """Two referees are named; their letters."""
    await good(it, "person", "POST", PATH, named(referee("Ben"), referee("Cora")))
    return await letters(it)


async def letters(it: Running) -> list[dict[str, Any]]:
    """What is to be sent now."""
    found: list[dict[str, Any]] = (await good(it, "screener", "GET", "/reference-letters"))["items"]
    return found


async def says(it: Running, token: str, **answers: str) -> int:
    """The status of a referee's answer."""
    answer = await call(it, "nobody", "POST", "/reference/answer", {"token": token, "answers": ANSWERS | answers})
    return answer.status_code


async def approve(it: Running, reference: str, *, approved: bool = True) -> Any:
    """What a screener's approval is answered."""
    body = {"approved": approved, "verified": "call"}
    return await call(it, "screener", "POST", f"{PATH}/{reference}/decision", body)


async def test_two_approved_references_pass_the_check(it: Running) -> None:
    """R47: an answer alone passes nothing; the check passes with the second approval, and not before."""
    assert (await step(it, "references"))["state"] == "to-do"
    first, second = await name_two(it)
    assert (await step(it, "references"))["state"] == "waiting"
    for letter in (first, second):
        assert await result(it, "references") is None
        assert await says(it, letter["token"]) == 200
        assert (await approve(it, letter["reference"])).status_code == 200
    found = await result(it, "references")
    assert found is not None
    assert (found["outcome"], found["reference"]) == ("passed", "2 approved references")
    assert (await step(it, "references"))["state"] == "done"
    assert await letters(it) == []


async def test_a_referee_is_told_a_first_name_and_a_programme(it: Running) -> None:
    """R47: nothing else of the applicant; the form asks about young people, since the role meets them."""
    letter, _ = await name_two(it)
    shown = (await call(it, "nobody", "POST", "/reference", {"token": letter["token"]})).json()
    assert (shown["about"], shown["programme"]) == ("Amina", "first-steps")
    assert shown.keys() == {"about", "programme", "title", "questions"}
    (trust,) = [each for each in shown["questions"] if each["question"] == "trust"]
    assert ("young person" in trust["text"], trust["choices"]) == (True, ["yes", "no", "not-sure"])


async def test_a_link_answers_once(it: Running) -> None:
    """R47: also when both answers come at the same moment; afterwards it is refused with thanks, not shown again."""
    letter, _ = await name_two(it)
    assert sorted(await asyncio.gather(*(says(it, letter["token"]) for _ in range(3)))) == [200, 410, 410]
    used = await call(it, "nobody", "POST", "/reference", {"token": letter["token"]})
    assert (used.status_code, "thank you" in used.json()["detail"]) == (410, True)


async def test_a_link_runs_out_in_real_time(it: Running) -> None:
    """R47: whatever the domain's clock says; made up ones and those of other purposes open nothing, alike."""
    letter, _ = await name_two(it)
    subject, links = f"{letter['reference']} 1", Links(SECRET)
    it.set_clock(BEGINNING + timedelta(days=400))
    over, foreign = links.sign("reference", subject, -1), links.sign("resume", subject, 1)
    unknown = links.sign("reference", f"{(await step_case(it))} 1", 1)
    refused = [
        await call(it, "nobody", "POST", "/reference", {"token": token})
        for token in (over, foreign, unknown, "made.up")
    ]
    assert {answer.status_code for answer in refused} == {404}
    assert len({answer.json()["detail"] for answer in refused}) == 1
    assert await says(it, letter["token"]) == 200


async def step_case(it: Running) -> str:
    """The case's own id: one that names no reference."""
    found: str = (await good(it, "screener", "GET", "{case}"))["clearance"]
    return found


async def test_asking_again_closes_the_link_before(it: Running) -> None:
    """R47: one link opens at a time, so a letter that went astray does no harm."""
    letter, other = await name_two(it)
    await good(it, "screener", "POST", f"{PATH}/{letter['reference']}/asking")
    assert await says(it, letter["token"]) == 404
    (again,) = [each for each in await letters(it) if each["reference"] == letter["reference"]]
    assert await says(it, again["token"]) == 200
    assert await says(it, other["token"]) == 200


async def test_silence_is_reminded_after_five_days_and_stalls_after_ten(it: Running) -> None:
    """R47: in domain time; who answered is left in peace, and a late answer is taken."""
    first, second = await name_two(it)
    for letter in (first, second):
        await good(it, "screener", "POST", f"/reference-letters/{letter['letter']}/sending")
    assert await letters(it) == []
    await says(it, first["token"])
    it.set_clock(BEGINNING + timedelta(days=5))
    assert await it.fire() == 1
    assert [(each["reference"], each["kind"]) for each in await letters(it)] == [(second["reference"], "reminder")]
    it.set_clock(BEGINNING + timedelta(days=10))
    assert await it.fire() == 1
    states = {each["reference"]: each["state"] for each in (await good(it, "screener", "GET", PATH))["references"]}
    assert states == {first["reference"]: "answered", second["reference"]: "stalled"}
    it.set_clock(BEGINNING + timedelta(days=11))
    assert (await step(it, "references"))["stalled"] is True
    assert await says(it, second["token"]) == 200


async def test_the_applicant_never_sees_what_was_said(it: Running) -> None:
    """R47: neither answers nor what a screener made of them; a refused one looks answered to them."""
    letter, _ = await name_two(it)
    await says(it, letter["token"], worries="He is often late.")
    await approve(it, letter["reference"], approved=False)
    seen = await call(it, "person", "GET", PATH)
    assert "late" not in seen.text
    shown = {each["reference"]: each for each in seen.json()["references"]}[letter["reference"]]
    assert (shown["state"], shown["answers"], shown["verified"]) == ("answered", {}, None)
    as_screener = {e["reference"]: e for e in (await good(it, "screener", "GET", PATH))["references"]}
    assert as_screener[letter["reference"]]["answers"]["worries"] == "He is often late."


async def test_who_may_not_refer_is_named_by_place_and_field(it: Running) -> None:
    """R47: family twice, too short, the own address; all at once, and nobody is asked."""
    family = {"relation": "family"}
    body = named(
        referee("Ben", **family), referee("Cora", **family), referee("Dan", known_since="2026-10-01"), referee("Amina")
    )
    refused = await call(it, "person", "POST", PATH, body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [
        "referees.1.relation", "referees.2.known_since", "referees.3.email",
    ]  # fmt: skip
    assert await letters(it) == []


async def test_a_referee_taken_back_makes_room(it: Running) -> None:
    """R47: their link opens nothing, and another one of the family may come in their place."""
    await good(it, "person", "POST", PATH, named(referee("Ben", relation="family"), referee("Cora")))
    ben, cora = await letters(it)
    again = named(referee("Dan", relation="family"))
    assert (await call(it, "person", "POST", PATH, again)).status_code == 422
    for _ in range(2):
        await good(it, "person", "POST", f"{PATH}/{ben['reference']}/withdrawal")
    assert await says(it, ben["token"]) == 410
    assert (await step(it, "references"))["state"] == "to-do"
    await good(it, "person", "POST", PATH, again)
    await says(it, cora["token"])
    assert (await call(it, "person", "POST", f"{PATH}/{cora['reference']}/withdrawal")).status_code == 409


async def test_an_answer_fits_its_form_or_nothing_is_kept(it: Running) -> None:
    """Each question at fault is named; the link still opens."""
    letter, _ = await name_two(it)
    body = {
        "token": letter["token"],
        "answers": ANSWERS | {"trust": "perhaps", "age": "40"} | {"capacity": "x" * 2_001},
    }
    refused = await call(it, "nobody", "POST", "/reference/answer", body)
    assert [error["field"] for error in refused.json()["errors"]] == [
        "answers.age", "answers.capacity", "answers.trust",
    ]  # fmt: skip
    assert await says(it, letter["token"]) == 200


async def test_nothing_is_asked_in_a_case_that_is_decided(it: Running) -> None:
    """R35: no letter goes out and no answer is taken for what nobody needs."""
    letter, _ = await name_two(it)
    await good(it, "screener", "POST", "{case}/decision", DECLINE)
    assert await letters(it) == []
    assert await says(it, letter["token"]) == 410
    assert (await call(it, "person", "POST", PATH, named(referee("Dan")))).status_code == 409


async def test_a_screener_approves_what_was_said_and_verified(it: Running) -> None:
    """R47: not before there is an answer, not without saying how, and not one of those who decide."""
    first, second = await name_two(it)
    assert (await approve(it, first["reference"])).status_code == 409
    await says(it, first["token"])
    unverified = await call(it, "screener", "POST", f"{PATH}/{first['reference']}/decision", {"approved": True})
    assert unverified.status_code == 422
    await says(it, second["token"], **{"decides-here": "yes"})
    assert (await approve(it, second["reference"])).status_code == 409
    for _ in range(2):
        assert (await approve(it, first["reference"])).status_code == 200
    assert (await approve(it, first["reference"], approved=False)).status_code == 409


async def test_a_link_opens_a_hundred_times_at_most(it: Running) -> None:
    """What stands open to everybody is bounded."""
    letter, _ = await name_two(it)
    async with it.service.sessions.begin() as session:
        row = await session.scalar(select(ReferenceRow).where(ReferenceRow.name == "Ben"))
        assert row is not None
        row.openings = 99
    opened = [await call(it, "nobody", "POST", "/reference", {"token": letter["token"]}) for _ in range(2)]
    assert [answer.status_code for answer in opened] == [200, 404]


async def test_nobody_handles_letters_about_themself(it: Running) -> None:
    """A screener whose own case it is learns no link to their referees and notes nothing as sent."""
    letter, _ = await name_two(it)
    listed = await call(it, "screener", "GET", "/reference-letters", person=PERSON)
    assert listed.json()["items"] == []
    sending = await call(it, "screener", "POST", f"/reference-letters/{letter['letter']}/sending", person=PERSON)
    assert sending.status_code == 404


async def test_without_a_secret_no_letter_is_shown(running: Start) -> None:
    """A sentence says what is missing; the rest of the step works."""
    it = await running("screening")
    for event in (place(), role("mentor-youth", "mentor", "minors", "works-with-clients")):
        await it.hear(event)
    await it.hear(applies(1, 1, "mentor-youth", "mentor"))
    await good(it, "person", "POST", PATH, named(referee("Ben")))
    assert (await call(it, "screener", "GET", "/reference-letters")).status_code == 409
    assert (await call(it, "nobody", "POST", "/reference", {"token": "made.up"})).status_code == 404
