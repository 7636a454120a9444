"""What a member wrote while the line was stopped: read, sent or thrown away by them alone (R78)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.messaging import clocks, queries
from services.messaging.api.messages import Kept, Message, NewMessage, pass_on
from services.messaging.domain.stops import MOST_KEPT, check_not_stopped
from services.messaging.kept import kept_by
from services.messaging.tables import KeptMessageRow
from services.messaging.visibility import Conversation, conversation_for
from shared.access import CallerDep
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


class KeptMessages(BaseModel):
    """All that the caller keeps in a conversation, oldest first."""

    items: Annotated[list[Kept], Field(max_length=MOST_KEPT)]


@router.get("/conversations/{pair}/kept-messages")
async def list_kept(pair: UUID, session: SessionDep, caller: CallerDep) -> KeptMessages:
    """The caller's own; neither the partner nor staff see them."""
    sender = (await conversation_for(session, caller, pair)).require_member()
    return KeptMessages(items=[Kept.model_validate(row) for row in await kept_by(session, pair, sender.person)])


@router.post("/conversations/{pair}/kept-messages/{message}/sending", status_code=201)
async def send_kept(pair: UUID, message: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> Message:
    """Send it now, as if it were written now; it is refused like any other where messages do not pass."""
    conversation, row = await _own(session, caller, pair, message)
    await clocks.hold_offering(session, conversation.row.offering)
    check_not_stopped((await queries.limits_of(session, conversation.row.offering)).stops)
    written = NewMessage(text=row.text, answer_needed=row.answer_needed, in_reply_to=row.in_reply_to)
    await session.delete(row)
    return await pass_on(session, conversation, conversation.require_member(), written, clock.now())


@router.delete("/conversations/{pair}/kept-messages/{message}", status_code=204)
async def throw_away(pair: UUID, message: UUID, session: SessionDep, caller: CallerDep) -> None:
    """Throw it away; nobody else ever saw it."""
    _, row = await _own(session, caller, pair, message)
    await session.delete(row)


async def _own(
    session: SessionDep, caller: CallerDep, pair: UUID, message: UUID
) -> tuple[Conversation, KeptMessageRow]:
    conversation = await conversation_for(session, caller, pair, lock=True)
    sender = conversation.require_member()
    row = await session.get(KeptMessageRow, message)
    if row is None or (row.pair, row.sender) != (pair, sender.person):
        raise NotFound("There is no such message of yours here.")
    return conversation, row
