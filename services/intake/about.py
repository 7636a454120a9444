"""What people say of themselves as rows, and the wishes that a place offers."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.places import above
from services.intake.tables import AboutRow, WishListRow
from services.intake.traits import StyleBody

ABOUT = ("levels", "countries", "style", "dislikes", "wishes", "adjustments")
NOTHING: dict[str, Any] = {
    "levels": {}, "countries": {}, "style": {}, "dislikes": [], "wishes": [], "adjustments": [],
}  # fmt: skip


def set_about(
    session: AsyncSession, row: AboutRow | None, person: UUID, values: Mapping[str, Any]
) -> tuple[AboutRow | None, bool]:
    """Make what a person says of themself what `values` say; whether that changed anything. Unnamed fields stay."""
    before = {name: getattr(row, name) for name in values} if row else NOTHING
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return row, False
    if row is None:
        row = AboutRow(person=person, version=0, **NOTHING)
        session.add(row)
    for name, value in changed.items():
        setattr(row, name, value)
    row.version += 1
    return row, True


def said(row: AboutRow | None) -> dict[str, Any]:
    """What a row holds, as bodies have it."""
    if row is None:
        return {}
    found = {name: getattr(row, name) for name in ABOUT if name != "style"}
    return found | ({"style": StyleBody.model_construct(**row.style)} if row.style else {})


async def to_about(session: AsyncSession, person: UUID, given: Any, asked: Collection[str]) -> bool:
    """What a form asked of it stands from now on as it was answered; whether that changed anything."""
    values = {name: _kept(getattr(given, name)) or NOTHING[name] for name in ABOUT if name in asked}
    return set_about(session, await session.get(AboutRow, person), person, values)[1]


def _kept(answer: Any) -> Any:
    return answer.model_dump(exclude_none=True) if isinstance(answer, StyleBody) else answer


async def wishes_at(session: AsyncSession, site: str) -> dict[str, dict[str, Any]]:
    """The wishes that a place and those above it offer, by code: at which place, in which words. The nearest wins."""
    rows = select(WishListRow).where(WishListRow.site.in_(above(site))).order_by(func.length(WishListRow.site))
    return {
        code: {"code": code, "site": row.site, "texts": texts}
        for row in await session.scalars(rows)
        for code, texts in row.wishes.items()
    }


async def wish_texts(session: AsyncSession, site: str, language: str) -> dict[str, str]:
    """What the wishes that a place offers are called: in a language, else in English, else in the first there is."""
    offered = await wishes_at(session, site)
    return {code: _text(offered[code]["texts"], language) for code in sorted(offered)}


def _text(texts: Mapping[str, str], language: str) -> str:
    wanted = [text for tag, text in sorted(texts.items()) if tag.partition("-")[0] == language]
    return [*wanted, *(text for tag, text in texts.items() if tag == "en"), *texts.values()][0]


async def unknown_wishes(
    session: AsyncSession, site: str, wishes: Collection[str], kept: Collection[str] = ()
) -> list[str]:
    """Those of `wishes` that the place does not offer; what was `kept` may stay, though offered no more."""
    new = set(wishes) - set(kept)
    return sorted(new - (await wishes_at(session, site)).keys()) if new else []
