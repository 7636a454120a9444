"""`rapport copy`: copies of others' state: which are orphans, and building them anew from their owners."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

import aio_pika
import asyncpg
from cyclopts import App, Parameter

from deploy.cli.common import CheckFailed, Json, Typed, chosen, print_json, say, show
from deploy.cli.connections import broker_url, opened
from deploy.cli.resend import tell_anew
from deploy.cli.selecting import events_named
from deploy.cli.words import Duration
from deploy.local.problems import Unavailable
from deploy.registry import copies, resends
from shared.copies import Copy
from shared.messaging.topology import queue_name

LIMIT = timedelta(minutes=10)

_ORPHANS = """
    SELECT {key}::text AS id FROM {table}
    WHERE sequence <> '' AND sequence < (SELECT lpad(epoch::text, 4, '0') FROM resent WHERE family = $1)
    ORDER BY {key}
"""
_HEARD = """
    SELECT r.epoch, r.subjects, count(c.sequence) AS heard
    FROM resent r LEFT JOIN {table} c ON c.sequence > lpad(r.epoch::text, 4, '0')
    WHERE r.family = $1 GROUP BY 1, 2
"""
_KEEP = "CREATE TEMP TABLE before_{table} AS SELECT {key} AS id, sequence FROM {table} WHERE sequence <> ''"
_TOLD = """
    SELECT count(*) FROM {table} c LEFT JOIN before_{table} b ON b.id = c.{key}
    WHERE c.sequence <> '' AND c.sequence IS DISTINCT FROM b.sequence
"""
_UNTOLD = """
    SELECT c.{key}::text AS id FROM {table} c JOIN before_{table} b ON b.id = c.{key} AND b.sequence = c.sequence
    WHERE c.sequence <> '' ORDER BY c.{key}
"""


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="copy", help="Copies that services keep of others' state.")
    group.command(orphans)
    group.command(rebuild)
    app.command(group)


@dataclass(frozen=True)
class Orphans:
    """One table of copies against what its owner has told anew. `heard` of `told` subjects have arrived.

    `epoch` is that of the last telling of which this reader has heard, 0 where there was none.
    """

    reader: str
    copy: Copy
    epoch: int
    told: int
    heard: int
    ids: list[str]
    present: int
    """The owner's epoch now."""

    @property
    def is_final(self) -> bool:
        """Whether all that the owner told since it was restored last has been heard."""
        return self.epoch >= self.present and self.heard >= self.told


def orphans(service: str | None = None, /, *, json: Json = False) -> None:
    """List copies whose owner does not know them any more, by id, and what a person does with each.

    That is known once the owner's database was restored (`db restored`) and it told everything anew
    (`events resend`). Exit code 1 where there are any, and where not all of that has been heard: the list is then not
    final.
    """
    found = [each for name in chosen(service) for each in asyncio.run(orphans_of(name))]
    rows = [
        {"service": each.reader, "table": each.copy.table.name, "types": _types(each.copy), "id": id_,
         "what to do": each.copy.orphan}
        for each in found
        for id_ in each.ids
    ]  # fmt: skip
    open_ends = [each for each in found if not each.is_final]
    show(rows, as_json=json, title="Orphans", empty="No orphan is known yet." if open_ends else "No orphans.")
    for each in open_ends:
        say(_missing(each))
    if rows:
        raise CheckFailed(f"{len(rows)} copies are orphans.")
    if open_ends:
        raise CheckFailed("Whether there are orphans is not known yet.")


def _missing(found: Orphans) -> str:
    owner, family = found.copy.owner, found.copy.family
    if found.epoch < found.present:
        return (
            f"{found.reader} has not heard {owner} tell its {family} anew since that was restored: the list is not "
            f"final. Run `rapport events resend {owner}` if nobody has; see `rapport outbox status` and "
            "`rapport ledger check`, then ask again."
        )
    return (
        f"{found.reader} has heard {found.heard} of {found.told} told anew of {family}: the list is not "
        "final. See `rapport ledger check` and `rapport dead list`, then ask again."
    )


async def orphans_of(reader: str) -> list[Orphans]:
    """Every table of a reader's copies whose owner was restored once or has told it anew."""
    epochs = {owner: await _epoch(owner) for owner in sorted({copy.owner for copy in copies()[reader]})}
    found = []
    async with opened(reader) as connection:
        for copy in copies()[reader]:
            names, present = {"table": copy.table.name, "key": copy.key}, epochs[copy.owner]
            told = await connection.fetchrow(_HEARD.format(**names), copy.family)
            if told is None:
                if present > 1:
                    found.append(Orphans(reader, copy, 0, 0, 0, [], present))
                continue
            rows = await connection.fetch(_ORPHANS.format(**names), copy.family)
            ids = [row["id"] for row in rows]
            found.append(Orphans(reader, copy, told["epoch"], told["subjects"], told["heard"], ids, present))
    return found


