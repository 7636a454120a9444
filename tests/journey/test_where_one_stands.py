"""What tells an operator where he stands, beside a running platform and after its end: doctor, urls, topology diff."""

import json
from pathlib import Path

import asyncpg
import httpx2
import pytest

from deploy.local.home import Home
from tests.support.command import place, rapport, up


@pytest.mark.timeout(280)
async def test_a_running_platform_is_in_order_and_tells_its_addresses(tmp_path: Path) -> None:
    """Every address that is told answers, none tells a password, and after the end all say that nothing runs."""
    with place() as env:
        async with up(env):
            doctor = await rapport("doctor", "--json", env=env)
            assert (doctor.code, doctor.json["ok"]) == (0, True), doctor.out
            ports = next(row["says"] for row in doctor.json["checks"] if row["check"] == "ports")
            assert env["RAPPORT_INTAKE_PORT"] in ports
            server = next(row["says"] for row in doctor.json["checks"] if row["check"] == "postgres intake")
            assert f"Postgres {await _postgres_version(env)} " in server
            diff = await rapport("topology", "diff", env=env)
            assert (diff.code, diff.err) == (0, "")
            await _all_answer(env)
            other = await rapport("doctor", "--json", env={**env, "RAPPORT_HOME": str(Home(tmp_path / "other").root)})
            ports = next(row for row in other.json["checks"] if row["check"] == "ports")
            assert (other.code, ports["state"]) == (69, "warning")
            assert "Another Rapport" in ports["says"]
        ended = await rapport("doctor", "--json", env=env)
        assert ended.code == 69, ended.out
        for command in (("urls",), ("topology", "diff")):
            answer = await rapport(*command, env=env)
            assert (answer.code, "rapport up" in answer.err) == (69, True)


async def _postgres_version(env: dict[str, str]) -> str:
    told = json.loads((Path(env["RAPPORT_HOME"]) / "platform.json").read_text())
    connection = await asyncpg.connect(told["databases"]["intake"].replace("postgresql+asyncpg", "postgresql", 1))
    try:
        return str(await connection.fetchval("SELECT split_part(current_setting('server_version'), ' ', 1)"))
    finally:
        await connection.close()


async def _all_answer(env: dict[str, str]) -> None:
    told = await rapport("urls", "--json", env=env)
    assert "@" not in told.out
    secrets = json.loads((Path(env["RAPPORT_HOME"]) / "platform.json").read_text())
    assert secrets["amqp_url"].partition("://")[2].partition("@")[0].partition(":")[2] not in told.out
    found = {(row["part"], row["what"]): row["url"] for row in told.json}
    assert {part for part, _ in found} >= {"intake", "notify", "mail", "broker"}
    async with httpx2.AsyncClient() as http:
        for (_, what), url in found.items():
            if what not in ("api", "amqp"):
                assert (await http.get(url)).is_success, url
