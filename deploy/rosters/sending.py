"""Batches of rows to intake's `POST /imports`: two under way at a time, repeated while intake is away.

Rows are known to intake by source and key, so a batch that is sent again changes nothing. Each batch has an
Idempotency-Key of the file's content, the batch and this run: a repeat inside a run is answered as before, and a later
run is decided anew (what was refused yesterday may be right today).
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

import httpx2
import orjson

from deploy.cli.common import checked
from deploy.local.problems import Problem, Unavailable
from deploy.rosters.mapping import Person

BATCH = 100
AT_ONCE = 2
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
_AWAY = (502, 503, 504)

Hear = Callable[[dict[str, Any]], None]


class Stopped(Unavailable):
    """Intake stayed away; what was sent is safe."""


async def send(
    http: httpx2.AsyncClient, head: dict[str, Any], people: Iterable[Person], hear: Hear, *, digest: str, run: UUID
) -> None:
    """Send everybody in batches with the same head, and tell `hear` intake's answer about each row.

    Raises Stopped when intake does not answer, Typed when it refuses a whole batch.
    """
    batches = enumerate(_batches(people))

    async def work() -> None:
        for number, batch in batches:
            body = orjson.dumps({**head, "rows": [person.body for person in batch]})
            named = hashlib.sha256(f"{run} {digest} {head['role']} {number}".encode()).hexdigest()
            for answer in await _deliver(http, body, named):
                hear(answer)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work())
    except ExceptionGroup as failed:
        raise first_problem(failed) from failed


def first_problem(failed: ExceptionGroup) -> Exception:
    """Of several failures at once, the one to tell of: a sentence for people before any other."""
    return next((error for error in failed.exceptions if isinstance(error, Problem)), failed.exceptions[0])


async def persist(send_once: Callable[[], Any], gone: str) -> httpx2.Response:
    """An answer, if need be after several attempts. Raises Stopped with the sentence `gone`."""
    for pause in (*PAUSES, None):
        try:
            response: httpx2.Response = await send_once()
            if response.status_code not in _AWAY:
                return response
        except httpx2.TransportError:
            pass
        if pause is not None:
            await asyncio.sleep(pause)
    raise Stopped(gone)


async def _deliver(http: httpx2.AsyncClient, body: bytes, named: str) -> list[dict[str, Any]]:
    headers = {"Content-Type": "application/json", "Idempotency-Key": named}
    response = await persist(
        lambda: http.post("/imports", content=body, headers=headers),
        "Intake does not answer. What it took so far is stored; run the same command again, and it continues safely: "
        "rows that are there already stay as they are.",
    )
    answer = checked(response)
    return [*answer["rows"], *({**refusal, "refused": True} for refusal in answer["refused"])]


def _batches(people: Iterable[Person]) -> Iterator[list[Person]]:
    rest = iter(people)
    while batch := list(islice(rest, BATCH)):
        yield batch
