"""Concerns: raised by anybody around a pair, told without a word of it, read by who handles it; and who is frozen."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from services.messaging.tables import ConcernReadingRow, ConcernRow
from shared.access import Role
from shared.contracts.screening import CaseClosed, CaseOpened
from shared.idempotency import idempotency
from shared.ids import new_id
from tests.service.messaging.scenes import (
    MENTEE,
    MENTOR,
    PAIR,
    PAIRED,
    SITE,
    STAFF,
    STRANGER,
    Factory,
    call,
    closed,
    ended,
    paired,
    person,
    told,
    write,
)
from tests.support.running import Running

CASE = person(0x71)
SECRET = "he asked me where I live"


async def concerned(it: Running, who: UUID, **more: Any) -> Any:
    """Somebody raises a concern of the pair."""
    body = {"weight": "harm", "text": SECRET} | more
    return await call(it, who, "POST", f"/conversations/{PAIR}/concerns", json=body)


def opened(*frozen: UUID, concern: UUID | None = None, handler: UUID | None = None) -> CaseOpened:
    """Screening opens a conduct case."""
    return CaseOpened(case=CASE, concern=concern, site=SITE, handler=handler, frozen=list(frozen))


def case_closed() -> CaseClosed:
    """Screening closes it."""
    return CaseClosed(case=CASE, site=SITE, closed_on=date(2026, 12, 1))


@pytest.mark.parametrize(("who", "about"), [(MENTEE, MENTOR), (MENTOR, MENTEE)])
async def test_both_sides_may_raise_a_concern_and_write_on(running: Factory, who: UUID, about: UUID) -> None:
    """R32, R66, trap 13: told at once without its text or its raiser; the conversation goes on as it was."""
    it = await paired(running)
    answer = await concerned(it, who, about=[str(about)], clause=3)
    assert answer.status_code == 201, answer.text
    (event,) = await told(it, "concern.raised")
    assert event == {
        "concern": answer.json()["concern"], "pair": str(PAIR), "site": SITE, "other_site": None,
        "about": [str(about)], "about_staff": False, "members": [str(MENTOR), str(MENTEE)], "weight": "harm",
    }  # fmt: skip
    assert (await write(it, about)).status_code == 201


async def test_a_concern_is_raised_where_nobody_may_write(running: Factory) -> None:
    """Trap 13: a closed pair, an ended clearance or a freeze silence nobody who needs help."""
    it = await paired(running)
    await it.hear(opened(MENTEE))
    await it.hear(ended(MENTEE, "mentee"), sequence=2)
    await it.hear(closed(), sequence=2)
    assert (await concerned(it, MENTEE)).status_code == 201


async def test_an_anonymous_concern_names_nobody_anywhere(running: Factory) -> None:
    """R66: not in the event, not in the row, not in the answer, and not beside an Idempotency-Key."""
    it = await paired(running)
    keyed = {"weight": "harm", "text": SECRET, "anonymous": True}
    path = f"/conversations/{PAIR}/concerns"
    refused = await call(it, MENTEE, "POST", path, json=keyed, headers={"Idempotency-Key": "one"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    named = await concerned(it, MENTEE)
    anonymous = await concerned(it, MENTEE, anonymous=True)
    assert anonymous.json()["concern"] is None
    one, other = await told(it, "concern.raised")
    assert one.keys() == other.keys()
    async with it.service.sessions() as session:
        rows = {row.concern: row for row in await session.scalars(select(ConcernRow))}
        assert (await session.execute(select(idempotency))).all() == []
    assert rows.pop(UUID(named.json()["concern"])).raised_by == str(MENTEE)
    (row,) = rows.values()
    assert row.raised_by is None


async def test_an_anonymous_raiser_cannot_be_told_from_the_event(running: Factory) -> None:
    """R66: whoever of the pair raises it, the event is the same but for its id."""
    it = await paired(running)
    for who in (MENTOR, MENTEE):
        await concerned(it, who, anonymous=True)
    one, other = ({**event, "concern": ""} for event in await told(it, "concern.raised"))
    assert one == other


async def test_only_who_handles_the_case_reads_it_and_that_is_written_down(running: Factory) -> None:
    """Traps 13, 16: not the person it is about, nor staff of the site who do not handle it; its raiser may."""
    it = await paired(running)
    concern = (await concerned(it, MENTEE, about=[str(MENTOR)])).json()["concern"]
    path = f"/concerns/{concern}"
    others: list[tuple[UUID, Role]] = [(MENTOR, "participant"), (STAFF, "moderator"), (STAFF, "administrator")]
    for who, role in others:
        assert (await call(it, who, "GET", path, role=role)).status_code == 404
    await it.hear(opened(concern=UUID(concern), handler=STAFF))
    read = await call(it, STAFF, "GET", path, role="screener")
    assert (read.json()["text"], read.json()["raised_by"]) == (SECRET, str(MENTEE))
    assert (await call(it, MENTEE, "GET", path)).json()["text"] == SECRET
    async with it.service.sessions() as session:
        assert list(await session.scalars(select(ConcernReadingRow.reader))) == [str(STAFF)]
    await it.hear(opened(concern=UUID(concern)), sequence=2)
    assert (await call(it, STAFF, "GET", path, role="screener")).status_code == 404


async def test_a_concern_names_people_of_the_pair_or_staff(running: Factory) -> None:
    """A stranger's id is refused with the reason, and nothing is stored or told."""
    it = await paired(running)
    assert (await concerned(it, MENTEE, about=[str(STRANGER)])).status_code == 409
    assert await told(it, "concern.raised") == []


