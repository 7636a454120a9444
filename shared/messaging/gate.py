"""While a service's own database is away, all its handlers wait on one probe."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from faststream.exceptions import RejectMessage
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import telemetry
from shared.db import ping

HOLD_SECONDS = 60.0
PROBE_SECONDS = 5.0

log = structlog.get_logger(__name__)


class DatabaseGate:
    """While the database is away all handlers wait on one probe. After HOLD_SECONDS they give their messages back,
    `pause` stops the subscribers, and `resume` starts them when the probe succeeds."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._probe: asyncio.Task[None] | None = None
        self.pause: Callable[[], Awaitable[None]] | None = None
        self.resume: Callable[[], Awaitable[None]] | None = None

    async def wait(self) -> None:
        """Return when the database answers again. Raises RejectMessage(requeue) when that takes too long."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(self._until_back())
        telemetry.database_gate_waiting(+1)
        try:
            await asyncio.wait_for(asyncio.shield(self._probe), HOLD_SECONDS)
        except TimeoutError as error:
            # reject, not nack: RabbitMQ 4.3 counts only rejects toward the delivery limit
            raise RejectMessage(requeue=True) from error
        finally:
            telemetry.database_gate_waiting(-1)

    async def answers(self) -> bool:
        """Whether the database answers now. A stalled one fails with time-outs that no handler is to blame for."""
        try:
            async with asyncio.timeout(PROBE_SECONDS), self._sessions() as session:
                await ping(session)
        except Exception:
            return False
        return True

    async def _until_back(self) -> None:
        loop = asyncio.get_running_loop()
        started, delay, paused = loop.time(), 0.1, False
        telemetry.database_away(True)
        while True:
            if await self.answers():
                break
            log.warning("database.away", seconds=round(loop.time() - started, 1))
            await asyncio.sleep(delay)
            delay = min(delay * 2, 2.0)
            if not paused and loop.time() - started > HOLD_SECONDS + 1 and self.pause:
                await self.pause()
                paused = True
        telemetry.database_away(False)
        if paused and self.resume:
            await self.resume()
