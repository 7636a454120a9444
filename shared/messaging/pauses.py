"""A subscriber's pause: a bad release that fails every message must not dead-letter everything."""

import asyncio

import structlog

from shared import telemetry

FAILURES_IN_A_ROW = 20
PROBE_SECONDS = 30.0

log = structlog.get_logger(__name__)


class Subscriber:
    """One queue's state in this process: what is in hand, and its unexpected failures in a row.

    After FAILURES_IN_A_ROW of them it is paused: one message at a time is taken (see Consumption), and tried every
    PROBE_SECONDS until one succeeds. `taken` counts all that ever came.
    """

    def __init__(self, queue: str, changed: asyncio.Event) -> None:
        self._queue, self._changed = queue, changed
        self._failures = 0
        self._runs = asyncio.Event()
        self._runs.set()
        self._turn = asyncio.Lock()
        self._next_probe = 0.0
        self.in_hand = self.taken = 0

    @property
    def paused(self) -> bool:
        """Whether messages wait for one of them to succeed."""
        return not self._runs.is_set()

    async def turn(self) -> None:
        """Return when a message may be handled."""
        if self.paused:
            async with self._turn:
                await self._until_probe()

    async def _until_probe(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(self._next_probe):
                await self._runs.wait()
        except TimeoutError:
            self._next_probe = loop.time() + PROBE_SECONDS

    def succeeded(self) -> None:
        """A message was applied: all that wait may go on."""
        self._failures = 0
        if self.paused:
            self._runs.set()
            self._changed.set()
            telemetry.subscriber_paused(self._queue, paused=False)
            log.warning("subscriber.resumed", queue=self._queue)

    def may_bury(self) -> bool:
        """Count an unexpected failure. False when the subscriber is paused, and the message has to wait."""
        if self.paused:
            return False
        self._failures += 1
        if self._failures >= FAILURES_IN_A_ROW:
            self._runs.clear()
            self._changed.set()
            self._next_probe = asyncio.get_running_loop().time() + PROBE_SECONDS
            telemetry.subscriber_paused(self._queue, paused=True)
            log.error("subscriber.paused", queue=self._queue, failures_in_a_row=self._failures)
        return True
