"""Documents with clauses, signing clause by clause, talks, and a new version that asks everybody again."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from httpx2 import AsyncClient

from tests.service.intake.scenes import (
    DOCUMENT,
    OFFERING,
    OPEN,
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

CLAUSES = [
    {"number": "1", "kind": "conduct", "text": "Be kind."},
    {"number": "2", "kind": "dismissal", "text": "Who harms somebody leaves."},
    {"number": "2.1", "kind": "boundary", "text": "No gifts."},
]
GRACE = date(2026, 12, 1)
NEXT = DOCUMENT | {"text": "Read this.", "clauses": CLAUSES, "grace_until": str(GRACE)}
VERSION_2 = "/documents/conduct/versions/2"
SIGN = {"document": "conduct", "version": "2"}
FINE = [{"clause": clause["number"], "answer": "no-question"} for clause in CLAUSES]
CONCERN = [*FINE[:2], {"clause": "2.1", "answer": "concern", "text": "At Nowruz everybody brings something."}]
FIRST = {"document": "conduct", "version": "1"}


async def started(running: Start) -> tuple[Running, UUID]:
    """The small network and one person who signed the first version and applied."""
    it = await running("intake")
    await network(it)
    me = await registered(it)
    good(await sign(it, me, **FIRST))
    good(await participant(it, me).post("/applications", json={"role": "mentor-adult", "offering": OFFERING}))
    return it, me


async def sign(it: Running, me: UUID, **body: Any) -> Any:
    """A person signs."""
    return await participant(it, me).post(f"/people/{me}/signatures", json=body)


async def told(it: Running, name: str) -> list[dict[str, Any]]:
    """The data of the emitted events of one type."""
    return [event.data for event in await it.emitted() if event.type == f"rapport.{name}.v1"]


async def asked(client: AsyncClient, me: UUID) -> dict[str, Any]:
    """What somebody is shown of the one document that concerns a person."""
    (agreement,) = good(await client.get(f"/people/{me}/agreements"))["agreements"]
    found: dict[str, Any] = agreement
    return found


async def test_a_new_version_asks_everybody_again(running: Start) -> None:
    """R72, trap 8: the earlier signature counts until the day of grace, is asked for anew, and that is told."""
    it, me = await started(running)
    assert (await asked(participant(it, me), me))["state"] == "signed"
    good(await administrator(it).put(VERSION_2, json=NEXT))
    want = {"document": "conduct", "version": "2", "signed": "1", "state": "sign-until", "until": str(GRACE)}
    assert await asked(participant(it, me), me) == want
    agreement = (await told(it, "offering.changed"))[-1]["agreement"]
    assert agreement == {
        "document": "conduct", "version": "2", "number": 2, "grace_until": str(GRACE), "previous": ["1"],
    }  # fmt: skip
    it.set_clock(BEGINNING + timedelta(days=31))
    assert await asked(coordinator(it), me) == want | {"state": "sign-now", "until": None}
    good(await sign(it, me, **SIGN, answers=FINE))
    assert await asked(participant(it, me), me) == want | {"signed": "2", "state": "signed", "until": None}
    signed = await told(it, "agreement.signed")
    assert [(each["document_version"], each["number"]) for each in signed] == [("1", 1), ("2", 2)]
    assert signed[-1] == {
        "person": str(me), "document": "conduct", "document_version": "2", "number": 2, "site": SITE,
    }  # fmt: skip


async def test_a_version_after_signatures_names_a_day(running: Start) -> None:
    """R72: without a day of grace, or with one that is over, nothing is published; a first version has none."""
    it, _ = await started(running)
    for grace in (None, "2026-11-01"):
        answer = await administrator(it).put(VERSION_2, json=NEXT | {"grace_until": grace})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "grace_until")
    assert (await administrator(it).put("/documents/other/versions/1", json=NEXT)).status_code == 422
    assert len(good(await administrator(it).get("/documents"))["items"]) == 1


async def test_a_grace_may_be_prolonged(running: Start) -> None:
    """What people were told is moved later alone; the same again changes nothing, also after the day."""
    it, _ = await started(running)
    good(await administrator(it).put(VERSION_2, json=NEXT))
    assert good(await administrator(it).put(VERSION_2, json=NEXT | {"grace_until": "2026-12-24"}))["changed"]
    assert (await told(it, "offering.changed"))[-1]["agreement"]["grace_until"] == "2026-12-24"
    assert (await administrator(it).put(VERSION_2, json=NEXT)).status_code == 409
    it.set_clock(BEGINNING + timedelta(days=90))
    again = good(await administrator(it).put(VERSION_2, json=NEXT | {"grace_until": "2026-12-24"}))
    assert not again["changed"]
    assert (await administrator(it).put(VERSION_2, json=NEXT | {"clauses": CLAUSES[:2]})).status_code == 409


async def test_each_clause_has_its_answer(running: Start) -> None:
    """R70: a signature without all answers is refused and names the clauses; with them it keeps version and hash."""
    it, me = await started(running)
    version = good(await administrator(it).put(VERSION_2, json=NEXT))
    for answers, fields in (
        ([], ["answers.1", "answers.2", "answers.2.1"]),
        (FINE[:2], ["answers.2.1"]),
        ([*FINE, {"clause": "9", "answer": "concern"}], ["answers.9"]),
        ([*FINE, FINE[0]], ["answers.1"]),
    ):
        refused = await sign(it, me, **SIGN, answers=answers)
        assert (refused.status_code, [each["field"] for each in refused.json()["errors"]]) == (422, fields)
    assert (await sign(it, me, **SIGN, answers=FINE, sha256="0" * 64)).status_code == 409
    signed = good(await sign(it, me, **SIGN, answers=FINE, sha256=version["sha256"]))
    assert (signed["version"], signed["language"], signed["sha256"]) == ("2", "en", version["sha256"])
    assert signed["recorded_at"] == "2026-11-02T08:00:00Z"
    assert (await sign(it, me, **SIGN, answers=CONCERN)).status_code == 200
    assert good(await coordinator(it).get("/talks"))["items"] == []
    assert len(await told(it, "agreement.signed")) == 2


async def test_a_concern_opens_a_talk_and_holds_nothing_up(running: Start) -> None:
    """R71: the application is submitted; staff see that a talk is open, with clause, words and age, and close it."""
    it = await running("intake")
    await network(it)
    good(await administrator(it).put(VERSION_2, json=NEXT | {"grace_until": None}))
    me = await registered(it)
    mine = participant(it, me)
    application = good(await mine.post("/applications", json={"role": "mentor-adult", "offering": OFFERING}))
    assert application["talk_open"] is None
    signed = good(await sign(it, me, **SIGN, answers=CONCERN))
    assert signed["submitted"] == [application["application"]]
    path = f"/applications/{application['application']}"
    assert good(await coordinator(it).get(path))["talk_open"] is True
    assert good(await mine.get(path))["talk_open"] is None
    it.set_clock(BEGINNING + timedelta(days=3))
    (talk,) = good(await coordinator(it).get("/talks"))["items"]
    assert (talk["age_days"], talk["owner"], talk["version"], talk["person"]) == (3, None, "2", str(me))
    assert talk["clauses"] == [{**CONCERN[2]}]
    await looked_after(it, f"/talks/{talk['talk']}")
    assert good(await coordinator(it).get(path))["talk_open"] is False
    assert good(await coordinator(it).get("/talks"))["items"] == []
    (closed,) = good(await coordinator(it).get(f"/talks?state=closed&person={me}"))["items"]
    assert (closed["outcome"], closed["note"]) == ("clarified", "Small things are fine.")


async def looked_after(it: Running, path: str) -> None:
    """One screener takes a talk, another one cannot; it is closed once."""
    first, second = (it.client(role="screener", site=SITE, person=UUID(int=each)) for each in (1, 2))
    assert good(await first.post(f"{path}/owner"))["owner"] == str(UUID(int=1))
    assert good(await first.post(f"{path}/owner"))["owner"] == str(UUID(int=1))
    assert (await second.post(f"{path}/owner")).status_code == 409
    outcome = {"outcome": "clarified", "note": "Small things are fine."}
    assert good(await second.post(f"{path}/closure", json=outcome))["closed_by"] == str(UUID(int=2))
    assert good(await first.post(f"{path}/closure", json=outcome))["closed_by"] == str(UUID(int=2))
    assert (await first.post(f"{path}/closure", json={"outcome": "remains"})).status_code == 409
    assert (await first.post(f"{path}/owner")).status_code == 409


async def test_nobody_looks_after_their_own_question(running: Start) -> None:
    """R71: staff who signed with a question neither see nor close the talk about it."""
    it, me = await started(running)
    good(await administrator(it).put(VERSION_2, json=NEXT))
    good(await sign(it, me, **SIGN, answers=CONCERN))
    (talk,) = good(await coordinator(it).get("/talks"))["items"]
    own = it.client(role="coordinator", site=SITE, person=me)
    assert good(await own.get("/talks"))["items"] == []
    path = f"/talks/{talk['talk']}"
    assert (await own.get(path)).status_code == 404
    assert (await own.post(f"{path}/closure", json={"outcome": "clarified"})).status_code == 404
    for stranger in (participant(it, me), facilitator(it, me), coordinator(it, "net.af.herat")):
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.post(f"{path}/owner")).status_code == 404


async def test_a_translation_is_signed_by_its_own_hash(running: Start) -> None:
    """R55, R72: the same clauses in another language; the signature keeps which words were read."""
    it, me = await started(running)
    good(await administrator(it).put(VERSION_2, json=NEXT))
    path = f"{VERSION_2}/translations/fa-AF"
    theirs = {"text": "بخوانید", "clauses": [clause | {"text": "..."} for clause in CLAUSES]}
    assert (await administrator(it).put(path, json=theirs | {"clauses": CLAUSES[:2]})).status_code == 409
    assert (await administrator(it).put(f"{VERSION_2}/translations/en", json=theirs)).status_code == 409
    assert (await sign(it, me, **SIGN, language="fa-AF", answers=FINE)).status_code == 422
    made = good(await administrator(it).put(path, json=theirs))
    assert not good(await administrator(it).put(path, json=theirs))["changed"]
    assert (await administrator(it).put(path, json=theirs | {"text": "other"})).status_code == 409
    texts = good(await participant(it, me).get(f"{VERSION_2}/translations"))["texts"]
    assert [text["language"] for text in texts] == ["en", "fa-AF"]
    assert len({text["sha256"] for text in texts}) == 2
    assert (await sign(it, me, **SIGN, language="fa-AF", answers=FINE, sha256=texts[0]["sha256"])).status_code == 409
    signed = good(await sign(it, me, **SIGN, language="fa-AF", answers=FINE, sha256=made["sha256"]))
    assert (signed["language"], signed["sha256"]) == ("fa-AF", made["sha256"])


async def test_clauses_that_do_not_rise_are_refused(running: Start) -> None:
    """R55: a number names one clause; nothing is stored of a version whose numbers do not."""
    it, _ = await started(running)
    for clauses in ([CLAUSES[1], CLAUSES[0]], [CLAUSES[0], CLAUSES[0]], [CLAUSES[0] | {"number": "0"}]):
        assert (await administrator(it).put(VERSION_2, json=NEXT | {"clauses": clauses})).status_code == 422
    assert len(good(await administrator(it).get("/documents"))["items"]) == 1


async def test_every_kind_of_signature_is_told(running: Start) -> None:
    """R72: an import tells each person's newest version once, in any kind; the same import again tells nothing."""
    it = await running("intake")
    await network(it)
    rows = batch(roster_row(1, evidence=held()), roster_row(2), attest="Signed on the intranet")
    for _ in range(2):
        good(await coordinator(it).post("/imports", json=rows))
    people = [each["person"] for each in good(await coordinator(it).get("/applications"))["items"]]
    signed = await told(it, "agreement.signed")
    assert sorted(each["person"] for each in signed) == sorted(people)
    assert {each["document_version"] for each in signed} == {"1"}
    good(await administrator(it).put(VERSION_2, json=NEXT))
    good(await coordinator(it).post("/imports", json=batch(roster_row(1, evidence=held(2)))))
    assert [each["number"] for each in await told(it, "agreement.signed")] == [1, 1, 2]
    older = FIRST | {"evidence": {"holder": "Kabul office", "signed_on": "2026-09-01"}}
    good(await coordinator(it).post(f"/people/{people[1]}/signatures", json=older))
    assert len(await told(it, "agreement.signed")) == 3


async def test_an_offering_keeps_the_document_on_which_people_were_submitted(running: Start) -> None:
    """Trap 8: another document would stop everybody at once, without grace; a new version does not."""
    it, me = await started(running)
    good(await administrator(it).put("/documents/other/versions/1", json=DOCUMENT))
    assert good(await coordinator(it).put(f"/people/{me}/profile", json=PROFILE))
    answer = await administrator(it).put(f"/offerings/{OFFERING}", json=OPEN | {"document": "other"})
    assert answer.status_code == 409
    assert not good(await administrator(it).put(f"/offerings/{OFFERING}", json=OPEN))["changed"]
