"""Messages that cannot be handled, among good ones."""

from functools import partial

import aio_pika

from tests.faults.books import ENTRIES
from tests.faults.experiments.base import Run, experiment

QUICK = {"shared.messaging.failures:HANDLER_SECONDS": 1.0}
KINDS = ("raises", "contradicts", "hangs", "kills")


@experiment(
    "poison", short={"each": 1, "kinds": KINDS}, small={"each": 1, "kinds": KINDS}, long={"each": 5, "kinds": KINDS}
)
async def poison(run: Run, *, each: int, kinds: tuple[str, ...]) -> None:
    """Undecodable, always raising, contradicting, hanging and killing messages come among good ones."""
    await run.start(tuning=QUICK)
    async with run.load.running(50):
        for number in range(each):
            await _rubbish(run, f"rubbish {number}".encode())
            for kind in kinds:
                await run.load.write([run.load.entry(kind)])
                await run.until("dead-as-planted", partial(_all_dead, run), "all poison is dead.")
    await run.close()
    run.facts["processes killed"] = len(run.stage.children["reader"].died)


async def _all_dead(run: Run) -> bool:
    letters = await run.stage.fetch("reader", "SELECT count(*) FROM dead_letter")
    return bool(letters[0][0] >= len(run.plan.poison) + run.plan.unreadable)


async def _rubbish(run: Run, body: bytes) -> None:
    async with await aio_pika.connect(run.stage.amqp_url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await channel.default_exchange.publish(aio_pika.Message(body, delivery_mode=2), ENTRIES, timeout=10)
    run.plan.unreadable += 1
