"""Rosters for other systems: whom an import named, and those who take part as rows that an import takes again."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import structlog
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select, exists, select

from services.intake import queries
from services.intake.api.people import may_have_contact
from services.intake.api.seen import existing
from services.intake.domain import roster as rules
from services.intake.domain.applications import OPEN
from services.intake.domain.places import check_covers
from services.intake.fields import Body, BroughtClearance, Line, Profile
from services.intake.roster import CARD
from services.intake.tables import (
    ApplicationRow,
    HeldClearanceRow,
    MergeRow,
    OfferingRow,
    PersonRow,
    PrivateReadRow,
    ProfileRow,
    RosterRow,
    SignatureRow,
)
from shared.access import Caller, CallerDep, within
from shared.contracts import OfferingId, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.ids import new_id
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)
log = structlog.get_logger(__name__)

KEYS = 400
PARTS = ("languages", "skills", "goals", "weekly_hours", "zone", "free_hours")


class KeysBody(Body):
    """Keys of a roster that was imported at a site."""

    site: SitePath
    source: Slug
    keys: list[Annotated[Line, Field(max_length=200)]] = Field(min_length=1, max_length=KEYS)


class Keyed(BaseModel):
    """The people whom those keys name; a key that no import brought is left out."""

    people: dict[str, UUID]


class HeldPaper(BaseModel):
    """A signature that somebody else keeps."""

    document: str
    version: str
    signed_on: date
    holder: str


class Exported(BaseModel):
    """Somebody who takes part. `key`: theirs in the roster; None where no import brought them.

    `as_imported`: the fields that stand as their last import brought them. `also`: they take the other role too.
    """

    person: UUID
    key: str | None
    as_imported: list[str]
    full_name: str | None
    name_to_use: str
    email: str | None
    language: str
    zone: str
    profile: Profile | None
    also: bool
    evidence: list[HeldPaper]
    clearances: list[BroughtClearance]


class Wanted(BaseModel):
    """Whose roster: the people of a site in a role at an offering, and which private parts of it."""

    site: SitePath
    role: Slug
    offering: OfferingId
    source: Slug
    also: Slug | None = None
    evidence: bool = False
    clearances: bool = False
    limit: PageSize = 100
    cursor: Cursor = None


@router.post("/roster-keys")
async def people_of_keys(body: KeysBody, session: SessionDep, caller: CallerDep) -> Keyed:
    """Whom the keys of an imported roster name, so that what is about two of them can be told to others."""
    caller.require("coordinator", "administrator", site=body.site)
    columns = select(RosterRow.key, RosterRow.person)
    rows = columns.where(
        RosterRow.site == body.site, RosterRow.source == body.source, RosterRow.key.in_(set(body.keys)),
        may_have_contact(caller, RosterRow.person),
    )  # fmt: skip
    return Keyed(people={row.key: row.person for row in await session.execute(rows)})


@router.get("/exports")
async def export(
    wanted: Annotated[Wanted, Query()], session: SessionDep, clock: ClockDep, caller: CallerDep
) -> Page[Exported]:
    """A page of those whose application is open, by their ids. Each page is noted as a private read, never what it was.

    Nobody of other sites, nobody who may be somebody else, no draft, and nothing that screening or safety found.
    """
    caller.require("coordinator", "administrator", site=wanted.site)
    offering = existing("offering", await session.get(OfferingRow, wanted.offering))
    check_covers("The offering", offering.site, wanted.site)
    caller.require("coordinator", "administrator", site=offering.site)
    found = list(await session.scalars(_people(wanted, caller)))
    page = found[: wanted.limit]
    items = await _rows(session, wanted, offering, page)
    _note(session, clock, caller, wanted.limit, len(items))
    return Page(items=items, next=encode_cursor(page[-1].person) if len(found) > wanted.limit else None)


def _people(wanted: Wanted, caller: Caller) -> Select[PersonRow]:
    given_up = exists().where(MergeRow.given_up == PersonRow.person)
    rows = (
        select(PersonRow)
        .where(within(PersonRow.site, [wanted.site]), PersonRow.duplicate_of.is_(None), ~given_up)
        .where(may_have_contact(caller, PersonRow.person), _takes_part(wanted.role, wanted.offering))
    )
    if wanted.cursor:
        rows = rows.where(PersonRow.person > decode_cursor(wanted.cursor, UUID)[0])
    return rows.order_by(PersonRow.person).limit(wanted.limit + 1)


def _takes_part(role: str, offering: str) -> Any:
    theirs = ApplicationRow.person == PersonRow.person, ApplicationRow.state.in_(OPEN)
    return exists().where(*theirs, ApplicationRow.role == role, ApplicationRow.offering == offering)


async def _rows(session: SessionDep, wanted: Wanted, offering: OfferingRow, page: list[PersonRow]) -> list[Exported]:
    ids = [row.person for row in page]
    profiles = {row.person: row for row in await session.scalars(select(ProfileRow).where(ProfileRow.person.in_(ids)))}
    keyed = select(RosterRow).where(
        RosterRow.person.in_(ids), RosterRow.site == wanted.site, RosterRow.source == wanted.source
    )
    keys = {row.person: row for row in await session.scalars(keyed.order_by(RosterRow.imported_at, RosterRow.key))}
    both = select(PersonRow.person).where(PersonRow.person.in_(ids), _takes_part(wanted.also or "", wanted.offering))
    also = set(await session.scalars(both)) if wanted.also else set()
    papers = await queries.signatures_of(session, ids, offering.document) if wanted.evidence else {}
    held = await queries.held_by(session, ids) if wanted.clearances else {}
    return [
        Exported(
            person=row.person, key=keys[row.person].key if row.person in keys else None,
            as_imported=_as_imported(row, profiles.get(row.person), keys.get(row.person)),
            **{name: getattr(row, name) for name in CARD}, profile=_profile(profiles.get(row.person)),
            also=row.person in also, evidence=_papers(papers.get(row.person, [])),
            clearances=[_clearance(one) for one in held.values() if one.person == row.person],
        )
        for row in page
    ]  # fmt: skip


def _as_imported(person: PersonRow, profile: ProfileRow | None, row: RosterRow | None) -> list[str]:
    if row is None:
        return []
    card = rules.fingerprints({name: getattr(person, name) for name in CARD})
    parts = rules.fingerprints({name: getattr(profile, name) for name in PARTS if profile})
    same = [name for name, mark in card.items() if row.seen["card"].get(name) == mark]
    return same + [f"profile.{name}" for name, mark in parts.items() if row.seen["profile"].get(name) == mark]


def _profile(row: ProfileRow | None) -> Profile | None:
    return Profile.model_construct(**{name: getattr(row, name) for name in PARTS}) if row else None


def _papers(signatures: list[SignatureRow]) -> list[HeldPaper]:
    kept = [one for one in signatures if one.kind == "held-elsewhere"]
    return [HeldPaper.model_validate(one, from_attributes=True) for one in kept]


def _clearance(row: HeldClearanceRow) -> BroughtClearance:
    told = {name: getattr(row, name) for name in ("authority", "number", "valid_until", "own")}
    return BroughtClearance.model_construct(check=row.check_name, **told)


def _note(session: SessionDep, clock: ClockDep, caller: Caller, asked: int, answered: int) -> None:
    counts = {"reader": caller.subject, "kind": "roster-export", "asked": asked, "answered": answered}
    session.add(PrivateReadRow(read=new_id(), read_at=clock.now(), **counts))
    log.info("private_read", **counts)