async def test_staff_is_named_by_id_or_not_at_all(running: Factory) -> None:
    """R32: a coordinator cleared for a place above may be named; or only that it is staff."""
    it = await paired(running)
    coordinator = ended(STAFF, "coordinator", "first-steps@net.af")
    await it.hear(coordinator)
    assert (await concerned(it, MENTEE, about=[str(STAFF)])).status_code == 201
    assert (await concerned(it, MENTEE, about_staff=True)).status_code == 201
    assert [event["about_staff"] for event in await told(it, "concern.raised")] == [False, True]


async def test_a_concern_of_a_place_needs_no_pair(running: Factory) -> None:
    """R66: by who is known there; a stranger finds no such place."""
    it = await paired(running)
    body = {"weight": "talk", "text": "May I talk to somebody?", "site": SITE}
    assert (await call(it, MENTEE, "POST", "/concerns", json=body)).status_code == 201
    assert (await call(it, STRANGER, "POST", "/concerns", json=body)).status_code == 404
    (event,) = await told(it, "concern.raised")
    assert (event["pair"], event["members"]) == (None, [])


@pytest.mark.parametrize("whose", [MENTOR, MENTEE])
async def test_who_is_frozen_neither_writes_nor_is_written_to(running: Factory, whose: UUID) -> None:
    """R57: both sides get the same kind sentence that names staff and no reason; until the case is closed."""
    it = await paired(running)
    await it.hear(opened(whose))
    sentences = {(await write(it, sender)).json()["detail"] for sender in (MENTOR, MENTEE)}
    assert len(sentences) == 1
    assert "staff" in sentences.pop()
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["may_write"] is False
    assert await told(it, "message.sent") == []
    await it.hear(case_closed(), sequence=2)
    assert (await write(it, whose)).status_code == 201
    assert (await call(it, MENTEE, "GET", f"/conversations/{PAIR}")).json()["may_write"] is True


async def test_a_freeze_heard_before_the_pair_and_after_its_end(running: Factory) -> None:
    """Any order: it stands for a pair that was not heard of yet, and an older word does not bring it back."""
    it = await running("messaging")
    await it.hear(opened(MENTOR))
    for event in PAIRED:
        await it.hear(event)
    assert (await write(it, MENTEE)).status_code == 409
    await it.hear(case_closed(), sequence=3)
    await it.hear(opened(MENTOR), sequence=2, event_id=new_id())
    assert (await write(it, MENTEE)).status_code == 201


@pytest.mark.parametrize(
    ("fault", "field"),
    [({"text": " "}, "text"), ({"text": "a\0b"}, "text"), ({"weight": "huge"}, "weight"), ({"clause": 0}, "clause"),
     ({"about": ["me"]}, "about.0"), ({"about": [str(MENTEE)] * 51}, "about"), ({"name": "x"}, "name")],
)  # fmt: skip
async def test_bad_input_names_its_field(running: Factory, fault: dict[str, Any], field: str) -> None:
    """Refused at the door, nothing half stored."""
    it = await paired(running)
    refused = await concerned(it, MENTEE, **fault)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert await told(it, "concern.raised") == []
