"""The shipped map: on a sample of our own that always runs, and on the real files where they lie."""

import os
from collections import Counter
from pathlib import Path

import pytest

from deploy.rosters.importing import Order, prepare
from deploy.rosters.mapping import Person, Plan
from deploy.rosters.maps import SHIPPED
from deploy.rosters.reading import Row, rows
from tests.unit.rosters import doors
from tests.unit.rosters.test_importing import imported

SAMPLE = SHIPPED / "sample"
REAL = Path(os.environ.get("RAPPORT_SAMPLE_DATA", "../shared/data")) / "civil-service"
FILES = [("mentors.csv", "mentor-civil"), ("mentees.csv", "mentee-civil")]


def people(folder: Path, file: str, role: str) -> tuple[Plan, list[Person]]:
    """Everybody in a file; none may be refused."""
    prepared = prepare(Order(folder / file, "net.uk", role, "civil-service"))
    found = [prepared.plan.person(row) for row in rows(prepared.roster) if isinstance(row, Row)]
    assert len(found) == prepared.roster.rows
    taken = [person for person in found if isinstance(person, Person)]
    assert taken == found
    return prepared.plan, taken


def check(folder: Path, count: int) -> None:
    """What holds for both folders."""
    (mentor_plan, mentors), (mentee_plan, mentees) = (people(folder, file, role) for file, role in FILES)
    assert (len(mentors), len(mentees)) == (count, count)
    assert {noted.column for noted in mentor_plan.columns.dropped} >= {"characteristics", "biography"}
    assert {noted.column for noted in mentee_plan.columns.dropped} >= {
        "match with similar identity",
        "identity to match",
        "biography",
    }
    assert mentor_plan.columns.ignored == ()
    known = {skill for person in mentors for skill in person.body["profile"]["skills"]}
    wanted = {goal for person in mentees for goal in person.body["profile"]["goals"]}
    assert wanted
    assert wanted <= known
    for person in [*mentors, *mentees]:
        profile = person.body["profile"]
        assert bool(profile["skills"] and profile["goals"]) == person.two_roles


@pytest.mark.parametrize(("file", "role"), FILES)
async def test_the_sample_is_imported_whole(file: str, role: str) -> None:
    """Twenty people a file, in three scripts, with quoted line breaks and something like a formula."""
    intake = doors.Intake()
    found = await imported(prepare(Order(SAMPLE / file, "net.uk", role, "civil-service")), intake)
    assert found["counts"] == {
        "created": 20, "updated": 0, "unchanged": 0, "refused": 0, "waiting_to_sign": 0, "with_two_roles": 5,
    }  # fmt: skip
    assert Counter(role for role, _ in intake.applications) == {
        "mentor-civil": 20 if role == "mentor-civil" else 5,
        "mentee-civil": 20 if role == "mentee-civil" else 5,
    }
    sent = str([body for _, body in intake.applications.values()])
    assert "handed" not in sent
    assert "Sample person" not in sent


def test_the_sample_maps_as_the_real_files_do() -> None:
    """The same promises, where the real files are absent too."""
    check(SAMPLE, 20)


@pytest.mark.skipif(
    not REAL.is_dir(), reason=f"The Civil Service files are not in {REAL}; set RAPPORT_SAMPLE_DATA to their folder."
)
def test_the_real_files_map_without_a_refusal() -> None:
    """500 mentors and 500 mentees; what they say of their identity is dropped, and reported."""
    check(REAL, 500)
