"""The network-wide dismissal register: off unless a key is set, keyed, expiring, and silent but for whom to ask."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from services.screening.settings import Settings
from shared.contracts.intake import SiteChanged
from shared.ids import new_id
from tests.service.screening.conduct_scenes import Factory, ask, dismissed, good, raised, staffed
from tests.service.screening.story import applies, identity
from tests.support.running import BEGINNING, Running

SETTING = "RAPPORT_SCREENING_DISMISSAL_REGISTER_KEY_FILE"
ANNA = {"full_name": "Müller, Anna María", "birth_date": "1980-02-29"}
PERSON = identity(1)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    """A key outside the database."""
    path = tmp_path / "register.key"
    path.write_text("k" * 32)
    return path


async def finished(
    running: Factory, country: str = "US", subdivision: str | None = "US-CA", **how: Any
) -> tuple[Running, str]:
    """A case in which the mentor was heard and dismissed, closed."""
    it = await staffed(running, country, subdivision, **how)
    await it.hear(SiteChanged(site="net.af", place="organisation", zone="UTC"))
    case = await raised(it, "talk", 1)
    await dismissed(it, case)
    for report in (await good(it, "GET", case))["reports"]:
        body = {"answer": "not-due", "reason": "No harm was done."}
        await good(it, "POST", f"{case}/reports/{report['report']}/answers", body)
    await good(it, "POST", f"{case}/closing", {"outcome": "measures"})
    return it, f"{case}/register-entries/{PERSON}"


async def look(it: Running, who: dict[str, str] = ANNA, lookup: str | None = None) -> Any:
    """A screener looks an applicant up."""
    cases = (await good(it, "GET", "/cases"))["items"]
    (applicant,) = [each["clearance"] for each in cases if each["state"] in ("open", "waiting")]
    body = {**who, "clearance": applicant}
    return await ask(it, "PUT", f"/register-lookups/{lookup or new_id()}", body)


async def test_it_is_off_by_default(running: Factory) -> None:
    """Nothing is entered or found; the sentence names the setting."""
    it, path = await finished(running)
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    for answer in (await ask(it, "PUT", path, ANNA), await look(it)):
        assert (answer.status_code, SETTING in answer.json()["detail"]) == (409, True)


async def test_a_hit_says_whom_to_speak_to_and_nothing_more(running: Factory, key_file: Path) -> None:
    """However the name is written; the organisation, not the case, the day, the clause or a decision."""
    it, path = await finished(running, dismissal_register_key_file=key_file)
    entry = await good(it, "PUT", path, ANNA)
    assert entry == {"organisation": "net.af", "last_day": "2031-11-02"}
    assert await good(it, "PUT", path, ANNA) == entry
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    for name in ("Müller, Anna María", "anna maria MULLER", "Anna-María  Müller"):
        assert (await look(it, ANNA | {"full_name": name})).json() == {"speak_to": ["net.af"]}
    for other in (ANNA | {"birth_date": "1980-02-28"}, ANNA | {"full_name": "Anna Müller"}):
        assert (await look(it, other)).json() == {"speak_to": []}
    (applicant,) = [each for each in (await good(it, "GET", "/cases"))["items"] if each["person"] == str(identity(9))]
    assert applicant["state"] == "open"


async def test_neither_name_nor_birth_date_is_kept_anywhere(running: Factory, key_file: Path) -> None:
    """Keyed, so that the database alone tells nothing; also no digest without a key beside an Idempotency-Key."""
    it, path = await finished(running, dismissal_register_key_file=key_file)
    headers = {"Idempotency-Key": "one"}
    await good(it, "PUT", path, ANNA, headers=headers)
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    await look(it)
    async with it.service.sessions() as session:
        names = await session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for name in list(names):
            rows = (await session.execute(text(f'SELECT t::text FROM "{name}" t'))).scalars().all()
            assert not [row for row in rows if "1980" in row or "ller" in row or "k" * 32 in row], name
        assert list(await session.scalars(text("SELECT key FROM idempotency WHERE key = 'one'"))) == []


async def test_each_look_is_written_down(running: Factory, key_file: Path) -> None:
    """Who, when, about whose application; a second one under the same id is refused."""
    it, _ = await finished(running, dismissal_register_key_file=key_file)
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    lookup = str(new_id())
    assert [(await look(it, lookup=lookup)).status_code for _ in range(2)] == [200, 409]
    async with it.service.sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM register_lookup")) == 1


async def test_an_entry_ends_on_its_last_day(running: Factory, key_file: Path) -> None:
    """Five years at the most; then it is deleted, not only passed over."""
    it, path = await finished(running, dismissal_register_key_file=key_file)
    assert (await ask(it, "PUT", path, ANNA | {"years": 6})).status_code == 422
    await good(it, "PUT", path, ANNA | {"years": 1})
    it.set_clock(BEGINNING + timedelta(days=365))
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    await it.fire()
    assert (await look(it)).json() == {"speak_to": ["net.af"]}
    it.set_clock(BEGINNING + timedelta(days=366))
    assert (await look(it)).json() == {"speak_to": []}
    await it.fire()
    async with it.service.sessions() as session:
        assert await session.scalar(text("SELECT count(*) FROM register_entry")) == 0


async def test_only_a_finished_case_with_the_right_of_reply_leads_to_it(running: Factory, key_file: Path) -> None:
    """R57: an open case does not, nor a warning; nor an emergency's dismissal of somebody unheard."""
    it = await staffed(running, "KE", None, dismissal_register_key_file=key_file)
    case = await raised(it, "emergency", 1)
    path = f"{case}/register-entries/{PERSON}"
    common = {"person": str(PERSON), "clause": 7, "clause_version": "1"}
    for kind in ("suspend", "dismiss"):
        await good(it, "POST", f"{case}/measures", common | {"measure": kind})
    assert "finished" in (await ask(it, "PUT", path, ANNA)).json()["detail"]
    await good(it, "POST", f"{case}/closing", {"outcome": "measures"})
    assert "not heard" in (await ask(it, "PUT", path, ANNA)).json()["detail"]
    other = path.replace(str(PERSON), str(identity(3)))
    assert "not dismissed" in (await ask(it, "PUT", other, ANNA)).json()["detail"]


