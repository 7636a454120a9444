"""Nobody is paired whose consent to take part ended (R27)."""

import pytest

from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    OFFERING,
    Factory,
    admit,
    agrees,
    agrees_no_more,
    call,
    nominate,
    offering,
)
from tests.support.running import Running


@pytest.fixture
async def it(running: Factory) -> Running:
    """Two who could be paired."""
    started = await running("matching")
    await started.hear(offering())
    await admit(started, MENTOR, "mentor")
    await admit(started, MENTEE, "mentee")
    return started


async def reasons(it: Running) -> dict[str, str | None]:
    """Why people of the pool cannot be paired."""
    pool = (await call(it, "GET", "/pool", params={"offering": OFFERING})).json()
    return {one["person"]: one["reason"] for one in pool["items"]}


async def test_the_pool_and_a_nomination_name_the_reason(it: Running) -> None:
    """In both parts; whoever was never asked, or agrees anew, is paired."""
    await it.hear(agrees(MENTOR))
    await it.hear(agrees_no_more(MENTEE), sequence=2)
    assert await reasons(it) == {str(MENTOR): None, str(MENTEE): "consent-withdrawn"}
    refused = await nominate(it)
    assert refused.status_code == 409
    assert [error["field"] for error in refused.json()["errors"]] == ["mentee"]
    assert "ask for it anew" in refused.json()["detail"]
    assert await it.emitted() == []
    await it.hear(agrees(MENTEE), sequence=3)
    assert (await nominate(it)).status_code == 201


async def test_a_run_leaves_them_out(it: Running) -> None:
    """Also who withdrew between a run and its confirmation."""
    run = (await call(it, "POST", "/runs", json={"offering": OFFERING})).json()
    await it.hear(agrees_no_more(MENTOR, "data"))
    confirmed = await call(it, "POST", f"/runs/{run['run']}/confirmation", json={})
    assert "mentor-consent-withdrawn" in confirmed.text
    assert (await reasons(it))[str(MENTOR)] == "consent-withdrawn"
    assert await it.emitted() == []
