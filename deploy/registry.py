"""Which services there are, and how their parts are found by name."""

from importlib import import_module
from typing import Any

from shared.contracts import OWNERS, REGISTRY, Event, Kind
from shared.copies import Copy
from shared.messaging.topology import Topology, topology
from shared.outbox.resend import Resends
from shared.service import Service
from shared.settings import ServiceSettings

SERVICES = OWNERS


def build(name: str) -> Service:
    """A service with the settings of this process's environment. Raises ValidationError naming each fault."""
    module: Any = import_module(f"services.{name}.app")
    service: Service = module.build()
    return service


def settings(name: str) -> type[ServiceSettings]:
    """The class of a service's settings."""
    found: type[ServiceSettings] = import_module(f"services.{name}.app").Settings
    return found


def readers() -> dict[str, list[type[Event]]]:
    """The events that each service hears."""
    return {name: import_module(f"services.{name}.handlers").events.heard for name in SERVICES}


def copies() -> dict[str, list[Copy]]:
    """The tables of each service that copy others' state."""
    return {name: import_module(f"services.{name}.handlers").events.copies for name in SERVICES}


def resends(name: str) -> Resends:
    """What a service can tell anew; nothing where it owns no state events."""
    if not any(event.owner == name and event.kind is Kind.STATE for event in REGISTRY.values()):
        return Resends(name)
    found: Resends = import_module(f"services.{name}.resend").resends
    return found


def platform_topology() -> Topology:
    """Everything that must stand on the broker."""
    return topology(readers())
