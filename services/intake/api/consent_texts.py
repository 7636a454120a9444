"""The texts that people agree to: published by administrators, in each language, and never changed."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select, tuple_

from services.intake.api.seen import Changed, existing, standing
from services.intake.domain import texts
from services.intake.domain.places import above
from services.intake.fields import Body, DocumentText, Language
from services.intake.queries import visible
from services.intake.tables import ConsentTextRow, PlaceRow
from shared.access import CallerDep
from shared.contracts import Contradiction, SitePath
from shared.contracts.intake import ConsentPurpose
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor

router = APIRouter(route_class=TransactionRoute)

TextVersion = Annotated[int, Path(ge=1, le=10_000)]


class ConsentTextBody(Body):
    """A text, kept to the letter: its hash is what words name."""

    text: DocumentText


class ConsentTextView(BaseModel):
    """A text that people at `site` and below agree to; in each language the highest version is in force."""

    model_config = ConfigDict(from_attributes=True)

    site: SitePath
    purpose: ConsentPurpose
    version: int
    language: str
    text: str
    sha256: str


class ConsentTextPut(Changed):
    """What was published, with the hash that words name."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


@router.put("/places/{site}/consent-texts/{purpose}/versions/{version}/{language}")
async def publish_text(
    site: SitePath, purpose: ConsentPurpose, version: TextVersion, language: Language, body: ConsentTextBody,
    session: SessionDep, clock: ClockDep, caller: CallerDep,
) -> ConsentTextPut:  # fmt: skip
    """Publish a text. The same again changes nothing; another text is a contradiction."""
    caller.require("administrator", site=site)
    existing("site", await session.get(PlaceRow, site, with_for_update={"key_share": True}))
    sha256 = hashlib.sha256(body.text.encode()).hexdigest()
    stored = await session.get(ConsentTextRow, (site, purpose, version, language))
    if stored and stored.sha256 != sha256:
        raise Contradiction(f"Version {version} in {language} is published and stays as it is; publish a new one.")
    if stored is None:
        key = {"site": site, "purpose": purpose, "version": version, "language": language}
        session.add(ConsentTextRow(**key, text=body.text, sha256=sha256, published_at=clock.now()))
    return ConsentTextPut(changed=stored is None, sha256=sha256)


@router.get("/places/{site}/consent-texts")
async def list_texts(
    site: SitePath, session: SessionDep, caller: CallerDep, limit: PageSize = 20, cursor: Cursor = None
) -> Page[ConsentTextView]:
    """What people at a place are asked to agree to: its own texts and those of the places above it."""
    await standing(session, site, visible(PlaceRow.site, caller))
    key = tuple_(ConsentTextRow.site, ConsentTextRow.purpose, ConsentTextRow.version, ConsentTextRow.language)
    rows = select(ConsentTextRow).where(ConsentTextRow.site.in_(above(site)))
    if cursor:
        rows = rows.where(key > tuple_(*decode_cursor(cursor, texts.exact, texts.exact, int, texts.exact)))
    found = list(await session.scalars(rows.order_by(*key.clauses).limit(limit + 1)))
    last = found[limit - 1] if len(found) > limit else None
    after = encode_cursor(last.site, last.purpose, last.version, last.language) if last else None
    return Page(items=[ConsentTextView.model_validate(row) for row in found[:limit]], next=after)
