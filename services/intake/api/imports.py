"""Imports: a batch of rows of a roster into one site, role and offering."""

from collections import Counter
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, ValidationError, field_validator

from services.intake import queries, roster
from services.intake.api.seen import existing
from services.intake.domain import applications as rules
from services.intake.domain.places import check_covers
from services.intake.domain.roster import Outcome
from services.intake.fields import Body, Line, Row
from services.intake.known import Batch
from services.intake.tables import OfferingRow, PlaceRow, RoleRow
from shared.access import CallerDep
from shared.contracts import OfferingId, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute

router = APIRouter(route_class=TransactionRoute)

BATCH = 200


class ImportBody(Body):
    """A batch. `source` names the roster; `attest` is the operator's word, with the reason, that its people signed.

    Rows are checked one by one, so that the good ones are kept. `notify` allows mail to people whom it registers.
    """

    site: SitePath
    role: Slug
    offering: OfferingId
    source: Slug
    attest: Line | None = None
    notify: bool = False
    rows: list[dict[str, Any]] = Field(min_length=1, max_length=BATCH)

    @field_validator("rows")
    @classmethod
    def _numbered(cls, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        numbers = [row.get("row") for row in rows]
        if not all(type(number) is int for number in numbers) or len(set(numbers)) < len(numbers):
            raise ValueError("Give each row its own whole number as `row`.")
        return rows


class Done(BaseModel):
    """What a row did, and what its application waits for. `ended`: checks whose clearance was left out for that."""

    row: int
    person: UUID
    application: UUID
    state: Outcome
    waits: Literal["to-sign"] | None
    ended: list[Slug]


class Refused(BaseModel):
    """Why a row was not imported; the field that is named first, and every reason."""

    row: int
    field: str
    reason: str


class Imported(BaseModel):
    """The rows that were kept and those that were refused, each in the order of their numbers."""

    rows: list[Done]
    refused: list[Refused]


@router.post("/imports")
async def import_rows(body: ImportBody, session: SessionDep, clock: ClockDep, caller: CallerDep) -> Imported:
    """Import a batch; the same again changes nothing. It invents no signature, consent or clearance (R72)."""
    caller.require("coordinator", "administrator", site=body.site)
    offering = existing("offering", await session.get(OfferingRow, body.offering))
    role = existing("role", await session.get(RoleRow, body.role))
    existing("site", await session.get(PlaceRow, body.site))
    check_covers("The offering", offering.site, body.site)
    caller.require("coordinator", "administrator", site=offering.site)
    rules.check_may_apply(role.role, role.site, offering.offering, offering.site, offering.is_open)
    published = await queries.published(session, offering.document)
    batch = Batch(body.site, role, offering, published, body.source, body.attest, body.notify, caller, clock.now())
    return await _import(session, batch, body.rows)


async def _import(session: SessionDep, batch: Batch, raw: list[dict[str, Any]]) -> Imported:
    checked = [_checked(one, batch) for one in raw]
    keys = Counter(one.key for one in checked if isinstance(one, Row))
    twice = [
        roster.Refused(one.row, "key", "Another row of this batch has the same key; give each row its own.")
        for one in checked
        if isinstance(one, Row) and keys[one.key] > 1
    ]
    done = await roster.import_rows(session, batch, [r for r in checked if isinstance(r, Row) and keys[r.key] == 1])
    results = [*done, *twice, *(one for one in checked if isinstance(one, roster.Refused))]
    results.sort(key=lambda one: one.row)
    return Imported(
        rows=[Done(**vars(one)) for one in results if isinstance(one, roster.Done)],
        refused=[Refused(**vars(one)) for one in results if isinstance(one, roster.Refused)],
    )


def _checked(raw: dict[str, Any], batch: Batch) -> Row | roster.Refused:
    """A row whose every field can be used, or why not; the reasons never repeat a value."""
    number = raw["row"]
    try:
        row = Row.model_validate(raw)
    except ValidationError as error:
        faults = [(".".join(map(str, fault["loc"]))[:100], _reason(fault["msg"])) for fault in error.errors()]
        also = "".join(f" Also {field}: {reason}" for field, reason in faults[1:])
        return roster.Refused(number, faults[0][0], faults[0][1] + also)
    if row.evidence is None:
        return row
    if row.evidence.document != batch.offering.document:
        reason = f"This offering asks for a signature of {batch.offering.document}."
        return roster.Refused(number, "evidence.document", reason)
    if row.evidence.version not in batch.published:
        return roster.Refused(number, "evidence.version", "This version is not published; publish it first.")
    if row.evidence.signed_on > batch.now.date() + timedelta(days=1):
        return roster.Refused(number, "evidence.signed_on", "This day lies in the future.")
    return row


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").removesuffix(".") + "."
