"""Skill samples: handed in as text or link, assessed by points that the person did not see (R46)."""

from pathlib import Path
from typing import Any

import pytest

from services.screening.data import tasks
from tests.service.screening.step_scenes import Start, asks_also, call, good, result, step, with_links
from tests.support.running import Running

PATH = "{case}/skill-sample"
TASK = tasks()["first-answer", 1]


@pytest.fixture
async def it(running: Start, tmp_path: Path) -> Running:
    """Screening with a case that asks for a sample."""
    it = await with_links(running, tmp_path)
    await asks_also(it, "skill-sample")
    return it


def assessed(outcome: str, met: int, **more: Any) -> dict[str, Any]:
    """An assessment with so many points met."""
    return {"outcome": outcome, "points": {name: place < met for place, name in enumerate(TASK.points)}, **more}


async def test_a_sample_from_task_to_result(it: Running) -> None:
    """R46: whoever hands in may replace it until it is assessed; task, version and points are the evidence."""
    task = await good(it, "person", "GET", PATH)
    assert (task["task_text"], task["points"]) == (TASK.text, {})
    assert (await call(it, "screener", "POST", f"{PATH}/assessment", assessed("passed", 6))).status_code == 409
    await good(it, "person", "PUT", PATH, {"link": "https://example.org/letter"})
    handed_in = await good(it, "person", "PUT", PATH, {"text": "Dear Amina,\n\nwhat do you like about this work?"})
    assert (handed_in["link"], handed_in["text"][:10]) == (None, "Dear Amina")
    assert (await step(it, "skill-sample"))["state"] == "waiting"
    await good(it, "screener", "POST", f"{PATH}/assessment", assessed("passed", 5))
    found = await result(it, "skill-sample")
    assert found is not None
    assert (found["outcome"], found["reference"]) == ("passed", "task first-answer version 1, 5 of 6 points")
    assert (await call(it, "person", "PUT", PATH, {"text": "Better."})).status_code == 409


async def test_against_the_rule_a_reason_is_needed(it: Running) -> None:
    """R46: the outcome is the screener's; the rule's sentence stands in the refusal."""
    await good(it, "person", "PUT", PATH, {"text": "Dear Amina"})
    refused = await call(it, "screener", "POST", f"{PATH}/assessment", assessed("passed", 4))
    assert (refused.status_code, "4 of 6 points are met, 5 are needed" in refused.json()["detail"]) == (409, True)
    await good(it, "screener", "POST", f"{PATH}/assessment", assessed("passed", 4, reason="Her second language."))


async def test_the_person_sees_neither_points_nor_assessment(it: Running) -> None:
    """R46: they see the task and what they handed in."""
    await good(it, "person", "PUT", PATH, {"text": "Dear Amina"})
    await good(it, "screener", "POST", f"{PATH}/assessment", assessed("failed", 1, note="Too short."))
    seen = await call(it, "person", "GET", PATH)
    assert "Too short" not in seen.text
    shown = seen.json()
    assert (shown["points"], shown["met"], shown["rule"], shown["outcome"]) == ({}, {}, None, None)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": "x", "link": "https://example.org"}, {"text": "x" * 5_001}, {"text": "a\x00b"}, {"text": "  "},
        {"link": "javascript:alert(1)"}, {"link": "http://example.org"}, {"link": "https://me:secret@example.org"},
        {"link": f"https://example.org/{'x' * 500}"},
    ],
    ids=["nothing", "both", "long", "nul", "blank", "script", "plain", "password", "long-link"],
)  # fmt: skip
async def test_what_cannot_be_a_sample_is_refused_at_the_door(it: Running, body: dict[str, str]) -> None:
    """Bounded text, or one https link; nothing half stored."""
    assert (await call(it, "person", "PUT", PATH, body)).status_code == 422
    assert (await good(it, "person", "GET", PATH))["handed_in_at"] is None


async def test_the_points_are_the_tasks(it: Running) -> None:
    """R48: each is named where it is missing or unknown."""
    await good(it, "person", "PUT", PATH, {"text": "Dear Amina"})
    body = {"outcome": "passed", "points": {"charm": True}}
    refused = await call(it, "screener", "POST", f"{PATH}/assessment", body)
    assert [error["field"] for error in refused.json()["errors"]] == [
        *(f"points.{name}" for name in sorted(TASK.points)), "points.charm",
    ]  # fmt: skip
