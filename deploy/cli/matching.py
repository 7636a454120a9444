"""`rapport match run`: propose pairs for an offering, and confirm them."""

import asyncio
from typing import Any

from cyclopts import App

from deploy.cli.common import Json, Typed, checked, client, print_json, say, show


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="match", help="Pair people.")
    group.command(run)
    app.command(group)


def run(offering: str, *, confirm: bool = False, json: Json = False) -> None:
    """Propose an optimal assignment for OFFERING (`programme@site`).

    Parameters
    ----------
    offering: whose pool to pair.
    confirm: confirm every proposal at once, as a coordinator would.
    """
    found = asyncio.run(_run(offering, confirm))
    if json:
        print_json(found)
        return
    proposals = [{key: each[key] for key in ("mentor", "mentee", "score", "state")} for each in found["proposals"]]
    left_out = [{key: each[key] for key in ("person", "role", "reason")} for each in found["unmatched"]]
    show(proposals, as_json=False, title="Proposals", empty="No pair can be proposed.")
    show(left_out, as_json=False, title="Left out", empty="Nobody is left out.")
    say(f"{len(found['proposals'])} proposals; {len(found.get('pairs', []))} pairs confirmed.")


async def _run(offering: str, confirm: bool) -> dict[str, Any]:
    if "@" not in offering:
        raise Typed(f"{offering!r} is no offering; write programme@site.")
    async with client("matching", offering.partition("@")[2], "administrator") as http:
        found: dict[str, Any] = checked(await http.post("/runs", json={"offering": offering}))
        if confirm and found["proposals"]:
            found |= checked(await http.post(f"/runs/{found['run']}/confirmation", json={}))
        return found
