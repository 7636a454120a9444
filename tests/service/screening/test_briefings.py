"""The culture briefing: published by the site's staff, acknowledged by the person (R17)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.access import Role
from tests.service.screening.scenes import PERSON
from tests.service.screening.step_scenes import Start, asks_also, call, good, result, step, with_links
from tests.service.screening.story import SITE
from tests.support.running import Running

PATH = "{case}/briefing"
ENGLISH = {"language": "en", "text": "Thursday afternoon is family time.\n\nNobody writes then."}
DARI = {"language": "fa-AF", "text": "پنجشنبه بعد از ظهر وقت خانواده است."}


@pytest.fixture
async def it(running: Start, tmp_path: Path) -> Running:
    """Screening with a case that asks for the briefing."""
    it = await with_links(running, tmp_path)
    await asks_also(it, "culture-briefing")
    return it


async def publish(it: Running, *texts: dict[str, str], site: str = SITE) -> Any:
    """A place's coordinator publishes a version."""
    async with it.client(role="coordinator", site=site) as http:
        answer = await http.post(f"/places/{site}/briefing", json={"texts": list(texts)})
        assert answer.status_code == 201, answer.text
        return answer.json()


async def acknowledge(it: Running, version: int, language: str = "en", site: str = SITE) -> int:
    """The status of the person's acknowledgement."""
    body = {"site": site, "version": version, "language": language}
    return (await call(it, "person", "POST", f"{PATH}/acknowledgement", body)).status_code


async def test_whoever_read_the_briefing_has_passed(it: Running) -> None:
    """R17: the evidence has version and language; again changes nothing."""
    assert (await call(it, "person", "GET", PATH)).status_code == 404
    assert await acknowledge(it, 1) == 409
    await publish(it, ENGLISH, DARI)
    shown = await good(it, "person", "GET", PATH)
    assert (shown["texts"], shown["acknowledged"]) == ([ENGLISH, DARI], None)
    assert await acknowledge(it, 1, "de") == 422
    for _ in range(2):
        assert await acknowledge(it, 1, "fa-AF") == 201
    found = await result(it, "culture-briefing")
    assert found is not None
    assert (found["outcome"], found["reference"]) == ("passed", "briefing version 1 in fa-AF")
    assert (await step(it, "culture-briefing"))["state"] == "done"
    assert (await good(it, "person", "GET", PATH))["acknowledged"] == 1


async def test_a_new_version_is_what_has_to_be_read(it: Running) -> None:
    """R17: the older one is no longer acknowledged; the same texts again are no new version."""
    await publish(it, ENGLISH)
    assert (await publish(it, ENGLISH))["version"] == 1
    assert (await publish(it, DARI))["version"] == 2
    assert await acknowledge(it, 1) == 409
    assert await acknowledge(it, 2, "fa-AF") == 201


async def test_a_site_without_its_own_briefing_takes_the_one_above(it: Running) -> None:
    """R17: until it publishes one."""
    await publish(it, ENGLISH, site="net.af")
    await publish(it, DARI, site="net.ke")
    assert (await good(it, "person", "GET", PATH))["site"] == "net.af"
    await publish(it, DARI)
    assert await acknowledge(it, 1, "en", "net.af") == 409
    assert await acknowledge(it, 1, "fa-AF") == 201


async def test_versions_count_up_without_a_gap_or_a_twin(it: Running) -> None:
    """Also when several people publish at the same moment."""
    texts = [{"language": "en", "text": f"Text {number}."} for number in range(4)]
    published = await asyncio.gather(*(publish(it, text) for text in texts))
    assert sorted(each["version"] for each in published) == [1, 2, 3, 4]


async def test_only_the_sites_staff_publish(it: Running) -> None:
    """Neither another site's, nor a site for those above it, nor the person."""
    strangers: list[tuple[Role, str]] = [
        ("coordinator", "net.ke"),
        ("coordinator", "net.af.herat"),
        ("participant", SITE),
    ]
    for role, site in strangers:
        async with it.client(role=role, site=site, person=PERSON) as http:
            assert (await http.post(f"/places/{SITE}/briefing", json={"texts": [ENGLISH]})).status_code == 404
    async with it.client(role="coordinator", site=SITE) as http:
        assert (await http.post("/places/net.af/briefing", json={"texts": [ENGLISH]})).status_code == 404


@pytest.mark.parametrize(
    "texts",
    [
        [], [ENGLISH, ENGLISH], [{"language": "english", "text": "x"}], [ENGLISH | {"text": "a\x00b"}],
        [ENGLISH | {"text": " "}], [ENGLISH | {"text": "x" * 20_001}], [ENGLISH] * 13,
    ],
    ids=["none", "twice", "language", "nul", "blank", "long", "many"],
)  # fmt: skip
async def test_texts_that_cannot_be_are_refused_at_the_door(it: Running, texts: list[dict[str, str]]) -> None:
    """Nothing half published."""
    assert (await call(it, "screener", "POST", f"/places/{SITE}/briefing", {"texts": texts})).status_code == 422
    assert (await call(it, "screener", "GET", f"/places/{SITE}/briefing")).status_code == 404
