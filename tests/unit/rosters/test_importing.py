"""One import from beginning to end, against doors that answer as intake and screening do."""

from collections import Counter
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from deploy.cli.common import Typed
from deploy.local.problems import Misconfigured
from deploy.rosters import sending
from deploy.rosters.importing import Order, Prepared, carry_out, prepare
from deploy.rosters.report import Report
from deploy.rosters.screening import Screener, Screening
from shared.access import Grant, mint, new_key
from shared.ids import new_id
from tests.unit.rosters import doors

MAP = """
source = "sheet"
offering = "first-steps"
[columns]
full_name = "name"
email = "mail"
[defaults]
language = "en"
zone = "Africa/Nairobi"
weekly_hours = 1
[also]
column = "both"
when = "yes"
role = { mentor = "mentee" }
"""


def order(folder: Path, rows: list[str], **changes: Any) -> Order:
    """An order to import rows of (name, mail, both)."""
    (folder / "map.toml").write_text(MAP)
    (folder / "roster.csv").write_text("\n".join(["name,mail,both", *rows]), encoding="utf-8")
    asked: dict[str, Any] = {"site": "net.ke", "role": "mentor", **changes}
    return Order(folder / "roster.csv", map=str(folder / "map.toml"), **asked)


def some(total: int, both: str = "no") -> list[str]:
    """So many good rows."""
    return [f"Person {number},p{number}@example.org,{both}" for number in range(total)]


async def imported(prepared: Prepared, intake: doors.Intake) -> dict[str, Any]:
    """The report after the import."""
    async with intake.client() as http:
        await carry_out(prepared, http)
    return prepared.report.document()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PAUSES", (0.0, 0.0))


async def test_rows_go_in_batches_two_at_a_time(tmp_path: Path) -> None:
    """Each batch has at most a hundred rows and a key of its own, and says what the command said."""
    intake = doors.Intake()
    found = await imported(prepare(order(tmp_path, some(450), attest="Signed on paper", notify=True)), intake)
    assert sorted(len(body["rows"]) for _, body in intake.requests) == [50, 100, 100, 100, 100]
    assert len({key for key, _ in intake.requests}) == 5
    assert intake.most == 2
    head = {name: value for name, value in intake.requests[0][1].items() if name != "rows"}
    assert head == {
        "site": "net.ke",
        "role": "mentor",
        "offering": "first-steps@net.ke",
        "source": "sheet",
        "attest": "Signed on paper",
        "notify": True,
    }
    assert found["counts"]["created"] == found["rows"] == 450


async def test_an_import_again_changes_nothing(tmp_path: Path) -> None:
    """Every row is unchanged the second time, asked for anew and not answered from memory."""
    intake = doors.Intake()
    await imported(prepare(order(tmp_path, some(3))), intake)
    counts = (await imported(prepare(order(tmp_path, some(3))), intake))["counts"]
    assert (counts["created"], counts["updated"], counts["unchanged"]) == (0, 0, 3)
    assert intake.requests[0][0] != intake.requests[1][0]


async def test_a_person_of_two_roles_applies_twice_with_one_profile(tmp_path: Path) -> None:
    """The second role follows the first; the row is counted once."""
    intake = doors.Intake()
    prepared = prepare(order(tmp_path, [*some(2), "Both,both@example.org,yes"]))
    found = await imported(prepared, intake)
    first, second = (body for _, body in intake.requests)
    assert (first["role"], second["role"]) == ("mentor", "mentee")
    assert second["rows"] == first["rows"][2:]
    assert (found["counts"]["created"], found["counts"]["with_two_roles"]) == (3, 1)
    assert Counter(prepared.report.applications.values()) == {"mentor": 3, "mentee": 1}


async def test_refused_rows_are_told_and_the_others_kept(tmp_path: Path) -> None:
    """By row and column of the file, never by value; refused here, at the door, or for being there twice."""
    rows = [*some(2), "Nobody,,no", "Person 0 again,P0@example.org,no", "too,many,cells,here", *some(4)[3:]]
    intake = doors.Intake(refuse=lambda row: "email" if row["email"] == "p1@example.org" else None)
    prepared = prepare(order(tmp_path, rows))
    found = await imported(prepared, intake)
    assert [(refusal["row"], refusal["column"]) for refusal in found["refused"]] == [
        (3, "mail"),
        (4, "mail"),
        (5, "mail"),
        (6, None),
    ]
    assert (found["counts"]["created"], prepared.report.exit_code) == (2, 1)
    assert "Nobody" not in str(found)
    assert "p1@" not in str(found)


async def test_a_refused_second_role_is_told_with_the_role(tmp_path: Path) -> None:
    """The first application stands."""
    times = count(1)
    intake = doors.Intake(refuse=lambda row: "role" if next(times) > 2 else None)
    found = await imported(prepare(order(tmp_path, some(1, both="yes"))), intake)
    assert found["counts"]["created"] == 1
    assert found["refused"][0]["reason"] == "As mentee: No."


async def test_a_refused_person_has_no_second_role(tmp_path: Path) -> None:
    """Whom intake did not take is not sent again."""
    intake = doors.Intake(refuse=lambda row: "email")
    await imported(prepare(order(tmp_path, some(1, both="yes"))), intake)
    assert len(intake.requests) == 1


