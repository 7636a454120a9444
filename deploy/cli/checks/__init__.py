"""What `rapport doctor` looks at: each check by itself and in bounded time, whatever the others find."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from deploy.local.addresses import Addresses
from deploy.local.home import Home
from deploy.local.problems import Misconfigured, Problem, Unavailable

LIMIT_SECONDS = 20.0

START = (
    "Start a platform with `rapport up`, or name its servers: RAPPORT_AMQP_URL, RAPPORT_INTAKE_DATABASE_URL and so on."
)

State = Literal["ok", "warning", "fault", "not running"]
Said = tuple[State, str]
Look = Callable[[], Awaitable[Said]]


@dataclass(frozen=True)
class Finding:
    """What one check found, with a sentence that says what to do."""

    check: str
    state: State
    says: str


class NotRunning(Exception):
    """What a check needs belongs to a platform, and none is running."""

    def __init__(self, setting: str) -> None:
        super().__init__(f"Start a platform with `rapport up`, or set {setting}.")


def known(find: Callable[[], str], setting: str) -> str:
    """An address. Raises NotRunning where neither the environment's setting nor a running platform tells it."""
    if not os.environ.get(setting) and running_home() is None:
        raise NotRunning(setting)
    return find()


def running_home() -> Home | None:
    """The home of the platform that is running; what one that was killed has left there does not count."""
    try:
        home = Home.find()
    except (Unavailable, Misconfigured):
        return None
    return home if home.is_held() and Addresses.path(home).exists() else None


async def finding(name: str, look: Look) -> Finding:
    """Run one check; whatever goes wrong in it is what it found."""
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            return Finding(name, *await look())
    except NotRunning as absent:
        return Finding(name, "not running", str(absent))
    except Problem as problem:
        return Finding(name, "fault", str(problem))
    except OSError as error:
        return Finding(name, "fault", f"This cannot be reached ({type(error).__name__}): mend the faults above first.")
    except Exception as error:  # what a library says may hold a password
        told = f"This cannot be looked at ({type(error).__name__}): mend the other faults first, then report this one."
        return Finding(name, "fault", told)
