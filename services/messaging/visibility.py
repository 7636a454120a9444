"""Who may see a conversation, and as what: members by their part in the pair, staff by a grant at one of its sites."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.messaging import queries
from services.messaging.domain.writing import Pair
from services.messaging.tables import ConversationRow, MemberRow
from shared.access import Caller, Role, within
from shared.problems import Forbidden, NotFound

STAFF: tuple[Role, ...] = ("administrator", "coordinator", "moderator", "facilitator")
"""See who is in a conversation and who owes whom an answer, without texts or notes (R5)."""
READERS: tuple[Role, ...] = ("administrator", "moderator")
"""May read texts; each reading is written down."""
AWAY_STAFF: tuple[Role, ...] = ("administrator", "coordinator", "facilitator")
"""May announce and end an absence for somebody (R11)."""


@dataclass(frozen=True)
class Conversation:
    """A conversation as one caller sees it. `mine` is the caller's part in it; None for staff."""

    row: ConversationRow
    members: list[MemberRow]
    mine: MemberRow | None

    @property
    def pair(self) -> Pair:
        """It as the rules of writing see it."""
        return queries.pair_of(self.row, self.members)

    @property
    def people(self) -> list[UUID]:
        """Its members."""
        return [member.person for member in self.members]

    def require_member(self) -> MemberRow:
        """The caller's part in the pair. Raises Forbidden for staff."""
        if self.mine is None:
            raise Forbidden("Only the members of this pair act in its conversation.")
        return self.mine


async def conversation_for(session: AsyncSession, caller: Caller, pair: UUID, *, lock: bool = False) -> Conversation:
    """A conversation that the caller may see; with `lock` nobody else changes it until the commit.

    Raises NotFound for a stranger and for a conversation that does not exist, with the same words.
    """
    row = await session.get(ConversationRow, pair, with_for_update=lock or None)
    members = (await queries.members_of(session, [pair]))[pair] if row else []
    mine = next((member for member in members if member.person == caller.person), None)
    if row is None or not (mine or any(caller.covers(*STAFF, site=site) for site in sites(row))):
        raise NotFound("There is no such conversation, or it is not yours to see.")
    return Conversation(row, members, mine)


def sites(row: ConversationRow) -> list[str]:
    """The one or two places of a conversation."""
    return [row.site, row.other_site] if row.other_site else [row.site]


def visible_to(caller: Caller) -> ColumnElement[bool]:
    """SQL: the conversations that `conversation_for` would show to a caller."""
    places = caller.sites(*STAFF)
    own = select(MemberRow.pair).where(MemberRow.person == caller.person)
    return or_(
        ConversationRow.pair.in_(own),
        within(ConversationRow.site, places),
        within(cast("ColumnElement[str]", ConversationRow.other_site), places),
    )
