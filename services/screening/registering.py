"""The dismissal register as rows. Names and birth dates come, are folded into a digest with the key, and are gone."""

from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.cases import expires_at
from services.screening.domain.oncall import places_up
from services.screening.domain.register import BAD_KEY, OFF, WRONG_KEY, check_value, key_from
from services.screening.tables import PlaceRow, RegisterEntryRow
from shared.access import within
from shared.contracts import Contradiction
from shared.deadlines import arm, cancel

REGISTER_END = "register-end"


def register_key(path: Path | None) -> bytes:
    """The key that the register's digests are made with. Raises Contradiction naming the setting."""
    if path is None:
        raise Contradiction(OFF)
    try:
        return key_from(path.read_bytes())
    except (OSError, ValueError):
        raise Contradiction(BAD_KEY) from None


async def check_key(session: AsyncSession, key: bytes) -> None:
    """Raise Contradiction where entries stand that were made with another key: a look would miss them all."""
    other = select(RegisterEntryRow.case).where(RegisterEntryRow.key_check != check_value(key)).limit(1)
    if await session.scalar(other) is not None:
        raise Contradiction(WRONG_KEY)


async def organisation_of(session: AsyncSession, site: str) -> str:
    """The organisation that a place belongs to; the place itself where none was heard of."""
    of = select(PlaceRow.site).where(PlaceRow.site.in_(places_up(site)), PlaceRow.kind == "organisation")
    found = list(await session.scalars(of))
    return max(found, key=len) if found else site


async def enter(session: AsyncSession, entry: RegisterEntryRow) -> None:
    """Keep an entry until its last day is over."""
    session.add(entry)
    await arm(session, REGISTER_END, _subject(entry.case, entry.person), expires_at(entry.last_day))


async def take_out(session: AsyncSession, entry: RegisterEntryRow) -> None:
    """The entry was wrong, or is not wanted any more."""
    await cancel(session, REGISTER_END, _subject(entry.case, entry.person))
    await session.delete(entry)


async def forget(session: AsyncSession, subject: str) -> None:
    """Delete an entry whose time is over."""
    case, person = (UUID(part) for part in subject.split("/"))
    await session.execute(
        delete(RegisterEntryRow).where(RegisterEntryRow.case == case, RegisterEntryRow.person == person)
    )


async def who_knows(session: AsyncSession, digest: bytes, site: str, today: date) -> list[str]:
    """The organisations of a place's network to speak to about a person; no network learns what another one keeps."""
    rows = select(RegisterEntryRow.organisation).where(
        RegisterEntryRow.digest == digest,
        RegisterEntryRow.last_day >= today,
        within(RegisterEntryRow.organisation, [site.partition(".")[0]]),
    )
    return sorted(set(await session.scalars(rows)))


def _subject(case: UUID, person: UUID) -> str:
    return f"{case}/{person}"
