"""While a service's own database is away, all its handlers wait on one probe."""

import asyncio
from contextvars import Context

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import telemetry
from shared.db import is_away, ping

HOLD_SECONDS = 60.0
PROBE_SECONDS = 5.0
DELAY_SECONDS = (0.1, 2.0)
CALM_SECONDS = 10.0
"""A database that is away again sooner (its disk is full, say, and it answers all the same) is asked less often."""

log = structlog.get_logger(__name__)


class DatabaseGate:
    """While the database is away all handlers wait on one probe. After HOLD_SECONDS the gate is `shut`, until the probe
    succeeds: the messages go back to the broker, where another process may take them (see Consumption)."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], changed: asyncio.Event) -> None:
        self._sessions, self._changed = sessions, changed
        self._probe: asyncio.Task[None] | None = None
        self._delay, self._opened_at = DELAY_SECONDS[0], 0.0
        self.shut = False

    async def wait(self, reason: BaseException) -> None:
        """Return when the database answers again; `reason` is what it failed with."""
        if self._probe is None or self._probe.done():
            log.warning("database.away", reason=type(reason).__name__)
            self._probe = asyncio.create_task(self._until_back(), context=Context())
        telemetry.database_gate_waiting(+1)
        try:
            await asyncio.shield(self._probe)
        finally:
            telemetry.database_gate_waiting(-1)

    async def answers(self) -> bool:
        """Whether the database answers now. A stalled one fails with time-outs that no handler is to blame for."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                try:
                    await self._ask()
                except Exception as error:
                    if not is_away(error):
                        raise
                    await self._ask()  # the pool gave out a connection that had broken before; now it opens a new one
        except Exception:
            return False
        return True

    async def _ask(self) -> None:
        async with self._sessions() as session:
            await ping(session)

    async def _until_back(self) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        if started - self._opened_at > CALM_SECONDS:
            self._delay = DELAY_SECONDS[0]
        telemetry.database_away(True)
        while True:
            await asyncio.sleep(self._delay)
            self._delay = min(self._delay * 2, DELAY_SECONDS[1])
            if await self.answers():
                break
            log.warning("database.away", seconds=round(loop.time() - started, 1))
            if loop.time() - started > HOLD_SECONDS:
                self._set_shut(True)
        self._opened_at = loop.time()
        telemetry.database_away(False)
        self._set_shut(False)

    def _set_shut(self, shut: bool) -> None:
        if shut != self.shut:
            self.shut = shut
            self._changed.set()
