"""`rapport up` and `rapport run`: the whole platform on this machine, or one service's process."""

import asyncio
import os
from typing import Literal

import uvicorn
from cyclopts import App
from pydantic import ValidationError

from deploy.cli.common import Install, Json, Typed, console, errors, print_json, say
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.platform import Platform
from deploy.local.ports import demand_free
from deploy.local.problems import Problem
from deploy.registry import SERVICES, build, settings
from deploy.settings import faults
from shared import log, tracing
from shared.service import ALL_PARTS, Part


def register(app: App) -> None:
    """Add this group's commands."""
    app.command(up)
    app.command(run)


def up(*, install: Install = False, json: Json = False) -> int:
    """Start everything on this machine and keep it running until Ctrl-C.

    Postgres, a private RabbitMQ node, migrations, topology, a mail catcher and the five services; prints the
    addresses. State is kept in RAPPORT_HOME.
    """
    home = Home.find(new=True)
    with home.locked():
        return asyncio.run(_up(home, install, json))


async def _up(home: Home, install: bool, as_json: bool) -> int:
    clock = os.environ.get("RAPPORT_CLOCK", "real")
    platform = Platform(home, say, install=install, clock=clock, usual_ports=True)
    try:
        async with platform.supervisor:
            addresses = await platform.start()
            _show(addresses, home, as_json)
            return await platform.supervisor.watch()
        return 0
    finally:
        Addresses.forget(home)


def _show(addresses: Addresses, home: Home, as_json: bool) -> None:
    shown = {**addresses.services, "mail": addresses.mail_url}
    if as_json:
        print_json({"services": addresses.services, "mail": addresses.mail_url, "home": str(home.root)})
    else:
        for name, url in shown.items():
            console.print(f"{name:<10} {url}", markup=False)
        errors.print("A token: `rapport token administrator --site net`. Ctrl-C ends everything.", markup=False)


def run(
    service: Literal["intake", "screening", "matching", "messaging", "notify"],
    *,
    only: Part | None = None,
) -> int:
    """Run one service in this process, its settings from the environment (`RAPPORT_INTAKE_DATABASE_URL` and its like).

    Parameters
    ----------
    service: which one.
    only: one part of it, where parts are scaled apart.
    """
    if service not in SERVICES:
        raise Typed(f"{service!r} is no service.")
    log.configure(service)
    try:
        tracing.begin(service)
        built = build(service)
        app = built.http(frozenset({only}) if only else ALL_PARTS)
    except ValidationError as error:
        raise Typed(_refusal(service, error)) from None
    except ValueError as error:
        raise Typed(str(error)) from error
    demand_free(built.settings.port, f"RAPPORT_{service.upper()}_PORT")
    config = uvicorn.Config(
        app, host=built.settings.host, port=built.settings.port, access_log=False, log_config=None,
        timeout_graceful_shutdown=15, lifespan="on",
    )  # fmt: skip
    server = uvicorn.Server(config)
    built.on_end = lambda: setattr(server, "should_exit", True)
    server.run()
    if built.stopped:
        raise _Ended(built.stopped.code, str(built.stopped))
    return 0


def _refusal(service: str, error: ValidationError) -> str:
    lines = [f"{error.error_count()} setting(s) of {service} cannot be used:"]
    lines += [f"  {fault}" for fault in faults(settings(service), error)]
    return "\n".join([*lines, "On one machine `rapport up` sets them, and starts every service again that dies."])


class _Ended(Problem):
    """A service ended by itself, with its exit code and what to do."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.exit_code = code