async def test_germany_forbids_it(running: Factory, key_file: Path) -> None:
    """Requirements b4, GDPR art. 10: no comprehensive register, neither to enter nor to look up."""
    it, path = await finished(running, "DE", None, dismissal_register_key_file=key_file)
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    for answer in (await ask(it, "PUT", path, ANNA), await look(it)):
        assert answer.status_code == 409
        assert "GDPR art. 10" in answer.json()["detail"]


async def test_it_can_be_taken_out(running: Factory, key_file: Path) -> None:
    """A wrong entry goes at once."""
    it, path = await finished(running, dismissal_register_key_file=key_file)
    await good(it, "PUT", path, ANNA)
    await good(it, "DELETE", path)
    assert (await ask(it, "DELETE", path)).status_code == 404
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    assert (await look(it)).json() == {"speak_to": []}
    it.set_clock(BEGINNING + timedelta(days=3000))
    await it.fire()


@pytest.mark.parametrize("fault", ["gone", "another", "short"])
async def test_a_wrong_key_is_told_by_its_setting(running: Factory, key_file: Path, fault: str) -> None:
    """Another key would find nobody and say so in silence; a missing one neither."""
    it, path = await finished(running, dismissal_register_key_file=key_file)
    await good(it, "PUT", path, ANNA)
    await it.hear(applies(9, 9, "mentor-adult", "mentor"))
    if fault == "gone":
        key_file.unlink()
    else:
        key_file.write_text("x" * (40 if fault == "another" else 3))
    answer = await look(it)
    assert (answer.status_code, SETTING in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize("content", [None, "too short"])
def test_a_key_that_cannot_be_used_stops_the_start(tmp_path: Path, content: str | None) -> None:
    """`rapport config check` and the start name the field; the content is not told."""
    path = tmp_path / "register.key"
    if content:
        path.write_text(content)
    with pytest.raises(ValidationError) as caught:
        Settings(dismissal_register_key_file=path)
    (fault,) = [each for each in caught.value.errors() if each["loc"] == ("dismissal_register_key_file",)]
    assert "key" in fault["msg"]
    assert "too short" not in fault["msg"]