async def test_those_who_wait_to_sign_are_counted_and_not_screened(tmp_path: Path) -> None:
    """Without evidence and without anybody's word an application waits for its signature (R72)."""
    prepared = prepare(order(tmp_path, some(2)))
    found = await imported(prepared, doors.Intake(waits="to-sign"))
    assert (found["counts"]["waiting_to_sign"], prepared.report.applications) == (2, {})


async def test_a_batch_is_repeated_with_its_key_while_intake_is_away(tmp_path: Path) -> None:
    """A lost connection and a database that is away are waited for."""
    intake = doors.Intake(failures=[503, httpx2.ConnectError("away")])
    found = await imported(prepare(order(tmp_path, some(2))), intake)
    assert found["counts"]["created"] == 2
    assert len(intake.requests) == 3
    assert len({key for key, _ in intake.requests}) == 1


async def test_when_intake_stays_away_the_command_says_how_to_go_on(tmp_path: Path) -> None:
    """After some attempts; the same command continues safely."""
    with pytest.raises(sending.Stopped, match="run the same command again"):
        await imported(prepare(order(tmp_path, some(2))), doors.Intake(failures=[503] * 3))


async def test_a_batch_refused_as_a_whole_ends_the_command(tmp_path: Path) -> None:
    """An offering that does not exist is what was typed."""
    with pytest.raises(Typed):
        await imported(prepare(order(tmp_path, some(2))), doors.Intake(failures=[404]))


def test_the_offering_is_the_maps_at_the_site_or_what_was_typed(tmp_path: Path) -> None:
    """A programme is joined with the site; a whole offering is taken as it is."""
    assert prepare(order(tmp_path, [], offering="other")).head["offering"] == "other@net.ke"
    assert prepare(order(tmp_path, [], offering="other@net")).head["offering"] == "other@net"
    without = order(tmp_path, [])
    (tmp_path / "map.toml").write_text(MAP.replace('offering = "first-steps"', ""))
    with pytest.raises(Misconfigured, match="--offering"):
        prepare(without)


FIRST = new_id()


async def screened(screening: doors.Screening, applications: set[UUID], second: UUID | None = None) -> Counter[str]:
    """What became of the cases of these applications."""
    counts: Counter[str] = Counter()
    screener = Screener(FIRST, "Register 2026/7", "net.ke", second)
    async with screening.client() as http:
        await Screening(
            http, screener, set(applications), counts, lambda done: None, patience=0.2, pause=0.01, second=http
        ).carry_out()
    return counts


async def test_open_cases_are_cleared_with_reference_and_the_criterion_of_their_kind() -> None:
    """Each required check passes with the reference; volunteers and mentees have criteria of their own (R48)."""
    kinds = {new_id(): kind for kind in ("mentor", "mentee", "mentor", "facilitator", "mentee")}
    screening = doors.Screening(kinds)
    assert await screened(screening, set(kinds)) == {"cleared": 5}
    assert screening.criteria == {str(case): "welcome" if kind == "mentee" else "fit" for case, kind in kinds.items()}
    assert all(
        results == [{"check": "identity", "outcome": "passed", "reference": "Register 2026/7"}]
        for results in screening.results.values()
    )


async def test_cases_decided_before_refused_or_missing_are_told() -> None:
    """A second run finds the first one's clearances; a case that never opens is waited for a bounded time."""
    before, own, missing, other = new_id(), new_id(), new_id(), new_id()
    screening = doors.Screening(
        {before: "mentor", own: "mentor", other: "mentor"}, refused={own}, states={str(before): "cleared"}
    )
    assert await screened(screening, {before, own, missing}) == {"decided before": 1, "refused": 1, "no case": 1}
    assert str(other) not in screening.states


async def test_a_second_person_agrees_or_the_cases_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap 17: in the same run, or in one of their own with their token, which decides nothing for the first."""
    case, second = new_id(), new_id()
    high = doors.Screening({case: "mentor"}, high=True)
    assert await screened(high, {case}) == {"wait for a second person": 1}
    assert await screened(doors.Screening({case: "mentor"}, high=True), {case}, second) == {"cleared": 1}
    private, _ = new_key()
    monkeypatch.setenv("RAPPORT_TOKEN", mint(private, str(second), [Grant("screener", "net")], timedelta(hours=1)))
    assert await screened(doors.Screening({case: "mentor"}, high=True), {case}, second) == {"not decided yet": 1}
    assert await screened(high, {case}, second) == {"cleared": 1}
    with pytest.raises(Typed, match="another person"):
        Screener(second, "x", "net", second)


def test_a_screener_decides_under_their_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of somebody else is refused before anything is sent; so is a reference of several lines."""
    person = new_id()
    private, _ = new_key()
    token = mint(private, str(person), [Grant("screener", "net")], timedelta(hours=1))
    monkeypatch.setenv("RAPPORT_TOKEN", token)
    assert Screener(person, "x", "net").person == person
    with pytest.raises(Typed, match="somebody else"):
        Screener(new_id(), "x", "net")
    with pytest.raises(Typed, match="--reference"):
        Screener(person, "two\nlines", "net")


def test_a_case_that_did_not_open_is_no_success(tmp_path: Path) -> None:
    """Exit code 1 when something that was asked for is missing."""
    prepared = prepare(order(tmp_path, []))
    report: Report = prepared.report
    assert report.exit_code == 0
    report.screening = Counter({"cleared": 3, "no case": 1})
    assert report.exit_code == 1
