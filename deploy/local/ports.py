"""Ports on 127.0.0.1: private ones that nobody chose, and the check that a chosen one is free."""

import random
import socket

from deploy.local.home import Home
from deploy.local.problems import Unavailable

LOOPBACK = "127.0.0.1"
# Below the range the kernel gives to outgoing connections, so that none of those takes a port between choice and use.
PRIVATE = range(20000, 30000)

_given: set[int] = set()


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: a dying connection does not block
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def private_port() -> int:
    """A free port that this process has not given out before."""
    for port in random.SystemRandom().sample(PRIVATE, k=1000):
        if port not in _given and is_free(port):
            _given.add(port)
            return port
    raise Unavailable(f"No port between {PRIVATE.start} and {PRIVATE.stop} is free on {LOOPBACK}; stop what uses them.")


def kept_port(home: Home, name: str) -> int:
    """The port this home used for `name` before, where it is still free, else a new one that is remembered."""
    note = home.folder("ports") / name
    if note.exists() and (port := int(note.read_text())) not in _given and is_free(port):
        _given.add(port)
        return port
    port = private_port()
    note.write_text(str(port))
    return port


def demand_free(port: int, setting: str) -> None:
    """Raises Unavailable when a port that somebody chose through `setting` is taken."""
    if not is_free(port):
        raise Unavailable(f"Port {port} is taken; set {setting} to another port or stop what listens there.")
