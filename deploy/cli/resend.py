"""`rapport events resend`: an owner tells the current state of its subjects anew."""

import asyncio
import os
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated

from cyclopts import App, Parameter

from deploy.cli.common import Json, Typed, addresses, chosen, print_json, say, show
from deploy.cli.connections import database_url
from deploy.cli.record import record
from deploy.cli.selecting import demand_place, events_named
from deploy.cli.words import DryRun, Site
from deploy.local.problems import Unavailable
from deploy.registry import resends
from shared.clock import clock_from
from shared.contracts import Event
from shared.db import create_engine, create_sessions
from shared.outbox.resend import Family, Told
from shared.outbox.resend import resend as resend_family


def register(app: App) -> None:
    """Add to the group `events`."""
    app["events"].command(resend)


def resend(
    service: str,
    /,
    *,
    types: Annotated[list[str] | None, Parameter(name="--type", help="Only this event type's subjects.")] = None,
    site: Site = None,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Have SERVICE emit the current state of every live subject of its state events anew, through its outbox.

    Readers that know it already change nothing. What is promised once in a life (`reply.overdue`) is told anew only
    where --type names it. After `rapport db restored`, copies that were not told anew are listed by
    `rapport copy orphans`.
    """
    chosen(service)
    named = [event for name in types or () for event in events_named(name)]
    families = _families(service, named)
    if site:
        asyncio.run(demand_place(site))
    results = asyncio.run(tell_anew(service, families, named, site=site, dry_run=dry_run))
    rows = [
        {"type": name, "told": result.told[name], "withheld": result.withheld[name]}
        for result in results
        for name in sorted(result.told.keys() | result.withheld.keys())
    ]
    if not dry_run:
        record("events.resend", service=service, site=site, events=sum(result.told.total() for result in results))
    if json:
        print_json({"service": service, "dry_run": dry_run, "types": rows})
    else:
        show(
            rows,
            as_json=False,
            title="Would be told anew" if dry_run else "Told anew",
            empty=f"{service} has no state to tell.",
        )
    _advise(results)


async def tell_anew(
    service: str,
    families: Sequence[Family],
    named: Collection[type[Event]] = (),
    *,
    site: str | None = None,
    dry_run: bool = False,
) -> list[Told]:
    """Let a service tell families anew, one after the other. Raises Unavailable when its database is away."""
    engine = create_engine(database_url(service).replace("postgresql://", "postgresql+asyncpg://"), 2)
    try:
        return [
            await resend_family(
                create_sessions(engine), resends(service), family, _now(), site=site, named=named, dry_run=dry_run
            )
            for family in families
        ]
    except OSError as error:
        raise Unavailable(f"The database of {service} does not answer ({error}); is it running?") from error
    finally:
        await engine.dispose()


def _families(service: str, named: Collection[type[Event]]) -> list[Family]:
    families = resends(service).families
    if foreign := [event.name for event in named if all(event not in family.events for family in families)]:
        raise Typed(f"{service} tells no state by {', '.join(foreign)}; see `rapport events list`.")
    return [family for family in families if not named or set(named) & set(family.events)]


def _advise(results: Sequence[Told]) -> None:
    withheld: Counter[str] = sum((result.withheld for result in results), Counter())
    for name, count in withheld.items():
        say(f"{count} {name} were not told anew: it is promised once. Name it with --type to tell it all the same.")


def _now() -> datetime:
    """Domain time, as the running platform has it."""
    setting = os.environ.get("RAPPORT_CLOCK")
    if setting is None:
        try:
            setting = addresses().clock
        except Unavailable:
            setting = "real"
    try:
        return clock_from(setting).now()
    except ValueError as error:
        raise Typed(str(error)) from None
