"""The services' databases: whether they let us in, their versions and schemas, and what time it is there."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import partial

import httpx2
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.cli.checks import NotRunning, Said, known
from deploy.cli.connections import connected, database_url, management_url, setting_of
from deploy.local.problems import Problem
from deploy.registry import SERVICES
from shared import migrations
from shared.clock import real_now

FLOOR, PROVEN = 15, 18
WARN_SECONDS, FAULT_SECONDS = 1.0, 30.0
ANSWER_SECONDS = 5.0


async def postgres(service: str) -> Said:
    """Whether the service's database lets us in, and its server's version."""
    async with connected(_url(service), f"The database of {service}", setting_of(service)) as connection:
        major = connection.get_server_version().major
        name = f"Postgres {str(connection.get_settings().server_version).partition(' ')[0]}"
    if major < FLOOR:
        return "fault", f"{name} lacks what the migrations use: move the database to {FLOOR} or newer."
    if major > PROVEN:
        return "warning", f"{name} is newer than {PROVEN}, on which Rapport is proven: try it with a copy first."
    return "ok", f"{name} lets us in."


async def schema(service: str) -> Said:
    """Whether the migrations are this version's."""
    engine = create_async_engine(
        _url(service).replace("postgresql://", "postgresql+asyncpg://"),
        connect_args={"timeout": ANSWER_SECONDS, "command_timeout": ANSWER_SECONDS},
    )
    try:
        state = await migrations.state(service, engine)
    finally:
        await engine.dispose()
    if state == "behind":
        return "fault", f"The schema is behind this version: run `rapport db upgrade {service}`."
    if state == "newer":
        return "fault", "The schema is newer than this version: upgrade Rapport, or restore a backup of this version."
    return "ok", "The schema is current."


async def clock() -> Said:
    """How far this machine's time is from the databases' and, where its management API is known, the broker's."""
    clocks = {f"the database of {service}": _database_offset(service) for service in SERVICES}
    found = await asyncio.gather(*clocks.values(), _broker_offset(), return_exceptions=True)
    named = dict(zip([*clocks, "the broker"], found, strict=True))
    offsets = {name: offset for name, offset in named.items() if isinstance(offset, float)}
    if not offsets:
        raise next(error for error in found if isinstance(error, BaseException))
    return judged(offsets)


def judged(offsets: Mapping[str, float]) -> Said:
    """What it means that clocks are that many seconds ahead of this machine's."""
    furthest = max(offsets, key=lambda name: abs(offsets[name]))
    away = abs(offsets[furthest])
    told = f"This machine is {away:.1f} s {'behind' if offsets[furthest] > 0 else 'ahead of'} {furthest}"
    if away > WARN_SECONDS:
        return "fault" if away > FAULT_SECONDS else "warning", f"{told}: set both by NTP (`timedatectl set-ntp true`)."
    return "ok", f"{told}; compared with {len(offsets)} clock(s)."


def _url(service: str) -> str:
    return known(partial(database_url, service), setting_of(service))


async def _database_offset(service: str) -> float:
    """Seconds by which the server is surely ahead, negative behind: what the question took is given for it."""
    async with connected(_url(service), f"The database of {service}", setting_of(service)) as connection:
        began, start = real_now(), time.monotonic()
        there: datetime = await connection.fetchval("SELECT clock_timestamp()", timeout=ANSWER_SECONDS)
        return _surely(there, began, time.monotonic() - start)


async def _broker_offset() -> float:
    """By the whole seconds of its management API's answers. Raises NotRunning where that is not known."""
    try:
        url = management_url()
        if url is None:
            raise NotRunning("RAPPORT_AMQP_MANAGEMENT_URL")
        began, start = real_now(), time.monotonic()
        async with httpx2.AsyncClient(timeout=ANSWER_SECONDS) as http:
            answer = await http.head(f"{url.rstrip('/')}/api/overview")
        return _surely(parsedate_to_datetime(answer.headers["date"]), began, time.monotonic() - start, unit=1.0)
    except (Problem, httpx2.HTTPError, httpx2.InvalidURL, ValueError, KeyError):
        raise NotRunning("RAPPORT_AMQP_MANAGEMENT_URL") from None


def _surely(there: datetime, began: datetime, took: float, unit: float = 0.0) -> float:
    """`there` was read between `began` and `took` later, and is cut to a unit; 0 where both may be the same time."""
    ahead, behind = (there - began).total_seconds() - took, (began - there).total_seconds() - unit
    return max(0.0, ahead) - max(0.0, behind)
