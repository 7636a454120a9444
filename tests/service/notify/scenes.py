"""What the tests of notify have in common: people, events, and a look at the rows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from services.notify.tables import MailRow
from shared.clock import real_now
from shared.contracts import RoleKind
from shared.contracts.intake import ApplicationSubmitted
from shared.contracts.matching import Member, PairClosed, PairMatched
from shared.contracts.messaging import MessageSent, ReplyOverdue, ReplySettled
from shared.contracts.reads import AddressCard
from shared.contracts.screening import ScreeningCleared
from tests.service.notify.servers import Intake, MailHost
from tests.support.running import Running

Factory = Callable[..., Awaitable[Running]]
"""The fixture `running`."""

KABUL, HERAT, TORONTO = "net.af.kabul", "net.af.herat", "net.ca.toronto"
SINCE = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)


@dataclass
class Scene:
    """The service and what stands around it."""

    it: Running
    intake: Intake
    host: MailHost


def number(written: int) -> UUID:
    """An id that reads as its number."""
    return UUID(f"01985b3e-7a10-7000-8000-{written:012}")


def value(identifier: UUID) -> int:
    """The number that an id reads as."""
    return int(identifier.hex[-12:])


AMINA, BORIS, CLARE, DARIA = (number(each) for each in range(1, 5))
PAIR, DEBT, MESSAGE = number(11), number(21), number(31)


def applied(person: UUID, role: RoleKind = RoleKind.MENTOR, site: str = KABUL) -> ApplicationSubmitted:
    return ApplicationSubmitted(
        application=number(value(person) + 40),
        person=person,
        role=role,
        kind_of_role=role,
        offering=f"first-steps@{site}",
        site=site,
    )


def cleared(person: UUID, role: RoleKind = RoleKind.MENTOR, site: str = KABUL) -> ScreeningCleared:
    told = applied(person, role, site).model_dump()
    return ScreeningCleared(**told, clearance=number(value(person) + 60), valid_until=SINCE.date())


def matched(pair: UUID = PAIR, mentor: UUID = AMINA, mentee: UUID = BORIS, other: str | None = None) -> PairMatched:
    return PairMatched(
        pair=pair,
        offering=f"first-steps@{KABUL}",
        site=KABUL,
        other_site=other,
        pair_kind="assigned",
        members=[Member(person=mentor, role=RoleKind.MENTOR), Member(person=mentee, role=RoleKind.MENTEE)],
    )


def closed(pair: UUID = PAIR, mentor: UUID = AMINA, mentee: UUID = BORIS) -> PairClosed:
    return PairClosed(**matched(pair, mentor, mentee).model_dump(exclude={"term_ends"}), closed_on=SINCE.date())


def sent(message: UUID = MESSAGE, sender: UUID = AMINA, recipients: tuple[UUID, ...] = (BORIS,)) -> MessageSent:
    return MessageSent(
        message=message,
        pair=PAIR,
        site=KABUL,
        sender=sender,
        sender_role=RoleKind.MENTOR,
        recipients=list(recipients),
        answer_needed=True,
        sent_at=SINCE,
    )


def _debt(debt: UUID, debtor: UUID, creditor: UUID) -> dict[str, Any]:
    role = RoleKind.MENTOR
    told = {"debt": debt, "pair": PAIR, "site": KABUL, "debtor": debtor, "debtor_role": role, "creditor": creditor}
    return {**told, "since": SINCE}


def overdue(debt: UUID = DEBT, debtor: UUID = AMINA, creditor: UUID = BORIS) -> ReplyOverdue:
    return ReplyOverdue(**_debt(debt, debtor, creditor), due_at=SINCE + timedelta(hours=48))


def settled(debt: UUID = DEBT, debtor: UUID = AMINA, creditor: UUID = BORIS) -> ReplySettled:
    settlement = {"settled_at": SINCE + timedelta(hours=50), "settlement": "answered", "was_overdue": True}
    return ReplySettled(**_debt(debt, debtor, creditor), **settlement)


def card(person: UUID, **changes: Any) -> AddressCard:
    """The address card of a person."""
    usual = {
        "person": person,
        "name_to_use": f"Name{value(person)}",
        "email": f"someone{value(person)}@example.org",
        "language": "en",
        "zone": "Asia/Kabul",
        "may_mail": True,
    }
    return AddressCard(**usual | changes)


async def mails(it: Running) -> list[MailRow]:
    """Every row, in a fixed order."""
    async with it.service.sessions() as session:
        return list(await session.scalars(select(MailRow).order_by(MailRow.caused_at, MailRow.mail)))


async def states(it: Running) -> list[str]:
    """The state of every row."""
    return [row.state for row in await mails(it)]


async def change(it: Running, **values: Any) -> None:
    """Change every row, as a crash or a passing of real time would."""
    async with it.service.sessions.begin() as session:
        await session.execute(update(MailRow).values(**values))


async def let_retries_come_due(it: Running) -> None:
    """Real time passes."""
    await change(it, retry_at=real_now() - timedelta(seconds=1))


async def step(it: Running) -> int:
    """One step of the sender."""
    return await it.service.senders[0].step()


async def waiting(it: Running) -> int:
    """What the sender says could be done now."""
    async with it.service.sessions() as session:
        return await it.service.senders[0].waiting(session)
