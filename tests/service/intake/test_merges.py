"""Two records of one person: found by who may see both, merged once, with the history of both."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from deploy.registry import resends
from shared.ids import new_id
from shared.outbox.resend import resend
from tests.service.intake.consenting import agree, consent, guardian, take_back, texts
from tests.service.intake.knowing import claim
from tests.service.intake.merging import HERAT, merge, merged, told, two_records
from tests.service.intake.scenes import (
    CARD,
    OFFERING,
    PROFILE,
    SITE,
    Start,
    administrator,
    batch,
    coordinator,
    facilitator,
    good,
    held,
    network,
    participant,
    registered,
    roster_row,
)
from tests.support.running import BEGINNING, Running

SIGNED = {"document": "conduct", "version": "1"}


async def apply(it: Running, person: UUID, role: str = "mentor-adult") -> str:
    """A person applies."""
    body = {"person": str(person), "role": role, "offering": OFFERING}
    return str(good(await coordinator(it).post("/applications", json=body))["application"])


async def born(it: Running, person: UUID, **particulars: Any) -> None:
    """Staff record particulars."""
    good(await coordinator(it).put(f"/people/{person}/particulars", json=particulars))


async def candidates(it: Running, person: UUID, site: str = SITE) -> list[tuple[str, str]]:
    """Which records may be the same person's, and why."""
    items = good(await coordinator(it, site).get(f"/people/{person}/candidates"))["items"]
    return [(item["person"], item["why"]) for item in items]


async def test_staff_of_both_sites_find_candidates(running: Start) -> None:
    """The same address, or the same name and birth date; a record at a site that is not theirs is not shown."""
    it, kept, given_up = await two_records(running)
    assert await candidates(it, kept) == [(str(given_up), "address")]
    assert await candidates(it, given_up) == [(str(kept), "address")]
    alike = {"full_name": "Parwana Karimi"}
    here = await registered(it, email="a@example.org", **alike)
    away = await registered(it, email="b@example.org", site=HERAT, **alike)
    for person, site in ((here, SITE), (away, HERAT)):
        path = f"/people/{person}/particulars"
        good(await coordinator(it, site).put(path, json={"born_on": "1990-05-01"}))
    assert await candidates(it, here) == []
    assert await candidates(it, here, "net.af") == [(str(away), "name-and-birth-date")]
    assert (await participant(it, here).get(f"/people/{here}/candidates")).status_code == 403


async def test_only_staff_of_both_sites_merge_and_nobody_themself(running: Start) -> None:
    """Others learn nothing of either record: whoever may not see one gets the words for one that there is not."""
    it, kept, _ = await two_records(running)
    away = await registered(it, email="away@example.org", site=HERAT)
    nothing = await merge(coordinator(it), new_id(), kept)
    for client in (coordinator(it), coordinator(it, HERAT), participant(it, away), facilitator(it, new_id()),
                   it.client(role="screener", site="net"), it.client(role="administrator", site="other")):  # fmt: skip
        for one, other in ((away, kept), (kept, away)):
            answer = await merge(client, one, other)
            assert (answer.status_code, answer.json()) == (404, nothing.json())
    themself = it.client(role="administrator", site="net", person=kept)
    assert (await merge(themself, away, kept)).status_code == 403
    assert (await merge(it.client(), away, kept)).status_code == 401
    good(await merge(coordinator(it, "net.af"), away, kept))


async def test_a_merge_is_done_once(running: Start) -> None:
    """Told once without a word of private content; what cannot be merged is a contradiction with a sentence."""
    it, kept, given_up = await two_records(running)
    third = await registered(it, email="third@example.org")
    assert (await merge(coordinator(it), kept, kept)).status_code == 409
    key = {"Idempotency-Key": "once"}
    staff = coordinator(it)
    first, again = [good(await merge(staff, given_up, kept, headers=key)) for _ in range(2)]
    assert first == again == {"given_up": str(given_up), "person": str(kept), "merged_at": first["merged_at"]}
    event = {"given_up": str(given_up), "person": str(kept), "site": SITE, "other_site": None}
    assert await told(it, "person.merged") == [event]
    for one, other in ((given_up, kept), (kept, given_up), (given_up, third), (third, given_up)):
        assert (await merge(coordinator(it), one, other)).status_code == 409, "a chain, or a circle"
    await merged(it, kept, third)
    assert good(await coordinator(it).get(f"/people/{given_up}"))["person"] == str(third)


async def test_two_merges_at_once_make_no_circle(running: Start) -> None:
    """Each into the other, at the same moment: one of them is refused."""
    it, kept, given_up = await two_records(running)
    answers = await asyncio.gather(
        merge(coordinator(it), given_up, kept), merge(coordinator(it), kept, given_up)
    )  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(await told(it, "person.merged")) == 1


