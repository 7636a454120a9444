"""Where the line is stopped nobody is paired (R78)."""

import pytest

from shared.contracts.intake import OfferingChanged, Stop
from tests.service.matching.scenes import MENTEE, MENTOR, OFFERING, Factory, admit, call, close, nominate, offering
from tests.support.running import BEGINNING, Running


def stopped(*, stands: bool) -> OfferingChanged:
    """Intake tells when the offering was stopped."""
    stop = Stop(starts=BEGINNING, ends=None if stands else BEGINNING)
    return offering().model_copy(update={"stops": [stop]})


@pytest.fixture
async def it(running: Factory) -> Running:
    """Two who could be paired."""
    started = await running("matching")
    await started.hear(offering())
    await admit(started, MENTOR, "mentor")
    await admit(started, MENTEE, "mentee")
    return started


async def test_nobody_is_proposed_confirmed_or_nominated(it: Running) -> None:
    """R78: also what was proposed before; once it is lifted the same proposal is confirmed."""
    run = (await call(it, "POST", "/runs", json={"offering": OFFERING})).json()["run"]
    await it.hear(stopped(stands=True), sequence=2)
    answers = [
        await call(it, "POST", "/runs", json={"offering": OFFERING}),
        await call(it, "POST", f"/runs/{run}/confirmation", json={}),
        await nominate(it),
    ]
    assert [(answer.status_code, "stopped" in answer.json()["detail"]) for answer in answers] == [(409, True)] * 3
    assert await it.emitted() == []
    await it.hear(stopped(stands=False), sequence=3)
    confirmed = (await call(it, "POST", f"/runs/{run}/confirmation", json={})).json()
    assert len(confirmed["pairs"]) == 1


async def test_a_pair_is_read_and_closed_also_where_it_is_stopped(it: Running) -> None:
    """An end takes nobody in; the pool is read, and a nomination that is a pair already is answered with it."""
    pair = (await nominate(it)).json()["pair"]
    await it.hear(stopped(stands=True), sequence=2)
    assert (await nominate(it)).status_code == 200
    assert (await call(it, "GET", "/pool", params={"offering": OFFERING})).status_code == 200
    assert (await close(it, pair)).json()["state"] == "closed"
