"""Which dead letters a command means: the filters of `rapport dead`, as one condition in SQL."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from cyclopts import Parameter

from deploy.cli.common import Typed, chosen, nearest, say
from deploy.cli.connections import opened
from deploy.cli.words import Since, Type, Until, demand_order
from deploy.local.problems import Unavailable
from deploy.registry import readers
from shared.contracts import REGISTRY, Event
from shared.messaging.topology import dead_queue_name, queue_name

_WHERE = """
    WHERE ($1::uuid[] IS NULL OR id = ANY($1)) AND ($2::text[] IS NULL OR queue = ANY($2))
      AND ($3::text IS NULL OR error_type = $3)
      AND ($4::timestamptz IS NULL OR first_at >= $4) AND ($5::timestamptz IS NULL OR first_at < $5)
"""
_LIST = f"""
    SELECT id, queue, event_id, error_type, reason, attempts, first_at, last_at
    FROM dead_letter {_WHERE} ORDER BY first_at, id LIMIT $6
"""


@Parameter(name="*")
@dataclass(frozen=True)
class Which:
    """Filters; each that is given narrows."""

    service: Annotated[str | None, Parameter(help="Only of this service.")] = None
    queue: Annotated[str | None, Parameter(help="Only of this queue (a handler's name is its queue's).")] = None
    type: Type = None
    error_type: Annotated[str | None, Parameter(help="Only with this error: `Contradiction`.")] = None
    since: Since = None
    until: Until = None

    def values(self, service: str, letters: Collection[UUID]) -> tuple[Any, ...]:
        """The parameters of the condition, for one service."""
        return list(letters) or None, self._queues(service), self.error_type, self.since, self.until

    def _queues(self, service: str) -> list[str] | None:
        if self.type is None:
            return [self.queue] if self.queue else None
        queues = [queue_name(service, event) for event in events_named(self.type)]
        return [queue for queue in queues if self.queue in (None, queue)]

    def demand_some(self, letters: Collection[UUID], everything: bool) -> None:
        """Raises Typed where nothing says which ones are meant."""
        if not letters and not everything and self == ANY:
            raise Typed("Say which: ids, a filter such as --service NAME, or --all.")

    def demand_queues(self) -> None:
        """Raises Typed where no queue of this version is meant; one of an earlier version may still have letters."""
        of = {
            name: {dead_queue_name(name), *(queue_name(name, each) for each in readers()[name])} for name in readers()
        }
        known = {queue for queues in of.values() for queue in queues}
        if self.queue and self.queue not in known:
            raise Typed(f"No queue is called {self.queue!r}; the nearest: {nearest(self.queue, known)}.")
        wanted = {name: self._queues(name) for name in chosen(self.service)}
        if not any(queues is None or of[name] & set(queues) for name, queues in wanted.items()):
            raise Typed("No queue fits --service, --queue and --type together; leave one of them out.")


ANY = Which()


async def select(which: Which, letters: Collection[UUID], limit: int | None = None) -> list[dict[str, Any]]:
    """The dead letters that are meant, without their bodies, oldest first in each service."""
    demand_order(which.since, which.until)
    found: list[dict[str, Any]] = []
    for service in chosen(which.service):
        async with opened(service) as connection:
            rows = await connection.fetch(_LIST, *which.values(service, letters), limit)
        found += [{"service": service, **row, "type": _types().get(row["queue"])} for row in rows]
    if not found:
        which.demand_queues()
    return found[:limit]


def events_named(name: str) -> list[type[Event]]:
    """The event types called `reply.overdue` or `rapport.reply.overdue.v1`. Raises Typed where there is none."""
    if found := [event for event in REGISTRY.values() if name in (event.type, event.name)]:
        return found
    names = {each for event in REGISTRY.values() for each in (event.name, event.type)}
    raise Typed(f"No event is called {name!r}; the nearest: {nearest(name, names)}. See `rapport events list`.")


async def demand_place(site: str) -> None:
    """Raises Typed for a place that intake does not know. Where intake cannot be asked, that is said, and no more."""
    try:
        async with opened("intake") as connection:
            known = [row["site"] for row in await connection.fetch("SELECT site FROM place")]
    except Unavailable as error:
        say(f"Whether there is a place {site} is not known: {error}")
        return
    if site not in known:
        near = f"the nearest: {nearest(site, known)}" if known else "there are none; see `rapport network apply`"
        raise Typed(f"No place is called {site!r}; {near}.")


def _types() -> dict[str, str]:
    return {queue_name(service, event): event.type for service, heard in readers().items() for event in heard}


def chunks(ids: list[UUID], size: int = 200) -> Iterable[list[UUID]]:
    """Ids in handfuls, so that no more than that many bodies are in memory."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
