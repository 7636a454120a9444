"""Checks that rest on consents follow from what intake tells; nobody types them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest

from services.screening.handlers import on_application_submitted, on_consent_given
from shared.contracts import Envelope
from shared.contracts.intake import NEEDED_CONSENTS
from shared.messaging.batches import Told
from tests.service.screening.scenes import know, only_case, post, types
from tests.service.screening.story import SITE, agrees, agrees_no_more, applies, place, role
from tests.support.running import Running, envelope_of

Factory = Callable[..., Awaitable[Running]]
ADMIT = {"decision": "clear", "criterion": "mentee-eligible"}
ELIGIBLE = {"results": [{"check": "eligibility", "outcome": "passed"}]}
TYPED = {"results": [{"check": "consents", "outcome": "passed"}]}


@pytest.fixture
async def mentee(running: Factory) -> Running:
    """One mentee applied and is eligible."""
    it = await running("screening")
    await it.hear(place())
    await it.hear(role("mentee-adult", "mentee"))
    await it.hear(applies(1, 1, "mentee-adult", "mentee"))
    await know(it)
    return it


async def detail(it: Running) -> dict[str, Any]:
    """The one case, as a screener sees it."""
    case = await only_case(it)
    async with it.client(role="screener", site=SITE) as http:
        found: dict[str, Any] = (await http.get(f"/cases/{case['clearance']}")).json()
    return found


async def results(it: Running) -> dict[str, tuple[str, str | None, str]]:
    """What is recorded, by check."""
    found = (await detail(it))["results"]
    return {each["check"]: (each["outcome"], each["valid_until"], each["recorded_by"]) for each in found}


async def test_a_mentee_is_admitted_by_consents_that_nobody_typed(mentee: Running) -> None:
    """R27: both that are needed, to the earlier day; the clearance ends with them."""
    await mentee.hear(agrees(1, "take-part"))
    assert (await results(mentee), (await detail(mentee))["consents"]) == ({}, "incomplete")
    await mentee.hear(agrees(1, "data", date(2027, 1, 31)))
    assert await results(mentee) == {"consents": ("passed", "2027-01-31", "intake")}
    await post(mentee, "results", ELIGIBLE)
    status, case = await post(mentee, "decision", ADMIT)
    assert (status, case["valid_until"]) == (200, "2027-01-31")


async def test_a_withdrawal_takes_the_result_back_while_the_case_is_open(mentee: Running) -> None:
    """What intake tells decides, also over what somebody typed before."""
    await post(mentee, "results", TYPED)
    await mentee.hear(agrees(1, "take-part"))
    assert await results(mentee) == {}
    await mentee.hear(agrees(1, "data"))
    await mentee.hear(agrees_no_more(1, "take-part"), sequence=2)
    assert await results(mentee) == {}
    await post(mentee, "results", ELIGIBLE)
    assert (await post(mentee, "decision", ADMIT))[0] == 409
    status, problem = await post(mentee, "results", TYPED)
    assert status == 409
    assert "intake" in problem["detail"]


async def test_a_person_from_before_is_admitted_as_before(mentee: Running) -> None:
    """Where intake told nothing of somebody, the screener says what stands on paper."""
    assert (await detail(mentee))["consents"] is None
    await post(mentee, "results", TYPED)
    await post(mentee, "results", ELIGIBLE)
    assert (await post(mentee, "decision", ADMIT))[0] == 200


async def test_a_clearance_stays_and_shows_that_a_consent_was_withdrawn(mentee: Running) -> None:
    """Messaging stops what is written; screening's records rest on another basis."""
    await mentee.hear(agrees(1, "take-part"))
    await mentee.hear(agrees(1, "data"))
    await post(mentee, "results", ELIGIBLE)
    await post(mentee, "decision", ADMIT)
    await mentee.hear(agrees_no_more(1, "data"), sequence=2)
    case = await detail(mentee)
    assert (case["state"], case["consents"]) == ("cleared", "withdrawn")
    assert "consents" in await results(mentee)
    assert await types(mentee) == ["screening.cleared.v1"]


async def test_consents_heard_before_the_application_count(running: Factory) -> None:
    """Whichever half comes first."""
    it = await running("screening")
    for purpose in NEEDED_CONSENTS:
        await it.hear(agrees(1, purpose))
    await it.hear(applies(1, 1, "mentee-adult", "mentee"))
    await it.hear(role("mentee-adult", "mentee"))
    assert "consents" in await results(it)


async def test_a_case_and_a_consent_at_once_meet(running: Factory) -> None:
    """The second half waits for the first one's commit."""
    it = await running("screening")
    await it.hear(role("mentee-adult", "mentee"))
    await it.hear(agrees(1, "data"))
    application, consent = applies(1, 1, "mentee-adult", "mentee"), agrees(1, "take-part")

    async def hear_second() -> None:
        async with it.service.sessions.begin() as session:
            await on_consent_given(consent, Envelope.model_validate(envelope_of(consent)), session)

    async with it.service.sessions.begin() as session:
        heard = Envelope.model_validate(envelope_of(application))
        await on_application_submitted([Told(application, heard)], session)
        other = asyncio.create_task(hear_second())
        await asyncio.wait([other], timeout=0.3)
    await other
    assert "consents" in await results(it)
