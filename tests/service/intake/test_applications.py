"""Applications and the signatures they wait for."""

from typing import Any
from uuid import UUID

from services.intake.domain.readiness import TICKED
from tests.service.intake.scenes import (
    DOCUMENT,
    MENTOR,
    OFFERING,
    OPEN,
    PLACES,
    SITE,
    TICK,
    Start,
    administrator,
    coordinator,
    good,
    network,
    participant,
    registered,
    types,
)
from tests.support.running import Running

AS_MENTOR = {"role": "mentor-adult", "offering": OFFERING}
AS_MENTEE = {"role": "mentee-adult", "offering": OFFERING}
SIGN = {"document": "conduct", "version": "1"}
NEXT = DOCUMENT | {"text": "Be kinder.", "grace_until": "2026-12-01"}
PAPER = SIGN | {"evidence": {"holder": "Kabul office", "signed_on": "2026-09-01"}}


async def started(running: Start) -> tuple[Running, UUID]:
    """The small network and one person."""
    it = await running("intake")
    await network(it)
    return it, await registered(it)


async def test_an_application_waits_for_the_signature(running: Start) -> None:
    """It is told once, when the person signed the version in force (R72)."""
    it, me = await started(running)
    http = participant(it, me)
    answer = await http.post("/applications", json=AS_MENTOR)
    waiting = answer.json()
    assert (answer.status_code, waiting["state"], waiting["submitted_at"]) == (201, "to-sign", None)
    assert await types(it) == []
    signed = await http.post(f"/people/{me}/signatures", json=SIGN | {"sha256": waiting["to_sign"]["sha256"]})
    assert (signed.status_code, signed.json()["submitted"]) == (201, [waiting["application"]])
    again = await http.post(f"/people/{me}/signatures", json=SIGN)
    assert (again.status_code, again.json()["submitted"]) == (200, [])
    (event,) = (await it.emitted())[-1:]
    assert event.data == {"application": waiting["application"], "person": str(me), "role": "mentor-adult",
                          "kind_of_role": "mentor", "offering": OFFERING, "site": SITE}  # fmt: skip
    assert await types(it) == ["application.submitted"]
    shown = good(await http.get(f"/applications/{waiting['application']}"))
    assert (shown["state"], shown["to_sign"], shown["submitted_at"]) == ("submitted", None, "2026-11-02T08:00:00Z")


async def test_one_person_may_hold_several_roles_but_not_one_twice(running: Start) -> None:
    """Mentor and mentee are two applications; the same one again names the first."""
    it, me = await started(running)
    http = participant(it, me)
    good(await http.post(f"/people/{me}/signatures", json=SIGN))
    first = good(await http.post("/applications", json=AS_MENTOR))
    second = good(await http.post("/applications", json=AS_MENTEE))
    assert (first["state"], second["state"]) == ("submitted", "submitted")
    again = await http.post("/applications", json=AS_MENTOR)
    assert again.status_code == 409
    assert again.json()["errors"] == [{"field": "application", "reason": first["application"]}]
    assert await types(it) == ["application.submitted"] * 2


async def test_an_older_version_does_not_do(running: Start) -> None:
    """After a new version the old signature counts for no new application, and the old text cannot be signed (R72)."""
    it, me = await started(running)
    http = participant(it, me)
    good(await http.post(f"/people/{me}/signatures", json=SIGN))
    good(await administrator(it).put("/documents/conduct/versions/2", json=NEXT))
    assert good(await http.post("/applications", json=AS_MENTOR))["to_sign"]["version"] == "2"
    assert (await http.post(f"/people/{me}/signatures", json=SIGN)).status_code == 409
    good(await coordinator(it).post(f"/people/{me}/signatures", json=PAPER))
    assert await types(it) == ["offering.changed"]
    good(await http.post(f"/people/{me}/signatures", json=SIGN | {"version": "2"}))
    assert await types(it) == ["offering.changed", "application.submitted"]


async def test_nobody_signs_for_somebody_else(running: Start) -> None:
    """Staff record where a paper is held; they do not sign. Nor does a person vouch for themself (R72)."""
    it, me = await started(running)
    path = f"/people/{me}/signatures"
    good(await participant(it, me).post("/applications", json=AS_MENTOR))
    assert (await coordinator(it).post(path, json=SIGN)).status_code == 403
    assert (await participant(it, me).post(path, json=PAPER)).status_code == 403
    future = SIGN | {"evidence": {"holder": "Kabul office", "signed_on": "2027-01-01"}}
    assert (await coordinator(it).post(path, json=future)).status_code == 422
    assert await types(it) == []
    held = good(await coordinator(it).post(path, json=PAPER))
    assert (held["kind"], held["holder"], held["signed_on"]) == ("held-elsewhere", "Kabul office", "2026-09-01")
    assert await types(it) == ["application.submitted"]


