"""What messaging hears before people write: pairs, clearances, reply limits; and short ways to write and look."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from httpx2 import Response
from sqlalchemy import select

from services.messaging.tables import DebtRow
from shared.access import Role
from shared.contracts import Event
from shared.contracts.intake import (
    Agreement,
    AgreementSigned,
    ConsentGiven,
    ConsentPurpose,
    ConsentWithdrawn,
    OfferingChanged,
)
from shared.contracts.matching import PairClosed, PairMatched
from shared.contracts.screening import ClearanceEnded, ClearanceExpiring, ScreeningCleared, ScreeningDeclined
from shared.deadlines import deadline
from tests.support.running import BEGINNING, Running

Factory = Callable[..., Awaitable[Running]]
"""The fixture `running`."""

SITE = "net.af.kabul"
OFFERING = f"first-steps@{SITE}"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def person(number: int) -> UUID:
    """A person's id."""
    return UUID(f"01985b3e-7a10-7000-8000-0000000000{number:02x}")


MENTOR, MENTEE, STRANGER, STAFF = person(1), person(2), person(3), person(4)
PAIR, OTHER_PAIR = person(0x51), person(0x52)


def clearance_id(of: UUID) -> UUID:
    """The id of a person's clearance."""
    return UUID(int=of.int + 0x1000)


def _clearance(of: UUID, kind: str, offering: str) -> dict[str, Any]:
    return {
        "clearance": clearance_id(of), "application": UUID(int=of.int + 0x2000), "person": of, "role": f"{kind}-adult",
        "kind_of_role": kind, "offering": offering, "site": offering.partition("@")[2],
    }  # fmt: skip


def cleared(of: UUID, kind: str, until: date = date(2027, 5, 1), offering: str = OFFERING) -> ScreeningCleared:
    """Screening clears a person."""
    return ScreeningCleared(**_clearance(of, kind, offering), valid_until=until)


def declined(of: UUID, kind: str, offering: str = OFFERING) -> ScreeningDeclined:
    """Screening declines a person."""
    return ScreeningDeclined(**_clearance(of, kind, offering))


def expiring(of: UUID, kind: str, until: date = date(2027, 5, 1), offering: str = OFFERING) -> ClearanceExpiring:
    """Screening tells that a clearance will end."""
    return ClearanceExpiring(**_clearance(of, kind, offering), valid_until=until, notice=30)


def ended(of: UUID, kind: str, offering: str = OFFERING) -> ClearanceEnded:
    """A person's clearance ends."""
    return ClearanceEnded(**_clearance(of, kind, offering), ended_on=date(2026, 11, 3))


def _pair(pair: UUID, mentor: UUID, mentee: UUID, offering: str) -> dict[str, Any]:
    return {
        "pair": pair, "offering": offering, "site": offering.partition("@")[2], "pair_kind": "assigned",
        "members": [{"person": mentor, "role": "mentor"}, {"person": mentee, "role": "mentee"}],
    }  # fmt: skip


def _consent(of: UUID, purpose: ConsentPurpose) -> dict[str, Any]:
    number = 0x3000 if purpose == "take-part" else 0x4000 if purpose == "data" else 0x5000
    return {"consent": UUID(int=of.int + number), "person": of, "purpose": purpose, "site": SITE}


def agrees(of: UUID, purpose: ConsentPurpose = "take-part", until: date | None = None) -> ConsentGiven:
    """Intake tells that somebody agrees."""
    return ConsentGiven(**_consent(of, purpose), valid_until=until)


def agrees_no_more(of: UUID, purpose: ConsentPurpose = "take-part") -> ConsentWithdrawn:
    """Intake tells that a consent ended."""
    return ConsentWithdrawn(**_consent(of, purpose), ended_on=date(2026, 11, 2))


def matched(pair: UUID = PAIR, mentor: UUID = MENTOR, mentee: UUID = MENTEE, offering: str = OFFERING) -> PairMatched:
    """Matching confirms a pair."""
    return PairMatched(**_pair(pair, mentor, mentee, offering))


def closed(pair: UUID = PAIR, mentor: UUID = MENTOR, mentee: UUID = MENTEE, offering: str = OFFERING) -> PairClosed:
    """Matching closes a pair."""
    return PairClosed(**_pair(pair, mentor, mentee, offering), closed_on=date(2026, 12, 1))


def limits(mentor: int, mentee: int, offering: str = OFFERING) -> OfferingChanged:
    """Intake tells an offering's reply limits."""
    return OfferingChanged(
        offering=offering, site=offering.partition("@")[2], programme=offering.partition("@")[0],
        programme_type="adult-adult", is_open=True, mentor_reply_hours=mentor, mentee_reply_hours=mentee,
    )  # fmt: skip


SECOND: dict[str, Any] = {
    "document": "conduct", "version": "2", "number": 2, "grace_until": (BEGINNING + 10 * DAY).date(), "previous": ["1"],
}  # fmt: skip


def asks(offering: str = OFFERING, **changes: Any) -> OfferingChanged:
    """Intake tells what has to be signed at an offering: version 2, and version 1 for ten days."""
    agreement = Agreement.model_validate(SECOND | changes)
    return limits(48, 96, offering).model_copy(update={"agreement": agreement})


def signs(of: UUID, number: int) -> AgreementSigned:
    """Somebody signed a version."""
    return AgreementSigned(person=of, document="conduct", document_version=str(number), number=number, site=SITE)


PAIRED: list[Event] = [cleared(MENTOR, "mentor"), cleared(MENTEE, "mentee"), matched()]


async def paired(running: Factory) -> Running:
    """Messaging with one pair that may write."""
    it = await running("messaging")
    for event in PAIRED:
        await it.hear(event)
    return it


async def call(
    it: Running, who: UUID, method: str, path: str, *, role: Role = "participant", **options: Any
) -> Response:
    """One request of a person at the site."""
    async with it.client(person=who, role=role, site=SITE) as client:
        return await client.request(method, path, **options)


async def write(it: Running, who: UUID, text: str = "How was your week?", pair: UUID = PAIR, **more: Any) -> Response:
    """A person writes to the pair."""
    return await call(it, who, "POST", f"/conversations/{pair}/messages", json={"text": text, **more})


async def announce(it: Running, who: UUID, from_hour: float, to_hour: float, **more: Any) -> Response:
    """A person tells that they will be away, in hours after the beginning."""
    times = {"starts": (BEGINNING + from_hour * HOUR).isoformat(), "ends": (BEGINNING + to_hour * HOUR).isoformat()}
    return await call(it, who, "POST", "/away-notices", json={**times, **more})


async def debts(it: Running) -> list[DebtRow]:
    """All debts, oldest first."""
    async with it.service.sessions() as session:
        return list(await session.scalars(select(DebtRow).order_by(DebtRow.debt)))


async def armed(it: Running, kind: str = "reply-overdue") -> list[str]:
    """When deadlines of a kind are due."""
    async with it.service.sessions() as session:
        rows = await session.scalars(select(deadline.c.due_at).where(deadline.c.kind == kind).order_by("due_at"))
        return [f"{moment:%d %H:%M}" for moment in rows]


async def told(it: Running, name: str) -> list[dict[str, Any]]:
    """The data of the emitted events of one type."""
    return [envelope.data for envelope in await it.emitted() if envelope.type == f"rapport.{name}.v1"]


def at(it: Running, hours: float) -> None:
    """Set the clock to some hours after the beginning."""
    it.set_clock(BEGINNING + hours * HOUR)