async def _epoch(owner: str) -> int:
    async with opened(owner) as connection:
        return int(await connection.fetchval("SELECT epoch FROM event_epoch"))


def rebuild(
    service: str,
    /,
    *,
    types: Annotated[list[str] | None, Parameter(name="--type", help="Only copies made from this event type.")] = None,
    limit: Duration = LIMIT,
    json: Json = False,
) -> None:
    """Have the owners of what SERVICE copies tell it anew, wait until it is applied, and list what was not told.

    What was not told anew is not known to its owner any more. Exit code 1 where there is any, or the limit passed.
    """
    chosen(service)
    named = {event for name in types or () for event in events_named(name)}
    wanted = [copy for copy in copies()[service] if not named or named & set(copy.events)]
    if named and not wanted:
        raise Typed(f"{service} keeps no copies of that; see `rapport events list`.")
    results = asyncio.run(rebuild_copies(service, wanted, limit or LIMIT))
    rows = [
        {"table": each.copy.table.name, "types": _types(each.copy), "told anew": each.told, "applied": each.applied,
         "not told": len(each.untold)}
        for each in results
    ]  # fmt: skip
    if json:
        print_json([row | {"ids": each.untold} for row, each in zip(rows, results, strict=True)])
    else:
        show(rows, as_json=False, title="Rebuilt", empty=f"{service} keeps no copies.")
        for each in results:
            show([{"id": id_, "what to do": each.copy.orphan} for id_ in each.untold], as_json=False, empty="")
    _judge(results)


@dataclass(frozen=True)
class Rebuilt:
    """What became of one table: subjects told anew, copies applied since, and ids of copies that were not told."""

    copy: Copy
    told: int
    applied: int
    untold: list[str]


async def rebuild_copies(reader: str, wanted: Sequence[Copy], limit: timedelta) -> list[Rebuilt]:
    """Let the owners tell everything of these tables anew, and wait until the reader has applied it."""
    async with opened(reader) as connection:
        for copy in wanted:
            await connection.execute(_KEEP.format(table=copy.table.name, key=copy.key))
        told = {copy.table.name: await _tell(copy) for copy in wanted}
        try:
            async with asyncio.timeout(limit.total_seconds()):
                while not await _is_applied(connection, reader, wanted, told):
                    await asyncio.sleep(0.2)
        except TimeoutError:
            say(f"Not everything was applied within {limit}: is {reader} running? See `rapport dead list`.")
        return [await _rebuilt(connection, copy, told[copy.table.name]) for copy in wanted]


async def _tell(copy: Copy) -> int:
    families = [family for family in resends(copy.owner).families if family.name == copy.family]
    return sum(result.told.total() for result in await tell_anew(copy.owner, families))


async def _is_applied(
    connection: asyncpg.Connection, reader: str, wanted: Sequence[Copy], told: dict[str, int]
) -> bool:
    """As many copies changed as were told, and nothing of these types is on its way."""
    for copy in wanted:
        if await _count(connection, copy) < told[copy.table.name]:
            return False
    return await _waiting(reader, wanted) == 0


async def _waiting(reader: str, wanted: Sequence[Copy]) -> int:
    queues = {queue_name(reader, event) for copy in wanted for event in copy.events}
    try:
        async with await aio_pika.connect(broker_url(), timeout=10) as broker:
            channel = await broker.channel()
            found: list[Any] = [await channel.declare_queue(queue, passive=True) for queue in sorted(queues)]
    except (OSError, aio_pika.exceptions.AMQPError) as error:
        raise Unavailable(f"The broker does not answer ({error!r}); is it running?") from error
    return sum(each.declaration_result.message_count for each in found)


async def _count(connection: asyncpg.Connection, copy: Copy) -> int:
    return int(await connection.fetchval(_TOLD.format(table=copy.table.name, key=copy.key)))


async def _rebuilt(connection: asyncpg.Connection, copy: Copy, told: int) -> Rebuilt:
    rows = await connection.fetch(_UNTOLD.format(table=copy.table.name, key=copy.key))
    return Rebuilt(copy, told, await _count(connection, copy), [row["id"] for row in rows])


def _judge(results: Sequence[Rebuilt]) -> None:
    if late := [each for each in results if each.applied < each.told]:
        missing = sum(each.told - each.applied for each in late)
        raise CheckFailed(f"{missing} states that were told anew are not applied yet; the lists are not final.")
    if untold := sum(len(each.untold) for each in results):
        raise CheckFailed(f"{untold} copies were not told anew: their owner does not know them.")
    if results:
        say("Every copy was told anew.")


def _types(copy: Copy) -> str:
    return ", ".join(event.name for event in copy.events)
