"""The type of a programme decides on consents and supervision, whatever anybody sets (R28)."""

import pytest

from shared.contracts.intake import ProgrammeType
from tests.service.intake.consenting import child, consent
from tests.service.intake.scenes import MENTOR, OPEN, SITE, Start, administrator, good, network

OFFERED = f"/offerings/typed@{SITE}"
GIVEN: list[tuple[ProgrammeType, bool, list[str]]] = [
    ("adult-adult", False, ["self"]),
    ("adult-minor", False, ["guardian", "self"]),
    ("peer", True, ["self"]),
    ("group", True, ["self"]),
]
"""By type: whether somebody at the place has to look after people, and who agrees for a person of unknown age."""


@pytest.mark.parametrize(("programme_type", "supervised", "agree"), GIVEN, ids=[each[0] for each in GIVEN])
async def test_the_type_of_a_programme_drives_supervision_and_consents(
    running: Start, programme_type: ProgrammeType, supervised: bool, agree: list[str]
) -> None:
    """R28: it opens only where a facilitator can be found, its policy says why, and nobody below loosens it."""
    it = await running("intake")
    await network(it)
    http = administrator(it)
    programme = {"site": "net", "name": "Typed", "type": programme_type}
    good(await http.put("/programmes/typed", json=programme))
    opened = await http.put(OFFERED, json=OPEN)
    assert (opened.status_code, "facilitator" in opened.text) == ((409, True) if supervised else (200, False))
    good(await http.put("/roles/onsite", json=MENTOR | {"kind": "facilitator", "title": "Onsite"}))
    good(await http.put(OFFERED, json=OPEN))
    in_force = good(await http.get(f"{OFFERED}/policy"))["in_force"]["facilitator"]
    expected = {"value": True, "set_by": [f"type/{programme_type}"]} if supervised else {"value": False, "set_by": []}
    assert {name: in_force[name] for name in expected} == expected
    loosened = await http.put(f"{OFFERED}/policy", json={"facilitator": False}, headers={"If-Match": "*"})
    assert loosened.status_code == (409 if supervised else 200)
    told = [event.data for event in await it.emitted() if event.data.get("offering") == f"typed@{SITE}"]
    assert told[-1]["policy"]["facilitator"] is supervised
    person = await child(it, None)
    assert (await consent(it, person, "data"))["needed"] == agree
