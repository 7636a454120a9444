"""Postgres refuses to run as root, so a root start hands both servers to a system user that owns nothing else."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.problems import Misconfigured, Unavailable

NAME = "rapport"


@dataclass(frozen=True)
class Account:
    """A user of the operating system, by numbers."""

    name: str
    uid: int
    gid: int

    def may_enter(self, folder: Path) -> bool:
        """Whether this user can pass through one folder; its parents are not looked at."""
        facts = folder.stat()
        if facts.st_uid == self.uid:
            return bool(facts.st_mode & stat.S_IXUSR)
        if facts.st_gid == self.gid:
            return bool(facts.st_mode & stat.S_IXGRP)
        return bool(facts.st_mode & stat.S_IXOTH)


def is_root() -> bool:
    return os.geteuid() == 0


def server_account() -> Account | None:
    """The user the servers run as: the system user `rapport` for root, None (ourselves) for everyone else.

    Raises Misconfigured where root cannot have one (not Linux) and Unavailable where it cannot be made.
    """
    if not is_root():
        return None
    if sys.platform != "linux":
        raise Misconfigured("Postgres does not run as root here; start Rapport as an ordinary user.")
    return _known() or _made()


def _known() -> Account | None:
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        return None
    if entry.pw_uid == 0:
        raise Misconfigured(f"The user {NAME} is root under another name; Postgres needs an unprivileged {NAME}.")
    return Account(NAME, entry.pw_uid, entry.pw_gid)


def _made() -> Account:
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise Unavailable(f"There is no useradd here; make a system user {NAME}, or start Rapport as an ordinary user.")
    shell = shutil.which("nologin", path="/usr/sbin:/sbin") or "/bin/false"
    command = [program, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    answer = subprocess.run([*command, "--shell", shell, NAME], capture_output=True, text=True, check=False)
    account = _known()  # another start may have made it in the same moment
    if account is None:
        raise Unavailable(f"useradd could not make the system user {NAME}: {answer.stderr.strip()}")
    return account
