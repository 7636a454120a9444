"""`rapport urls`: the addresses of what runs, without what would let somebody in."""

from pathlib import Path

import pytest

from deploy.local.addresses import Addresses
from deploy.local.home import Home
from shared.contracts import OWNERS
from tests.support.here import rapport_here

PASSWORD = "hunter2"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with the addresses of a platform."""
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path / "home"))
    home = Home(tmp_path / "home")
    Addresses(
        services=dict.fromkeys(OWNERS, "http://127.0.0.1:1"),
        databases=dict.fromkeys(OWNERS, f"postgresql+asyncpg://u:{PASSWORD}@127.0.0.1:1/x"),
        amqp_url=f"amqp://rapport:{PASSWORD}@127.0.0.1:2/lane?password={PASSWORD}",
        management_url=f"http://rapport:{PASSWORD}@127.0.0.1:3",
        smtp_port=4,
        mail_url="http://127.0.0.1:5",
        keys_file="",
        private_key_file="",
        clock="real",
    ).save(home)
    return home


async def test_no_login_is_told(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    with home.locked():
        answer = await rapport_here(capsys, "urls", "--json")
    assert answer.code == 0, answer.err
    found = {(row["part"], row["what"]): row["url"] for row in answer.json}
    assert found["broker", "amqp"] == "amqp://127.0.0.1:2/lane"
    assert found["broker", "management"] == "http://127.0.0.1:3"
    assert found["notify", "openapi"] == "http://127.0.0.1:1/openapi.json"
    assert found["mail", "messages"] == "http://127.0.0.1:5/messages"
    assert PASSWORD not in answer.out + answer.err


@pytest.mark.usefixtures("home")
async def test_a_killed_platform_has_no_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    answer = await rapport_here(capsys, "urls")
    assert (answer.code, answer.out, "rapport up" in answer.err) == (69, "", True)
