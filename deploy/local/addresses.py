"""Where the parts of a running platform are, written by `up` for the other commands to find."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from deploy.keys import read_private
from deploy.local.home import Home
from deploy.local.problems import Misconfigured, Unavailable
from shared.contracts import OWNERS


@dataclass(frozen=True)
class Addresses:
    """Addresses and secrets of one platform on this machine; the file is readable by its owner alone."""

    services: dict[str, str]
    """HTTP address of each service."""
    databases: dict[str, str]
    """Database URL of each service."""
    amqp_url: str
    management_url: str | None
    smtp_port: int | None
    mail_url: str | None
    keys_file: str
    private_key_file: str
    clock: str

    def save(self, home: Home) -> None:
        """Write the file, readable by its owner alone."""
        path = self.path(home)
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=2))

    @classmethod
    def load(cls, home: Home) -> Self:
        """Read a running platform's file. Raises Unavailable where none runs, Misconfigured where it is damaged."""
        path = cls.path(home)
        try:
            found = TypeAdapter(cls).validate_json(path.read_bytes())
            if found.databases.keys() >= set(OWNERS) and found.services.keys() >= set(OWNERS):
                return found
        except ValidationError:
            pass
        except FileNotFoundError:
            raise Unavailable(
                f"No platform is running in {home.root}: start one with `rapport up`, or set RAPPORT_HOME."
            ) from None
        raise Misconfigured(f"{path} is damaged; end the platform and start it again with `rapport up`.")

    @staticmethod
    def forget(home: Home) -> None:
        """Remove the file; the platform has ended."""
        Addresses.path(home).unlink(missing_ok=True)

    def private_key(self) -> dict[str, Any]:
        """The development key with which this machine's tokens are signed."""
        return read_private(Path(self.private_key_file), "end the platform, remove that file, and start it again.")

    @staticmethod
    def path(home: Home) -> Path:
        """The file; it is there as long as the platform runs, and after one that was killed."""
        return home.root / "platform.json"
