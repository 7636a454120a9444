"""The clearances that a row of a roster brings along (R35). They are recorded; screening decides what they count."""

from typing import Any
from uuid import UUID

from services.intake.domain import roster as rules
from services.intake.fields import BroughtClearance, Row
from services.intake.known import Batch, Known
from services.intake.tables import HeldClearanceRow, PersonRow
from shared.contracts.intake import ProfileChanged

FIELDS = ("authority", "number", "valid_until", "own")


def record_clearances(batch: Batch, known: Known, person: PersonRow, row: Row, may_edit: bool) -> bool:
    """Record what a row brings that is new in it; whether anything changed. What has ended is left out."""
    brought = {one.check: _told(one) for one in row.clearances if one.check not in ended(batch, row)}
    remembered = known.keys[row.key]
    stored = {check: _stored(known, person.person, check) for check in brought}
    changes = rules.changes(stored, brought, remembered.clearances_seen, may_edit)
    for check, values in changes.items():
        _put(batch, known, person.person, check, values)
    if brought and may_edit:
        remembered.clearances_seen = {**(remembered.clearances_seen or {}), **rules.fingerprints(brought)}
    if changes:
        event = ProfileChanged(person=person.person, site=person.site)
        known.news[event.subject] = event
    return bool(changes)


def ended(batch: Batch, row: Row) -> list[str]:
    """The checks of a row whose clearance has ended."""
    return [one.check for one in row.clearances if one.valid_until < batch.now.date()]


def _told(one: BroughtClearance) -> dict[str, Any]:
    return one.model_dump(exclude={"check"})


def _stored(known: Known, person: UUID, check: str) -> dict[str, Any] | None:
    row = known.held.get((person, check))
    return {name: getattr(row, name) for name in FIELDS} if row else None


def _put(batch: Batch, known: Known, person: UUID, check: str, values: dict[str, Any]) -> None:
    row = known.held.get((person, check))
    if row is None:
        row = known.held[person, check] = HeldClearanceRow(person=person, check_name=check)
        known.added.append(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.recorded_by, row.recorded_at = batch.caller.subject, batch.now
