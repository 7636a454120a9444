"""The composition root of the writer."""

from tests.faults.service import FaultService
from tests.faults.writer import api, handlers
from tests.faults.writer.settings import Settings


def build() -> FaultService:
    """The writer, ready to run."""
    return FaultService("writer", Settings(), routers=[api.router], handlers=handlers.events)
