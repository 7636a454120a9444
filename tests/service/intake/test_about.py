"""What people say of themselves: in codes, by their own will, for those who need it."""

from typing import Any
from uuid import UUID

import pytest

from services.intake.tables import AboutRow
from tests.service.intake.forms import answer, begun, sent, signed, started
from tests.service.intake.scenes import (
    OFFERING,
    PROFILE,
    SITE,
    Start,
    administrator,
    coordinator,
    good,
    participant,
    types,
)
from tests.support.running import Running

WISHES = {
    "same-gender": {"en": "Somebody of my gender", "fa": "کسی از جنس خودم"},
    "faith-sensitive": {"en": "Minds my faith"},
}
ABOUT: dict[str, Any] = {
    "levels": {"en": "B2", "fa-AF": "native"},
    "countries": {"AF": "lived-in", "GB": "knows"},
    "style": {"length": "short", "manner": "direct", "tone": "informal", "language": "fa-AF", "channel": None},
    "dislikes": ["calls", "small-talk"],
    "wishes": ["same-gender"],
    "adjustments": ["more-time", "screen-reader"],
}
ANY_VERSION = {"If-Match": "*"}


async def offers(it: Running, site: str = "net", wishes: dict[str, Any] = WISHES) -> None:
    """A place publishes its wishes."""
    good(await administrator(it).put(f"/places/{site}/wishes", json={"wishes": wishes}, headers=ANY_VERSION))


async def profile_for_matching(it: Running, person: UUID) -> dict[str, Any]:
    """What matching reads."""
    service = it.client(role="service", site="net")
    (found,) = good(await service.post("/internal/matching-profiles", json={"people": [str(person)]}))["profiles"]
    return dict(found)


async def test_matching_reads_what_people_say_of_themselves(running: Start) -> None:
    """R2, R17, R20: levels, countries, style, dislikes and wishes; adjustments decide on no pair and stay in intake."""
    it, me = await started(running)
    await offers(it)
    good(await participant(it, me).put(f"/people/{me}/profile", json=PROFILE))
    shown = await participant(it, me).put(f"/people/{me}/about", json=ABOUT)
    assert good(shown)["changed"] is True
    found = await profile_for_matching(it, me)
    assert {name: found[name] for name in ABOUT if name != "adjustments"} == {
        name: value for name, value in ABOUT.items() if name != "adjustments"
    }
    assert "adjustments" not in found
    assert found["languages"] == PROFILE["languages"]


async def test_what_is_said_is_told_when_it_changes(running: Start) -> None:
    """The same again, in another order, tells nothing; without a profile nobody reads it, so nobody is told."""
    it, me = await started(running)
    await offers(it)
    http, path = participant(it, me), f"/people/{me}/about"
    assert (await http.get(path)).headers["ETag"] == '"0"'
    good(await http.put(path, json=ABOUT))
    assert await types(it) == []
    good(await http.put(f"/people/{me}/profile", json=PROFILE))
    again = ABOUT | {"dislikes": ["small-talk", "calls", "calls"]}
    assert good(await http.put(path, json=again))["changed"] is False
    assert good(await http.get(path)) == {**ABOUT, "person": str(me)}
    assert good(await http.put(path, json={}))["changed"] is True
    assert await types(it) == ["profile.changed", "profile.changed"]
    assert (await http.put(path, json=ABOUT, headers={"If-Match": '"1"'})).status_code == 412


UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"adjustments": ["dyslexia"]}, "adjustments.0"),
    ({"adjustments": ["large-print because of diabetes"]}, "adjustments.0"),
    ({"levels": {"en": "good"}}, "levels.en"),
    ({"levels": {"x!": "A1"}}, "levels.x!.[key]"),
    ({"countries": {"XX": "knows"}}, "countries.XX.[key]"),
    ({"countries": {"AF": "born-in"}}, "countries.AF"),
    ({"style": {"length": "medium"}}, "style.length"),
    ({"style": {"religion": "any"}}, "style.religion"),
    ({"dislikes": ["my boss"]}, "dislikes.0"),
    ({"religion": "any"}, "religion"),
    ({"wishes": ["Not A Slug"]}, "wishes.0"),
    ({"wishes": ["no-men"]}, "wishes"),
]


