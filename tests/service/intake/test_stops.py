"""Stopping the line, telling of it, and lifting it by somebody else (R78)."""

from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient

from services.intake.domain.stops import Reach, stops_at
from shared.contracts.intake import Stop
from shared.ids import new_id
from tests.service.intake.scenes import OFFERING, OPEN, SITE, Start, administrator, good, network
from tests.support.running import BEGINNING, Running

ONE, OTHER = new_id(), new_id()
WHOLE = {"site": SITE, "reason": "serious-incident"}


def head(it: Running, person: UUID = ONE, site: str = "net") -> AsyncClient:
    """An administrator by name."""
    return it.client(role="administrator", site=site, person=person)


async def told(it: Running) -> list[list[dict[str, Any]]]:
    """When the offering was stopped, by each of its events."""
    names = [event for event in await it.emitted() if event.type == "rapport.offering.changed.v1"]
    return [event.data["stops"] for event in names if event.data["offering"] == OFFERING]


async def stopped(running: Start, **body: Any) -> tuple[Running, str]:
    """The small network, of which something is stopped."""
    it = await running("intake")
    await network(it)
    answer = good(await head(it).post("/stops", json=WHOLE | body))
    assert answer["offerings"] == [OFFERING]
    return it, f"/stops/{answer['stop']}/lifting"


@pytest.mark.parametrize("body", [{}, {"site": "net"}, {"programme": "first-steps"}], ids=["site", "network", "one"])
async def test_a_stop_is_told_of_every_offering_it_reaches(running: Start, body: dict[str, Any]) -> None:
    """R78: at a place and below it, of a programme or of all; who and why are not told."""
    it, lifting = await stopped(running, **body)
    assert (await told(it))[-1] == [{"starts": "2026-11-02T08:00:00Z", "ends": None}]
    (line,) = good(await head(it).get("/stops", params={"standing": True}))["items"]
    assert (line["stopped_by"], line["reason"], line["lifted_at"]) == (str(ONE), "serious-incident", None)
    assert "serious" not in str([event.data for event in await it.emitted()])
    good(await head(it, OTHER).post(lifting, json={"reason": "made-safer"}))
    assert (await told(it))[-1] == [{"starts": "2026-11-02T08:00:00Z", "ends": "2026-11-02T08:00:00Z"}]
    (line,) = good(await head(it).get("/stops"))["items"]
    assert (line["lifted_by"], line["lift_reason"]) == (str(OTHER), "made-safer")


async def test_whoever_stopped_the_line_does_not_lift_it(running: Start) -> None:
    """R78: two people answer for going on; lifting again changes nothing and tells nothing."""
    it, lifting = await stopped(running)
    body = {"reason": "mistaken"}
    assert (await head(it).post(lifting, json=body)).status_code == 409
    good(await head(it, OTHER).post(lifting, json=body))
    count = len(await told(it))
    again = good(await head(it, ONE).post(lifting, json={"reason": "cleared-up"}))
    assert (again["lifted_by"], again["lift_reason"], len(await told(it))) == (str(OTHER), "mistaken", count)


async def test_an_offering_that_changes_meanwhile_is_still_stopped(running: Start) -> None:
    """R78: whatever else is told of it, also one that is opened in a place that stands still."""
    it, _ = await stopped(running, site="net")
    good(await administrator(it).put(f"/offerings/{OFFERING}", json=OPEN | {"mentor_reply_hours": 24}))
    assert (await told(it))[-1][0]["ends"] is None
    elsewhere = "first-steps@net.af.herat"
    good(await administrator(it).put(f"/offerings/{elsewhere}", json=OPEN))
    newest = (await it.emitted())[-1]
    assert (newest.data["offering"], newest.data["stops"][0]["ends"]) == (elsewhere, None)


async def test_a_stop_elsewhere_reaches_nothing_here(running: Start) -> None:
    """Another site, and another programme's name."""
    it = await running("intake")
    await network(it)
    answer = good(await head(it).post("/stops", json=WHOLE | {"site": "net.af.herat"}))
    assert (answer["offerings"], (await told(it))[-1]) == ([], [])
    assert (await head(it).post("/stops", json=WHOLE | {"programme": "unknown"})).status_code == 422
    assert (await head(it, site="net.af.herat").post("/stops", json=WHOLE)).status_code == 403


def test_stops_that_overlap_are_one_and_the_last_stands() -> None:
    """A place and its network may be stopped at once; going on begins when the last one is lifted."""
    hours = [BEGINNING.replace(hour=hour) for hour in range(8, 14)]

    def reach(starts: int, ends: int | None, site: str = SITE) -> Reach:
        return Reach(site, None, hours[starts], None if ends is None else hours[ends])

    found = stops_at(OFFERING, [reach(2, 3, "net"), reach(0, 1), reach(5, None), reach(2, 4), reach(0, 5, "net.ke")])
    assert found == [
        Stop(starts=hours[0], ends=hours[1]), Stop(starts=hours[2], ends=hours[4]), Stop(starts=hours[5]),
    ]  # fmt: skip
    assert stops_at(OFFERING, [reach(0, None), reach(1, 2)]) == [Stop(starts=hours[0])]
