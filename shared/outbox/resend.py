"""Telling current state anew (`rapport events resend`): what each owner declares, and how it is emitted in batches.

A subject's row is locked before its event is emitted, in the same transaction, as those who change it do. So what
is told anew never takes a later number than a newer state.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import InstrumentedAttribute

from shared.access import within
from shared.contracts import Event
from shared.contracts.base import Resent
from shared.outbox.emit import emit
from shared.outbox.tables import event_epoch

BATCH = 500

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Current:
    """One live subject: the id of its row, the event of its state, and since when that is so (None: not recorded)."""

    key: Any
    event: Event
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Which rows to read: those after a key, of one place and below where `site` is given."""

    after: Any = None
    site: str | None = None

    def locked(
        self, rows: Select[*Columns], key: InstrumentedAttribute[Any], site: InstrumentedAttribute[str]
    ) -> Select[*Columns]:
        """A select narrowed to this batch, in the order of `key`, whose table's rows it locks until the commit.

        The lock is that of an UPDATE: it waits for all who change a row, and not for those who only refer to it.
        """
        if self.after is not None:
            rows = rows.where(key > self.after)
        if self.site is not None:
            rows = rows.where(within(site, [self.site]))
        return rows.order_by(key).limit(BATCH).with_for_update(of=key.class_, key_share=True)


Read = Callable[[AsyncSession, Batch], Awaitable[Sequence[Current]]]


@dataclass(frozen=True)
class Family:
    """State events of the same subjects and how these are read; what is promised `once` is told anew by name only."""

    events: tuple[type[Event], ...]
    read: Read
    once: tuple[type[Event], ...] = ()

    @property
    def name(self) -> str:
        """What its events tell of: `clearance`."""
        return self.events[0].family


class Resends:
    """What one owner can tell anew; services/<name>/resend.py fills it.

    `marker` is the event that ends a family, None where nobody keeps copies. `facts` names for each type of fact the
    column that holds the id of its subject.
    """

    def __init__(self, owner: str, marker: type[Resent] | None = None) -> None:
        self.owner, self.marker = owner, marker
        self.families: list[Family] = []
        self.facts: dict[type[Event], InstrumentedAttribute[Any]] = {}

    def family(self, *events: type[Event], once: tuple[type[Event], ...] = ()) -> Callable[[Read], Read]:
        """Register the function that reads the current state of one batch of a family's subjects."""

        def register(read: Read) -> Read:
            self.families.append(Family(events, read, once))
            return read

        return register

    def fact(self, event: type[Event], held: InstrumentedAttribute[Any]) -> None:
        """Register where the subjects of a type of fact are held."""
        self.facts[event] = held


@dataclass
class Told:
    """What became of telling one family anew: numbers by type, and those withheld since they are promised once."""

    family: str
    told: Counter[str]
    withheld: Counter[str]
    marked: bool = False


async def resend(
    sessions: async_sessionmaker[AsyncSession],
    owner: Resends,
    family: Family,
    now: datetime,
    *,
    site: str | None = None,
    named: Collection[type[Event]] = (),
    dry_run: bool = False,
) -> Told:
    """Emit the current state of every subject of a family (of one place where `site` is given), batch by batch.

    Ends with the owner's marker where nothing was left out. Emits nothing with `dry_run`.
    """
    result = Told(family.name, Counter(), Counter())
    batch = Batch(site=site)
    while states := await _one_batch(sessions, family, batch, now, result, named, dry_run):
        batch = Batch(states[-1].key, site)
    if owner.marker and site is None and not result.withheld and not dry_run:
        await _mark(sessions, owner.marker, family, result, now)
    return result


async def _one_batch(
    sessions: async_sessionmaker[AsyncSession],
    family: Family,
    batch: Batch,
    now: datetime,
    result: Told,
    named: Collection[type[Event]],
    dry_run: bool,
) -> Sequence[Current]:
    async with sessions.begin() as session:
        states = await family.read(session, batch)
        for state in states:
            if type(state.event) in family.once and type(state.event) not in named:
                result.withheld[state.event.name] += 1
                continue
            result.told[state.event.name] += 1
            if not dry_run:
                await emit(session, state.event, at=state.since or now)
    return states


async def _mark(
    sessions: async_sessionmaker[AsyncSession], marker: type[Resent], family: Family, result: Told, now: datetime
) -> None:
    states = sum(result.told[event.name] for event in family.events)  # a fact that ended a subject is no copy's
    async with sessions.begin() as session:
        epoch = await session.scalar(select(event_epoch.c.epoch))
        event: Any = marker(resent=result.family, epoch=epoch, subjects=states)
        await emit(session, event, at=now)
    result.marked = True
