"""What a role takes at its places: evaluations a second on one core, over a mix of places, ages and hours."""

import time
from itertools import product

from bench.measure import Row, Sample
from bench.servers import Servers
from services.screening.domain.facts import Facts
from services.screening.domain.requirements import requirements
from shared.clock import real_now
from shared.contracts import RoleKind
from shared.contracts.intake import Risk
from shared.law import law

ALONE: frozenset[Risk] = frozenset(("works-with-clients", "one-on-one", "minors"))
PLACES = ("GB-ENG", "GB-SCT", "US-CA", "US-PA", "AU-VIC", "DE", "KE", "AF")


async def run(_: Servers, runs: int, scale: float) -> list[Row]:
    """One row: the floor is what intake's import of a whole network needs."""
    rates = [_rate(max(2_000, int(100_000 * scale))) for _ in range(runs)]
    return [
        Row("requirements", "20,000/s", "evaluations/s", rates, [Sample(20_000)], 1.0,
            note=f"one core, {len(PLACES) ** 2} combinations of places, {len(law().packs)} packs"),
    ]  # fmt: skip


def _rate(number: int) -> Sample:
    today = real_now().date()
    mixed = [
        Facts(
            RoleKind.MENTOR, today, ALONE,
            {"decision": here, "mentee": there, "mentor": here, "site": there, "organisation": here},
            age=30, days=4, hours=(20.0, 40.0), resident=5,
        )
        for here, there in product(PLACES, repeat=2)
    ]  # fmt: skip
    began, cpu = time.perf_counter(), time.process_time()
    for turn in range(number):
        requirements(mixed[turn % len(mixed)], law())
    return Sample(number / (time.perf_counter() - began), (time.process_time() - cpu) * 1000 / number)
