"""People as rows: registered once per address and network, changed, given a profile."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.domain.places import network_of
from services.intake.domain.texts import email_key
from services.intake.fields import NewPerson
from services.intake.tables import PersonRow, ProfileRow
from shared.ids import new_id
from shared.problems import Conflict

TAKEN = "Somebody in this network is registered with this e-mail already; find them, or use another address."
REGISTERED = "You are registered already; change your address card instead."


async def register(
    session: AsyncSession, body: NewPerson, themself: UUID | None, now: datetime, enrolled_by: str | None = None
) -> PersonRow:
    """Store a new person; `themself` is the id of one who registers without staff.

    Raises Conflict for a taken address, to staff alone, and for one who is registered already.
    """
    values = {
        **body.model_dump(),
        "person": themself or new_id(),
        "network": network_of(body.site),
        "email_key": email_key(body.email) if body.email else None,
        "duplicate_of": None,
        "mail_chosen": True,
        "version": 1,
        "registered_at": now,
        "enrolled_by": enrolled_by,
    }
    if themself and await queries.is_registered(session, themself):
        raise Conflict(REGISTERED)
    if not await _insert(session, values):
        if themself is None:
            raise Conflict(TAKEN)
        twin = await queries.person_of_email(session, values["network"], str(values["email_key"]))
        values |= {"email_key": None, "duplicate_of": twin.person if twin else None}
        if not await _insert(session, values):
            raise Conflict(REGISTERED)
    return await session.get_one(PersonRow, values["person"])


async def _insert(session: AsyncSession, values: Mapping[str, Any]) -> bool:
    statement = insert(PersonRow).values(**values).on_conflict_do_nothing().returning(PersonRow.person)
    return (await session.execute(statement)).one_or_none() is not None


async def change(session: AsyncSession, row: PersonRow, values: dict[str, Any], *, by_staff: bool) -> None:
    """Change an address card, already locked. Raises Conflict for a taken address, to staff alone."""
    if "email" in values:
        values |= await _address(session, row, values["email"], by_staff)
    if "may_mail" in values:
        values["mail_chosen"] = True
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    try:
        async with session.begin_nested():
            for name, value in changed.items():
                setattr(row, name, value)
            row.version += bool(changed)
    except IntegrityError:
        raise Conflict("Your change met another one at the same moment; read it again and repeat it.") from None


async def _address(session: AsyncSession, row: PersonRow, email: str | None, by_staff: bool) -> dict[str, Any]:
    key = email_key(email) if email else None
    twin = await queries.person_of_email(session, row.network, key) if key else None
    if twin is None or twin.person == row.person:
        return {"email_key": key, "duplicate_of": None}
    if by_staff:
        raise Conflict(TAKEN)
    return {"email_key": None, "duplicate_of": twin.person}


def set_profile(
    session: AsyncSession, row: ProfileRow | None, person: UUID, values: Mapping[str, Any]
) -> tuple[ProfileRow, bool]:
    """Make a person's profile what `values` say; whether that changed anything. Unnamed fields stay."""
    if row is None:
        row = ProfileRow(person=person, version=1, **values)
        session.add(row)
        return row, True
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += bool(changed)
    return row, bool(changed)
