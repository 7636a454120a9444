"""The readiness of a site, read from the rows."""

from datetime import date

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import policies, queries
from services.intake.domain import places, roles
from services.intake.domain.policy import in_force
from services.intake.domain.readiness import DRAFT, Facts, Item, checklist
from services.intake.tables import DocumentRow, DocumentVersionRow, PlaceRow, ReadinessRow, RoleRow, TranslationRow
from shared.contracts import RoleKind
from shared.law import law

_NOT_DRAFT = ReadinessRow.item != DRAFT
PAIRS = (RoleKind.MENTOR, RoleKind.MENTEE, RoleKind.FACILITATOR)
"""The kinds of roles that have to be in order before pairs are made."""


async def checklist_of(
    session: AsyncSession, site: str, today: date, document: str | None = None, programme: str | None = None
) -> list[Item]:
    """A site's checklist; with the conduct document and the programme of an offering where they are named."""
    place = await session.get_one(PlaceRow, site)
    catalogue = select(RoleRow).where(RoleRow.site.in_(places.above(site)), RoleRow.kind.in_(PAIRS))
    found = list(await session.scalars(catalogue))
    known = await policies.policies_of(session, [site])
    layers = known.above_offering(f"{programme}@{site}") if programme else known.at_place(site)
    laws = await queries.laws(session, [site])
    law_of = places.code_of(places.law_at(laws, site))
    facts = Facts(
        country=law_of,
        languages=place.languages,
        document_languages=await _document_languages(session, site, document),
        roles=[row.role for row in found],
        due_roles=[row.role for row in found if _is_due(row, today)],
        needs_facilitator=bool(in_force(layers)["facilitator"].value),
        has_facilitator=any(row.kind == RoleKind.FACILITATOR for row in found),
        law_is_draft=law_of is not None and law().is_draft_at(law_of),
    )
    ticks = set(await session.scalars(select(ReadinessRow.item).where(ReadinessRow.site == site, _NOT_DRAFT)))
    accepted = {DRAFT} if await queries.drafts_accepted(session, [site], laws) else set()
    return checklist(facts, ticks | accepted)


def _is_due(row: RoleRow, today: date) -> bool:
    until = [date.fromisoformat(each["until"]) for each in row.accepted]
    return bool(roles.due(row.review_on, until, row.description, today))


async def _document_languages(session: AsyncSession, site: str, document: str | None) -> set[str]:
    """The languages in which a conduct document of the branch is in force."""
    newest = (
        select(DocumentVersionRow.document, DocumentVersionRow.version, DocumentVersionRow.language)
        .join(DocumentRow, DocumentRow.document == DocumentVersionRow.document)
        .where(DocumentRow.site.in_(places.above(site)))
        .ext(distinct_on(DocumentVersionRow.document))
        .order_by(DocumentVersionRow.document, DocumentVersionRow.number.desc())
    )
    if document:
        newest = newest.where(DocumentRow.document == document)
    in_force = (await session.execute(newest)).all()
    translations = select(TranslationRow.language).where(
        tuple_(TranslationRow.document, TranslationRow.version).in_([tuple(row)[:2] for row in in_force])
    )
    return {row.language for row in in_force} | set(await session.scalars(translations))
