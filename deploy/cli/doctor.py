"""`rapport doctor`: where one stands, check by check, whether a platform is running or not."""

import asyncio
from dataclasses import asdict
from functools import partial

from cyclopts import App

from deploy.cli.checks import Finding, Look, broker, databases, finding, machine
from deploy.cli.common import CheckFailed, Json, print_json, say, show
from deploy.local.problems import Unavailable
from deploy.registry import SERVICES


def register(app: App) -> None:
    """Add this command."""
    app.command(doctor)


def doctor(*, json: Json = False) -> None:
    """Check this machine, the servers and what stands on them; each line says what to do.

    Exit code 1 on a fault; else 69 where no platform is running; warnings alone are 0.
    """
    found = asyncio.run(_look())
    rows = [asdict(each) for each in found]
    states = [each.state for each in found]
    if json:
        print_json({"ok": not {"fault", "not running"} & {*states}, "checks": rows})
    else:
        show(rows, as_json=False)
    if faults := states.count("fault"):
        raise CheckFailed(f"{faults} fault(s): do what their lines say, from the top.")
    if "not running" in states:
        raise Unavailable("No platform is running here; what does not need one is in order.")
    say("Everything is in order." if "warning" not in states else "No faults; read the warnings.")


async def _look() -> list[Finding]:
    return await asyncio.gather(*(finding(name, look) for name, look in _checks().items()))


def _checks() -> dict[str, Look]:
    return {
        "python": machine.python,
        "home": machine.home,
        "disk": machine.disk,
        "ports": machine.ports,
        "broker": broker.broker,
        "broker features": broker.features,
        "topology": broker.topology,
        **{f"postgres {service}": partial(databases.postgres, service) for service in SERVICES},
        **{f"schema {service}": partial(databases.schema, service) for service in SERVICES},
        "clock": databases.clock,
    }
