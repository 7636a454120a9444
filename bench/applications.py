"""A whole platform: how long it takes to submit an application, and until a wave of them has opened its cases.

Everybody of the wave signed before and has a case of another role, so that nothing but submits waits in the outbox.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx2

from bench.measure import Row, limit, quantile
from bench.servers import Servers, until
from deploy.cli.network import apply_network, read_network
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.platform import Platform
from shared.access import EVERYWHERE, Grant, mint
from shared.outbox.relay import LOCK

NETWORK = Path(__file__).parents[1] / "deploy" / "demo" / "network.toml"
SITE = "net.af.kabul"
OFFERING = f"first-steps@{SITE}"
RATE = 50
WARM_UP = 100
"""Submits before those that are measured, at the same rate: each process meets its statements for the first time."""
BATCH = 200


async def run(_: Servers, __: int, scale: float) -> list[Row]:
    """Submits at a steady rate for 20 seconds, each of another person; then a wave from the outbox to open cases."""
    submits, wave = max(100, int(1_000 * scale)), max(400, int(20_000 * scale))
    with Home.temporary() as home:
        platform = Platform(home, lambda _: None)
        async with platform.supervisor:
            addresses = await platform.start()
            async with _client(addresses) as http:
                await apply_network(http, read_network(NETWORK))
                values = await _submit(http, addresses, submits)
                seconds = await _open(http, addresses, WARM_UP + submits, wave)
    note = f"{submits:,} submits at {RATE}/s, p50 {quantile(values, 0.5):.1f} ms"
    return [
        limit("submit", "p99 ≤ 40 ms", "ms", quantile(values, 0.99), 40, note),
        limit("cases", f"{wave:,} opened ≤ 40 s", "s", seconds, 40 * wave / 20_000, f"{wave / seconds:,.0f} a second"),
    ]


@asynccontextmanager
async def _client(addresses: Addresses) -> AsyncIterator[httpx2.AsyncClient]:
    token = mint(
        addresses.private_key(),
        "bench",
        [Grant("administrator", "net"), Grant("operator", EVERYWHERE)],
        timedelta(hours=2),
    )
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=addresses.services["intake"], headers=headers, timeout=60) as http:
        yield http


async def _submit(http: httpx2.AsyncClient, addresses: Addresses, submits: int) -> list[float]:
    """Milliseconds of each submit as its caller sees them, once all that registering caused is over."""
    people = await asyncio.gather(*(_signed(http, number) for number in range(WARM_UP + submits)))
    await until(lambda: _all_are_quiet(http, addresses))
    took: list[float] = []

    async def submit(person: str) -> None:
        began = time.monotonic()
        answer = await http.post("/applications", json={"person": person, "role": "mentor-adult", "offering": OFFERING})
        took.append(1000 * (time.monotonic() - began))
        assert answer.json()["state"] == "submitted", answer.text

    tasks, began = [], time.monotonic()
    for number, person in enumerate(people):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        tasks.append(asyncio.create_task(submit(person)))
    await asyncio.gather(*tasks)
    return took[WARM_UP:]


async def _all_are_quiet(http: httpx2.AsyncClient, addresses: Addresses) -> bool:
    answers = [await http.get(f"{url}/internal/quiet") for url in addresses.services.values()]
    return all(answer.raise_for_status().json()["quiet"] for answer in answers)


_signing = asyncio.Semaphore(8)


async def _signed(http: httpx2.AsyncClient, number: int) -> str:
    """Somebody who is registered and whose signed paper is held."""
    async with _signing:
        card = {"name_to_use": f"Person {number}", "language": "en", "zone": "Asia/Kabul", "site": SITE}
        person = (await http.post("/people", json=card)).raise_for_status().json()["person"]
        paper = {"document": "conduct", "version": "1", "evidence": {"holder": "Office", "signed_on": "2026-11-01"}}
        (await http.post(f"/people/{person}/signatures", json=paper)).raise_for_status()
    return str(person)


async def _open(http: httpx2.AsyncClient, addresses: Addresses, before: int, wave: int) -> float:
    """Seconds from the moment the relay may begin until screening has the last case open."""
    intake = await asyncpg.connect(_plain(addresses.databases["intake"]))
    screening = await asyncpg.connect(_plain(addresses.databases["screening"]))
    cases = "SELECT count(*) FROM screening_case WHERE state = 'open'"

    async def outbox_is(rows: int) -> bool:
        return bool(await intake.fetchval("SELECT count(*) FROM outbox WHERE type = $1", SUBMITTED) == rows)

    async def opened_are(number: int) -> bool:
        return bool(await screening.fetchval(cases) == number)

    try:
        await until(lambda: opened_are(before))
        await _import_all(http, wave, {"role": "mentee-adult", "attest": "Signed."})
        await until(lambda: opened_are(before + wave), within=600)
        await _hold_relay(intake)
        await _import_all(http, wave, {"role": "mentor-adult"})
        assert await outbox_is(wave)
        began = time.monotonic()
        await intake.execute("SELECT pg_advisory_unlock($1)", LOCK)
        await until(lambda: opened_are(before + 2 * wave), within=300)
        return time.monotonic() - began
    finally:
        await asyncio.gather(intake.close(), screening.close())


SUBMITTED = "rapport.application.submitted.v1"


async def _hold_relay(intake: asyncpg.Connection) -> None:
    """Take the lock without which no relay publishes."""
    holders = """
        SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE locktype = 'advisory' AND objid = $1 AND granted AND datname = current_database()
    """
    await intake.execute(holders, LOCK)
    while not await intake.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
        await intake.execute(holders, LOCK)


async def _import_all(http: httpx2.AsyncClient, wave: int, how: dict[str, str]) -> None:
    for first in range(0, wave, BATCH):
        rows = [
            {"row": number, "key": str(number), "name_to_use": f"Wave {number}", "language": "en", "zone": "Asia/Kabul"}
            for number in range(first, min(first + BATCH, wave))
        ]
        body = {"site": SITE, "offering": OFFERING, "source": "wave", "rows": rows, **how}
        answer = (await http.post("/imports", json=body)).raise_for_status().json()
        assert not answer["refused"], answer["refused"][:3]


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg", "postgresql", 1)
