"""Where a Rapport on one machine keeps its state, who owns it, and the lock that allows one Rapport per home."""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.local.accounts import Account, is_root, server_account
from deploy.local.leftovers import end_leftovers
from deploy.local.passwords import Secrets
from deploy.local.problems import Misconfigured, Unavailable

SYSTEM_HOME = Path("/var/lib/rapport")
SECRETS = "secrets"
ABANDONED_SECONDS = 60.0


class Home:
    """One folder with everything one Rapport keeps.

    As root the servers run as the system user `account`; folders made for them belong to that user, and the root
    folder lets its group pass through. `shared` keeps what homes may have in common (copied binaries).
    """

    def __init__(self, root: Path, shared: Path | None = None) -> None:
        self.root = root.absolute()
        self.account = server_account()
        _make_passable(self.root, self.account)
        self.shared = shared or self.root
        self.secrets = Secrets(self.folder(SECRETS))

    @classmethod
    def find(cls, environ: Mapping[str, str] = os.environ, *, new: bool = False) -> "Home":
        """The home that RAPPORT_HOME names, else the usual one. Raises Misconfigured when it cannot be used.

        Unless it may be `new`, raises Misconfigured where the named one is none, Unavailable where the usual one is.
        """
        root = cls.place(environ)
        try:
            if new or _is_home(root):
                return cls(root)
        except OSError as error:
            raise _unusable(root, error) from error
        if environ.get("RAPPORT_HOME"):
            raise Misconfigured(
                f"RAPPORT_HOME names {root.absolute()}, where no Rapport keeps its state: correct it, "
                "or start one there with `rapport up`."
            )
        raise Unavailable(f"No Rapport keeps its state in {root}: start one with `rapport up`, or set RAPPORT_HOME.")

    @staticmethod
    def place(environ: Mapping[str, str] = os.environ) -> Path:
        """Where the home that RAPPORT_HOME names, else the usual one, is or would be. Raises Misconfigured."""
        if wanted := environ.get("RAPPORT_HOME"):
            try:
                return Path(wanted).expanduser()
            except RuntimeError:
                raise Misconfigured("RAPPORT_HOME names the home of a user that there is not.") from None
        return SYSTEM_HOME if is_root() else Path.home() / ".local/share/rapport"

    @classmethod
    @contextmanager
    def temporary(cls) -> Iterator["Home"]:
        """A fresh locked home, for demo and tests; removed at the end. It lies where the system user can go."""
        base = SYSTEM_HOME if is_root() else Path(tempfile.gettempdir())
        prefix = "tmp-" if is_root() else f"rapport-{os.getuid()}-"
        if is_root():
            _make_passable(base, server_account())
        _sweep(base, prefix)
        root = Path(tempfile.mkdtemp(prefix=prefix, dir=base))
        root.rmdir()  # made again by us, so that its mode and group are ours to choose
        home = cls(root, shared=base if is_root() else None)
        try:
            with home.locked():
                yield home
        finally:
            shutil.rmtree(root, ignore_errors=True)

    @property
    def tag(self) -> str:
        """Eight characters that are the same for this home and no other."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:8]

    def folder(self, name: str, *, for_servers: bool = False) -> Path:
        """A folder in the home, mode 0700, made if absent; owned by the servers' user where they write in it.

        Raises Misconfigured when the servers' user cannot get there.
        """
        path = self.root / name
        try:
            path.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _unusable(path, error) from error
        if for_servers and self.account:
            os.chown(path, self.account.uid, self.account.gid)
            self._check_the_way(path, self.account)
        return path

    def _check_the_way(self, path: Path, account: Account) -> None:
        for parent in path.parents:
            if not account.may_enter(parent):
                raise Misconfigured(
                    f"Postgres and RabbitMQ run as the user {account.name}, who may not enter {parent}; "
                    f"set RAPPORT_HOME to a folder elsewhere, for example {SYSTEM_HOME}."
                )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold this home alone, after ending what a killed holder left running.

        Raises Unavailable while another process holds it; a dead one holds nothing.
        """
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Unavailable(self._running(file.name)) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            end_leftovers(self.folder("run"))
            yield

    def is_held(self) -> bool:
        """Whether a process holds this home now."""
        with (self.root / "lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def _running(self, lock: str) -> str:
        holder = Path(lock).read_text().strip() or "unknown"
        return (
            f"Rapport is already running (process {holder}, home {self.root}). "
            "Stop it with Ctrl-C where it runs, or set RAPPORT_HOME to another folder to run a second one."
        )


def _is_home(root: Path) -> bool:
    try:
        return (root / SECRETS).is_dir()
    except PermissionError:
        return True  # it is said of what is there that it cannot be used


def _make_passable(root: Path, account: Account | None) -> None:
    """Make the folder and what is missing above it; never touch a folder that was there before."""
    if root.is_dir():
        if not os.access(root, os.W_OK | os.X_OK):
            raise _unusable(root, "permission denied")
        return
    try:
        for parent in reversed(root.parents):
            if not parent.exists():
                parent.mkdir(mode=0o711 if account else 0o700)
        root.mkdir(mode=0o700)
        if account:
            os.chown(root, 0, account.gid)
            root.chmod(0o710)
    except OSError as error:
        raise _unusable(root, error) from error


def _unusable(folder: Path, reason: object) -> Misconfigured:
    text = (reason.strerror or str(reason)) if isinstance(reason, OSError) else str(reason)
    return Misconfigured(f"Rapport cannot write in {folder} ({text}); set RAPPORT_HOME to a folder that you own.")


def _sweep(base: Path, prefix: str) -> None:
    """Remove temporary homes whose process was killed; a held or very young one is left alone."""
    for root in base.glob(f"{prefix}*"):
        with suppress(OSError, Unavailable, Misconfigured):
            if root.stat().st_uid != os.geteuid() or time.time() - root.stat().st_mtime < ABANDONED_SECONDS:
                continue
            home = Home(root)
            with home.locked():
                shutil.rmtree(root, ignore_errors=True)
