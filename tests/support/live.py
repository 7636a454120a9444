"""Services with all their parts running in this process, on a real broker and a real Postgres."""

import importlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from shared.clock import set_file_clock
from tests.support.databases import fresh_database
from tests.support.running import BEGINNING, PUBLIC_KEYS, Running


@asynccontextmanager
async def live(
    name: str, amqp_url: str, folder: Path, *, database_url: str | None = None, **settings: Any
) -> AsyncIterator[Running]:
    """A whole service: relay, consumers, timers and senders run until the block ends."""
    if database_url is None:
        async with fresh_database(name) as url, live(name, amqp_url, folder, database_url=url, **settings) as it:
            yield it
        return
    folder.mkdir(exist_ok=True)
    clock_file, keys_file = folder / "clock.json", folder / "keys.json"
    if not clock_file.exists():
        set_file_clock(clock_file, BEGINNING)
    keys_file.write_text(json.dumps(PUBLIC_KEYS))
    module = importlib.import_module(f"services.{name}.app")
    values = {"database_url": database_url, "amqp_url": amqp_url, "keys_file": keys_file, "port": 1, "pool_size": 5}
    service = module.build(module.Settings(**values, clock=f"file:{clock_file}", **settings))
    app = service.http()
    async with app.router.lifespan_context(app):
        yield Running(service, app, clock_file)
