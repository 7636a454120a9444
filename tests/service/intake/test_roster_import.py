"""`rapport import` against a real intake: what the sample rosters become there, and that nothing happens twice."""

from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.cli.network import apply_network
from deploy.rosters.importing import Order, carry_out, prepare
from deploy.rosters.maps import SHIPPED
from services.intake.domain.readiness import TICKED
from tests.service.intake.scenes import TICK, WRITTEN
from tests.support.running import Running

Start = Callable[..., Awaitable[Running]]
SITE = "net.uk"
FILES = {"mentors.csv": "mentor-civil", "mentees.csv": "mentee-civil"}
NETWORK: dict[str, list[dict[str, Any]]] = {
    "places": [
        {"site": "net", "place": "network", "name": "Letters", "zone": "Europe/London", "languages": ["en"]},
        {
            "site": SITE, "place": "site", "name": "London", "zone": "Europe/London", "country": "GB",
            "languages": ["en"],
        },
    ],
    "readiness": [{"site": SITE, "item": item, **TICK} for item in TICKED],
    "documents": [{"document": "conduct", "version": 1, "site": "net", "language": "en", "text": "1. Be kind."}],
    "programmes": [{"programme": "civil-mentoring", "site": "net", "name": "Civil", "type": "adult-adult"}],
    "roles": [
        {"role": f"{kind}-civil", "site": "net", "kind": kind, "title": kind, "risks": [], **WRITTEN}
        for kind in ("mentor", "mentee")
    ],
    "offerings": [
        {
            "offering": f"civil-mentoring@{SITE}", "is_open": True, "mentor_reply_hours": 48, "mentee_reply_hours": 96,
            "document": "conduct",
        }
    ],
}  # fmt: skip


@pytest.fixture
async def intake(running: Start) -> Running:
    """Intake with one offering for civil servants."""
    it = await running("intake")
    async with it.client(role="administrator", site="net") as http:
        await apply_network(http, NETWORK)
    return it


async def take(it: Running, file: Path, role: str, **asked: Any) -> dict[str, Any]:
    """Import a file, and give its report."""
    prepared = prepare(Order(file, SITE, role, "civil-service", **asked))
    async with it.client(role="administrator", site=SITE) as http:
        await carry_out(prepared, http)
    return prepared.report.document()


async def submitted(it: Running) -> Counter[str]:
    """How many applications were told of, by role."""
    events = [one for one in await it.emitted() if one.type == "rapport.application.submitted.v1"]
    return Counter(one.data["role"] for one in events)


async def test_the_sample_rosters_become_applications_once(intake: Running) -> None:
    """Forty people and ten second roles; the same files again change nothing and tell nobody."""
    for file, role in FILES.items():
        found = await take(intake, SHIPPED / "sample" / file, role, attest="Signed on the intranet")
        assert found["refused"] == []
        assert (found["counts"]["created"], found["counts"]["with_two_roles"]) == (20, 5)
    assert await submitted(intake) == {"mentor-civil": 25, "mentee-civil": 25}
    told = len(await intake.emitted())
    for file, role in FILES.items():
        found = await take(intake, SHIPPED / "sample" / file, role, attest="Signed on the intranet")
        assert found["counts"]["unchanged"] == 20
    assert len(await intake.emitted()) == told


async def test_without_a_signature_applications_wait(intake: Running) -> None:
    """An import invents no signature (R72)."""
    found = await take(intake, SHIPPED / "sample" / "mentors.csv", "mentor-civil")
    assert found["counts"]["waiting_to_sign"] == 20
    assert await submitted(intake) == {}


async def test_what_intake_refuses_is_told_by_column(intake: Running, tmp_path: Path) -> None:
    """The good rows of the same batch are kept."""
    rows = (SHIPPED / "sample" / "mentors.csv").read_text().replace("sample.mentor.01@example.org", "a..b@example.org")
    (tmp_path / "roster.csv").write_text(rows)
    found = await take(intake, tmp_path / "roster.csv", "mentor-civil")
    assert [(one["row"], one["column"]) for one in found["refused"]] == [(3, "email address")]
    assert found["counts"]["created"] == 19
    assert "a..b" not in str(found)
