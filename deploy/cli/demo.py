"""`rapport demo`: a whole platform plays a sample network's story, and what is seen is compared with the script."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from deploy.cli.common import CheckFailed, Install, Json, Typed, console, print_json, say
from deploy.cli.ledger import account
from deploy.demo.cast import Cast
from deploy.demo.foretold import Account, foretell
from deploy.demo.live import nowhere, on_board, terminal
from deploy.demo.networks import NETWORKS
from deploy.demo.play import play
from deploy.demo.scenes import write
from deploy.demo.stage import Fault, NotQuiet, Stage, stage
from deploy.demo.story import Story
from deploy.demo.telling import Lines, Teller
from deploy.demo.witness import witness
from deploy.local.home import Home

Telling = Callable[[Stage], AbstractAsyncContextManager[Teller]]
"""How a story is told while it is played on a stage."""


def register(app: App) -> None:
    """Add this group's commands."""
    app.command(demo)


def demo(
    *,
    seed: int = 1,
    scene: Annotated[str | None, Parameter(help="End the story after this scene, such as `answers`.")] = None,
    keep: Annotated[bool, Parameter(negative="", help="Stay up until Ctrl-C, and say what to look at.")] = False,
    install: Install = False,
    json: Json = False,
    unbind: Annotated[str | None, Parameter(help="Break it: take this queue's binding away.")] = None,
    drop_mail_every: Annotated[int, Parameter(help="Break it: lose every Nth mail.")] = 0,
    picture: Annotated[Path | None, Parameter(show=False, help="Save a still of the board as SVG.")] = None,
) -> None:
    """Start everything on a fresh home, play the story of SEED in stepped time, and compare expected with seen.

    Six sites under five laws, 63 people, a broker killed with events waiting; on a terminal a live board shows it.
    Exit code 1 on any difference or dead letter.
    """
    script = _story(seed, scene)
    with Home.temporary() as home:
        fault, telling = Fault(unbind, drop_mail_every), _telling(picture, as_json=json)
        asyncio.run(_demo(home, script, fault, telling, install=install, keep=keep, as_json=json))


def _telling(picture: Path | None, *, as_json: bool) -> Telling:
    """On a board where somebody sits at a terminal, else in lines; a picture is drawn in both."""
    console = (None if as_json else terminal()) or (nowhere() if picture else None)
    if console is None:
        return lambda _: nullcontext(Lines(say))
    return lambda on_stage: on_board(on_stage, console, say, picture)


def _story(seed: int, scene: str | None) -> Story:
    story = write(seed)
    try:
        return story.until(scene) if scene else story
    except ValueError as error:
        raise Typed(f"--scene: {error}") from error


async def _demo(
    home: Home, story: Story, fault: Fault, telling: Telling, *, install: bool, keep: bool, as_json: bool
) -> None:
    """Raises CheckFailed where the story was not seen as it was written; with `keep` only after Ctrl-C."""
    began, faults = time.monotonic(), ["it was cut short"]
    async with stage(home, say, install=install, fault=fault) as on_stage:
        cast, faults = await _play(on_stage, story, telling)
        seen = await witness(on_stage, cast) if cast else {}
        faults = [*differences(expected := foretell(story, NETWORKS), seen), *faults]
        elapsed = round(time.monotonic() - began, 1)
        document = {"seed": story.seed, "expected": expected, "seen": seen, "faults": faults, "ok": not faults}
        _show(document | {"elapsed_s": elapsed}, as_json=as_json)
        if keep and cast:
            _guide(on_stage, cast)
            await on_stage.platform.supervisor.watch()
    if faults:
        raise CheckFailed(f"The story was not seen as it was written: {faults[0]}")


async def _play(on_stage: Stage, story: Story, telling: Telling) -> tuple[Cast | None, list[str]]:
    """Who is who, and what is wrong in the platform itself; nobody where it did not come to rest."""
    try:
        async with telling(on_stage) as teller:
            cast = await play(on_stage, story, teller)
    except NotQuiet as error:
        return None, [str(error)]
    say("the story is over; the archive, the mails and the services are read")
    lines = await account(on_stage.addresses.databases, on_stage.addresses.amqp_url)
    dead = [f"{line.reader} has {line.dead} dead letters of {line.type}" for line in lines if line.dead]
    unbalanced = [f"the ledger of {line.reader} and {line.type} does not balance" for line in lines if not line.holds]
    return cast, [*dead, *unbalanced]


def _guide(on_stage: Stage, cast: Cast) -> None:
    """What to look at while it stays up."""
    for name, url in (on_stage.addresses.services | on_stage.doubles | {"mail": on_stage.addresses.mail_url}).items():
        say(f"{name:<10} {url}")
    token = on_stage.headers("coordinator", "net", "demo")["Authorization"].removeprefix("Bearer ")
    say(f"A coordinator's token: {token}")
    say(
        "Follow the mentee in Amman who applied by herself, from another terminal:\n"
        f"  export RAPPORT_HOME={on_stage.platform.home.root}\n"
        "  .venv/bin/rapport events tail --since 1h --type application.submitted --site net.jo.amman --for 3s\n"
        f"  .venv/bin/rapport trace {cast.story}\n"
        f"  curl -s '{on_stage.addresses.mail_url}/messages?mail=...'   # the id of a mail that trace shows\n"
        "It stays up until Ctrl-C."
    )


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


def _show(document: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    expected, seen = document["expected"], document["seen"]
    for kind in sorted(expected.keys() | seen.keys()):
        wanted, got = len(expected.get(kind, [])), len(seen.get(kind, []))
        mark = "=" if expected.get(kind) == seen.get(kind) else "DIFFERS"
        console.print(f"{kind:<24} expected {wanted:>4}   seen {got:>4}   {mark}", markup=False)
    for fault in document["faults"]:
        console.print(f"FAULT {fault}", markup=False)
    verdict = "expected = seen" if document["ok"] else "expected and seen differ"
    console.print(f"{verdict}, in {document['elapsed_s']} s", markup=False)
