"""Grants of staff wake and sleep with the clearance, in every service, with one and the same token."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select

from services.screening.tables import CaseRow
from shared.access import Role
from shared.contracts import REGISTRY, Event
from tests.service import staff
from tests.service.intake import forms
from tests.service.intake.scenes import CARD, OFFERING, SITE, WRITTEN, good, network
from tests.service.matching import scenes as matching
from tests.service.messaging import scenes as messaging
from tests.service.notify import scenes as notify
from tests.service.screening.scenes import CLEAR, know
from tests.service.staff import ANAHITA, cleared, declined, ended, expiring
from tests.support.running import BEGINNING, Running

Factory = Callable[..., Awaitable[Running]]
Ask = Callable[[httpx2.AsyncClient], Awaitable[httpx2.Response]]

FIRST, SECOND = staff.identity(0x11), staff.identity(0x12)
AT_NET: dict[str, Any] = {"role": "administrator", "site": "net"}


async def of_intake(it: Running) -> Ask:
    """See whether the site is ready."""
    await network(it)
    return lambda http: http.get(f"/places/{SITE}/readiness")


async def of_matching(it: Running) -> Ask:
    """See the site's pool."""
    await it.hear(matching.offering())
    return lambda http: http.get("/pool", params={"offering": matching.OFFERING})


async def of_messaging(it: Running) -> Ask:
    """See who is in a conversation."""
    for event in messaging.PAIRED:
        await it.hear(event)
    return lambda http: http.get(f"/conversations/{messaging.PAIR}")


async def of_notify(it: Running) -> Ask:
    """See what became of a mail."""
    await it.hear(notify.sent())
    (row,) = await notify.mails(it)
    return lambda http: http.get(f"/mails/{row.mail}")


READERS: dict[str, tuple[Role, int, Callable[[Running], Awaitable[Ask]]]] = {
    "intake": ("coordinator", 403, of_intake),
    "matching": ("coordinator", 404, of_matching),
    "messaging": ("moderator", 404, of_messaging),
    "notify": ("coordinator", 404, of_notify),
}
"""What somebody of staff asks a service, and how a stranger is refused there."""
readers = pytest.mark.parametrize("service", READERS)


async def prepared(running: Factory, service: str) -> tuple[Running, Callable[[], Awaitable[bool]]]:
    """A service that asks for clearances, and whether Anahita's one token opens what her role is for."""
    role, refused, prepare = READERS[service]
    it = await running(service, staff_clearance="required")
    ask = await prepare(it)
    http = it.client(role=role, site=SITE, person=ANAHITA)

    async def acts() -> bool:
        answer = await ask(http)
        assert answer.status_code in (200, refused), answer.text
        return answer.is_success

    return it, acts


@readers
async def test_a_grant_wakes_and_sleeps_with_the_clearance(running: Factory, service: str) -> None:
    """Trap 7: not before she is cleared, while the clearance stands, not after it ended, again when cleared anew."""
    it, acts = await prepared(running, service)
    role = READERS[service][0]
    assert not await acts()
    for number, (event, expected) in enumerate(
        [
            (cleared(ANAHITA, role), True),
            (expiring(ANAHITA, role), True),
            (ended(ANAHITA, role), False),
            (cleared(ANAHITA, role), True),
            (declined(ANAHITA, role), False),
        ],
        start=1,
    ):
        await it.hear(event, sequence=number)
        assert await acts() is expected, event


@readers
async def test_the_newest_word_of_a_clearance_counts(running: Factory, service: str) -> None:
    """R69, house rule 3: an end that was heard before the beginning, and the end again."""
    it, acts = await prepared(running, service)
    role = READERS[service][0]
    await it.hear(ended(ANAHITA, role), sequence=2)
    await it.hear(cleared(ANAHITA, role), sequence=1)
    assert not await acts()
    await it.hear(cleared(ANAHITA, role), sequence=3)
    await it.hear(ended(ANAHITA, role), sequence=2)
    assert await acts()


@readers
async def test_a_clearance_that_ran_out_counts_no_more(running: Factory, service: str) -> None:
    """Trap 7: the service's own clock decides; nothing has to be heard of the end."""
    it, acts = await prepared(running, service)
    await it.hear(cleared(ANAHITA, READERS[service][0], until=BEGINNING.date()))
    assert await acts()
    it.set_clock(BEGINNING + timedelta(days=1))
    assert not await acts()


