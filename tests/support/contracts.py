"""The product's own events: tests that bring services of their own register further ones."""

from shared.contracts import OWNERS, REGISTRY

EVENTS = sorted((event for event in REGISTRY.values() if event.owner in OWNERS), key=lambda event: event.type)
