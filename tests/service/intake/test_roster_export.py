"""`rapport export` from a real intake: what it writes is imported again as unchanged."""

from pathlib import Path

import pytest

from deploy.rosters.exporting import Export, carry_out, prepare
from deploy.rosters.importing import Order
from deploy.rosters.importing import carry_out as carry_out_import
from deploy.rosters.importing import prepare as prepare_import
from deploy.rosters.maps import SHIPPED
from deploy.rosters.report import Report
from tests.service.intake.test_roster_import import FILES, SITE, intake, take
from tests.support.running import Running

MAP = """
source = "sheet"
offering = "civil-mentoring"
date_format = "%d.%m.%Y"
[columns]
key = "id"
full_name = ["first", "last"]
name_to_use = "called"
email = "mail"
languages = "languages"
skills = "skills"
weekly_hours = "hours"
free_hours = "free"
[translate.languages]
"English" = "en"
"Dari, Pashto" = ["fa-AF", "ps"]
[split]
languages = "/"
[defaults]
zone = "Europe/London"
[evidence]
document = "conduct"
version = 1
signed_on = "signed"
holder = { always = "HR" }
[[clearance]]
check = { column = "check" }
authority = { always = "DBS" }
number = "number"
valid_until = "until"
"""
WANTED = {"site": SITE, "role": "mentor-civil", "offering": f"civil-mentoring@{SITE}", "source": "sheet"}
HEADER = "id,first,last,called,mail,languages,skills,hours,free,signed,check,number,until"
PEOPLE = (
    """1,'=HYPERLINK(1),"de, la Cruz",'@you,one@example.org,English,law-x,"1,5",mon 18-21;42"""
    ",01.02.2026,Enhanced check,0012,01.03.2028",
    '2,علی\u200cرضا,کریمی,علی,,"Dari, Pashto/English",,2,,,,,',
)

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


async def take_sheet(it: Running, file: Path, folder: Path) -> Report:
    """The report of an import with the map above."""
    prepared = prepare_import(Order(file, SITE, "mentor-civil", str(folder / "map.toml")))
    async with it.client(role="administrator", site=SITE) as http:
        await carry_out_import(prepared, http)
    return prepared.report


@pytest.mark.parametrize("by_hand", [False, True], ids=["as imported", "changed by hand"])
async def test_papers_and_clearances_go_in_and_out(intake: Running, tmp_path: Path, by_hand: bool) -> None:
    """Evidence, clearances, formulas, keys without an e-mail, and what staff changed since stand as they stood."""
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "people.csv").write_text("\n".join([HEADER, *PEOPLE]), encoding="utf-8")
    first = await take_sheet(intake, tmp_path / "people.csv", tmp_path)
    assert (first.refused, list(first.states.values())) == ({}, ["created", "created"])
    if by_hand:
        async with intake.client(role="administrator", site=SITE) as http:
            people = [row["person"] for row in (await http.get("/exports", params=WANTED)).json()["items"]]
            for person in people:
                changed = await http.patch(
                    f"/people/{person}", json={"name_to_use": "+Bo", "language": "fr"}, headers={"If-Match": "*"}
                )
                assert changed.is_success, changed.text
    told = len(await intake.emitted())
    export = prepare(Order(tmp_path / "back.csv", SITE, "mentor-civil", str(tmp_path / "map.toml")))
    async with intake.client(role="coordinator", site=SITE) as http:
        await carry_out(export, http)
    assert (export.written, export.left_out) == (2, [])
    text = (tmp_path / "back.csv").read_text(encoding="utf-8-sig")
    for part in ("Enhanced-check".lower(), "0012", "01.03.2028", "01.02.2026", "Dari, Pashto", "'=HYPERLINK(1)"):
        assert part in text
    again = await take_sheet(intake, tmp_path / "back.csv", tmp_path)
    assert (again.refused, list(again.states.values())) == ({}, ["unchanged", "unchanged"])
    assert len(await intake.emitted()) == told