@readers
async def test_another_persons_kinds_or_places_clearance_is_none(running: Factory, service: str) -> None:
    """Whoever is cleared as something else, or elsewhere, is a stranger here; a place above covers this one."""
    it, acts = await prepared(running, service)
    role = READERS[service][0]
    await it.hear(cleared(staff.BAHRAM, role))
    await it.hear(cleared(ANAHITA, "screener"))
    await it.hear(cleared(ANAHITA, "mentor"))
    await it.hear(cleared(ANAHITA, role, staff.HERAT))
    assert not await acts()
    await it.hear(cleared(ANAHITA, role, "net.af"), sequence=2)
    assert await acts()


@readers
async def test_administrators_and_clients_wait_for_nobody(running: Factory, service: str) -> None:
    """The first administrator is cleared by no one; a client that is no person cannot be."""
    it = await running(service, staff_clearance="required")
    ask = await READERS[service][2](it)
    client: Any = "another-system"
    assert (await ask(it.client(**AT_NET, person=FIRST))).is_success
    assert (await ask(it.client(role=READERS[service][0], site=SITE, person=client))).is_success


@readers
async def test_nothing_waits_where_clearances_are_ignored(running: Factory, service: str) -> None:
    """Outside production, where nobody asks for it."""
    it = await running(service)
    ask = await READERS[service][2](it)
    assert (await ask(it.client(role=READERS[service][0], site=SITE, person=ANAHITA))).is_success


async def test_a_refusal_says_what_the_grant_waits_for(running: Factory) -> None:
    """The hint tells a person what they could know from their own token, and a stranger nothing."""
    it = await running("intake", staff_clearance="required")
    ask = await of_intake(it)
    waits = await ask(it.client(role="coordinator", site=SITE, person=ANAHITA))
    assert f"Your grant of coordinator at {SITE} waits for a clearance." in waits.json()["detail"]
    stranger = await ask(it.client(role="coordinator", site=staff.HERAT, person=ANAHITA))
    assert (stranger.status_code, "waits" in stranger.text) == (403, False)


async def test_what_a_sleeping_grant_asked_may_be_asked_again_once_it_counts(running: Factory) -> None:
    """A refusal keeps no Idempotency-Key."""
    it = await running("intake", staff_clearance="required")
    await network(it)
    http = it.client(role="coordinator", site=SITE, person=ANAHITA)
    asked: dict[str, Any] = {"json": {**CARD, "site": SITE}, "headers": {"Idempotency-Key": "k"}}
    assert (await http.post("/people", **asked)).status_code == 403
    await it.hear(cleared(ANAHITA, "coordinator"))
    assert (await http.post("/people", **asked)).status_code == 201


async def tell(owner: Running, *others: Running) -> None:
    """Carry all that a service has told to those who hear it."""
    for each in await owner.emitted():
        event: type[Event] = REGISTRY[each.type]
        for other in others:
            if event in other.service.handlers.heard:
                told = event.model_validate(each.data)
                await other.hear(told, sequence=int(each.sequence[5:]), event_id=each.id, time=each.time)


async def applied(intake: Running) -> UUID:
    """The first administrator opens a network and a role for screeners, and somebody applies for it by themselves."""
    await network(intake)
    admin = intake.client(**AT_NET, person=FIRST)
    (template,) = [
        each for each in good(await admin.get("/places/net/role-templates"))["items"] if each["template"] == "screener"
    ]
    role = {key: template[key] for key in ("kind", "title", "description", "risks", "observability", "controls")}
    good(await admin.put("/roles/screener", json={**role, "site": "net", **WRITTEN}))
    person = UUID(good(await admin.post("/people", json={**CARD, "site": SITE}))["person"])
    await forms.signed(intake, person)
    asked = {"role": "screener", "offering": OFFERING}
    good(await intake.client(role="participant", site=SITE, person=person).post("/applications", json=asked))
    return person


