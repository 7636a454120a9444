"""Two records of one person as rows: what is owed to the one given up goes to the one kept, and nothing goes twice."""

from sqlalchemy import delete, exists, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.notify.domain import State
from services.notify.queries import UNTRACKED
from services.notify.tables import MailRow
from shared.contracts.intake import PersonMerged
from shared.merging import note_merged


async def merge(session: AsyncSession, event: PersonMerged) -> None:
    """Give a person the mails of a record that was given up for theirs; one that both were to get goes once."""
    await note_merged(session, event)
    twin = aliased(MailRow)
    same = twin.cause == MailRow.cause, twin.kind == MailRow.kind
    alike = exists().where(twin.person == event.person, *same)
    theirs = MailRow.person == event.given_up
    waiting = delete(MailRow).where(theirs, MailRow.state == State.WAITING, alike)
    await session.execute(waiting.execution_options(**UNTRACKED))
    moved = update(MailRow).where(theirs, ~alike).values(person=event.person)
    await session.execute(moved.execution_options(**UNTRACKED))
    by = update(MailRow).where(MailRow.resolved_by == str(event.given_up)).values(resolved_by=str(event.person))
    await session.execute(by.execution_options(**UNTRACKED))
