"""Whose law holds for what is decided at a place: that of the place, and that of its organisation."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.screening.tables import PlaceRow
from shared.access import above
from shared.law import Factor


async def laws_at(session: AsyncSession, sites: Collection[str]) -> list[Mapping[Factor, str] | None]:
    """For each place what its law is by each factor; None where it was not heard of, or nobody said its country."""
    wanted = {each for site in sites for each in above(site)}
    rows = await session.scalars(select(PlaceRow).where(PlaceRow.site.in_(sorted(wanted))))
    known = {row.site: row for row in rows}
    return [_law(known, site) for site in sites]


def _law(known: Mapping[str, PlaceRow], site: str) -> Mapping[Factor, str] | None:
    if site not in known or (law_of := known[site].law_of) is None:
        return None
    organisations = [each for each in above(site) if each in known and known[each].kind == "organisation"]
    organisation = known[organisations[-1]].law_of if organisations else None
    return {"decision": law_of, "site": law_of, "organisation": organisation or law_of}
