"""The type of a programme asks for its own steps and consents (R28)."""

from collections.abc import Awaitable, Callable

import pytest

from shared.contracts.intake import ProgrammeType
from tests.service.screening.scenes import know, seen
from tests.service.screening.story import applies, offering, place, role
from tests.support.running import Running

GIVEN: list[tuple[ProgrammeType, set[str], set[str], bool]] = [
    ("adult-adult", {"identity", "interview"}, {"eligibility", "consents"}, False),
    ("adult-minor", {"identity", "training", "interview", "record-check"},
     {"eligibility", "consents", "assent", "guardian-consent"}, True),
    ("peer", {"identity", "interview"}, {"eligibility", "consents"}, False),
    ("group", {"identity", "references", "interview"}, {"eligibility", "consents"}, False),
]  # fmt: skip
"""By type: what a mentor alone with one person is asked, a mentee of unknown age; whether a second person agrees."""


@pytest.mark.parametrize(("programme_type", "mentors", "mentees", "second"), GIVEN, ids=[each[0] for each in GIVEN])
@pytest.mark.parametrize("first", ["type", "application"])
async def test_the_type_of_a_programme_drives_steps_and_consents(
    running: Callable[..., Awaitable[Running]],
    programme_type: ProgrammeType, mentors: set[str], mentees: set[str], second: bool, first: str,
) -> None:  # fmt: skip
    """R28: the same role and the same person are asked otherwise in another type of programme, in either order."""
    it = await running("screening")
    told = offering().model_copy(update={"programme_type": programme_type})
    adult = role("mentor-adult", "mentor", "one-on-one", tier="intermediate")
    rest = [place(), adult, applies(1, 1, "mentor-adult", "mentor")]
    for event in [told, *rest] if first == "type" else [*rest, told]:
        await it.hear(event)
    await know(it)
    case = await seen(it)
    assert (set(case["required"]) & KNOWN, case["second_person"]) == (mentors, second)
    await it.hear(role("mentee-adult", "mentee"))
    await it.hear(applies(2, 2, "mentee-adult", "mentee"))
    async with it.client(role="screener", site="net") as http:
        found = (await http.get("/cases", params={"role": "mentee-adult"})).json()["items"][0]
    assert set(found["required"]) == mentees


KNOWN = {"identity", "training", "references", "interview", "record-check"}
"""The network's own checks of volunteers; a law's are not looked at here."""
