"""Key pairs and services' own tokens, as files: `rapport up` makes them for one machine, `rapport keys` for others."""

import json
import os
from datetime import timedelta
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from deploy.local.problems import Misconfigured, Unavailable
from shared.access import EVERYWHERE, Grant, mint, new_key

READ_FROM_INTAKE = ("matching", "notify", "screening")
SIGN_LINKS = ("intake", "screening")


def make_pair(private: Path, public: Path, *, development: bool = False) -> bool:
    """Make a key pair, or leave one that is there; says whether it was made.

    Raises Misconfigured where one file of the two is there, Unavailable where a file cannot be written.
    """
    there = [path for path in (private, public) if path.exists()]
    if len(there) == 1:
        raise Misconfigured(f"{there[0]} is there without its other half; name two new files, or bring back the other.")
    if there:
        return False
    private_key, public_keys = new_key(development=development)
    write(public, json.dumps(public_keys), 0o644)
    write(private, json.dumps(private_key))
    return True


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Write a file whole or not at all. Raises Unavailable where that is not possible."""
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as opened:
            opened.write(text)
        half.replace(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error


def read_private(path: Path, mend: str) -> dict[str, Any]:
    """A private JWK. Raises Misconfigured, with `mend` as what to do, where the file holds none."""
    try:
        key: Any = json.loads(path.read_text())
        if isinstance(key, dict) and key.get("kid") and key.get("d"):
            return key
    except (OSError, ValueError):
        pass
    raise Misconfigured(f"{path} is no private key; {mend}")


def new_secret() -> str:
    """A secret that nobody guesses."""
    return token_urlsafe(32)


def service_token(private_key: dict[str, Any], name: str, valid_for: timedelta) -> str:
    """The token by which a service reads from intake."""
    return mint(private_key, f"service:{name}", [Grant("service", EVERYWHERE)], valid_for)
