"""Screening with a million open cases: how long a page of its queue takes, over HTTP, anywhere in it."""

import time
from datetime import timedelta
from typing import Any

import asyncpg
import httpx2

from bench.measure import Row, limit, quantile
from bench.servers import Servers
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.platform import Platform
from shared.access import Grant, mint

SITES = 200
REQUESTS = 400
PAGES = 20
MADE = f"""
    SELECT number, 'net.c' || number % 20 || '.s' || number % {SITES} AS site, gen_random_uuid() AS clearance
    FROM generate_series(1, $1) AS number
"""
CASES = f"""
    WITH made AS ({MADE}), cases AS (
        INSERT INTO screening_case
            (clearance, application, person, role, kind, offering, site, state, risks, required, place_known, opened_at)
        SELECT clearance, gen_random_uuid(), gen_random_uuid(), 'mentor-adult', 'mentor', 'first-steps@' || site, site,
            'open', '{{}}', '{{identity,references,interview}}', true, now() - number % 90 * interval '1 day'
        FROM made
        RETURNING clearance, site, opened_at
    )
    INSERT INTO step (clearance, check_name, site, position, performer, state, due_on, opened_at)
    SELECT clearance, name, site, position - 1, 'a screener', 'to-do',
        opened_at::date + (7 * position)::int, opened_at
    FROM cases CROSS JOIN unnest(ARRAY['identity', 'references', 'interview']) WITH ORDINALITY AS asked (name, position)
"""
WANTED: dict[str, tuple[str, dict[str, Any]]] = {
    "one site": ("net.c3.s3", {}),
    "one country": ("net.c3", {}),
    "the network": ("net", {}),
    "one check of the network": ("net", {"check": "interview"}),
}


async def run(_: Servers, __: int, scale: float) -> list[Row]:
    """Pages of fifty, each run from the front of the queue through twenty pages, then from there anew."""
    cases = max(10_000, int(1_000_000 * scale))
    with Home.temporary() as home:
        platform = Platform(home, lambda _: None)
        async with platform.supervisor:
            addresses = await platform.start()
            await _fill(addresses, cases)
            found = {name: await _pages(addresses, *wanted) for name, wanted in WANTED.items()}
    return [
        limit(f"queue, {name}", "p99 ≤ 20 ms", "ms", quantile(values, 0.99), 20,
              f"{cases:,} cases at {SITES} sites, {3 * cases:,} steps, p50 {quantile(values, 0.5):.1f} ms")
        for name, values in found.items()
    ]  # fmt: skip


async def _fill(addresses: Addresses, cases: int) -> None:
    url = addresses.databases["screening"].replace("postgresql+asyncpg", "postgresql", 1)
    connection = await asyncpg.connect(url)
    for first in range(0, cases, 50_000):
        await connection.execute(CASES, min(50_000, cases - first), timeout=300)
    await connection.execute("VACUUM ANALYZE step, screening_case", timeout=300)
    await connection.close()


async def _pages(addresses: Addresses, site: str, wanted: dict[str, Any]) -> list[float]:
    """Milliseconds of each page as its reader sees them."""
    token = mint(addresses.private_key(), "bench", [Grant("screener", site)], timedelta(hours=2))
    took: list[float] = []
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=addresses.services["screening"], headers=headers, timeout=60) as http:
        cursor: str | None = None
        for number in range(REQUESTS):
            place = {"cursor": cursor} if cursor and number % PAGES else {}
            began = time.monotonic()
            page = (await http.get("/queue", params={**wanted, **place})).raise_for_status().json()
            took.append(1000 * (time.monotonic() - began))
            cursor = page["next"]
    return took[PAGES:]
