"""Flags: a red one stops the clearing until somebody else resolves it; what is watched comes up on its day."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.access import Role
from tests.service.screening.scenes import CLEAR, PERSON, only_case, pass_all, post, types
from tests.service.screening.story import SITE, identity
from tests.support.running import BEGINNING, Running

FIRST, SECOND = identity(0x51), identity(0x52)
RED = {"colour": "red", "ground": "volunteer-safety", "note": "A reference speaks of money that was borrowed."}
RESOLVED = {"reason": "The referee meant somebody else, and said so by phone."}


async def flag(it: Running, body: dict[str, Any], by: UUID = FIRST) -> str:
    """Raise a flag; its id."""
    status, shown = await post(it, "flags", body, person=by)
    assert status == 201, shown
    return str(shown["flag"])


async def due(it: Running, person: UUID | None = None, site: str = SITE) -> list[str]:
    """The flags that are due."""
    async with it.client(role="screener", site=site, person=person) as http:
        return [each["flag"] for each in (await http.get("/flags/due")).json()["items"]]


async def test_a_red_flag_stops_the_clearing_until_somebody_else_resolves_it(it: Running) -> None:
    """R50: not who raised it, and not without a reason; the same resolution again is answered."""
    await pass_all(it)
    raised = await flag(it, RED)
    status, problem = await post(it, "decision", CLEAR, person=SECOND)
    assert status == 409
    assert "red flag" in problem["detail"]
    assert (await post(it, f"flags/{raised}/resolution", RESOLVED, person=FIRST))[0] == 409
    assert (await post(it, f"flags/{raised}/resolution", {}, person=SECOND))[0] == 422
    for _ in range(2):
        assert (await post(it, f"flags/{raised}/resolution", RESOLVED, person=SECOND))[0] == 200
    assert (await post(it, f"flags/{raised}/resolution", {"reason": "Another."}, person=SECOND))[0] == 409
    assert (await post(it, "decision", CLEAR, person=SECOND))[1]["state"] == "cleared"


async def test_a_red_flag_stops_the_agreement_too(high: Running) -> None:
    """R50: raised between the proposal and the second person's answer."""
    await pass_all(high)
    await post(high, "decision", CLEAR, person=FIRST)
    await flag(high, RED, SECOND)
    assert (await post(high, "decision/agreement", {"agrees": True}, person=SECOND))[0] == 409
    assert await types(high) == []


@pytest.mark.parametrize("colour", ["green", "yellow"])
async def test_other_flags_stop_nothing(it: Running, colour: str) -> None:
    """R50: a remark is a remark, and a person decides."""
    await pass_all(it)
    await flag(it, RED | {"colour": colour})
    assert (await post(it, "decision", CLEAR))[0] == 200


async def test_what_is_watched_comes_up_on_its_day(it: Running) -> None:
    """R50: the watch list, until the flag is resolved; at the caller's places, and not about themselves."""
    day = BEGINNING + timedelta(days=30)
    raised = await flag(it, RED | {"colour": "yellow", "watch_until": str(day.date())})
    later = await flag(it, RED | {"watch_until": str((day + timedelta(days=1)).date())})
    assert await due(it) == []
    it.set_clock(day)
    assert await due(it) == [raised]
    assert await due(it, PERSON) == []
    assert await due(it, site="net.ke") == []
    it.set_clock(day + timedelta(days=2))
    assert await due(it) == [raised, later]
    await post(it, f"flags/{raised}/resolution", RESOLVED, person=FIRST)
    assert await due(it) == [later]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"watch_until": "2026-11-01"}, 409), ({"colour": "green", "watch_until": "2026-12-01"}, 409),
        ({"ground": "Some words"}, 422), ({"note": "a\x00b"}, 422), ({"note": " "}, 422),
    ],
    ids=["watched in the past", "green and watched", "no ground", "control characters", "blank"],
)  # fmt: skip
async def test_a_flag_that_makes_no_sense_is_refused(it: Running, wrong: dict[str, str], status: int) -> None:
    """Refused at the door, nothing half stored."""
    assert (await post(it, "flags", RED | wrong))[0] == status


async def test_flags_are_for_screeners_alone(it: Running) -> None:
    """R54: not for the person, who may be a screener; another case's flag is not found."""
    raised = await flag(it, RED)
    case = (await only_case(it))["clearance"]
    callers: list[tuple[Role, UUID, int]] = [
        ("participant", PERSON, 403), ("screener", PERSON, 409), ("coordinator", SECOND, 404),
    ]  # fmt: skip
    for role, person, status in callers:
        async with it.client(role=role, site=SITE, person=person) as http:
            assert (await http.get(f"/cases/{case}/flags")).status_code == status
    async with it.client(role="screener", site=SITE) as http:
        assert [each["flag"] for each in (await http.get(f"/cases/{case}/flags")).json()["items"]] == [raised]
        other = await http.post(f"/cases/{case}/flags/{SECOND}/resolution", json=RESOLVED)
        assert other.status_code == 404
