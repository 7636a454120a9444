"""How people like to write is shown to their partner, and to nobody else (R2)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts.profiles import Style
from tests.service.matching.scenes import (
    MENTEE,
    MENTOR,
    SITE,
    STRANGER,
    Factory,
    Intake,
    call,
    changed,
    cleared,
    close,
    ended,
    nominate,
    offering,
    profile,
    serving,
)
from tests.support.running import Running

SHORT = Style(length="short", manner="direct", language="fa-AF")
SILENT: dict[str, Any] = dict.fromkeys(Style.model_fields)


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    """A small intake on a real port."""
    async with serving(Intake()) as serves:
        yield serves


@pytest.fixture
async def paired(running: Factory, intake: Intake) -> tuple[Running, str]:
    """A pair whose profiles were read; the mentor said how they like to write."""
    it = await running("matching", intake_url=intake.url, service_token="a-token")
    intake.has(profile(MENTOR, style=SHORT), profile(MENTEE))
    await it.hear(offering())
    await it.hear(cleared(MENTOR, "mentor"))
    await it.hear(cleared(MENTEE, "mentee"))
    await it.service.senders[0].step()
    return it, (await nominate(it)).json()["pair"]


async def styles(it: Running, pair: str, **who: Any) -> Any:
    """What somebody sees of the styles of a pair."""
    answer = await call(it, "GET", f"/pairs/{pair}/styles", **who)
    return answer.json()["items"] if answer.is_success else answer.status_code


async def test_the_partner_sees_it_and_a_stranger_does_not(paired: tuple[Running, str]) -> None:
    """R2: what was said at intake; what was not said is left open."""
    it, pair = paired
    seen = [
        {"person": str(MENTOR), "style": SILENT | SHORT.model_dump(exclude_none=True)},
        {"person": str(MENTEE), "style": SILENT},
    ]
    assert await styles(it, pair, who=MENTEE, role="participant") == seen
    assert await styles(it, pair) == seen
    assert await styles(it, pair, who=STRANGER, role="participant") == 404


async def test_the_newest_word_is_shown(paired: tuple[Running, str], intake: Intake) -> None:
    """R2: a style that changed is read anew."""
    it, pair = paired
    intake.has(profile(MENTOR, style=Style(length="long")))
    await it.hear(changed(MENTOR))
    await it.service.senders[0].step()
    assert (await styles(it, pair, who=MENTEE, role="participant"))[0]["style"] == SILENT | {"length": "long"}


async def test_it_is_shown_while_it_is_needed(paired: tuple[Running, str]) -> None:
    """R2: not of a pair that is closed, and no copy is kept of whoever is cleared no more."""
    it, pair = paired
    await it.hear(ended(MENTOR, "mentor"), sequence=2)
    assert (await styles(it, pair, who=MENTEE, role="participant"))[0]["style"] == SILENT
    await close(it, pair)
    assert await styles(it, pair, who=MENTEE, role="participant", site=SITE) == []
