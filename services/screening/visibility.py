"""Who may see and do what: screeners at a case's site, the person their own case's state."""

from collections.abc import Collection
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.domain.cases import State, check_decider
from services.screening.queries import locked_case, ties_of
from services.screening.tables import CaseRow, FactsRow
from shared.access import Caller, Role, within
from shared.contracts import Contradiction
from shared.problems import Forbidden, NotFound

Part = Literal["whole", "outcome"]
"""All that a mentee is told, or how their case stands and nothing else."""
SCREENERS: tuple[Role, ...] = ("screener", "administrator")


def actor(caller: Caller) -> str:
    """Who acts, in one spelling: two tokens of one person never look like two people."""
    return str(caller.person or caller.subject)


async def case_for(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """A case that the caller may see. Raises NotFound, with the same words for a stranger."""
    return _visible(await session.get(CaseRow, clearance), caller)


async def case_with_evidence(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """A case whose evidence the caller may see.

    Raises NotFound for a stranger, Forbidden without the grant, Contradiction for who is close to the person (trap 17).
    """
    row = await case_for(session, caller, clearance)
    await _check_may_screen(session, caller, row)
    return row


async def case_to_screen(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """A case that the caller may work on; nobody else changes it until the commit. Raises as `case_with_evidence`."""
    row = _visible(await locked_case(session, clearance), caller)
    await _check_may_screen(session, caller, row)
    return row


async def case_to_decide(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """A case that the caller may decide about: as `case_to_screen`, and Forbidden for a client that is no person."""
    row = await case_to_screen(session, caller, clearance)
    if caller.person is None:
        raise Forbidden("A person decides, with a token of their own; a program records results.")
    return row


async def own_case(session: AsyncSession, caller: Caller, clearance: UUID) -> CaseRow:
    """The case of the caller themself, in which nobody else does their part; locked until the commit.

    Raises NotFound for a stranger, Forbidden for staff who may see it.
    """
    row = _visible(await locked_case(session, clearance), caller)
    if caller.person != row.person:
        raise Forbidden("Only the person whose case this is does that.")
    return row


def visible_cases(caller: Caller) -> ColumnElement[bool]:
    """SQL: the cases that the caller may list."""
    return or_(within(CaseRow.site, caller.sites(*SCREENERS)), CaseRow.person == caller.person)


async def near(session: AsyncSession, caller: Caller) -> frozenset[UUID]:
    """The caller and whoever is close to them: of these people's cases they see what the people themselves see."""
    if caller.person is None:
        return frozenset()
    ties = await ties_of(session, [caller.person])
    return frozenset({caller.person, *(UUID(person) for tie in ties for person in tie)})


async def sees_evidence(session: AsyncSession, caller: Caller, row: CaseRow) -> bool:
    """Whether results and criteria are for this caller: a screener, but not of their own case or of someone close."""
    return caller.covers(*SCREENERS, site=row.site) and not await _is_close(session, caller, row)


async def in_state(session: AsyncSession, people: Collection[UUID], state: State) -> ColumnElement[bool]:
    """SQL: the cases that look to the caller as if they were in a state; `people` are those near to them.

    That a decision waits for its second person is not for the person: a refusal that waited was one for safety (R54).
    """
    concealed: list[UUID] = []
    if people and state in ("open", "proposed"):
        rows = select(CaseRow.clearance).where(CaseRow.person.in_(people), CaseRow.state == "proposed")
        concealed = list(await session.scalars(rows))
    if state == "proposed":
        return (CaseRow.state == state) & CaseRow.clearance.not_in(concealed)
    return or_(CaseRow.state == state, CaseRow.clearance.in_(concealed)) if concealed else CaseRow.state == state


async def part_of(session: AsyncSession, caller: Caller, row: CaseRow) -> Part | None:
    """How much of what a mentee is told the caller may be told; None for a stranger.

    Guardians and who enrolled them are told by what intake was last read to say. While that has to be read anew nobody
    is told: one of them may have to be kept away.
    """
    if caller.person == row.person or await sees_evidence(session, caller, row):
        return "whole"
    if caller.covers(*SCREENERS, site=row.site):
        return "outcome"
    facts = await session.get(FactsRow, row.person)
    if caller.person is None or facts is None or facts.state != "read":
        return None
    enrolled = caller.person == facts.enrolled_by and caller.covers("facilitator", site=row.site)
    return "outcome" if enrolled or caller.person in facts.guardians else None


async def _check_may_screen(session: AsyncSession, caller: Caller, row: CaseRow) -> None:
    caller.require(*SCREENERS, site=row.site)
    check_decider(caller.person, row.person)
    if await _is_close(session, caller, row):
        raise Contradiction("There is a tie between you and this person; ask another screener.")


async def _is_close(session: AsyncSession, caller: Caller, row: CaseRow) -> bool:
    """Whether this is the caller's own case, that of somebody with a declared tie, or that of a child of theirs."""
    if row.person in await near(session, caller):
        return True
    facts = await session.get(FactsRow, row.person)
    return facts is not None and caller.person in facts.guardians


def _visible(row: CaseRow | None, caller: Caller) -> CaseRow:
    if row is None or not (caller.person == row.person or caller.covers(*SCREENERS, site=row.site)):
        raise NotFound("There is no such case, or none that you may see.")
    return row
