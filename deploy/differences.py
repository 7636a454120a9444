"""What stands on the broker against what the code wants; nothing there is changed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

import aio_pika
import httpx2
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed

from deploy.local.problems import Unavailable
from shared.messaging.topology import DEAD, INTERNAL, Binding, Exchange, Queue, Topology

LIMIT_SECONDS = 10.0
APPLY = "`rapport topology apply` declares it."
UNKNOWN = "Bindings and what is too many cannot be seen over AMQP alone: set RAPPORT_AMQP_MANAGEMENT_URL too."

Listing = dict[str, list[dict[str, Any]]]
"""`exchanges`, `queues` and `bindings`, as the management API shows them."""


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be, with a sentence that says what to do."""

    kind: Literal["exchange", "queue", "binding"]
    name: str
    state: Literal["missing", "other", "too many"]
    says: str


@dataclass(frozen=True)
class Comparison:
    """All differences; `unseen` says what could not be compared and why."""

    differences: tuple[Difference, ...]
    unseen: str | None


async def compare(amqp_url: str, management_url: str | None, wanted: Topology) -> Comparison:
    """Exchanges and queues over AMQP; bindings, and what is too many, through the management API.

    Raises Unavailable when the broker is away or lets nobody look.
    """
    try:
        declared = await _compare_declared(amqp_url, wanted)
    except (OSError, aio_pika.exceptions.AMQPError) as error:
        raise Unavailable(
            f"The broker does not answer, or not to this user ({error!r}); is it running, is its address right, and "
            "may its user configure everything?"
        ) from error
    if management_url is None:
        return Comparison(tuple(declared), UNKNOWN)
    try:
        listing = await _list(management_url, unquote(urlsplit(amqp_url).path[1:]) or "/")
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        unseen = (
            f"Bindings and what is too many were not seen: the management API does not let us in ({_told(error)}); "
        )
        return Comparison(tuple(declared), f"{unseen}see that it runs, and correct RAPPORT_AMQP_MANAGEMENT_URL.")
    return Comparison((*declared, *_compare_bindings(wanted, listing), *_surplus(wanted, listing)), None)


async def _compare_declared(amqp_url: str, wanted: Topology) -> list[Difference]:
    async with await aio_pika.connect(amqp_url, timeout=LIMIT_SECONDS) as connection:
        found = [await _exchange(connection, each) for each in wanted.exchanges]
        found += [await _queue(connection, each) for each in wanted.queues]
    return [each for each in found if each]


async def _exchange(connection: AbstractConnection, wanted: Exchange) -> Difference | None:
    def declare(channel: AbstractChannel, passive: bool) -> Awaitable[Any]:
        return channel.declare_exchange(wanted.name, wanted.kind, durable=True, passive=passive)

    mend = "It cannot be changed: delete it on the broker (what is published meanwhile waits) and run this at once"
    return await _try(connection, declare, "exchange", wanted.name, f"{mend}: `rapport topology apply`.")


async def _queue(connection: AbstractConnection, wanted: Queue) -> Difference | None:
    def declare(channel: AbstractChannel, passive: bool) -> Awaitable[Any]:
        return channel.declare_queue(wanted.name, durable=True, arguments=dict(wanted.arguments), passive=passive)

    mend = "It cannot be changed: once it is empty, delete it on the broker and run `rapport topology apply`"
    late = f"`rapport events replay --service {wanted.name.partition('.')[0]} --since 1h` brings what came meanwhile"
    return await _try(connection, declare, "queue", wanted.name, f"{mend}; {late}.")


async def _try(
    connection: AbstractConnection,
    declare: Callable[[AbstractChannel, bool], Awaitable[Any]],
    kind: Literal["exchange", "queue"],
    name: str,
    mend: str,
) -> Difference | None:
    """Passively first: the declaration that compares arguments would make what is missing."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS), connection.channel() as channel:
            await declare(channel, True)
            await declare(channel, False)
    except ChannelNotFoundEntity:
        return Difference(kind, name, "missing", APPLY)
    except ChannelPreconditionFailed as error:
        return Difference(kind, name, "other", f"{str(error).removeprefix('PRECONDITION_FAILED - ')}. {mend}")
    return None


async def _list(management_url: str, virtual_host: str) -> Listing:
    async with httpx2.AsyncClient(timeout=LIMIT_SECONDS) as http:
        found: Listing = {}
        for kind in ("exchanges", "queues", "bindings"):
            answer = await http.get(f"{management_url.rstrip('/')}/api/{kind}/{quote(virtual_host, safe='')}")
            found[kind] = answer.raise_for_status().json()
    return found


def _compare_bindings(wanted: Topology, listing: Listing) -> Iterator[Difference]:
    standing = set(_bindings(listing))
    for each in wanted.bindings:
        if each not in standing:
            yield Difference("binding", _name(each), "missing", APPLY)


def _surplus(wanted: Topology, listing: Listing) -> Iterator[Difference]:
    """Whose names begin as ours; other systems' queues, and their bindings to `rapport.events`, are their own."""
    queues, exchanges = {each.name for each in wanted.queues}, {each.name for each in wanted.exchanges}
    ours = {name.partition(".")[0] for name in queues | exchanges}
    for name in _unwanted(listing["exchanges"], exchanges, ours):
        yield Difference("exchange", name, "too many", "Nobody here publishes to it: delete it on the broker.")
    surplus = list(_unwanted(listing["queues"], queues, ours))
    for name in surplus:
        says = (
            "No reader of this version: unless an older one still runs, see what is in it and delete it on the broker."
        )
        yield Difference("queue", name, "too many", says)
    for each in _bindings(listing):
        closed = each.exchange in (INTERNAL, DEAD) and each.queue not in surplus
        if (closed or each.queue in queues | exchanges) and each not in wanted.bindings:
            yield Difference("binding", _name(each), "too many", "Nothing here wants it: unbind it on the broker.")


def _unwanted(listed: Iterable[dict[str, Any]], wanted: set[str], ours: set[str]) -> Iterator[str]:
    for each in listed:
        if each["name"].partition(".")[0] in ours and each["name"] not in wanted:
            yield each["name"]


def _bindings(listing: Listing) -> Iterator[Binding]:
    """But for those that every queue has to the exchange without a name."""
    for each in listing["bindings"]:
        if each["source"]:
            yield Binding(each["source"], each["destination"], each["routing_key"])


def _told(error: Exception) -> str:
    """An error's kind or the answer's status: its words may hold the address with its password."""
    return str(error.response.status_code) if isinstance(error, httpx2.HTTPStatusError) else type(error).__name__


def _name(binding: Binding) -> str:
    return f"{binding.exchange} to {binding.queue} by {binding.key}"
