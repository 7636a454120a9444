"""The network-wide dismissal register: off by default, entered after a finished case, looked up by a screener.

These are PUTs, since the row of an Idempotency-Key would keep a digest of name and birth date that has no key.
"""

from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from services.screening import conduct, registering
from services.screening.conduct_visibility import acting_person, conduct_case_for, sites_of
from services.screening.domain.register import (
    LONGEST_YEARS,
    check_allowed,
    check_finished,
    check_value,
    digest,
    last_day,
)
from services.screening.laws import laws_at
from services.screening.tables import ConductCaseRow, LookupRow, RegisterEntryRow, ReplyRow
from services.screening.visibility import case_to_screen
from shared.access import CallerDep
from shared.contracts import Contradiction
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.law import law
from shared.problems import NotFound

router = APIRouter(route_class=TransactionRoute)


async def _key(request: Request) -> Path | None:
    path: Path | None = request.app.state.service.settings.dismissal_register_key_file
    return path


KeyFile = Annotated[Path | None, Depends(_key)]

FullName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class Identity(BaseModel):
    """Who somebody is, as their document says; used once and not kept."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    full_name: FullName
    birth_date: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2100, 1, 1))]


class NewRegisterEntry(Identity):
    """An entry, for some years."""

    years: Annotated[int, Field(ge=1, le=LONGEST_YEARS)] = LONGEST_YEARS


class NewLookup(Identity):
    """A look into the register about the applicant of a screening case."""

    clearance: UUID


class RegisterEntry(BaseModel):
    """That an entry stands, and until when."""

    organisation: str
    last_day: date


class Answer(BaseModel):
    """Whom to speak to. It says nothing more and decides nothing: a person does."""

    speak_to: list[str]


@router.put("/conduct-cases/{case}/register-entries/{person}")
async def enter(
    case: UUID, person: UUID, body: NewRegisterEntry, key_file: KeyFile,
    session: SessionDep, caller: CallerDep, clock: ClockDep,
) -> RegisterEntry:  # fmt: skip
    """Enter a person dismissed by a finished case in which they were heard; once, again it is answered as it stands."""
    acting_person(caller)
    row = await conduct_case_for(session, caller, case)
    key = registering.register_key(key_file)
    await registering.check_key(session, key)
    check_allowed(await laws_at(session, sites_of(row)), law())
    await session.refresh(row, with_for_update=True)
    await _check_finished(session, row, person)
    entry = await session.get(RegisterEntryRow, (case, person))
    if entry is None:
        now = clock.now()
        entry = RegisterEntryRow(
            case=case, person=person, digest=digest(key, body.full_name, body.birth_date), key_check=check_value(key),
            organisation=await registering.organisation_of(session, row.site), entered_by=caller.subject,
            entered_at=now, last_day=last_day(now.date(), body.years),
        )  # fmt: skip
        await registering.enter(session, entry)
        conduct.note(session, row, "registered", caller.subject, now, person=person)
    return RegisterEntry(organisation=entry.organisation, last_day=entry.last_day)


async def _check_finished(session: SessionDep, row: ConductCaseRow, person: UUID) -> None:
    measures = await conduct.measures_of(session, row.case)
    replies = select(ReplyRow.reply).where(ReplyRow.case == row.case, ReplyRow.person == person).limit(1)
    check_finished(
        row.state,
        dismissed=any(each.kind == "dismiss" and each.person == person for each in measures),
        replied=await session.scalar(replies) is not None,
    )


@router.delete("/conduct-cases/{case}/register-entries/{person}", status_code=204)
async def take_out(case: UUID, person: UUID, session: SessionDep, caller: CallerDep, clock: ClockDep) -> None:
    """Take an entry out before its time; also where the register was turned off."""
    acting_person(caller)
    row = await conduct_case_for(session, caller, case)
    await session.refresh(row, with_for_update=True)
    entry = await session.get(RegisterEntryRow, (case, person))
    if entry is None:
        raise NotFound("This case entered nobody of this id.")
    await registering.take_out(session, entry)
    conduct.note(session, row, "unregistered", caller.subject, clock.now(), person=person)


@router.put("/register-lookups/{lookup}")
async def look_up(
    lookup: UUID, body: NewLookup, key_file: KeyFile, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> Answer:
    """Ask about an applicant of a screening case that the caller decides. The look is written down; take a new id."""
    acting_person(caller)
    case = await case_to_screen(session, caller, body.clearance)
    key = registering.register_key(key_file)
    await registering.check_key(session, key)
    check_allowed(await laws_at(session, [case.site]), law())
    if await session.get(LookupRow, lookup):
        raise Contradiction("This look was made; take a new id for another one.")
    now = clock.now()
    found = await registering.who_knows(session, digest(key, body.full_name, body.birth_date), case.site, now.date())
    session.add(
        LookupRow(
            lookup=lookup, clearance=body.clearance, looked_up_by=caller.subject, looked_up_at=now, found=bool(found)
        )
    )
    return Answer(speak_to=found)
