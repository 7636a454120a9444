"""Conduct documents: versions are published once and never changed (R69); a new one asks everybody again (R72)."""

from datetime import date
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints, model_validator
from sqlalchemy import BigInteger, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from services.intake import agreements, policies, queries
from services.intake.api.seen import Changed, existing, found
from services.intake.domain import agreements as rules
from services.intake.domain import clauses as wording
from services.intake.domain import texts
from services.intake.domain.clauses import Clause, ClauseKind
from services.intake.domain.places import check_owner
from services.intake.fields import Body, DocumentText, Language, Version
from services.intake.tables import DocumentRow, DocumentVersionRow, OfferingRow, PlaceRow
from shared.access import CallerDep
from shared.contracts import Contradiction, SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.outbox import emit
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Invalid

router = APIRouter(route_class=TransactionRoute)

ClauseNumber = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,2}(?:\.[1-9][0-9]{0,2}){0,3}$")]
"""`3`, `3.2`: by it reports, holds and sanctions name a clause of a version (R55)."""


class ClauseBody(Body):
    """A clause. `dismissal`: a ground on which somebody is dismissed (R68)."""

    number: ClauseNumber
    kind: ClauseKind
    text: Annotated[DocumentText, Field(max_length=5_000)]


class Wording(Body):
    """What is signed, kept to the letter. Without clauses the text is one, and may be signed without an answer."""

    text: DocumentText
    clauses: list[ClauseBody] = Field(default=[], max_length=200)

    @model_validator(mode="after")
    def _numbers_rise(self) -> Self:
        if fault := wording.fault(self.as_clauses):
            raise ValueError(f"clauses: {fault}")
        return self

    @property
    def as_clauses(self) -> list[Clause]:
        """The clauses as the rules know them."""
        return [Clause(clause.number, clause.kind, clause.text) for clause in self.clauses]

    @property
    def stored(self) -> dict[str, Any]:
        """The words as a row holds them, with their hash."""
        hashed = wording.sha256(self.text, self.as_clauses)
        return {"text": self.text, "clauses": [clause.model_dump() for clause in self.clauses], "sha256": hashed}


class VersionBody(Wording):
    """A version, which the administrator at `site` publishes.

    Signatures of earlier versions count until the end of `grace_until` (UTC); required where people signed one.
    """

    site: SitePath
    language: Language
    grace_until: date | None = None


class VersionChanged(Changed):
    """What was published, with the hash that signatures name."""

    document: Slug
    version: str
    sha256: str


class VersionView(BaseModel):
    """A version of a conduct document; the highest `number` is in force, and `previous` ones until `grace_until`."""

    document: Slug
    version: str
    number: int
    site: SitePath
    language: str
    text: str
    clauses: list[ClauseBody]
    sha256: str
    grace_until: date | None
    previous: list[str]


@router.put("/documents/{document}/versions/{version}")
async def publish(
    document: Slug, version: Version, body: VersionBody, session: SessionDep, clock: ClockDep, caller: CallerDep
) -> VersionChanged:
    """Publish a version. The same again changes nothing; other words are a contradiction; its grace may be prolonged.

    Everybody who signed an earlier version is asked again (R72).
    """
    caller.require("administrator", site=body.site)
    existing("site", await session.get(PlaceRow, body.site))
    await policies.take_turns(session, body.site)
    await session.execute(insert(DocumentRow).values(document=document, site=body.site).on_conflict_do_nothing())
    # The row's lock holds two publishers apart until the commit, and who signs meanwhile waits.
    held = await session.get_one(DocumentRow, document, with_for_update=True)
    check_owner(f"The document {document}", held.site, body.site)
    stored = await session.get(DocumentVersionRow, (document, version))
    if stored is None:
        await _publish(session, document, version, body, clock)
    elif not _prolong(stored, body, clock.today()):
        return VersionChanged(changed=False, document=document, version=version, sha256=stored.sha256)
    await _tell(session, held, clock)
    return VersionChanged(changed=True, document=document, version=version, sha256=body.stored["sha256"])


async def _publish(session: SessionDep, document: str, version: str, body: VersionBody, clock: ClockDep) -> None:
    before, today = await queries.version_in_force(session, document), clock.today()
    signed = await agreements.is_signed(session, document)
    if fault := rules.fault_of_grace(body.grace_until, before is None, signed, today):
        raise Invalid.field("grace_until", fault)
    grace = rules.Grace(before.grace_until, tuple(before.previous)) if before else rules.Grace()
    session.add(
        DocumentVersionRow(
            **body.stored,
            document=document,
            version=version,
            number=before.number + 1 if before else 1,
            language=body.language,
            grace_until=body.grace_until,
            previous=rules.counting(before.version, grace, today) if before and body.grace_until else [],
            published_at=clock.now(),
        )
    )


def _prolong(stored: DocumentVersionRow, body: VersionBody, today: date) -> bool:
    """Whether a published version gets a later last day of grace. Raises Contradiction for other words."""
    if (stored.sha256, stored.language) != (body.stored["sha256"], body.language):
        raise Contradiction(
            f"Version {stored.version} of {stored.document} is published and stays as it is; publish a new one."
        )
    if rules.is_prolonged(stored.grace_until, body.grace_until, today):
        stored.grace_until = body.grace_until
        return True
    return False


async def _tell(session: SessionDep, document: DocumentRow, clock: ClockDep) -> None:
    """Tell of the offerings what has to be signed there now."""
    await session.flush()
    rows = select(OfferingRow).where(OfferingRow.document == document.document).order_by(OfferingRow.offering)
    offerings = list(await session.scalars(rows.with_for_update(key_share=True)))
    known = await policies.policies_of(session, [document.site])
    await emit(session, *await queries.offering_events(session, offerings, known), at=clock.now())


@router.get("/documents")
async def list_documents(
    session: SessionDep,
    caller: CallerDep,
    document: Annotated[Slug | None, Query()] = None,
    limit: PageSize = 20,
    cursor: Cursor = None,
) -> Page[VersionView]:
    """All versions that the caller may know, by document in the order of publication; the last is in force."""
    columns = DocumentVersionRow.__table__.columns
    rows = select(*columns, DocumentRow.site).join(DocumentRow).where(queries.visible(DocumentRow.site, caller))
    if document:
        rows = rows.where(DocumentVersionRow.document == document)
    key = tuple_(DocumentVersionRow.document, DocumentVersionRow.number)
    if cursor:
        name, number = decode_cursor(cursor, texts.exact, int)
        rows = rows.where(key > tuple_(name, literal(number, BigInteger)))
    items = list(await session.execute(rows.order_by(*key.clauses).limit(limit + 1)))
    after = encode_cursor(items[limit - 1].document, items[limit - 1].number) if len(items) > limit else None
    return Page(items=[found(VersionView, row, "document") for row in items[:limit]], next=after)
