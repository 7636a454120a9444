"""`rapport export` from a real intake: what it writes is imported again as unchanged."""

from pathlib import Path

from deploy.rosters.exporting import Export, carry_out, prepare
from deploy.rosters.importing import Order
from deploy.rosters.maps import SHIPPED
from tests.service.intake.test_roster_import import FILES, SITE, intake, take
from tests.support.running import Running

__all__ = ["intake"]


async def export(it: Running, file: Path, role: str) -> Export:
    """Export a role to a file."""
    prepared = prepare(Order(file, SITE, role, "civil-service"))
    async with it.client(role="coordinator", site=SITE) as http:
        await carry_out(prepared, http)
    return prepared


async def test_what_was_exported_is_imported_as_unchanged(intake: Running, tmp_path: Path) -> None:
    """Both files of the sample, people of two roles among them; nothing changes and nothing is told."""
    for file, role in FILES.items():
        await take(intake, SHIPPED / "sample" / file, role, attest="Signed on the intranet")
    told = len(await intake.emitted())
    for file, role in FILES.items():
        written = await export(intake, tmp_path / file, role)
        assert (written.written, written.left_out) == (25, [])
        found = await take(intake, tmp_path / file, role, attest="Signed on the intranet")
        assert found["refused"] == []
        assert (found["counts"]["unchanged"], found["counts"]["with_two_roles"]) == (25, 10)
    assert len(await intake.emitted()) == told
