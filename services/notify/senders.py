"""Sends what waits: each mail at most once. It is committed as `sending` before the dialogue, and what was cut off
after the mail went out is `unknown`: listed, counted, and never sent again by itself.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.notify import queries
from services.notify.addressbook import AddressBook
from services.notify.domain import Letter, Outage, Outcome, State, decide, held_until, judge
from services.notify.letters import Letterhead
from services.notify.mailserver import Line, MailServer, ServerAway
from services.notify.queries import Claimed
from shared import telemetry
from shared.clock import Clock, real_now
from shared.contracts.reads import AddressCard
from shared.ids import new_id
from shared.private_reads import IntakeAway

BATCH = 50

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Mails:
    """Rows in, mails out: claim a batch, read its cards, talk to the server once."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        clock: Clock,
        book: AddressBook,
        server: MailServer,
        letterhead: Letterhead,
    ) -> None:
        self._sessions, self._clock = sessions, clock
        self._book, self._server, self._letterhead = book, server, letterhead
        self._outage = Outage()

    async def waiting(self, session: AsyncSession) -> int:
        """Mails that are going out or wait, an outage included; those held are not among them."""
        return await queries.waiting(session, real_now(), self._clock.now())

    async def unknown(self, session: AsyncSession) -> int:
        """Mails about which a person has to decide."""
        return await queries.unknown(session)

    async def step(self) -> int:
        """Deal with a batch; returns how many mails came to an end. 0 also when intake or the server is away."""
        async with self._sessions() as session:
            if not await queries.is_any_under_way(session, real_now(), self._clock.now()):
                return 0
        claim = new_id()
        async with self._sessions.begin() as session:
            lost = await queries.declare_lost(session, real_now())
            batch = await queries.take_batch(session, claim, BATCH, real_now(), self._clock.now())
        if lost:
            _count(State.UNKNOWN, len(lost))
            _warn(lost)
        if not batch:
            return 0
        try:
            return await self._deal_with(batch, claim)
        finally:
            async with self._sessions.begin() as session:
                await queries.release(session, claim)

    async def _deal_with(self, batch: list[Claimed], claim: UUID) -> int:
        try:
            cards = await self._book.read({row.person for row in batch})
        except IntakeAway as away:
            await self._wait(claim, str(away), None)
            return 0
        letters, done = await self._sort_out(batch, cards, claim)
        try:
            return done + (await self._send_all(letters, claim) if letters else 0)
        except ServerAway as away:
            await self._wait(claim, f"the mail server gives no line: {away}", away.code)
            return done

    async def _sort_out(
        self, batch: list[Claimed], cards: Mapping[UUID, AddressCard], claim: UUID
    ) -> tuple[list[tuple[Claimed, Letter]], int]:
        """Whom to write to now; some rows wait for a safe hour (R19), and the others' end here."""
        letters: list[tuple[Claimed, Letter]] = []
        ended: dict[State, list[Claimed]] = {}
        held: dict[datetime, list[UUID]] = {}
        for row in batch:
            card = cards.get(row.person)
            decision = decide(card)
            if not isinstance(decision, Letter):
                ended.setdefault(decision, []).append(row)
            elif until := held_until(card, self._clock.now()):
                held.setdefault(until, []).append(row.mail)
            else:
                letters.append((row, decision))
        async with self._sessions.begin() as session:
            for state, rows in ended.items():
                await self._write_down(session, rows, claim, Outcome(state))
            for until, mails in held.items():
                await queries.hold(session, mails, claim, until)
        return letters, sum(map(len, ended.values()))

    async def _wait(self, claim: UUID, reason: str, code: int | None) -> None:
        """Intake or the server is away: that is no attempt of a mail, and all wait for the same moment."""
        until = self._outage.goes_on(real_now())
        log.warning("mails.wait", reason=reason, code=code, until=until.isoformat())
        async with self._sessions.begin() as session:
            await queries.put_off(session, claim, until, code)

    async def _send_all(self, letters: list[tuple[Claimed, Letter]], claim: UUID) -> int:
        """Over one connection; what is left when it is lost is given back and goes over the next one."""
        done = 0
        async with self._server.connect() as line:
            self._outage = Outage()
            for row, letter in letters:
                if not line.is_open:
                    break
                done += await _to_its_end(self._send(line, row, letter, claim))
        return done

    async def _send(self, line: Line, row: Claimed, letter: Letter, claim: UUID) -> int:
        now = self._clock.now()
        message = self._letterhead.compose(row.mail, row.kind, letter, now)
        async with self._sessions.begin() as session:
            if not await queries.begin(session, row.mail, claim, real_now(), now):
                return 0
        answer = await line.send(self._letterhead.sender_address, letter.address, message)
        outcome = judge(answer, row.attempts + 1)
        async with self._sessions.begin() as session:
            await self._write_down(session, [row], claim, outcome)
        if outcome.state is State.UNKNOWN:
            _warn([row.mail])
        return int(outcome.state is not State.WAITING)

    async def _write_down(self, session: AsyncSession, rows: list[Claimed], claim: UUID, outcome: Outcome) -> None:
        values: dict[str, Any] = {"state": outcome.state, "smtp_code": outcome.smtp_code, "retry_at": None}
        if outcome.state is State.SENT:
            values["sent_at"] = self._clock.now()
        if outcome.retry_after:
            values["retry_at"] = real_now() + outcome.retry_after
        settled = await queries.settle(session, [row.mail for row in rows], claim, values)
        _count(outcome.state, len(settled))
        for row in rows:
            if row.mail in settled:
                log.info("mail", mail=str(row.mail), kind=row.kind, state=outcome.state, code=outcome.smtp_code)


def _count(state: State, mails: int = 1) -> None:
    if state is not State.WAITING:
        telemetry.mails_ended(state, mails)


def _warn(mails: list[UUID]) -> None:
    log.warning("mails.unknown", mails=[str(mail) for mail in mails])


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """Finish a mail that was begun, also when this service is asked to stop meanwhile."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