async def test_the_given_up_id_leads_to_the_kept_record(running: Start) -> None:
    """It answers with the kept card to who may see that, and takes nothing; nobody goes on acting under it."""
    it, kept, given_up = await two_records(running)
    await merged(it, given_up, kept)
    answer = await coordinator(it).get(f"/people/{given_up}")
    assert (answer.json()["person"], answer.headers["Content-Location"]) == (str(kept), f"/people/{kept}")
    assert good(await participant(it, kept).get(f"/people/{given_up}"))["person"] == str(kept)
    assert (await coordinator(it, HERAT).get(f"/people/{given_up}")).status_code == 404
    own, asked = participant(it, given_up), {"role": "mentor-adult", "offering": OFFERING}  # a token of before
    calls = [
        await own.get(f"/people/{given_up}"),
        await own.post("/people", json={**CARD, "site": SITE}),
        await own.put(f"/people/{given_up}/profile", json=PROFILE),
        await own.post(f"/people/{given_up}/signatures", json=SIGNED),
        await own.post("/applications", json=asked),
        await agree(own, given_up, "take-part"),
        await own.get(f"/people/{kept}"),
    ]
    assert [call.status_code for call in calls] == [401] * len(calls)
    assert str(kept) not in "".join(call.text for call in calls)
    staff = coordinator(it)
    calls = [
        await staff.put(f"/people/{given_up}/profile", json=PROFILE),
        await staff.put(f"/people/{given_up}/admission", json={"needs": ["reading"]}),
        await staff.get(f"/people/{given_up}/consents"),
        await staff.post("/applications", json={**asked, "person": str(given_up)}),
    ]
    assert [call.status_code for call in calls] == [409] * len(calls)


async def test_who_registers_learns_nothing_of_a_merge(running: Start) -> None:
    """An address of a merged person looks like any other one to whoever types it, before and after."""
    it, kept, given_up = await two_records(running)
    await merged(it, given_up, kept)
    answers = set()
    for email in ("parwana@example.org", "free@example.org"):
        me = new_id()
        answer = await participant(it, me).post("/people", json={**CARD, "site": SITE, "email": email})
        answers.add(str([answer.status_code, answer.json()]).replace(str(me), "me").replace(email, "address"))
    assert len(answers) == 1


async def test_both_histories_stand_under_the_kept_record(running: Start) -> None:
    """Applications, signatures, held clearances, profile and admission: what either had, the kept one has."""
    it, kept, given_up = await two_records(running)
    mine, theirs = await apply(it, kept, "mentee-adult"), await apply(it, given_up)
    good(await participant(it, given_up).post(f"/people/{given_up}/signatures", json=SIGNED))
    good(await participant(it, given_up).put(f"/people/{given_up}/profile", json=PROFILE))
    paper = {"authority": "Police", "number": "1", "valid_until": "2028-01-01"}
    for person, check, number in ((kept, "a", "1"), (kept, "b", "2"), (given_up, "b", "3"), (given_up, "c", "4")):
        good(await coordinator(it).put(f"/people/{person}/clearances/{check}", json={**paper, "number": number}))
        it.set_clock(BEGINNING.replace(hour=9 + int(number)))
    for person, told_ in ((kept, {"needs": ["reading"], "safety_plan": "Call first."}),
                          (given_up, {"needs": ["writing"], "safety_plan": "Never at home."})):  # fmt: skip
        good(await coordinator(it).put(f"/people/{person}/admission", json=told_))
    await born(it, given_up, born_on="1990-05-01")
    await merged(it, given_up, kept)
    staff = coordinator(it)
    applications = good(await staff.get(f"/applications?person={kept}"))["items"]
    assert {row["application"]: row["state"] for row in applications} == {mine: "submitted", theirs: "submitted"}
    held_now = good(await staff.get(f"/people/{kept}/clearances"))
    assert {row["check"]: row["number"] for row in held_now} == {"a": "1", "b": "3", "c": "4"}
    admission = good(await staff.get(f"/people/{kept}/admission"))
    assert (admission["needs"], admission["safety_plan"]) == (["reading", "writing"], "Call first.\n\nNever at home.")
    assert good(await staff.get(f"/people/{kept}/profile"))["skills"] == PROFILE["skills"]
    assert good(await staff.get(f"/people/{kept}/particulars"))["born_on"] == "1990-05-01"
    assert [each["person"] for each in (await told(it, "agreement.signed"))[-1:]] == [str(kept)]
    assert (await told(it, "profile.changed"))[-1]["person"] == str(kept)


