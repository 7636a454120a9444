"""Places at which a process of an experiment kills itself. They exist in the launcher of the experiments alone.

`FAILPOINT=handler.before_commit:3` kills at the third passing; the file that FAILPOINT_MARK names tells that it did.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from shared import inbox
from shared.ids import origin
from shared.messaging import delivery, failures
from shared.outbox import ledger, relay
from shared.outbox.publisher import Publisher
from tests.faults.reader import timers
from tests.faults.writer import api

Strike = Callable[[], None]

_MODULE: Any = failures  # its `bury` is imported there

_burying: ContextVar[bool] = ContextVar("burying", default=False)


def arm(failpoint: str) -> None:
    """Make this process kill itself at a failpoint. Raises KeyError for a name that is none."""
    name, _, nth = failpoint.partition(":")
    left = int(nth or 1)

    def strike() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            Path(os.environ["FAILPOINT_MARK"]).write_text(name)
            os.kill(os.getpid(), signal.SIGKILL)

    FAILPOINTS[name](strike)


def _before(owner: Any, name: str) -> Callable[[Strike], None]:
    """Strike when a function is called."""

    def install(strike: Strike) -> None:
        original = getattr(owner, name)

        async def struck(*args: Any, **options: Any) -> Any:
            strike()
            return await original(*args, **options)

        setattr(owner, name, struck)

    return install


def _after(owner: Any, *names: str) -> Callable[[Strike], None]:
    """Strike when one of these functions has returned."""

    def wrap(original: Any, strike: Strike) -> Any:
        async def struck(*args: Any, **options: Any) -> Any:
            answer = await original(*args, **options)
            strike()
            return answer

        return struck

    def install(strike: Strike) -> None:
        for name in names:
            setattr(owner, name, wrap(getattr(owner, name), strike))

    return install


def _midway(owner: Any, name: str) -> Callable[[Strike], None]:
    """Strike while a function waits for its answer: what it wrote to its sockets has left."""

    def install(strike: Strike) -> None:
        original = getattr(owner, name)

        async def struck(*args: Any, **options: Any) -> Any:
            running = asyncio.ensure_future(original(*args, **options))
            for _ in range(30):
                await asyncio.sleep(0)
            if not running.done():
                strike()
            return await running

        setattr(owner, name, struck)

    return install


def _commit(moment: str, applies: Callable[[], bool]) -> Callable[[Strike], None]:
    """Strike at a session's `before_commit` or `after_commit`."""

    def install(strike: Strike) -> None:
        def struck(_: Session) -> None:
            if applies():
                strike()

        event.listen(Session, moment, struck)

    return install


def _after_burying(strike: Strike) -> None:
    """Strike when the dead letter is committed and its message not acknowledged yet."""
    original = _MODULE.bury

    async def flagged(*args: Any, **options: Any) -> Any:
        _burying.set(True)
        return await original(*args, **options)

    _MODULE.bury = flagged
    _commit("after_commit", _burying.get)(strike)


def _at_rule(strike: Strike) -> None:
    """Strike when a timer's rule has run, before its transaction commits."""
    for kind, rule in timers.rules.items():

        async def struck(*args: Any, _rule: Any = rule) -> None:
            await _rule(*args)
            strike()

        timers.rules[kind] = struck


def _in_request() -> bool:
    return origin.get() is not None and delivery.current.get(None) is None


def _in_handler() -> bool:
    return delivery.current.get(None) is not None and not _burying.get()


FAILPOINTS: dict[str, Callable[[Strike], None]] = {
    "request.after_write": _before(api, "emit"),
    "request.before_commit": _commit("before_commit", _in_request),
    "request.after_commit": _commit("after_commit", _in_request),
    "relay.lock": _before(Publisher, "open"),
    "relay.before_publish": _before(Publisher, "publish"),
    "relay.after_publish": _midway(Publisher, "publish"),
    "relay.after_confirm": _after(Publisher, "publish"),
    "relay.before_delete": _before(relay.Relay, "_delete"),
    "relay.before_delete_commit": _after(ledger, "add"),
    "handler.after_inbox": _after(inbox, "record", "record_all"),
    "handler.before_commit": _commit("before_commit", _in_handler),
    "handler.before_acknowledgement": _commit("after_commit", _in_handler),
    "timer.firing": _at_rule,
    "dead.before_row": _before(failures, "bury"),
    "dead.before_acknowledgement": _after_burying,
}
"""By name: how it is installed. `relay.lock`: the advisory lock was taken and nothing done under it yet."""
