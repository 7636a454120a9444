"""This machine: its Python, the home, the disk, and who listens on the ports."""

import asyncio
import os
import shutil
import sys
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2

from deploy.cli.checks import Said, running_home
from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.leftovers import left_running
from deploy.local.platform import USUAL_PORTS
from deploy.local.ports import LOOPBACK, is_free
from deploy.local.problems import Misconfigured, Unavailable
from deploy.registry import SERVICES

PYTHON = (3, 11)
SCARCE_BYTES, FULL_BYTES = 2_000_000_000, 500_000_000
"""Below 200 MB the broker takes no events any more."""


async def python() -> Said:
    """Its version."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON:
        return "fault", f"This is Python {version}: make the virtual environment anew with 3.11 or newer."
    return "ok", f"This is Python {version}."


async def home() -> Said:
    """Whether a Rapport is at work there, or one that was killed has left something."""
    try:
        found = Home.find()
    except Unavailable:
        return "ok", f"No Rapport keeps its state in {Home.place()}, so nothing is left there."
    if found.is_held():
        return "ok", f"A Rapport is running on {found.root}."
    if pids := left_running(found.root / "run"):
        return "warning", f"A killed Rapport left {len(pids)} process(es) running: `rapport up` ends them first."
    if Addresses.path(found).exists():
        return "warning", f"A killed Rapport left its addresses in {found.root}: `rapport up` starts it again."
    return "ok", f"Nothing runs on {found.root}, and nothing is left of what ran."


async def disk() -> Said:
    """Free space where the home is, or would be."""
    place = Home.place().absolute()
    free = shutil.disk_usage(next(folder for folder in (place, *place.parents) if folder.is_dir())).free
    told = f"{free / 1e9:.1f} GB are free in {place}"
    if free < FULL_BYTES:
        return "fault", f"{told}: make room, since below 0.2 GB the broker takes no events."
    if free < SCARCE_BYTES:
        return "warning", f"{told}: make room soon, the archive and the databases grow."
    return "ok", f"{told}."


async def ports() -> Said:
    """Whether the running platform's services are ready, or else the usual ports are free for one."""
    if (place := running_home()) is None:
        return await _usual_ports()
    platform = Addresses.load(place)
    answers = await asyncio.gather(*(_get(f"{url}/readyz") for url in platform.services.values()))
    away = [name for name, answer in zip(platform.services, answers, strict=True) if not (answer and answer.is_success)]
    if platform.smtp_port and is_free(platform.smtp_port):
        away.append("mail")
    if away:
        return "fault", f"Not ready: {', '.join(away)}. Read the logs in {place.root / 'logs'}."
    return "ok", f"Ours and ready: {', '.join(str(urlsplit(url).port) for url in platform.services.values())}."


async def _usual_ports() -> Said:
    wanted = {name: _port(name, usual) for name, usual in USUAL_PORTS.items()}
    taken = {name: port for name, port in wanted.items() if not is_free(port)}
    if not taken:
        return "ok", f"Free: {', '.join(map(str, wanted.values()))}."
    settings = ", ".join(f"RAPPORT_{name.upper()}_PORT={port}" for name, port in taken.items())
    answers = await asyncio.gather(
        *(_get(f"http://{LOOPBACK}:{taken[name]}/livez") for name in taken if name in SERVICES)
    )
    if answers and all(answer and answer.text == '{"alive":true}' for answer in answers):
        return "warning", f"Another Rapport has {settings}: to start one beside it, set other ports."
    return "fault", f"Taken by something else: {settings}. Stop what listens there, or set other ports."


def _port(name: str, usual: int) -> int:
    setting = f"RAPPORT_{name.upper()}_PORT"
    given = os.environ.get(setting) or str(usual)
    if not given.isdecimal() or not 0 < int(given) < 65536:
        raise Misconfigured(f"{setting} is no port; set it to a number below 65536, or unset it.")
    return int(given)


async def _get(url: str) -> httpx2.Response | None:
    with suppress(httpx2.HTTPError):
        async with httpx2.AsyncClient(timeout=5) as http:
            return await http.get(url)
    return None
