"""A facilitator enrols people who have no e-mail, and acts for them and for nobody else."""

from uuid import UUID

from shared.ids import new_id
from tests.service.intake.scenes import (
    CARD,
    OFFERING,
    PROFILE,
    SITE,
    Start,
    coordinator,
    facilitator,
    good,
    held,
    network,
    registered,
    types,
)
from tests.support.running import Running

WITHOUT_ADDRESS = {**CARD, "site": SITE, "email": None}
PAPER = held()
SIGNED = {
    "document": PAPER["document"],
    "version": PAPER["version"],
    "evidence": {"holder": "Kabul office", "signed_on": "2026-09-01"},
}


async def enrolled(it: Running, by: UUID) -> UUID:
    """Somebody without an e-mail."""
    return UUID(good(await facilitator(it, by).post("/people", json=WITHOUT_ADDRESS))["person"])


async def test_who_has_no_address_applies_through_a_facilitator(running: Start) -> None:
    """Card, profile, signed paper and application; screening hears of it as of any other."""
    it = await running("intake")
    await network(it)
    me = new_id()
    mentee = await enrolled(it, me)
    client = facilitator(it, me)
    good(await client.put(f"/people/{mentee}/profile", json=PROFILE))
    asked = {"person": str(mentee), "role": "mentee-adult", "offering": OFFERING}
    application = good(await client.post("/applications", json=asked))
    assert application["state"] == "to-sign"
    signed = good(await client.post(f"/people/{mentee}/signatures", json=SIGNED))
    assert signed["submitted"] == [application["application"]]
    assert good(await client.get(f"/applications/{application['application']}"))["state"] == "submitted"
    assert [each["person"] for each in good(await client.get("/applications"))["items"]] == [str(mentee)]
    assert await types(it) == ["profile.changed", "application.submitted"]


async def test_an_address_is_for_people_who_register_themselves(running: Start) -> None:
    """Whoever has one is told so, the same for a taken and a free one: nobody learns who is registered."""
    it = await running("intake")
    await network(it)
    await registered(it)
    answers = []
    for email in ("parwana@example.org", "free@example.org"):
        answer = await facilitator(it, new_id()).post("/people", json={**WITHOUT_ADDRESS, "email": email})
        assert answer.status_code == 422
        answers.append(answer.json()["errors"])
    assert answers[0] == answers[1]


async def test_a_facilitator_acts_for_those_they_enrolled_alone(running: Start) -> None:
    """Not for another's, not for who registered otherwise, and for nobody once they facilitate elsewhere."""
    it = await running("intake")
    await network(it)
    me = new_id()
    mine, anothers, other = await enrolled(it, me), await enrolled(it, new_id()), await registered(it)
    elsewhere = facilitator(it, me, "net.af.herat")
    for client, person in (
        (facilitator(it, me), anothers), (facilitator(it, me), other), (elsewhere, mine),
    ):  # fmt: skip
        assert (await client.get(f"/people/{person}")).status_code == 404
        assert (await client.put(f"/people/{person}/profile", json=PROFILE)).status_code == 404
        asked = {"person": str(person), "role": "mentee-adult", "offering": OFFERING}
        assert (await client.post("/applications", json=asked)).status_code == 403
    good(
        await coordinator(it).post(
            "/applications", json={"person": str(mine), "role": "mentee-adult", "offering": OFFERING}
        )
    )
    assert good(await elsewhere.get("/applications"))["items"] == []
    assert (await elsewhere.post("/people", json=WITHOUT_ADDRESS)).status_code == 403