async def test_what_is_signed_is_what_was_published(running: Start) -> None:
    """Another hash, or a version that does not exist, is refused."""
    it, me = await started(running)
    path = f"/people/{me}/signatures"
    assert (await participant(it, me).post(path, json=SIGN | {"sha256": "0" * 64})).status_code == 409
    assert (await participant(it, me).post(path, json=SIGN | {"version": "9"})).status_code == 422
    assert (await participant(it, me).post(path, json=SIGN | {"document": "nothing"})).status_code == 422


async def test_closed_and_foreign_offerings_take_no_application(running: Start) -> None:
    """Closed, a role of a catalogue that is not above, another network: refused, nothing stored."""
    it, me = await started(running)
    http = participant(it, me)
    good(await administrator(it).put("/roles/herat-mentor", json=MENTOR | {"site": "net.af.herat"}))
    assert (await http.post("/applications", json=AS_MENTOR | {"role": "herat-mentor"})).status_code == 409
    await other_network(it)
    foreign = {"role": "other-mentor", "offering": "other-steps@other.site"}
    assert (await http.post("/applications", json=foreign)).status_code == 409
    good(await administrator(it).put(f"/offerings/{OFFERING}", json=OPEN | {"is_open": False}))
    assert (await http.post("/applications", json=AS_MENTOR)).status_code == 409
    for body in (AS_MENTOR | {"role": "nothing"}, AS_MENTOR | {"offering": "nothing@net"}):
        assert (await http.post("/applications", json=body)).status_code == 422
    assert good(await coordinator(it).get("/applications"))["items"] == []


async def other_network(it: Running) -> None:
    """A second network with an open offering."""
    http = it.client(role="administrator", site="other")
    entries: list[tuple[str, dict[str, Any]]] = [
        ("/places/other", PLACES["net"]),
        ("/places/other.site", PLACES[SITE]),
        ("/documents/other-conduct/versions/1", DOCUMENT | {"site": "other"}),
        ("/programmes/other-steps", {"site": "other", "name": "Other", "type": "adult-adult"}),
        ("/roles/other-mentor", MENTOR | {"site": "other"}),
        *((f"/places/other.site/readiness/{item}", TICK) for item in TICKED),
        ("/offerings/other-steps@other.site", {"is_open": True, "document": "other-conduct"}),
    ]
    for path, body in entries:
        good(await http.put(path, json=body))


async def test_another_document_can_complete_what_waits(running: Start) -> None:
    """When an offering asks for a document that people signed already, their applications are submitted."""
    it, me = await started(running)
    good(await administrator(it).put("/documents/other/versions/1", json=DOCUMENT))
    http = participant(it, me)
    good(await http.post(f"/people/{me}/signatures", json=SIGN | {"document": "other"}))
    good(await http.post("/applications", json=AS_MENTOR))
    good(await administrator(it).put(f"/offerings/{OFFERING}", json=OPEN | {"document": "other"}))
    assert await types(it) == ["offering.changed", "application.submitted"]


async def test_lists_are_filtered(running: Start) -> None:
    """By person, offering and state; a participant sees their own alone."""
    it, me = await started(running)
    other = await registered(it, email="other@example.org")
    for person in (me, other):
        good(await participant(it, person).post("/applications", json=AS_MENTOR))
    queries = {"": 2, "?state=to-sign": 2, "?state=submitted": 0, f"?offering={OFFERING}": 2, f"?person={me}": 1}
    for query, found in queries.items():
        assert len(good(await coordinator(it).get(f"/applications{query}"))["items"]) == found
        mine = good(await participant(it, me).get(f"/applications{query}"))["items"]
        assert [item["person"] for item in mine] == [str(me)] * bool(found)


async def test_a_create_that_is_sent_twice_happens_once(running: Start) -> None:
    """The same Idempotency-Key gives the first answer again."""
    it, me = await started(running)
    http = participant(it, me)
    answers = [
        (await http.post("/applications", json=AS_MENTOR, headers={"Idempotency-Key": "once"})).json() for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert len(good(await http.get("/applications"))["items"]) == 1
