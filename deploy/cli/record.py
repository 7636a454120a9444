"""Who did something severe, and when: a log line, and the same in the command's output."""

import getpass
import os
import socket
from typing import Any

import structlog

from shared.clock import real_now


def record(act: str, **facts: Any) -> dict[str, str]:
    """Log an act that a person decided; returns `by` (user@host) and `at`."""
    by, at = f"{_user()}@{socket.gethostname()}", real_now().isoformat(timespec="seconds")
    structlog.get_logger("repair").warning(act, by=by, **facts)
    return {"by": by, "at": at}


def _user() -> str:
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"uid {os.getuid()}"
