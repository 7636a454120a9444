"""Passwords that nobody types: made once per home, kept in files that only their owner reads."""

import os
import secrets
from pathlib import Path


class Secrets:
    """Generated passwords in one folder, a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def password(self, name: str) -> str:
        """The password of that name; made at the first question and the same ever after. URL-safe characters."""
        path = self._folder / name
        if path.exists():
            return path.read_text().strip()
        fresh = path.with_name(f".{name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
        try:
            os.link(fresh, path)  # whoever links first wins, and everyone reads the winner's
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return path.read_text().strip()
