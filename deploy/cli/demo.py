"""`rapport demo`: a whole platform plays a sample network's story, and what is seen is compared with the script."""

import asyncio
import time
from typing import Annotated, Any

from cyclopts import App, Parameter

from deploy.cli.common import CheckFailed, Install, Json, console, print_json, say
from deploy.cli.ledger import account
from deploy.demo import story
from deploy.demo.foretold import Account, foretell
from deploy.demo.play import NETWORK, play
from deploy.demo.stage import Fault, NotQuiet, stage
from deploy.demo.telling import Lines
from deploy.demo.witness import witness
from deploy.local.home import Home


def register(app: App) -> None:
    """Add this group's commands."""
    app.command(demo)


def demo(
    *,
    seed: int = 1,
    install: Install = False,
    json: Json = False,
    unbind: Annotated[str | None, Parameter(help="Break it: take this queue's binding away.")] = None,
    drop_mail_every: Annotated[int, Parameter(help="Break it: lose every Nth mail.")] = 0,
) -> None:
    """Start everything on a fresh home, play the story of SEED in stepped time, and compare expected with seen.

    Three sites, 60 people, a broker killed with events waiting. Exit code 1 on any difference or dead letter.
    """
    script = story.write(seed)
    expected = foretell(script, NETWORK)
    began = time.monotonic()
    with Home.temporary() as home:
        seen, faults = asyncio.run(_play(home, script, install, Fault(unbind, drop_mail_every)))
    faults = [*differences(expected, seen), *faults]
    document = {
        "seed": seed,
        "expected": expected,
        "seen": seen,
        "faults": faults,
        "ok": not faults,
        "elapsed_s": round(time.monotonic() - began, 1),
    }
    if json:
        print_json(document)
    else:
        _show(document)
    if faults:
        raise CheckFailed(f"The story was not seen as it was written: {faults[0]}")


async def _play(home: Home, script: story.Story, install: bool, fault: Fault) -> tuple[Account, list[str]]:
    async with stage(home, say, install=install, fault=fault) as on_stage:
        try:
            cast = await play(on_stage, script, Lines(say))
        except NotQuiet as error:
            return {}, [str(error)]
        say("the story is over; the archive, the mails and the services are read")
        lines = await account(on_stage.addresses.databases, on_stage.addresses.amqp_url)
        dead = [f"{line.reader} has {line.dead} dead letters of {line.type}" for line in lines if line.dead]
        unbalanced = [
            f"the ledger of {line.reader} and {line.type} does not balance" for line in lines if not line.holds
        ]
        return await witness(on_stage, cast), [*dead, *unbalanced]


def differences(expected: Account, seen: Account) -> list[str]:
    """Each kind whose entries differ, with what is missing and what is too much."""
    found = []
    for kind in sorted(expected.keys() | seen.keys()):
        wanted, got = expected.get(kind, []), seen.get(kind, [])
        if wanted != got:
            missing, extra = _without(wanted, got), _without(got, wanted)
            found.append(f"{kind}: {len(missing)} missing {missing[:3]}, {len(extra)} too many {extra[:3]}")
    return found


def _without(these: list[str], those: list[str]) -> list[str]:
    rest = list(those)
    left = []
    for each in these:
        if each in rest:
            rest.remove(each)
        else:
            left.append(each)
    return left


def _show(document: dict[str, Any]) -> None:
    expected, seen = document["expected"], document["seen"]
    for kind in sorted(expected.keys() | seen.keys()):
        wanted, got = len(expected.get(kind, [])), len(seen.get(kind, []))
        mark = "=" if expected.get(kind) == seen.get(kind) else "DIFFERS"
        console.print(f"{kind:<24} expected {wanted:>4}   seen {got:>4}   {mark}", markup=False)
    for fault in document["faults"]:
        console.print(f"FAULT {fault}", markup=False)
    verdict = "expected = seen" if document["ok"] else "expected and seen differ"
    console.print(f"{verdict}, in {document['elapsed_s']} s", markup=False)