async def clear(screening: Running) -> tuple[str, list[int]]:
    """One administrator passes all checks and clears the one case; how each of them is answered who agrees."""
    await know(screening)
    async with screening.service.sessions() as session:
        case = (await session.scalars(select(CaseRow))).one()
    path, admin = f"/cases/{case.clearance}", screening.client(**AT_NET, person=FIRST)
    passed = [{"check": check, "outcome": "passed"} for check in case.required]
    good(await admin.post(f"{path}/results", json={"results": passed}))
    good(await admin.post(f"{path}/decision", json=CLEAR))
    answers = [
        await screening.client(**AT_NET, person=who).post(f"{path}/decision/agreement", json={"agrees": True})
        for who in (FIRST, case.person, SECOND)
    ]
    return path, [answer.status_code for answer in answers]


def door_of(person: UUID, screening: Running, intake: Running) -> Callable[[], Awaitable[list[int]]]:
    """How a screener's one token is answered in both services, once intake has heard all that screening told."""
    token: dict[str, Any] = {"role": "screener", "site": "net", "person": person}
    at_work, at_home = screening.client(**token), intake.client(**token)

    async def opens() -> list[int]:
        await tell(screening, intake)
        asked = [await at_work.get("/queue/summary"), await at_home.get(f"/places/{SITE}/readiness")]
        return [answer.status_code for answer in asked]

    return opens


async def test_the_first_screener_is_cleared_by_two_administrators(running: Factory) -> None:
    """R30, traps 7 and 17: from an empty network to a screener who acts, and acts no more, with one token."""
    intake, screening = [await running(name, staff_clearance="required") for name in ("intake", "screening")]
    person = await applied(intake)
    await tell(intake, screening)
    opens = door_of(person, screening, intake)
    elsewhere: dict[str, Any] = {"params": {"site": staff.HERAT}}
    assert await opens() == [403, 403]
    path, answers = await clear(screening)
    assert answers == [409, 409, 200]
    assert await opens() == [200, 200]
    wide = screening.client(role="screener", site="net", person=person)
    assert (await wide.get("/queue/summary", **elsewhere)).status_code == 403
    ending = {"criterion": "volunteer-no-time"}
    good(await screening.client(**AT_NET, person=FIRST).post(f"{path}/withdrawal", json=ending))
    assert await opens() == [403, 403]


async def test_a_screeners_grant_ends_with_its_last_day_in_screening_itself(running: Factory) -> None:
    """Trap 7: by the clock, before the deadline that tells of the end has fired."""
    intake, screening = [await running(name, staff_clearance="required") for name in ("intake", "screening")]
    person = await applied(intake)
    await tell(intake, screening)
    await clear(screening)
    http = screening.client(role="screener", site=SITE, person=person)
    (told,) = [each.data for each in await screening.emitted() if each.type == "rapport.screening.cleared.v1"]
    last_day = date.fromisoformat(told["valid_until"])
    screening.set_clock(datetime.combine(last_day, time(23, 59), tzinfo=UTC))
    assert (await http.get("/queue/summary")).status_code == 200
    screening.set_clock(datetime.combine(last_day + timedelta(days=1), time(), tzinfo=UTC))
    assert (await http.get("/queue/summary")).status_code == 403


async def test_a_suspended_screener_is_a_stranger_everywhere_at_once(running: Factory) -> None:
    """R57: the freeze of a conduct case puts grants to sleep; its end wakes them, with the same token."""
    intake, screening = [await running(name, staff_clearance="required") for name in ("intake", "screening")]
    person = await applied(intake)
    await tell(intake, screening)
    await clear(screening)
    opens = door_of(person, screening, intake)
    admin = screening.client(**AT_NET, person=FIRST)
    assert await opens() == [200, 200]
    body = {"site": SITE, "people": [str(person)], "weight": "harm", "known": "Seen by a colleague."}
    case = f"/conduct-cases/{good(await admin.post('/conduct-cases', json=body))['case']}"
    clause = {"clause": 7, "clause_version": "2026-1"}
    good(await admin.post(f"{case}/measures", json={"person": str(person), "measure": "suspend", **clause}))
    assert await opens() == [403, 403]
    good(await admin.post(f"{case}/closing", json={"outcome": "settled"}))
    assert await opens() == [200, 200]
