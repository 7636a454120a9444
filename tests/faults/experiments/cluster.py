"""A cluster of three brokers that loses leaders, a node, and its majority under load."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from shared.outbox import publisher
from tests.faults.experiments.base import Run, experiment
from tests.faults.nodes import SIZE, Cluster, Node
from tests.faults.servers import Addresses, Servers
from tests.faults.stage import BROKER_SETTLES_SECONDS, TOPOLOGY
from tests.support.eventually import eventually

QUEUES = sorted(queue.name for queue in TOPOLOGY.queues if not queue.name.endswith(".dead"))
TIMEOUT = "shared.outbox.publisher:TIMEOUT_SECONDS"
QUICK = {TIMEOUT: 2.0}
"""The time-out of a publish, cut for the small size."""


@asynccontextmanager
async def clustered(run: Run) -> AsyncIterator[tuple[Run, Cluster]]:
    """The same run with a cluster in place of the one broker, once every queue stands on all its nodes."""
    servers = run.stage.servers
    async with Cluster.running(servers.home) as cluster:
        front = cluster.front
        addresses = Addresses(servers.addresses.postgres, front.amqp_url, front.management_url or "")
        async with Run.on(Servers(servers.home, addresses), run.patience) as inner:
            run.facts, run.stage.children = inner.facts, inner.stage.children
            try:
                await _until_whole(inner, cluster)
                yield inner, cluster
            finally:
                await asyncio.gather(*(node.running.start() for node in cluster.nodes))


@experiment(
    "cluster",
    short=None,
    small={"per_second": 50, "leaders": 2, "every": 8, "one": 4, "majorities": 1, "majority": 4, "quick": True},
    long={"per_second": 20, "leaders": 14, "every": 15, "one": 45, "majorities": 2, "majority": 75, "quick": False},
)
async def cluster(
    run: Run,
    *,
    per_second: float,
    leaders: int,
    every: float,
    one: float,
    majorities: int,
    majority: float,
    quick: bool,
) -> None:
    """Leaders of queues are killed one after the other, then one node is down, then two, while entries are written."""
    async with clustered(run) as (inner, nodes):
        await inner.start(tuning=QUICK if quick else {})
        await asyncio.sleep(BROKER_SETTLES_SECONDS)
        async with inner.load.running(per_second):
            for name in itertools.islice(itertools.cycle(QUEUES), leaders):
                began = time.monotonic()
                await _lose_leader(inner, nodes, name)
                await asyncio.sleep(began + every - time.monotonic())
            await _lose_one(inner, nodes, one)
            for survivor in range(majorities):
                lost = [node for node in nodes.nodes if node is not nodes.nodes[survivor % SIZE]]
                await _lose_majority(inner, nodes, lost, majority, quick=quick)
        inner.facts |= {"leaders lost": leaders, "majorities lost": majorities}
        await inner.close()
        await inner.compare_archive()
        for child in inner.stage.children.values():
            inner.claim("nobody-ended", not child.died, f"{child.name} ended by itself with {child.died}.")


async def _lose_leader(run: Run, cluster: Cluster, name: str) -> None:
    """Kill the node that leads a queue; another must lead it. Then the node comes back."""

    async def leader() -> Node | None:
        return cluster.leader((await cluster.queues(_host(run))).get(name, {}))

    async def moved() -> bool:
        return await leader() not in (None, lost)

    lost = await eventually(leader, within=run.patience)
    assert lost is not None

    began = time.monotonic()
    await lost.running.kill()
    await run.until("leader-moved", moved, f"{name} has another leader.")
    _note_slowest(run, "s to elect at most", began)
    await _until_confirmed(run, "the leader was lost")
    _note_slowest(run, "s to confirm again at most", began)
    await lost.running.start()
    await _until_whole(run, cluster)


def _note_slowest(run: Run, what: str, began: float) -> None:
    run.facts[what] = max(run.facts.get(what, 0), round(time.monotonic() - began, 1))


async def _lose_one(run: Run, cluster: Cluster, seconds: float) -> None:
    """Stop a node; what is written goes on to be confirmed."""
    stopped = cluster.nodes[0].running
    await stopped.stop()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        await _until_confirmed(run, "one node was stopped")
        await asyncio.sleep(1)
    await stopped.start()
    await _until_whole(run, cluster)


async def _lose_majority(run: Run, cluster: Cluster, lost: list[Node], seconds: float, *, quick: bool) -> None:
    """Kill two nodes; nothing is confirmed until they are back."""
    await asyncio.gather(*(node.running.kill() for node in lost))
    timeout = QUICK[TIMEOUT] if quick else publisher.TIMEOUT_SECONDS
    await asyncio.sleep(timeout + 1)  # a window that was half confirmed when they died is deleted when it has ended
    before = await _confirmed(run)
    await asyncio.sleep(seconds)
    after = await _confirmed(run)
    told = f"{after - before} events were confirmed by one node of {SIZE}."
    run.claim("minority-confirms-nothing", after == before, told)
    await asyncio.gather(*(node.running.start() for node in lost))
    await _until_whole(run, cluster)
    await _until_confirmed(run, "the majority was back")


async def _until_whole(run: Run, cluster: Cluster) -> None:
    """Wait until every queue stands on all nodes and all of them take part."""

    async def whole() -> bool:
        queues = await cluster.queues(_host(run))
        return all(len(queues.get(name, {}).get("online") or ()) == SIZE for name in QUEUES)

    await run.until("replicated", whole, f"every queue is kept by {SIZE} nodes.")


async def _until_confirmed(run: Run, since: str) -> None:
    """Wait until the writer's events are confirmed again."""
    before = await _confirmed(run)

    async def more() -> bool:
        return await _confirmed(run) > before

    await run.until("confirmed-again", more, f"events are confirmed after {since}.")


async def _confirmed(run: Run) -> int:
    """How many of the writer's events the broker confirmed."""
    return int((await run.stage.fetch("writer", "SELECT coalesce(sum(count), 0) FROM ledger_sent"))[0][0])


def _host(run: Run) -> str:
    return urlsplit(run.stage.amqp_url).path.strip("/")
