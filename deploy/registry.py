"""Which services there are, and how their parts are found by name."""

from importlib import import_module
from typing import Any

from shared.contracts import OWNERS, Event
from shared.messaging.topology import Topology, topology
from shared.service import Service

SERVICES = OWNERS


def build(name: str) -> Service:
    """A service with the settings of this process's environment. Raises ValidationError naming each fault."""
    module: Any = import_module(f"services.{name}.app")
    service: Service = module.build()
    return service


def readers() -> dict[str, list[type[Event]]]:
    """The events that each service hears."""
    return {name: import_module(f"services.{name}.handlers").events.heard for name in SERVICES}


def platform_topology() -> Topology:
    """Everything that must stand on the broker."""
    return topology(readers())