async def test_the_kept_card_takes_what_it_lacks(running: Start) -> None:
    """An address that only the other record had is reached from now on, where both allowed it."""
    it, kept, given_up = await two_records(running)
    good(await merge(coordinator(it), kept, given_up))
    service = it.client(role="service", site="net")
    cards = good(await service.post("/internal/address-cards", json={"people": [str(kept), str(given_up)]}))["cards"]
    assert {card["person"] for card in cards} == {str(kept), str(given_up)}
    assert {(card["email"], card["may_mail"]) for card in cards} == {("parwana@example.org", True)}
    assert good(await coordinator(it).get(f"/people/{given_up}"))["possible_duplicate_of"] is None
    assert (await coordinator(it).post("/people", json={**CARD, "site": SITE})).status_code == 409


async def test_contradictions_wait_for_staff(running: Start) -> None:
    """Two birth dates, two homes, two open applications for one role: corrected first, then merged."""
    it, kept, given_up = await two_records(running)
    await born(it, kept, born_on="1990-05-01", lives_in="AF")
    await born(it, given_up, born_on="2010-05-01", lives_in="KE")
    await apply(it, kept)
    second = await apply(it, given_up)
    reasons = []
    for settle in (
        lambda: born(it, given_up, born_on="1990-05-01", lives_in="KE"),
        lambda: born(it, given_up, born_on="1990-05-01", lives_in="AF"),
        lambda: coordinator(it).post(f"/applications/{second}/withdrawal"),
    ):
        answer = await merge(coordinator(it), given_up, kept)
        assert answer.status_code == 409
        reasons.append(answer.json()["detail"])
        await settle()
    assert len(set(reasons)) == 3
    await merged(it, given_up, kept)


@pytest.mark.parametrize("after", ["taken back", "given anew"])
async def test_consents_become_one(running: Start, after: str) -> None:
    """Words of both are the proof; what is said later holds for the consent that readers knew of the other record."""
    it, kept, given_up = await two_records(running)
    await texts(it)
    for person, purpose in ((kept, "data"), (given_up, "data"), (given_up, "survey")):
        await born(it, person, born_on="1990-05-01")
        good(await agree(participant(it, person), person, purpose))
    consents = {(each["person"], each["purpose"]): each["consent"] for each in await told(it, "consent.given")}
    await merged(it, given_up, kept)
    assert [(await consent(it, kept, purpose))["state"] for purpose in ("data", "survey")] == ["given", "given"]
    good(await take_back(participant(it, kept), kept, "data"))
    ended = await told(it, "consent.withdrawn")
    both = {consents[str(kept), "data"], consents[str(given_up), "data"]}
    assert ({each["consent"] for each in ended}, {each["person"] for each in ended}) == (both, {str(kept)})
    if after == "given anew":
        good(await agree(participant(it, kept), kept, "data"))
        assert {each["consent"] for each in (await told(it, "consent.given"))[-2:]} == both


async def test_a_no_beside_a_yes_is_asked_first(running: Start) -> None:
    """No is stronger than yes, and a merge makes neither of the other: the person says which holds."""
    it, kept, given_up = await two_records(running)
    await texts(it)
    for person in (kept, given_up):
        await born(it, person, born_on="1990-05-01")
        good(await agree(participant(it, person), person, "take-part"))
    good(await take_back(participant(it, given_up), given_up, "take-part"))
    assert (await merge(coordinator(it), given_up, kept)).status_code == 409
    good(await take_back(participant(it, kept), kept, "take-part"))
    await merged(it, given_up, kept)
    assert (await consent(it, kept, "take-part"))["state"] == "withdrawn"


async def test_a_guardian_is_held_to_the_stricter_row(running: Start) -> None:
    """No contact with one record is no contact with the person; nobody is their own guardian."""
    it, kept, given_up = await two_records(running)
    await texts(it)
    parent = await guardian(it, given_up)
    body = {"guardian": str(parent), "kind": "parent"}
    good(await coordinator(it).post(f"/people/{kept}/guardians", json=body))
    strict = {"kind": "parent", "may_consent": False, "may_be_told": False, "no_contact": True}
    good(await coordinator(it).put(f"/people/{kept}/guardians/{parent}", json=strict))
    await merged(it, given_up, kept)
    (row,) = good(await coordinator(it).get(f"/people/{kept}/guardians"))["items"]
    assert (row["guardian"], row["no_contact"], row["may_consent"]) == (str(parent), True, False)
    third = await registered(it, email="third@example.org")
    good(await coordinator(it).post(f"/people/{third}/guardians", json={"guardian": str(kept), "kind": "parent"}))
    assert (await merge(coordinator(it), third, kept)).status_code == 409


