"""The event door: intake hears nothing yet. Its dead queue is read all the same."""

from shared.messaging.broker import Handlers

events = Handlers("intake")
