"""Training: read, tried a few times a day, graded where the person cannot look, kept with score and version (R75)."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.screening.data import courses
from tests.service.screening.step_access import CERTIFICATE
from tests.service.screening.step_scenes import Start, call, good, result, step, with_links
from tests.support.running import BEGINNING, Running

PATH = "{case}/training"
COURSE = courses()["safe-mentoring", 1]
RIGHT = {name: question.right for name, question in COURSE.questions.items()}
WRONG = {name: "a" if right != "a" else "b" for name, right in RIGHT.items()}


@pytest.fixture
async def it(running: Start, tmp_path: Path) -> Running:
    """Screening with a case that asks for training."""
    return await with_links(running, tmp_path)


async def read_all(it: Running) -> None:
    """The person reads every module."""
    for module in COURSE.modules:
        await good(it, "person", "POST", f"{PATH}/modules/{module.module}")


async def tries(it: Running, answers: dict[str, str]) -> Any:
    """The person's attempt."""
    return await call(it, "person", "POST", f"{PATH}/attempts", {"answers": answers})


async def test_who_reads_all_and_reaches_the_mark_has_passed(it: Running) -> None:
    """R75: the evidence has course, version and score, and says that a rule recorded it."""
    assert (await tries(it, RIGHT)).status_code == 409
    await read_all(it)
    assert (await step(it, "training"))["state"] == "invited"
    almost = RIGHT | {name: WRONG[name] for name in list(RIGHT)[:3]}
    ended = (await tries(it, almost)).json()
    assert (ended["right"], ended["asked"], ended["passed"], ended["again"]) == (
        13,
        16,
        True,
        ["your-role", "writing-well"],
    )
    found = await result(it, "training")
    assert found is not None
    assert (found["outcome"], found["recorded_by"]) == ("passed", "screening")
    assert found["reference"] == "course safe-mentoring version 1, 13 of 16 right"
    assert (await step(it, "training"))["state"] == "done"
    assert (await tries(it, RIGHT)).status_code == 409


async def test_no_answer_of_the_service_tells_what_is_right(it: Running) -> None:
    """R75: neither the course nor an attempt says which choice is right or which answer was wrong."""
    await read_all(it)
    answers = [await call(it, "person", "GET", PATH), await tries(it, WRONG), await call(it, "screener", "GET", PATH)]
    for answer in answers:
        assert answer.is_success
        for question in _questions(answer.json()):
            assert question.keys() == {"question", "text", "choices"}
    ended = answers[1].json()
    assert ended.keys() == {"at", "right", "asked", "passed", "again"}
    assert (ended["right"], ended["again"]) == (0, [module.module for module in COURSE.modules])
    assert not any(name in json.dumps(ended) for name in RIGHT)


async def test_guessing_is_bounded_by_the_day(it: Running) -> None:
    """R75: three times a day, also when many come at once; tomorrow there are three again."""
    await read_all(it)
    answers = await asyncio.gather(*(tries(it, WRONG) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409]
    assert (await good(it, "person", "GET", PATH))["attempts_left"] == 0
    it.set_clock(BEGINNING + timedelta(days=1))
    assert (await good(it, "person", "GET", PATH))["attempts_left"] == 3
    assert (await tries(it, RIGHT)).status_code == 201


async def test_nobody_fails_by_the_quiz(it: Running) -> None:
    """R75: a missed mark records nothing; the step stays open."""
    await read_all(it)
    assert (await tries(it, WRONG)).json()["passed"] is False
    assert await result(it, "training") is None
    assert (await step(it, "training"))["state"] == "invited"


async def test_a_certificate_held_elsewhere_is_taken_with_a_reason(it: Running) -> None:
    """By a screener, until it runs out; the person sees that the step is done and no reason."""
    assert (await call(it, "screener", "POST", f"{PATH}/certificate", CERTIFICATE | {"reason": ""})).status_code == 422
    over = CERTIFICATE | {"valid_until": "2026-11-01"}
    assert (await call(it, "screener", "POST", f"{PATH}/certificate", over)).status_code == 422
    await good(it, "screener", "POST", f"{PATH}/certificate", CERTIFICATE | {"valid_until": "2027-03-01"})
    found = await result(it, "training")
    assert found is not None
    assert (found["reference"], found["valid_until"]) == ("certificate 17 of A school", "2027-03-01")
    assert (await good(it, "screener", "GET", PATH))["certificate"]["reason"] == "It has all our modules."
    assert (await good(it, "person", "GET", PATH))["certificate"] is None


async def test_answers_that_are_none_cost_no_try(it: Running) -> None:
    """Named by their question."""
    await read_all(it)
    refused = await tries(it, {**RIGHT, "role-letter": "z"})
    assert [error["field"] for error in refused.json()["errors"]] == ["answers.role-letter"]
    assert (await good(it, "person", "GET", PATH))["attempts_left"] == 3
    assert (await call(it, "person", "POST", f"{PATH}/modules/no-such")).status_code == 404


def _questions(document: Any) -> list[dict[str, Any]]:
    return [question for module in document.get("modules", ()) for question in module["questions"]]
