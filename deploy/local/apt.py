"""Install RabbitMQ where root on Debian or Ubuntu asked for it, without the system broker starting beside ours."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import processes
from deploy.local.accounts import is_root
from deploy.local.home import Home
from deploy.local.problems import Failed, Unavailable

PACKAGE = "rabbitmq-server"
POLICY = Path("/usr/sbin/policy-rc.d")
LIMIT_SECONDS = 600.0


def is_possible() -> bool:
    return is_root() and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


async def install(home: Home, say: Callable[[str], None]) -> None:
    """Install the package and say so. Raises Unavailable when apt-get could not."""
    say(f"Installing {PACKAGE} and the Erlang packages it needs with apt-get; its system service is not started.")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=120"]
    try:
        with services_kept_from_starting():
            await processes.run(home, "apt", ["apt-get", *wait, "update"], env=env, limit=LIMIT_SECONDS)
            command = ["apt-get", *wait, "install", "--yes", "--no-install-recommends", PACKAGE]
            await processes.run(home, "apt", command, env=env, limit=LIMIT_SECONDS)
    except Failed as error:
        raise Unavailable(f"apt-get could not install {PACKAGE}: {error}") from error
    say(f"{PACKAGE} is installed.")


@contextmanager
def services_kept_from_starting(policy: Path = POLICY) -> Iterator[None]:
    """Packages installed inside do not start their services: Debian asks this script, and 101 means "no".

    A script that was there before comes back afterwards.
    """
    aside = policy.with_name(f"{policy.name}.before-rapport")
    if policy.exists():
        policy.rename(aside)
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)
        if aside.exists():
            aside.rename(policy)
