"""Copies of others' state: what a reader declares of them, and what their owners have told anew.

An owner whose database was restored tells every live subject anew under its new epoch, and then how many these were.
A copy that is older than that is an orphan: its owner does not know it any more, and a person decides about it.
"""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import BigInteger, Column, Integer, Table, Text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from shared.contracts import Event
from shared.contracts.base import Resent
from shared.db import PLATFORM, PUBLIC

resent = Table(
    "resent",
    PLATFORM,
    Column("family", Text, primary_key=True, info=PUBLIC),
    Column("epoch", Integer, nullable=False, info=PUBLIC),
    Column("subjects", BigInteger, nullable=False, info=PUBLIC),
    Column("sequence", Text, nullable=False, info=PUBLIC),
)
"""What was last told anew: of each family of events, in which epoch, and of how many subjects."""


@dataclass(frozen=True)
class Copy:
    """A table whose rows copy the subjects of one family of events.

    `key` names the column of the subject's id, `sequence` the state's; '' is of a row of which nothing was heard.
    `orphan` says what a person does with a copy whose owner does not know it any more.
    """

    row: type[DeclarativeBase]
    key: str
    events: tuple[type[Event], ...]
    orphan: str

    @property
    def table(self) -> Table:
        """The table itself."""
        return cast("Table", self.row.__table__)

    @property
    def owner(self) -> str:
        """Whose state it is."""
        return self.events[0].owner

    @property
    def family(self) -> str:
        """What its events tell of: `clearance`."""
        return self.events[0].family


async def note_resent(session: AsyncSession, event: Resent, sequence: str) -> None:
    """Know what an owner has told anew, in whatever order this and the states themselves arrive."""
    values = {"family": event.resent, "epoch": event.epoch, "subjects": event.subjects, "sequence": sequence}
    statement = insert(resent).values(**values)
    newer = {name: statement.excluded[name] for name in values if name != "family"}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["family"], set_=newer, where=resent.c.sequence < statement.excluded.sequence
        )
    )
