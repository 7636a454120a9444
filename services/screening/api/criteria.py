"""The criteria by which cases are decided: to read, and for a network's administrators to publish."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import select

from services.screening.criteria import as_criteria, criteria_in_force, criteria_of, network_of, publish
from services.screening.domain import texts
from services.screening.domain.cases import Category
from services.screening.domain.criteria import Criterion
from services.screening.fields import Body
from services.screening.tables import CriteriaSetRow
from services.screening.visibility import SCREENERS, actor, case_with_evidence
from shared.access import EVERYWHERE, Caller, CallerDep
from shared.contracts import SitePath, Slug
from shared.http import ClockDep, SessionDep, TransactionRoute
from shared.paging import Cursor, Page, PageSize, decode_cursor, encode_cursor
from shared.problems import Forbidden

router = APIRouter(route_class=TransactionRoute)

Text = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(texts.line)]
MOST_VERSIONS = 1_000_000
Instant = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC))]


class NewCriterion(Body):
    """A criterion to publish. It clears where its category is `suitable`, and only there."""

    criterion: Slug
    for_mentee: bool
    clears: bool
    category: Category
    text: Text


class NewCriteriaSet(Body):
    """A whole set, of a network or of one of its programmes. It holds for cases that are opened from now on."""

    network: Slug
    programme: Slug | None = None
    criteria: Annotated[list[NewCriterion], Field(min_length=4, max_length=100)]


class CriterionShown(BaseModel):
    """A criterion that decisions cite."""

    model_config = ConfigDict(from_attributes=True)

    criterion: str
    version: int
    for_mentee: bool
    clears: bool
    category: Category
    text: str


class CriteriaSetShown(BaseModel):
    """A set as it was published; `version` counts through the network."""

    network: Slug
    version: int
    programme: Slug | None
    criteria: list[CriterionShown]
    published_at: datetime
    published_by: str

    @classmethod
    def of(cls, row: CriteriaSetRow) -> Self:
        """The set of a row."""
        return cls(
            network=row.network, version=row.version, programme=row.programme, criteria=_shown(as_criteria(row)),
            published_at=row.published_at, published_by=row.published_by,
        )  # fmt: skip


@router.get("/criteria")
async def criteria(
    session: SessionDep, caller: CallerDep, clock: ClockDep, programme: Slug | None = None,
    at: Annotated[Instant | None, Query(description="In force at this moment; now where it is left out.")] = None,
    site: Annotated[SitePath | None, Query(description="A place of the network; else the caller's own.")] = None,
) -> list[CriterionShown]:  # fmt: skip
    """The criteria in force for a programme, or for those of a network that have none of their own (R48, R49)."""
    caller.require_anywhere(*SCREENERS)
    network = network_of(site or caller.sites(*SCREENERS)[0])
    _require_part_in(caller, network)
    return _shown(await criteria_in_force(session, network, programme, at or clock.now()))


@router.get("/cases/{clearance}/criteria")
async def criteria_of_case(clearance: UUID, session: SessionDep, caller: CallerDep) -> list[CriterionShown]:
    """What a decision about this case may cite: the set that was in force when it was opened."""
    row = await case_with_evidence(session, caller, clearance)
    return _shown(await criteria_of(session, row))


@router.get("/criteria-sets")
async def criteria_sets(
    session: SessionDep, caller: CallerDep, network: Slug, limit: PageSize = 50, cursor: Cursor = None
) -> Page[CriteriaSetShown]:
    """Every set that a network published, oldest first; the one that all begin with is version 1."""
    _require_part_in(caller, network)
    sets = select(CriteriaSetRow).where(CriteriaSetRow.network == network)
    if cursor:
        sets = sets.where(CriteriaSetRow.version > _version(cursor))
    rows = (await session.scalars(sets.order_by(CriteriaSetRow.version).limit(limit + 1))).all()
    following = encode_cursor(rows[limit - 1].version) if len(rows) > limit else None
    return Page(items=[CriteriaSetShown.of(row) for row in rows[:limit]], next=following)


@router.post("/criteria-sets", status_code=status.HTTP_201_CREATED)
async def publish_criteria(
    body: NewCriteriaSet, session: SessionDep, caller: CallerDep, clock: ClockDep
) -> CriteriaSetShown:
    """Publish a set; a published set never changes, and cases that were opened before keep theirs (R48)."""
    caller.require("administrator", site=body.network)
    criteria = [Criterion(**each.model_dump(), version=0) for each in body.criteria]
    row = await publish(session, body.network, body.programme, criteria, actor(caller), clock.now())
    return CriteriaSetShown.of(row)


def _shown(criteria: Iterable[Criterion]) -> list[CriterionShown]:
    return [CriterionShown.model_validate(each) for each in criteria]


def _require_part_in(caller: Caller, network: str) -> None:
    """Raise Forbidden for screeners of other networks."""
    if not {network, EVERYWHERE} & {network_of(site) for site in caller.sites(*SCREENERS)}:
        raise Forbidden(f"This needs the role {' or '.join(SCREENERS)} in {network}.")


def _version(cursor: str) -> int:
    """The version in a cursor, as a column can hold it."""
    return min(max(int(decode_cursor(cursor, int)[0]), 0), MOST_VERSIONS)
