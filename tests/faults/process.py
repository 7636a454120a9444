"""`python -m tests.faults.process writer|reader`: one service of the experiments as a process, faults and all.

TUNING is a JSON object: `"module:NAME": value` sets a constant of the product, `"command_timeout"` caps the time-out
of every statement. FAILPOINT: see failpoints.py. PARTS: which parts run, `api,relay,worker,timers`. On SIGUSR1 it
writes down what each of its tasks waits for.
"""

import asyncio
import json
import os
import signal
import sys
from importlib import import_module
from typing import Any, cast

import asyncpg
import uvicorn

from shared import log
from shared.service import ALL_PARTS, Part


def _tune(tuning: dict[str, Any]) -> None:
    for name, value in tuning.items():
        module, _, constant = name.partition(":")
        if constant:
            getattr(import_module(module), constant)  # a constant that is gone is a mistake here
            setattr(import_module(module), constant, value)
    if limit := tuning.get("command_timeout"):
        _cap_statements(limit)


def _cap_statements(limit: float) -> None:
    original = asyncpg.connect

    async def connect(*args: Any, **options: Any) -> Any:
        return await original(*args, **{**options, "command_timeout": limit})

    asyncpg.connect = connect


def _tell_tasks(*_: object) -> None:
    for task in asyncio.all_tasks():
        waiting, chain = cast("Any", task.get_coro()), []
        while waiting is not None:
            frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
            chain.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}" if frame else repr(waiting)[:120])
            waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
        sys.stderr.write(f"task {task.get_name()}: {' > '.join(chain)}\n")
    sys.stderr.flush()


def main(name: str) -> int:
    """Run the service until it is told to end; its exit code says why it ended by itself."""
    signal.signal(signal.SIGUSR1, _tell_tasks)
    _tune(json.loads(os.environ.get("TUNING", "{}")))
    if failpoint := os.environ.get("FAILPOINT"):
        import_module("tests.faults.failpoints").arm(failpoint)
    log.configure(name, json=True)
    service = import_module(f"tests.faults.{name}.app").build()
    wanted = os.environ.get("PARTS")
    app = service.http(frozenset(cast("Part", part) for part in wanted.split(",")) if wanted else ALL_PARTS)
    config = uvicorn.Config(
        app, host=service.settings.host, port=service.settings.port, access_log=False, log_config=None,
        timeout_graceful_shutdown=15, lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    service.on_end = lambda: setattr(server, "should_exit", True)
    server.run()
    if service.stopped:
        sys.stderr.write(f"{service.stopped}\n")
        return int(service.stopped.code)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
