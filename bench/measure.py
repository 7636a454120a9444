"""One measurement, and a row that compares the medians of several."""

import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.servers import Servers


@dataclass
class Sample:
    """A value in the row's unit, and processor milliseconds per event of all processes (0 where not measured)."""

    value: float = 0.0
    cpu_ms: float = 0.0


@asynccontextmanager
async def rate_of(servers: Servers, events: int) -> AsyncIterator[Sample]:
    """Measures a block that deals with so many events: events per second."""
    sample, cpu, began = Sample(), servers.cpu_seconds(), time.monotonic()
    yield sample
    sample.value = events / (time.monotonic() - began)
    sample.cpu_ms = (servers.cpu_seconds() - cpu) / events * 1000


@dataclass(frozen=True)
class Row:
    """Ours beside something else: `ratio` must be at least `target`, or at most where `at_most`."""

    bench: str
    against: str
    unit: str
    ours: Sequence[Sample]
    theirs: Sequence[Sample]
    target: float
    at_most: bool = False
    note: str = ""
    ratio: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratio", median(self.ours) / median(self.theirs))

    @property
    def holds(self) -> bool:
        """Whether the target is reached."""
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target

    def document(self) -> dict[str, Any]:
        """The row for programs."""
        return {
            "bench": self.bench, "against": self.against, "ratio": round(self.ratio, 3), "target": self.target,
            "at_most": self.at_most, "holds": self.holds, "unit": self.unit,
            "ours": summary(self.ours), "theirs": summary(self.theirs), "note": self.note,
        }  # fmt: skip


def limit(bench: str, what: str, unit: str, value: float, target: float, note: str = "") -> Row:
    """A row without a peer: a value that must be at most a limit; the ratio is value by limit."""
    return Row(bench, what, unit, [Sample(value)], [Sample(target)], 1.0, at_most=True, note=note)


def median(samples: Sequence[Sample]) -> float:
    """The middle value."""
    return statistics.median(each.value for each in samples)


def summary(samples: Sequence[Sample]) -> dict[str, float]:
    """Median, spread and cost of one side."""
    values = [each.value for each in samples]
    cpu = statistics.median(each.cpu_ms for each in samples)
    return {
        "median": round(median(samples), 3), "least": round(min(values), 3), "most": round(max(values), 3),
        "cpu_ms_per_event": round(cpu, 3),
    }  # fmt: skip


def quantile(values: Sequence[float], part: float) -> float:
    """The value below which a part of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
