"""Settings are judged all at once, before anything starts; production takes no file clock and no development key."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.cli.settings_reference import reference_text
from deploy.keys import make_pair
from shared.clock import real_now, set_file_clock
from shared.settings import ServiceSettings
from tests.support.command import rapport

ROOT = Path(__file__).parents[3]


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    """What intake needs, in production."""
    make_pair(tmp_path / "private.json", tmp_path / "public.json")
    return {
        "RAPPORT_ENV": "production",
        "RAPPORT_AMQP_URL": "amqp://rapport:secret-one@broker:5672/",
        "RAPPORT_KEYS_FILE": str(tmp_path / "public.json"),
        "RAPPORT_INTAKE_DATABASE_URL": "postgresql+asyncpg://rapport:secret-two@database:5432/intake",
    }


async def check(environment: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Exit code and all that `rapport config check` prints."""
    answer = await rapport("config", "check", *arguments, env=environment)
    return answer.code, answer.out + answer.err


async def test_what_is_right_can_start(good: dict[str, str]) -> None:
    assert await check(good, "intake") == (0, "intake     can start: 127.0.0.1:8101, production\n")


async def test_all_faults_at_once_by_variable_and_never_by_value(good: dict[str, str], tmp_path: Path) -> None:
    set_file_clock(tmp_path / "clock.json", real_now())
    wrong = good | {
        "RAPPORT_AMQP_URL": "http://rapport:secret-one@broker",
        "RAPPORT_INTAKE_DATABASE_URL": "postgresql://rapport:secret-two@database/intake",
        "RAPPORT_INTAKE_PORT": "70000",
        "RAPPORT_CLOCK": f"file:{tmp_path / 'clock.json'}",
        "RAPPORT_KEYS_FILE": str(tmp_path / "nowhere.json"),
    }
    code, told = await check(wrong, "intake")
    assert code == 2
    for variable in wrong.keys() - {"RAPPORT_ENV"}:
        assert told.count(variable) >= 1, variable
    assert "secret" not in told


async def test_each_service_names_what_it_lacks(good: dict[str, str]) -> None:
    code, told = await check(good)
    assert code == 2
    assert "RAPPORT_SCREENING_DATABASE_URL: must be set" in told
    assert "RAPPORT_INTAKE" not in told


async def test_production_refuses_a_development_key(good: dict[str, str], tmp_path: Path) -> None:
    make_pair(tmp_path / "mine.json", tmp_path / "development.json", development=True)
    wrong = good | {"RAPPORT_KEYS_FILE": str(tmp_path / "development.json")}
    code, told = await check(wrong, "intake")
    assert (code, "RAPPORT_KEYS_FILE" in told, "rapport keys new" in told) == (2, True, True)
    assert (await check(wrong | {"RAPPORT_ENV": "development"}, "intake"))[0] == 0


async def test_production_asks_staff_for_their_clearance(good: dict[str, str]) -> None:
    """A deployment is safe where nobody said anything; only elsewhere may it be ignored."""
    ignored = good | {"RAPPORT_STAFF_CLEARANCE": "ignored"}
    code, told = await check(ignored, "intake")
    assert (code, "RAPPORT_STAFF_CLEARANCE: must be 'required'" in told) == (2, True)
    assert (await check(good | {"RAPPORT_STAFF_CLEARANCE": "required"}, "intake"))[0] == 0
    assert (await check(ignored | {"RAPPORT_ENV": "development"}, "intake"))[0] == 0


@pytest.mark.parametrize(
    ("environment", "said", "holds"),
    [
        ("production", None, "required"),
        ("production", "required", "required"),
        ("development", None, "ignored"),
        ("development", "ignored", "ignored"),
        ("development", "required", "required"),
    ],
)
def test_what_holds_of_staff_where_nothing_is_said(
    good: dict[str, str], environment: str, said: str | None, holds: str
) -> None:
    """Required in production, ignored elsewhere."""
    values = {
        "environment": environment, "staff_clearance": said, "port": 1,
        "database_url": good["RAPPORT_INTAKE_DATABASE_URL"], "amqp_url": good["RAPPORT_AMQP_URL"],
        "keys_file": good["RAPPORT_KEYS_FILE"],
    }  # fmt: skip
    named = {name: value for name, value in values.items() if value is not None}
    assert ServiceSettings.model_validate(named).staff_clearance == holds


async def test_production_signs_with_no_development_key(good: dict[str, str], tmp_path: Path) -> None:
    make_pair(tmp_path / "mine.json", tmp_path / "development.json", development=True)
    signed = good | {"RAPPORT_PRIVATE_KEY_FILE": str(tmp_path / "private.json")}
    assert (await rapport("token", "screener", "--site", "net", env=signed)).code == 0
    refused = good | {"RAPPORT_PRIVATE_KEY_FILE": str(tmp_path / "mine.json")}
    assert (await rapport("token", "screener", "--site", "net", env=refused)).code == 2


async def test_a_folder_of_files_stands_for_variables(good: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name in ("RAPPORT_AMQP_URL", "RAPPORT_INTAKE_DATABASE_URL"):
        (folder / name).write_text(good.pop(name) + "\n")
    assert (await check(good, "intake"))[0] == 2
    assert (await check(good | {"RAPPORT_SECRETS_FOLDER": str(folder)}, "intake"))[0] == 0
    assert (await check(good | {"RAPPORT_SECRETS_FOLDER": str(tmp_path / "nowhere")}, "intake"))[0] == 2


async def test_the_page_of_settings_is_what_the_classes_say() -> None:
    """`rapport config reference > deploy/settings.md` writes it."""
    assert (ROOT / "deploy/settings.md").read_text() == reference_text()
    assert (await rapport("config", "reference")).out == reference_text()


async def test_a_key_pair_is_made_once_and_only_whole(tmp_path: Path) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    made = ("keys", "new", "--private", str(private), "--public", str(public))
    assert (await rapport(*made)).code == 0
    assert private.stat().st_mode & 0o777 == 0o600
    assert "d" not in json.loads(public.read_text())["keys"][0]
    before = private.read_bytes()
    assert (await rapport(*made)).code == 0
    assert private.read_bytes() == before
    public.unlink()
    assert (await rapport(*made)).code == 2
    assert private.read_bytes() == before


async def test_tokens_of_services_are_files_named_by_their_settings(tmp_path: Path) -> None:
    make_pair(tmp_path / "private.json", tmp_path / "public.json")
    assert (await rapport("keys", "tokens", str(tmp_path), "--private", str(tmp_path / "private.json"))).code == 0
    names = {path.name for path in tmp_path.glob("RAPPORT_*")}
    assert names == {f"RAPPORT_{name}_SERVICE_TOKEN" for name in ("MATCHING", "NOTIFY", "SCREENING")}
    assert (await rapport("keys", "tokens", str(tmp_path), "--private", str(tmp_path / "public.json"))).code == 2