async def test_only_codes_are_taken(running: Start) -> None:
    """R17, R20: no diagnosis, no creed, no free text, no wish that the site does not offer; nothing is half stored."""
    it, me = await started(running)
    await offers(it)
    for fields, field in UNUSABLE:
        refused = await participant(it, me).put(f"/people/{me}/about", json=ABOUT | fields)
        assert refused.status_code == 422, fields
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    async with it.service.sessions() as session:
        assert await session.get(AboutRow, me) is None


async def test_a_wish_is_one_that_the_site_offers(running: Start) -> None:
    """R20: a site adds to what stands above it; what is offered no more stays with whoever wished it alone."""
    it, me = await started(running)
    await offers(it)
    path, http = f"/people/{me}/about", participant(it, me)
    site = {"age-band": {"en": "Somebody of my age"}, "same-gender": {"en": "A woman, for women"}}
    assert (await http.put(path, json={"wishes": ["age-band"]})).status_code == 422
    await offers(it, SITE, site)
    offered = good(await http.get(f"/places/{SITE}/wishes"))["items"]
    assert [(each["code"], each["site"]) for each in offered] == [
        ("age-band", SITE), ("faith-sensitive", "net"), ("same-gender", SITE),
    ]  # fmt: skip
    good(await http.put(path, json={"wishes": ["age-band"]}))
    await offers(it, SITE, {})
    good(await http.put(path, json={"wishes": ["age-band", "same-gender"]}))
    good(await http.put(path, json={"wishes": ["same-gender"]}))
    assert (await http.put(path, json={"wishes": ["age-band"]})).status_code == 422
    assert (await coordinator(it).put(f"/places/{SITE}/wishes", json={"wishes": {}})).status_code == 403
    late = await administrator(it).put(f"/places/{SITE}/wishes", json={"wishes": site}, headers={"If-Match": '"1"'})
    assert late.status_code == 412


async def test_a_form_asks_for_it_and_takes_no_for_an_answer(running: Start) -> None:
    """R2, R17, R20: each may be left out, says why and who reads it; wishes are asked where a site offers some."""
    it, me = await started(running)
    path = f"/offerings/{OFFERING}/form?role=mentor-adult&language=en"

    async def asked() -> dict[str, Any]:
        sections = good(await participant(it, me).get(path))["sections"]
        return {field["field"]: field for section in sections for field in section["fields"]}

    assert "wishes" not in await asked()
    await offers(it)
    fields = await asked()
    assert fields["wishes"]["choices"] == {
        "faith-sensitive": "Minds my faith", "same-gender": "Somebody of my gender",
    }  # fmt: skip
    assert fields["adjustments"]["choices"]["screen-reader"] == "works with a screen reader"
    assert fields["style"]["read_by"] == ["matching", "partner"]
    for name in (*ABOUT, "safe_hours", "forbidden_channels", "may_know", "no_photos"):
        assert fields[name]["required"] is False
        assert fields[name]["why"]
    path = path.replace("language=en", "language=fa-AF")
    named = (await asked())["wishes"]["choices"]
    assert named == {"faith-sensitive": "Minds my faith", "same-gender": WISHES["same-gender"]["fa"]}


async def test_answers_of_a_form_go_home(running: Start) -> None:
    """They stand where they can be changed, are told once, and are not asked again."""
    it, me = await started(running)
    await offers(it)
    http = participant(it, me)
    await signed(it, me)
    refused = await http.patch(f"/applications/{await begun(http)}/answers", json={"answers": {"wishes": ["no-men"]}})
    assert refused.json()["errors"][0]["field"] == "answers.wishes"
    await sent(http, **ABOUT)
    assert good(await http.get(f"/people/{me}/about")) == {**ABOUT, "person": str(me)}
    assert await types(it) == ["profile.changed", "application.submitted"]
    again = await begun(http, {"role": "mentee-adult", "offering": OFFERING})
    found = good(await http.get(f"/applications/{again}/answers"))["answers"]
    assert {name: found[name] for name in ABOUT} == ABOUT
    await answer(http, again, dislikes=None)


@pytest.mark.parametrize("field", ["dislikes", "wishes", "adjustments", "style"])
async def test_nothing_of_it_is_in_an_event_or_a_log(
    running: Start, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    """R20, trap 3: that it changed is told, and never what."""
    it, me = await started(running)
    await offers(it)
    good(await participant(it, me).put(f"/people/{me}/profile", json=PROFILE))
    good(await participant(it, me).put(f"/people/{me}/about", json={field: ABOUT[field]}))
    told = "".join(event.model_dump_json() for event in await it.emitted()) + caplog.text
    for value in ABOUT[field]:
        assert f'"{value}"' not in told
