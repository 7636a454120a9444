"""Pairs that ran elsewhere: they begin as every pair does, or wait with a reason."""

from typing import Any
from uuid import UUID

from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    OFFERING,
    SITE,
    STRANGER,
    Factory,
    admit,
    agrees,
    agrees_no_more,
    call,
    close,
    offering,
    person,
)
from tests.support.running import Running


def row(number: int, mentor: UUID = MENTOR, mentee: UUID = MENTEE, **fields: Any) -> dict[str, Any]:
    """A row of a file of pairs."""
    there = {"row": number, "mentor": str(mentor), "mentee": str(mentee), "started_on": "2026-01-05", "hours": 12.5}
    return there | fields


async def imported(it: Running, *rows: dict[str, Any]) -> Any:
    """What matching answers to a batch."""
    answer = await call(it, "POST", "/imports", json={"offering": OFFERING, "rows": list(rows)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_running_pair_comes_along_once(running: Factory) -> None:
    """Told as every pair, with what it did before kept beside it; the same again changes nothing, other hours do."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor")
    await admit(it, MENTEE, "mentee")
    (done,) = (await imported(it, row(2)))["rows"]
    assert done["state"] == "created"
    assert [one["state"] for one in (await imported(it, row(2)))["rows"]] == ["unchanged"]
    assert [one["state"] for one in (await imported(it, row(2, hours=14)))["rows"]] == ["updated"]
    (told,) = await it.emitted()
    assert (told.type, told.data["pair"]) == ("rapport.pair.matched.v1", done["pair"])
    assert "2026-01-05" not in told.model_dump_json()
    seen = (await call(it, "GET", f"/pairs/{done['pair']}")).json()
    assert (seen["started_on"], seen["hours_before"], seen["state"]) == ("2026-01-05", 14, "open")


async def test_what_is_not_ready_is_told_by_row_and_taken_later(running: Factory) -> None:
    """R1, R7: nobody is paired around screening, hours or one mentor; the same rows again take who is ready by then."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor")
    rows = [row(2), row(3, mentee=STRANGER), row(4, mentee=MENTOR), row(5, started_on="2026-11-03")]
    answer = await imported(it, *rows)
    assert answer["rows"] == []
    assert [(one["row"], one["field"]) for one in answer["refused"]] == [
        (2, "mentee"),
        (3, "mentee"),
        (4, "mentee"),
        (5, "started_on"),
    ]
    assert "not cleared" in answer["refused"][0]["reason"]
    await admit(it, MENTEE, "mentee")
    await admit(it, STRANGER, "mentee")
    answer = await imported(it, *rows[:2])
    assert [one["row"] for one in answer["rows"]] == [2]
    assert [(one["row"], one["field"]) for one in answer["refused"]] == [(3, "mentor")]
    assert "hours are taken" in answer["refused"][0]["reason"]
    assert len(await it.emitted()) == 1


async def test_no_pair_comes_along_whose_consent_ended_or_that_was_closed_here(running: Factory) -> None:
    """R30, trap 14: neither a withdrawn consent nor a closed pair is undone by a file."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor", weekly_hours=5)
    for mentee in (MENTEE, STRANGER):
        await admit(it, mentee, "mentee")
    await it.hear(agrees(STRANGER))
    await it.hear(agrees_no_more(STRANGER), sequence=2)
    (done,) = (await imported(it, row(2)))["rows"]
    await close(it, done["pair"])
    refused = (await imported(it, row(2), row(3, mentee=STRANGER)))["refused"]
    assert "are or were a pair" in refused[0]["reason"]
    assert "consent" in refused[1]["reason"]


async def test_a_batch_that_cannot_be_read_changes_nothing(running: Factory) -> None:
    """Two rows of one number, and numbers that are none."""
    it = await running("matching")
    await it.hear(offering())
    for rows in ([row(2), row(2, mentee=person(9))], [row(2, hours=-1)], [row(2, started_on="2026-02-30")]):
        answer = await call(it, "POST", "/imports", json={"offering": OFFERING, "rows": rows}, site=SITE)
        assert answer.status_code == 422


async def test_nobody_brings_a_pair_of_their_own_along(running: Factory) -> None:
    """Trap 17: a coordinator who mentors is refused in that row, ready or not, and the others are taken."""
    it = await running("matching")
    await it.hear(offering())
    await admit(it, MENTOR, "mentor")
    await admit(it, MENTEE, "mentee")
    for own, field in ((MENTOR, "mentor"), (MENTEE, "mentee")):
        body = {"offering": OFFERING, "rows": [row(1)]}
        answer = (await call(it, "POST", "/imports", who=own, json=body)).json()
        assert ([one["field"] for one in answer["refused"]], answer["rows"]) == ([field], [])
    assert await it.emitted() == []