async def test_a_roster_finds_the_kept_person(running: Start) -> None:
    """The same file again changes nothing and makes nobody new."""
    it = await running("intake")
    await network(it)
    rows = batch(roster_row(1, evidence=held()))
    (row,) = good(await coordinator(it).post("/imports", json=rows))["rows"]
    kept = await registered(it, email="other@example.org")
    await merged(it, UUID(row["person"]), kept)
    (again,) = good(await coordinator(it).post("/imports", json=rows))["rows"]
    assert (again["person"], again["application"]) == (str(kept), row["application"])


async def test_what_is_told_anew_knows_the_kept_person_alone(running: Start) -> None:
    """A reader whose copy is built anew hears of the merge, and of the other id nothing else."""
    it, kept, given_up = await two_records(running)
    await texts(it)
    await apply(it, given_up)
    await born(it, given_up, born_on="1990-05-01")
    for person in (kept, given_up):
        good(await participant(it, person).post(f"/people/{person}/signatures", json=SIGNED))
        good(await agree(participant(it, person), person, "data"))
    await merged(it, given_up, kept)
    before = len(await it.emitted())
    for family in resends("intake").families:
        await resend(it.service.sessions, resends("intake"), family, BEGINNING)
    anew = (await it.emitted())[before:]
    assert str(kept) in "".join(str(each.data) for each in anew)
    (merge_anew,) = [each for each in anew if str(given_up) in str(each.data) + each.subject]
    assert [merge_anew.data] * 2 == await told(it, "person.merged")
    (marker,) = [each for each in anew if each.subject == "resend/person"]
    assert marker.data["subjects"] == 1, "a merge is no copy of a profile"


async def test_two_networks_are_not_crossed(running: Start) -> None:
    """Whoever has grants in both networks is told that no data crosses."""
    it, kept, _ = await two_records(running)
    other = {"place": "network", "name": "Other", "zone": "UTC", "languages": ["en"]}
    everywhere = it.client(role="administrator", site="*")
    good(await everywhere.put("/places/other", json=other))
    foreign = good(await everywhere.post("/people", json={**CARD, "site": "other"}))["person"]
    assert (await merge(everywhere, UUID(foreign), kept)).status_code == 409
    assert (await merge(administrator(it), UUID(foreign), kept)).status_code == 404


async def test_what_protects_is_kept_from_both(running: Start) -> None:
    """R19, R20: wishes of both, and what either says is not possible; services are told to read it anew."""
    it, kept, given_up = await two_records(running)
    friend = await registered(it, email="friend@example.org")
    about: dict[str, Any] = {"levels": {}, "countries": {}, "style": {}, "wishes": [], "adjustments": []}
    for person, said, limits in (
        (kept, {"dislikes": ["calls"]}, {"safe_hours": [9, 10], "no_photos": False}),
        (given_up, {"dislikes": ["small-talk"]}, {"safe_hours": [10, 11], "no_photos": True}),
    ):
        staff, limits = coordinator(it), {"forbidden_channels": [], "may_know": None, **limits}
        good(await staff.put(f"/people/{person}/about", json=about | said))
        good(await staff.put(f"/people/{person}/constraints", json=limits, headers={"If-Match": "*"}))
    said = good(await claim(participant(it, given_up), given_up, "mentee", other=str(friend)))
    await merged(it, given_up, kept)
    assert good(await coordinator(it).get(f"/people/{kept}/about"))["dislikes"] == ["calls", "small-talk"]
    limits = good(await coordinator(it).get(f"/people/{kept}/constraints"))
    assert (limits["safe_hours"], limits["no_photos"]) == ([10], True)
    assert (await told(it, "constraints.changed"))[-1]["person"] == str(kept)
    (claimed,) = good(await coordinator(it).get(f"/people/{kept}/relationships"))["items"]
    assert (claimed["relationship"], claimed["state"]) == (said["relationship"], "claimed")


async def test_who_says_that_they_know_the_other_record_is_another_person(running: Start) -> None:
    """R1: nobody knows themself, so staff look first; taken back, it stands in nobody's way."""
    it, kept, given_up = await two_records(running)
    said = good(await claim(participant(it, given_up), given_up, "mentee", other=str(kept)))
    assert (await merge(coordinator(it), given_up, kept)).status_code == 409
    path = f"/people/{given_up}/relationships/{said['relationship']}/withdrawal"
    good(await participant(it, given_up).post(path))
    await merged(it, given_up, kept)
