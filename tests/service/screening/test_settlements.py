"""Nobody is cleared over what a person has not settled; what was settled is kept."""

from typing import Any
from uuid import UUID

from tests.service.screening.scenes import CLEAR, PERSON, acts, only_case, pass_all, post
from tests.service.screening.step_scenes import call, good
from tests.service.screening.story import place
from tests.support.running import Running

SETTLED = {"what": "no-pack/AF", "how": "asked-and-not-needed", "reason": "The ministry was asked.", "reference": "L-7"}


async def settle(it: Running, person: UUID | None = None, **fields: Any) -> tuple[int, dict[str, Any]]:
    """What a settlement is answered."""
    return await post(it, "settlements", SETTLED | fields, person)


async def test_a_draft_that_nobody_accepted_is_settled_in_the_case(it: Running) -> None:
    """R41: screening under a draft never clears without a person who settled what was not read."""
    await it.hear(place(accepted=False), sequence=2)
    await pass_all(it)
    status, problem = await post(it, "decision", CLEAR)
    assert status == 409
    assert "no-pack/AF" in problem["detail"]
    status, shown = await settle(it)
    assert status == 200
    assert shown["to_settle"] == []
    assert (await post(it, "decision", CLEAR))[0] == 200


async def test_declining_needs_no_settlement(it: Running) -> None:
    """Only clearing rests on the law."""
    await it.hear(place(accepted=False), sequence=2)
    assert (await post(it, "decision", {"decision": "decline", "criterion": "volunteer-no-time"}))[0] == 200


async def test_the_acceptance_of_the_site_counts_while_its_law_stands(it: Running) -> None:
    """Trap 9: what was accepted was one law; taken back, or at another law, somebody settles it anew."""
    await pass_all(it)
    await it.hear(place("JO", accepted=False), sequence=2)
    assert (await post(it, "decision", CLEAR))[0] == 409
    await it.hear(place("JO", accepted=True), sequence=3)
    assert (await post(it, "decision", CLEAR))[0] == 200


async def test_a_settlement_is_kept_and_the_same_again_is_none(it: Running) -> None:
    """What was settled is dropped by no new requirements, and is asked of the person who settled it."""
    await it.hear(place(accepted=False), sequence=2)
    for _ in range(2):
        status, shown = await settle(it)
        assert (status, len(shown["settlements"])) == (200, 1)
    await it.hear(place("GB", "GB-SCT"), sequence=3)
    shown = await good(it, "screener", "GET", "{case}/settlements")
    assert [(each["what"], each["how"], each["reference"]) for each in shown["settlements"]] == [
        ("no-pack/AF", "asked-and-not-needed", "L-7")
    ]
    assert shown["settlements"][0]["settled_by"]
    await it.hear(place(accepted=False), sequence=4)
    await pass_all(it)
    assert (await post(it, "decision", CLEAR))[0] == 200
    assert (await acts(it)).count("settled") == 1


async def test_a_correction_is_kept_beside_what_it_corrects(it: Running) -> None:
    """Both stand, each with its reason."""
    await it.hear(place(accepted=False), sequence=2)
    await settle(it)
    status, shown = await settle(it, how="accepted", reason="The board accepts it.")
    assert status == 200
    assert [each["how"] for each in shown["settlements"]] == ["asked-and-not-needed", "accepted"]


async def test_what_is_not_to_be_settled_is_refused(it: Running) -> None:
    """A settlement in advance, of something else, by the person themself, or without a reason is none."""
    await it.hear(place(accepted=False), sequence=2)
    assert (await settle(it, what="kenya/volunteer-checks"))[0] == 409
    assert (await settle(it, person=PERSON))[0] == 409
    for wrong in ({"what": "No pack\n"}, {"how": "ignored"}, {"reason": " "}, {"reason": "x\0"}, {"more": 1}):
        status, problem = await settle(it, **wrong)
        assert status == 422, wrong
        assert problem["errors"], wrong
    await pass_all(it)
    await settle(it)
    assert (await post(it, "decision", CLEAR))[0] == 200
    assert (await settle(it, reason="Another one."))[0] == 409


async def test_two_people_who_settle_see_each_other(it: Running) -> None:
    """`If-Match` is honoured where it is sent."""
    await it.hear(place(accepted=False), sequence=2)
    case = await only_case(it)
    async with it.client(role="screener", site=case["site"]) as http:
        path = f"/cases/{case['clearance']}/settlements"
        seen = (await http.get(path)).headers["ETag"]
        answer = await http.post(path, json=SETTLED, headers={"If-Match": seen})
        assert answer.status_code == 200
        assert answer.headers["ETag"] != seen
        other = SETTLED | {"how": "accepted"}
        assert (await http.post(path, json=other, headers={"If-Match": seen})).status_code == 412


async def test_the_reason_is_for_screeners(it: Running) -> None:
    """R54: the person sees what is unsettled in their case, never how somebody settled it."""
    await it.hear(place(accepted=False), sequence=2)
    await settle(it)
    shown = await call(it, "person", "GET", "{case}")
    assert shown.json()["unsettled"][0]["what"] == "no-pack/AF"
    assert "ministry" not in shown.text
    assert (await call(it, "person", "GET", "{case}/settlements")).status_code == 403
