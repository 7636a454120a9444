"""People of whom two records existed: whoever hears an event of the one given up acts on the one kept.

Each service keeps who was given up for whom. What is told of the given-up id, before the merge or after it, ends in the
same rows: handlers get events with the kept id in its place, and the handler of `person.merged` re-points what stands.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Column, MetaData, Table, Text, Uuid, case, func, or_, text, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts import Event
from shared.contracts.intake import PersonMerged
from shared.db import PLATFORM, PUBLIC

merged_person = Table(
    "merged_person",
    PLATFORM,
    Column("given_up", Uuid, primary_key=True, info=PUBLIC),
    Column("person", Uuid, nullable=False, info=PUBLIC),
)
"""Who was given up for whom; always the one who is kept in the end."""

E = TypeVar("E", bound=Event)

_ALONE = text("LOCK TABLE merged_person IN EXCLUSIVE MODE")
_FIND = text("SELECT given_up, person FROM merged_person WHERE given_up = ANY(CAST(:ids AS uuid[])) FOR KEY SHARE")


async def of_kept(session: AsyncSession, events: Sequence[E]) -> list[E | None]:
    """Events with kept ids in the place of given-up ones; None of one whose subject is the given-up person themself.

    Until the commit no merge is heard beside it. What was told of a person's own state was told anew of the one kept.
    """
    ids = {found for event in events for found in _ids_in(event)}
    if not ids:
        return list(events)
    if any(isinstance(event, PersonMerged) for event in events):
        await session.execute(_ALONE)
    kept = await _find(session, ids)
    return [_of_kept(event, kept) for event in events] if kept else list(events)


def _of_kept(event: E, kept: Mapping[UUID, UUID]) -> E | None:
    if any(str(given_up) in event.subject for given_up in kept):
        return None
    return cast("E", _replaced(event, kept))


async def kept_ids(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, UUID]:
    """For each of some people the id under which they are kept: mostly their own.

    Until the commit no merge is heard: it does not miss what this transaction writes about anybody.
    """
    return {person: person for person in people} | await _find(session, people)


async def _find(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID]:
    # FOR KEY SHARE takes the table's ROW SHARE lock, which a merge waits for, before the statement looks.
    found = await session.execute(_FIND, {"ids": sorted(ids)})
    return {row.given_up: row.person for row in found}


async def note_merged(session: AsyncSession, event: PersonMerged) -> None:
    """Know who was given up for whom; whoever was given up for the one now given up goes along."""
    row = insert(merged_person).values(given_up=event.given_up, person=event.person)
    await session.execute(row.on_conflict_do_nothing())
    along = update(merged_person).where(merged_person.c.person == event.given_up)
    await session.execute(along.values(person=event.person))


async def repoint(session: AsyncSession, tables: MetaData, event: PersonMerged, *, but: Collection[str] = ()) -> None:
    """Put the kept id wherever the given-up one stands: in ids, in lists of ids, and where a text names who acted.

    `but` names tables that are left as they are. Keys that would meet are the caller's to settle before.
    """
    for table in tables.sorted_tables:
        values = {} if table.name in but else dict(_repointed(table, event))
        if values:
            of_given_up = or_(*(_names(table.c[name], event.given_up) for name in values))
            await session.execute(update(table).where(of_given_up).values(values))


def _repointed(table: Table, event: PersonMerged) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for column in table.columns:
        if column.foreign_keys:
            continue
        if isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Uuid):
            found.append((column.name, func.array_replace(column, event.given_up, event.person)))
        elif isinstance(column.type, Uuid) or _says_who(column):
            kept: Any = event.person if isinstance(column.type, Uuid) else str(event.person)
            found.append((column.name, case((_names(column, event.given_up), kept), else_=column)))
    return found


def _says_who(column: Column[Any]) -> bool:
    return isinstance(column.type, Text) and (column.name.endswith("_by") or column.name in ("actor", "reader"))


def _names(column: Column[Any], person: UUID) -> Any:
    if isinstance(column.type, ARRAY):
        return column.contains([person])
    return column == (person if isinstance(column.type, Uuid) else str(person))


def _ids_in(value: Any) -> set[UUID]:
    if isinstance(value, UUID):
        return {value}
    if isinstance(value, BaseModel):
        return {found for each in dict(value).values() for found in _ids_in(each)}
    return {found for each in value for found in _ids_in(each)} if isinstance(value, (list, tuple)) else set()


def _replaced(value: Any, kept: Mapping[UUID, UUID]) -> Any:
    if isinstance(value, UUID):
        return kept.get(value, value)
    if isinstance(value, BaseModel):
        return value.model_copy(update={name: _replaced(each, kept) for name, each in dict(value).items()})
    return type(value)(_replaced(each, kept) for each in value) if isinstance(value, (list, tuple)) else value
