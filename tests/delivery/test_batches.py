"""A handler that takes batches: many messages in one transaction, and poison among them harms nobody."""

from pathlib import Path
from typing import Any

import asyncpg
import orjson
from sqlalchemy import func, select

from services.notify.tables import MailRow
from shared.contracts.envelope import CONTENT_TYPE
from shared.contracts.messaging import MessageSent
from shared.ids import new_id
from shared.inbox import inbox
from shared.messaging.topology import queue_name
from tests.support.brokers import depth, fresh_broker, publish
from tests.support.databases import own_database
from tests.support.eventually import eventually
from tests.support.live import live
from tests.support.running import Running, envelope_of

QUEUE = queue_name("notify", MessageSent)
SETTINGS = {"intake_url": "http://127.0.0.1:1", "service_token": "none"}  # nobody answers there: mails only wait


def message() -> dict[str, Any]:
    """Somebody wrote to somebody."""
    event = MessageSent.model_validate(MessageSent.example)
    return envelope_of(event.model_copy(update={"message": new_id(), "recipients": [new_id()]}))


async def test_messages_that_wait_are_applied_in_few_transactions(tmp_path: Path) -> None:
    """60 messages, each twice: 60 mails, and far fewer transactions than messages."""
    async with fresh_broker() as url:
        bodies = [orjson.dumps(message()) for _ in range(60)]
        for body in (*bodies, *bodies):
            await publish(url, QUEUE, body, content_type=CONTENT_TYPE)
        async with live("notify", url, tmp_path, **SETTINGS) as notify:
            await eventually(lambda: _is_drained(url, notify))
            assert await _count(notify, select(func.count()).select_from(MailRow)) == 60
            assert await _count(notify, select(func.count(inbox.c.received_at.distinct()))) < 30
            assert await notify.dead() == []


async def test_poison_in_a_batch_is_buried_alone(tmp_path: Path) -> None:
    """What the handler fails for is buried, and what cannot be decoded; the batch's others are applied."""
    async with fresh_broker() as url, own_database("notify") as database_url:
        told = [message() for _ in range(40)]
        told[30]["data"]["recipients"] = ["nobody"]
        for each in told:
            await publish(url, QUEUE, orjson.dumps(each), content_type=CONTENT_TYPE)
        refused = told[20]["data"]["recipients"][0]
        connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
        await connection.execute(f"ALTER TABLE mail ADD CHECK (person <> '{refused}')")
        await connection.close()
        async with live("notify", url, tmp_path, database_url=database_url, **SETTINGS) as notify:
            await eventually(lambda: _is_drained(url, notify))
            assert await _count(notify, select(func.count()).select_from(MailRow)) == 38
            reasons = await notify.dead()
            assert len(reasons) == 2
            assert any("recipients" in reason for reason in reasons)
            assert any("check constraint" in reason for reason in reasons)


async def _count(it: Running, statement: Any) -> int:
    async with it.service.sessions() as session:
        return await session.scalar(statement) or 0


async def _is_drained(url: str, it: Running) -> bool:
    return it.service.consumption.ready and not await depth(url, QUEUE) and it.service.door.busy == 0
