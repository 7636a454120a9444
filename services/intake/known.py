"""What an import starts from: the batch, and everything known of its people, read in a few statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.domain.places import network_of
from services.intake.domain.texts import email_key
from services.intake.fields import Row
from services.intake.tables import (
    ApplicationRow,
    AttestationRow,
    DocumentVersionRow,
    GuardianRow,
    OfferingRow,
    PersonRow,
    ProfileRow,
    RoleRow,
    RosterRow,
    SignatureRow,
)
from shared.access import Caller
from shared.contracts import Event
from shared.contracts.intake import Signed


@dataclass(frozen=True)
class Batch:
    """Where a batch goes, who imports it, and what counts as signed. `published`: the document's versions."""

    site: str
    role: RoleRow
    offering: OfferingRow
    published: dict[str, DocumentVersionRow]
    source: str
    attest: str | None
    notify: bool
    caller: Caller
    now: datetime

    @property
    def version(self) -> str:
        """The version of the conduct document in force."""
        return next(reversed(self.published))

    def signed(self, version: str) -> Signed:
        """A version of the document as somebody signed it."""
        return Signed(version, self.published[version].number)

    @property
    def network(self) -> str:
        """The network within which one address is one person."""
        return network_of(self.site)


@dataclass
class Known:
    """What is known of a batch's people, before it and while it goes on. `kept_away`: from whom the caller is."""

    keys: dict[str, RosterRow]
    people: dict[UUID, PersonRow]
    emails: dict[str, PersonRow]
    profiles: dict[UUID, ProfileRow]
    applications: dict[UUID, ApplicationRow]
    signatures: dict[UUID, list[SignatureRow]]
    kept_away: set[UUID]
    attestation: AttestationRow | None = None
    added: list[Any] = field(default_factory=list)
    news: dict[str, Event] = field(default_factory=dict)


async def known_of(session: AsyncSession, batch: Batch, rows: Sequence[Row]) -> Known:
    """Read what is stored of the people of some rows, and hold their rows until the commit."""
    by_key = {row.key: row for row in await session.scalars(_roster_rows(batch, rows))}
    emails = select(PersonRow.person).where(
        PersonRow.network == batch.network, PersonRow.email_key.in_([email_key(row.email) for row in rows if row.email])
    )
    ids = {*(row.person for row in by_key.values()), *await session.scalars(emails)}
    people = await queries.people_by_id(session, ids)
    profiles = await session.scalars(select(ProfileRow).where(ProfileRow.person.in_(ids)))
    applications = await queries.applications_of(session, ids, batch.role.role, batch.offering.offering)
    return Known(
        keys=by_key,
        people=people,
        emails={row.email_key: row for row in people.values() if row.email_key},
        profiles={row.person: row for row in profiles},
        applications={row.person: row for row in applications},
        signatures=await queries.signatures_of(session, ids, batch.offering.document),
        kept_away=set(await session.scalars(_kept_away(batch, ids))),
    )


def _kept_away(batch: Batch, people: Collection[UUID]) -> Select[UUID]:
    named = GuardianRow.person.in_(people), GuardianRow.guardian == batch.caller.person
    return select(GuardianRow.person).where(*named, GuardianRow.no_contact)


def _roster_rows(batch: Batch, rows: Sequence[Row]) -> Select[RosterRow]:
    keys = [row.key for row in rows]
    return select(RosterRow).where(
        RosterRow.site == batch.site, RosterRow.source == batch.source, RosterRow.key.in_(keys)
    )
