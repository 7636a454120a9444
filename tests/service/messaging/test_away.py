"""Away notices (R11): announced, shown to the partner, told, and ended once."""

from uuid import UUID

import pytest

from tests.service.messaging.scenes import (
    MENTEE,
    MENTOR,
    PAIR,
    STAFF,
    STRANGER,
    Factory,
    announce,
    at,
    call,
    paired,
    told,
)


async def test_a_notice_is_told_and_shown_to_the_partner(running: Factory) -> None:
    """R11: the partner sees when and the note; events carry no note."""
    it = await paired(running)
    made = await announce(it, MENTOR, 24, 72, note="Back on Thursday, at my mother's")
    assert made.status_code == 201, made.text
    seen = (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["away"]
    assert seen == [
        {
            "away": made.json()["away"], "person": str(MENTOR), "starts": "2026-11-03T08:00:00Z",
            "ends": "2026-11-05T08:00:00Z", "note": "Back on Thursday, at my mother's",
        }
    ]  # fmt: skip
    (event,) = await told(it, "away.announced")
    assert event == {
        "away": made.json()["away"], "person": str(MENTOR), "site": "net.af.kabul",
        "starts": "2026-11-03T08:00:00Z", "ends": "2026-11-05T08:00:00Z",
    }  # fmt: skip


async def test_staff_see_that_somebody_is_away_and_not_the_note(running: Factory) -> None:
    """R5, R11: the note is for the partner."""
    it = await paired(running)
    await announce(it, MENTOR, 24, 72, note="private")
    for path in ("/away-notices", f"/conversations/{PAIR}"):
        answer = await call(it, STAFF, "GET", path, role="coordinator")
        assert answer.status_code == 200
        assert "2026-11-03T08:00:00Z" in answer.text
        assert "private" not in answer.text


async def test_staff_announce_for_somebody(running: Factory) -> None:
    """R11: staff may set one for somebody."""
    it = await paired(running)
    made = await announce(it, STAFF, 24, 72, person=str(MENTEE))
    assert made.status_code == 404, "a participant is no staff"
    times = {"starts": "2026-11-03T08:00:00Z", "ends": "2026-11-05T08:00:00Z", "person": str(MENTEE)}
    made = await call(it, STAFF, "POST", "/away-notices", role="facilitator", json=times)
    assert (made.status_code, made.json()["person"]) == (201, str(MENTEE))


async def test_over_by_itself_a_notice_is_told_once(running: Factory) -> None:
    """R11: away.ended at the announced time, however late it is noticed."""
    it = await paired(running)
    away = (await announce(it, MENTOR, 24, 72)).json()["away"]
    at(it, 90)
    assert (await it.fire(), await it.fire()) == (1, 0)
    again = await call(it, MENTOR, "POST", f"/away-notices/{away}/end")
    assert again.json()["ended_at"] == "2026-11-05T08:00:00Z"
    assert [event["ended_at"] for event in await told(it, "away.ended")] == ["2026-11-05T08:00:00Z"]
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["away"] == []


async def test_ended_early_a_notice_is_told_once(running: Factory) -> None:
    """R11: the same button twice, then the time it was announced for."""
    it = await paired(running)
    away = (await announce(it, MENTOR, 24, 72)).json()["away"]
    at(it, 30)
    for _ in range(2):
        ended = await call(it, MENTOR, "POST", f"/away-notices/{away}/end")
        assert ended.json()["ended_at"] == "2026-11-03T14:00:00Z"
    at(it, 90)
    assert await it.fire() == 0
    assert len(await told(it, "away.ended")) == 1


@pytest.mark.parametrize(("starts", "ends"), [(5, 5), (6, 5), (1, 24 * 182), (-24 * 8, 5), (-5, -1)])
async def test_a_notice_that_cannot_be_is_refused(running: Factory, starts: int, ends: int) -> None:
    """R11: with what to change."""
    it = await paired(running)
    assert (await announce(it, MENTOR, starts, ends)).status_code == 409
    assert await it.emitted() == []


async def test_somebody_unknown_cannot_be_away(running: Factory) -> None:
    """The place of an absence is known from pairs and clearances only."""
    it = await paired(running)
    assert (await announce(it, STRANGER, 1, 2)).status_code == 404
    assert (await call(it, MENTOR, "POST", f"/away-notices/{UUID(int=1)}/end")).status_code == 404
