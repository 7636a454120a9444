"""The transactional outbox: an event and the change it tells of commit together; the relay carries it on."""

from shared.outbox.emit import emit
from shared.outbox.relay import Relay

__all__ = ["Relay", "emit"]
