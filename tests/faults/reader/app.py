"""The composition root of the reader."""

from tests.faults.reader import handlers, timers
from tests.faults.reader.settings import Settings
from tests.faults.service import FaultService


def build() -> FaultService:
    """The reader, ready to run."""
    return FaultService("reader", Settings(), routers=[], handlers=handlers.events, rules=timers.rules)
