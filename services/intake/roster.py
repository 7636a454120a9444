"""A batch of a roster as rows: everything known is read in a few statements, decided in memory, stored at once.

Good rows are kept when others are refused: what can be known beforehand is checked beforehand, and where somebody
registers one of the people at the same moment the batch is repeated row by row, each in its own savepoint.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import queries
from services.intake.attesting import record_signatures
from services.intake.domain import roster as rules
from services.intake.domain.applications import SUBMITTED, TO_SIGN, State, state
from services.intake.domain.roster import Outcome
from services.intake.domain.texts import email_key
from services.intake.fields import Row
from services.intake.known import Batch, Known, known_of
from services.intake.registration import set_profile
from services.intake.tables import ApplicationRow, PersonRow, PlaceRow, ProfileRow, RosterRow
from shared.contracts import Contradiction
from shared.contracts.intake import ProfileChanged
from shared.ids import new_id
from shared.outbox import emit

CARD = ("name_to_use", "full_name", "email", "language", "zone")


@dataclass(frozen=True)
class Done:
    """What a row did."""

    row: int
    person: UUID
    application: UUID
    state: Outcome
    waits: State | None


@dataclass(frozen=True)
class Refused:
    """Why a row was not imported."""

    row: int
    field: str
    reason: str


async def import_rows(session: AsyncSession, batch: Batch, rows: Sequence[Row]) -> list[Done | Refused]:
    """Import rows that were checked. What they change and what is told of it commit together."""
    try:
        async with session.begin_nested():
            return await _import(session, batch, rows)
    except IntegrityError:
        if len(rows) == 1:
            return [Refused(rows[0].row, "email", "This person was registered at this moment; import the row again.")]
    return [result for row in rows for result in await import_rows(session, batch, [row])]


async def _import(session: AsyncSession, batch: Batch, rows: Sequence[Row]) -> list[Done | Refused]:
    # Two imports into one network, which may name the same new person, go one after the other.
    await session.execute(select(PlaceRow.site).where(PlaceRow.site == batch.network).with_for_update(key_share=True))
    known = await known_of(session, batch, rows)
    results = [_import_row(session, batch, known, row) for row in rows]
    await session.flush()  # people and the attestation, to which the others refer
    session.add_all(known.added)
    await session.flush()
    await emit(session, *known.news.values(), at=batch.now)
    return results


def _import_row(session: AsyncSession, batch: Batch, known: Known, row: Row) -> Done | Refused:
    seen = {"card": rules.fingerprints(row.model_dump(include=set(CARD))), "profile": rules.fingerprints(_profile(row))}
    try:
        person, is_new = _person(session, batch, known, row, seen["card"])
        rules.check_importer(
            keeps_away=person.person in known.kept_away,
            signs_for_themself=person.person == batch.caller.person and bool(row.evidence or batch.attest),
        )
    except Contradiction as error:
        return Refused(row.row, "key", str(error))
    before = known.keys.get(row.key)
    changed = False
    if not is_new:
        changed = _change_card(batch, known, person, row, before)
    changed |= _change_profile(session, batch, known, person, row, before, is_new=is_new)
    changed |= record_signatures(session, batch, known, person, row)
    application, applied, submitted = _apply(batch, known, person)
    _remember(batch, known, person, row, before, seen)
    state_of_row = rules.outcome(is_new or applied, changed or submitted)
    waits = TO_SIGN if application.state == TO_SIGN else None
    return Done(row.row, person.person, application.application, state_of_row, waits)


def _profile(row: Row) -> dict[str, Any]:
    if row.profile is None:
        return {}
    return row.profile.model_dump() | {"zone": row.profile.zone or row.zone}


def _person(
    session: AsyncSession, batch: Batch, known: Known, row: Row, seen: dict[str, str]
) -> tuple[PersonRow, bool]:
    before = known.keys.get(row.key)
    by_key = known.people[before.person] if before else None
    by_email = known.emails.get(email_key(row.email)) if row.email else None
    same_email = (
        row.email is None
        or (before is not None and before.seen["card"].get("email") == seen["email"])
        or (by_key is not None and by_key.email is None and by_email is None)
    )
    found = rules.whose(by_key.person if by_key else None, by_email.person if by_email else None, same_email)
    if found is not None:
        return known.people[found], False
    person = _new_person(batch, row)
    session.add(person)
    _know(known, person)
    return person, True


def _new_person(batch: Batch, row: Row) -> PersonRow:
    return PersonRow(
        **row.model_dump(include=set(CARD)),
        person=new_id(),
        network=batch.network,
        site=batch.site,
        email_key=email_key(row.email) if row.email else None,
        may_mail=batch.notify,
        mail_chosen=False,
        version=1,
        registered_at=batch.now,
    )


def _know(known: Known, person: PersonRow) -> None:
    known.people[person.person] = person
    if person.email_key:
        known.emails[person.email_key] = person


def _may_edit(batch: Batch, person: PersonRow) -> bool:
    return batch.caller.covers("coordinator", "administrator", site=person.site)


def _change_card(batch: Batch, known: Known, person: PersonRow, row: Row, before: RosterRow | None) -> bool:
    stored = {name: getattr(person, name) for name in CARD}
    changes = rules.changes(
        stored, row.model_dump(include=set(CARD)), before.seen["card"] if before else None, _may_edit(batch, person)
    )
    if batch.notify and not person.mail_chosen and not person.may_mail and _may_edit(batch, person):
        changes["may_mail"] = True
    if "email" in changes:
        changes["email_key"] = email_key(changes["email"]) if changes["email"] else None
    for name, value in changes.items():
        setattr(person, name, value)
    person.version += bool(changes)
    _know(known, person)
    return bool(changes)


def _change_profile(
    session: AsyncSession,
    batch: Batch,
    known: Known,
    person: PersonRow,
    row: Row,
    before: RosterRow | None,
    *,
    is_new: bool,
) -> bool:
    if row.profile is None:
        return False
    stored, values = known.profiles.get(person.person), _profile(row)
    may_edit = is_new or _may_edit(batch, person)
    if stored is not None:
        held = {name: getattr(stored, name) for name in values}
        values = rules.changes(held, values, before.seen["profile"] if before else None, may_edit)
    if not may_edit or not values:
        return False
    if stored is None:
        stored = ProfileRow(person=person.person, version=1, **values)
        known.profiles[person.person] = stored
        known.added.append(stored)
    else:
        set_profile(session, stored, person.person, values)
    event = ProfileChanged(person=person.person, site=person.site)
    known.news[event.subject] = event
    return True


def _apply(batch: Batch, known: Known, person: PersonRow) -> tuple[ApplicationRow, bool, bool]:
    """The person's application, whether it is new, and whether it was submitted now."""
    row = known.applications.get(person.person)
    is_new = row is None
    if row is None:
        row = known.applications[person.person] = ApplicationRow(
            application=new_id(),
            person=person.person,
            role=batch.role.role,
            offering=batch.offering.offering,
            site=batch.offering.site,
            state=TO_SIGN,
            source="import",
            applied_by=batch.caller.subject,
            applied_at=batch.now,
        )
        known.added.append(row)
    signed = {signature.version for signature in known.signatures[person.person]}
    submitted = row.state == TO_SIGN and state(batch.version, signed) == SUBMITTED
    if submitted:
        row.state, row.submitted_at = SUBMITTED, batch.now
        event = queries.submitted_event(row, batch.role.kind)
        known.news[event.subject] = event
    return row, is_new, submitted


def _remember(
    batch: Batch, known: Known, person: PersonRow, row: Row, before: RosterRow | None, seen: dict[str, dict[str, str]]
) -> None:
    if before is None:
        before = RosterRow(site=batch.site, source=batch.source, key=row.key, person=person.person)
        before.seen, before.imported_at = seen, batch.now
        known.keys[row.key] = before
        known.added.append(before)
    elif before.seen != seen:
        before.seen, before.imported_at = seen, batch.now
