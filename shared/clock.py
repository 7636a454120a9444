"""The one place that reads a clock. Domain time may be driven by a file; real time never is.

Domain time rules due dates, ages, policy windows and the `time` of events. Real time rules tokens, leases, retries,
timeouts, the inbox and logs.
"""

import json
import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Protocol


def real_now() -> datetime:
    """The real time, aware, in UTC."""
    return datetime.now(tz=UTC)


class Clock(Protocol):
    """Domain time."""

    @property
    def rate(self) -> float:
        """Domain seconds that pass in one real second; 0 where time stands until it is set."""
        ...

    @property
    def poll_seconds(self) -> float:
        """Real seconds after which those look again who wait for time to make something due."""
        ...

    def now(self) -> datetime:
        """The domain's present moment, aware, in UTC."""
        ...

    def today(self) -> date:
        """The domain's present day in UTC."""
        ...


class RealClock:
    """Domain time is real time."""

    rate = 1.0
    poll_seconds = 1.0

    def now(self) -> datetime:
        return real_now()

    def today(self) -> date:
        return self.now().date()


class FileClock:
    """Domain time driven by a file `{"real": iso, "domain": iso, "rate": number}`, never going backwards.

    The file is read again when it changes; a broken or missing file keeps the last anchor.
    """

    poll_seconds = 0.25  # time may jump at any moment

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = 0
        self._anchor = (real_now(), real_now(), 1.0)
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._read()
        if not self._stamp:
            raise ValueError(f"The clock file {path} cannot be read; write one with `set_file_clock` first.")

    def _read(self) -> None:
        try:
            stamp = self._path.stat().st_mtime_ns
            if stamp == self._stamp:
                return
            written = json.loads(self._path.read_text())
            self._anchor = (
                datetime.fromisoformat(written["real"]),
                datetime.fromisoformat(written["domain"]),
                float(written["rate"]),
            )
            self._stamp = stamp
        except (OSError, ValueError, KeyError):
            return

    @property
    def rate(self) -> float:
        self._read()
        return self._anchor[2]

    def now(self) -> datetime:
        self._read()
        real, domain, rate = self._anchor
        moment = domain + timedelta(seconds=(real_now() - real).total_seconds() * rate)
        self._latest = max(self._latest, moment)
        return self._latest

    def today(self) -> date:
        return self.now().date()


def set_file_clock(path: Path, domain: datetime, rate: float = 0.0) -> None:
    """Drive every process that reads `path` to `domain`, going on at `rate`. The file is replaced atomically."""
    fresh = path.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
    fresh.write_text(json.dumps({"real": real_now().isoformat(), "domain": domain.isoformat(), "rate": rate}))
    fresh.chmod(0o644)
    fresh.replace(path)


def clock_from(setting: str) -> Clock:
    """The clock that RAPPORT_CLOCK names: `real` or `file:PATH`. Raises ValueError with what is allowed."""
    if setting == "real":
        return RealClock()
    if setting.startswith("file:"):
        return FileClock(Path(setting.removeprefix("file:")))
    raise ValueError(f"RAPPORT_CLOCK is {setting!r}; it may be 'real' or 'file:PATH'.")
