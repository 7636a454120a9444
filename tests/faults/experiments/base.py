"""What an experiment is, and the table of all of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from deploy.archive import read
from tests.faults import books
from tests.faults.accounting import Finding
from tests.faults.books import Plan
from tests.faults.load import Load
from tests.faults.servers import Servers
from tests.faults.stage import Stage
from tests.support.eventually import eventually

READY_SECONDS = 30.0


class NotSo(AssertionError):
    """Something an experiment asserts does not hold; `findings` says what."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings


class Skipped(Exception):
    """Why an experiment cannot be made here."""


@dataclass
class Run:
    """One run of an experiment: its stage, its load, and what is told of it afterwards."""

    stage: Stage
    load: Load
    plan: Plan
    patience: float = 60.0
    """Seconds after which what is still under way counts as stuck."""
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def on(cls, servers: Servers, patience: float) -> AsyncIterator["Run"]:
        """A run on a stage of its own."""
        async with Stage.set_up(servers) as stage:
            plan = Plan()
            load = Load(stage, plan)
            try:
                yield cls(stage, load, plan, patience)
            finally:
                await load.close()

    async def start(self, *services: str, **options: Any) -> None:
        """Start services and wait until they consume."""
        for service in services or ("writer", "reader"):
            await self.stage.start(service, **options)
        for service in services or ("writer", "reader"):
            await eventually(partial(self.stage.consuming, service), within=READY_SECONDS)

    def hold(self, findings: list[Finding]) -> None:
        """Raise NotSo where there are findings."""
        if findings:
            raise NotSo(findings)

    def claim(self, assertion: str, holds: object, sentence: str) -> None:
        """Raise NotSo unless something holds."""
        self.hold([] if holds else [Finding(assertion, sentence)])

    async def until(self, assertion: str, check: Callable[[], Awaitable[bool]], sentence: str) -> None:
        """Wait for something. Raises NotSo when it does not become so in time."""
        try:
            await eventually(check, within=self.patience)
        except AssertionError:
            raise NotSo([Finding(assertion, f"within {self.patience:.0f} s not so: {sentence}")]) from None

    async def close(self) -> None:
        """Wait for rest and compare the books. Raises NotSo with all that differs."""
        found = await books.close(self.stage, self.plan, self.patience)
        self.facts["entries"] = len(self.plan.accepted)
        self.hold(found)

    async def compare_archive(self) -> None:
        """Every event that was heard stands in the archive."""
        kept = {each.envelope.id async for each in read(self.stage.amqp_url)}
        heard = {
            row["event_id"]
            for service in self.stage.databases
            for row in await self.stage.fetch(service, "SELECT event_id FROM inbox")
        }
        missing = sorted(map(str, heard - kept))
        self.facts["archived"] = len(kept)
        told = f"{len(missing)} events are not in the archive, first {missing[:3]}."
        self.claim("archive-holds-all", not missing, told)


Experiment = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Registered:
    """An experiment and its sizes: `short` None where it runs only when asked for everything."""

    name: str
    run: Experiment
    short: Mapping[str, Any] | None
    small: Mapping[str, Any]
    long: Mapping[str, Any]


EXPERIMENTS: dict[str, Registered] = {}


def experiment(
    name: str, *, short: Mapping[str, Any] | None, small: Mapping[str, Any], long: Mapping[str, Any]
) -> Callable[[Experiment], Experiment]:
    """Register an experiment: an async function of (run, **size)."""

    def register(run: Experiment) -> Experiment:
        EXPERIMENTS[name] = Registered(name, run, short, small, long)
        return run

    return register
