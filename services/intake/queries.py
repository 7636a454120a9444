"""Selects worth a name."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, cast, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Table, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, aliased

from services.intake import agreements, stops
from services.intake.domain.applications import DRAFT, OPEN
from services.intake.domain.places import Laws, above, code_of, law_at, network_of
from services.intake.domain.policy import in_force
from services.intake.domain.readiness import DRAFT as DRAFT_ACCEPTED
from services.intake.domain.roles import Assessment, tier
from services.intake.policies import Policies, told
from services.intake.tables import (
    ApplicationRow,
    CalendarRow,
    DocumentVersionRow,
    HeldClearanceRow,
    OfferingRow,
    PersonRow,
    PlaceRow,
    ProfileRow,
    ProgrammeRow,
    ReadinessRow,
    RoleRow,
    SignatureRow,
    TalkRow,
)
from shared.access import EVERYWHERE, Caller, within
from shared.contracts.intake import (
    Agreement,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    CalendarChanged,
    FurtherRisk,
    OfferingChanged,
    RoleChanged,
    SiteChanged,
    Stop,
)

ROLE_FACTS = "times_a_month", "observability", "setting", "weekly_hours", "months"
"""What events tell of a role as its row holds it."""


async def put(session: AsyncSession, row: type[DeclarativeBase], key: str, values: Mapping[str, Any]) -> bool:
    """Store a row as it is told, in one statement. False when it stands so already."""
    table = cast("Table", row.__table__)
    statement = insert(table).values(**values)
    fields = [name for name in values if name != key]
    differs = or_(*(table.c[name].is_distinct_from(statement.excluded[name]) for name in fields))
    statement = statement.on_conflict_do_update(
        index_elements=[key], set_={name: statement.excluded[name] for name in fields}, where=differs
    )
    return (await session.execute(statement.returning(table.c[key]))).one_or_none() is not None


def visible(column: InstrumentedAttribute[str], caller: Caller) -> ColumnElement[bool]:
    """Where the caller has any grant, and above: people may know the tree in which they stand."""
    sites = [grant.site for grant in caller.grants]
    known = {place for site in sites if site != EVERYWHERE for place in above(site)}
    return or_(within(column, sites), column.in_(known))


async def place_kind(session: AsyncSession, site: str | None) -> str | None:
    """Which kind of place stands at a path."""
    return await session.scalar(select(PlaceRow.place).where(PlaceRow.site == site)) if site else None


def newest_version() -> Select[str]:
    """The version in force of an offering's document, for a statement that selects from `offering`."""
    newest = aliased(DocumentVersionRow)
    own = select(newest.version).where(newest.document == OfferingRow.document).correlate(OfferingRow)
    return own.order_by(newest.number.desc()).limit(1)


async def version_in_force(session: AsyncSession, document: str) -> DocumentVersionRow | None:
    """A document's newest version; None for a document that does not exist."""
    versions = select(DocumentVersionRow).where(DocumentVersionRow.document == document)
    return await session.scalar(versions.order_by(DocumentVersionRow.number.desc()).limit(1))


async def published(session: AsyncSession, document: str) -> dict[str, DocumentVersionRow]:
    """Each published version of a document by its name, the one in force last."""
    rows = select(DocumentVersionRow).where(DocumentVersionRow.document == document)
    return {row.version: row for row in await session.scalars(rows.order_by(DocumentVersionRow.number))}


async def laws(session: AsyncSession, sites: Collection[str]) -> Laws:
    """The country and subdivision that each place names, in the networks in which these stand."""
    columns = PlaceRow.site, PlaceRow.country, PlaceRow.subdivision
    rows = select(*columns).where(within(PlaceRow.site, sorted({network_of(site) for site in sites})))
    return {site: (country, subdivision) for site, country, subdivision in await session.execute(rows)}


async def drafts_accepted(session: AsyncSession, sites: Collection[str], known: Laws) -> set[str]:
    """The places among these where a named person accepted the draft of the law that holds there."""
    columns = ReadinessRow.site, ReadinessRow.law_of
    rows = select(*columns).where(ReadinessRow.site.in_(sites), ReadinessRow.item == DRAFT_ACCEPTED)
    return {site for site, law_of in await session.execute(rows) if law_of and law_of == code_of(law_at(known, site))}


def site_event(row: PlaceRow, known: Laws, accepted: Collection[str]) -> SiteChanged:
    """What intake tells of a place; `accepted` are the places where a draft of the law is."""
    country, subdivision = law_at(known, row.site)
    told = {"site": row.site, "place": row.place, "zone": row.zone, "country": country, "subdivision": subdivision}
    return SiteChanged.model_validate(told | {"draft_accepted": row.site in accepted})


async def site_events(session: AsyncSession, sites: Collection[str], known: Laws) -> list[SiteChanged]:
    """What intake tells of places, which are held until the commit."""
    rows = select(PlaceRow).where(PlaceRow.site.in_(sites)).order_by(PlaceRow.site)
    held = rows.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = list(await session.scalars(held))
    accepted = await drafts_accepted(session, sites, known)
    return [site_event(row, known, accepted) for row in found]


def assessment(row: RoleRow) -> Assessment:
    """What a role's risk is made of."""
    return Assessment(frozenset(row.risks), row.times_a_month, row.observability, row.setting)


async def calendar_events(session: AsyncSession, sites: Collection[str]) -> list[CalendarChanged]:
    """What intake tells of the calendars of places, whose rows are held until the commit."""
    rows = select(CalendarRow).where(CalendarRow.site.in_(sites), CalendarRow.removed_at.is_(None))
    spans: dict[str, list[dict[str, Any]]] = {site: [] for site in sites}
    for row in await session.scalars(rows.order_by(CalendarRow.starts, CalendarRow.entry)):
        spans[row.site].append({"entry": row.entry, "starts": row.starts, "ends": row.ends})
    return [CalendarChanged.model_validate({"site": site, "spans": spans[site]}) for site in sorted(spans)]


def role_event(row: RoleRow) -> RoleChanged:
    """What intake tells of a role."""
    further = get_args(FurtherRisk)
    told = {
        **{name: getattr(row, name) for name in ("role", "site", *ROLE_FACTS)},
        "kind_of_role": row.kind,
        "risks": [risk for risk in row.risks if risk not in further],
        "further_risks": [risk for risk in row.risks if risk in further],
        "tier": tier(row.kind, assessment(row))[0],
    }
    return RoleChanged.model_validate(told)


def offering_event(
    row: OfferingRow,
    programme_type: str,
    known: Policies,
    agreed: Mapping[str, Agreement],
    stopped: Sequence[Stop] = (),
) -> OfferingChanged:
    """What intake tells of an offering: its reply limits and all else as its policy lets them be, and its stops."""
    policy = told(in_force(known.at_offering(row)))
    limits = {"mentor_reply_hours": policy.mentor_reply_hours, "mentee_reply_hours": policy.mentee_reply_hours}
    own = {name: getattr(row, name) for name in ("offering", "site", "programme", "is_open")}
    agreement = agreed.get(row.document)
    rest = {"programme_type": programme_type, "policy": policy, "agreement": agreement, "stops": list(stopped)}
    return OfferingChanged.model_validate({**own, **limits, **rest})


async def offering_events(
    session: AsyncSession, rows: Collection[OfferingRow], known: Policies
) -> list[OfferingChanged]:
    """What intake tells of offerings."""
    types = select(ProgrammeRow.programme, ProgrammeRow.type)
    named = types.where(ProgrammeRow.programme.in_({row.programme for row in rows}))
    type_of = dict((await session.execute(named)).all())
    agreed = await agreements.in_force(session, {row.document for row in rows})
    stopped = await stops.stops_of(session, rows)
    return [offering_event(row, type_of[row.programme], known, agreed, stopped[row.offering]) for row in rows]


def submitted_event(row: ApplicationRow, kind: str) -> ApplicationSubmitted:
    """What intake tells of an application that reached `submitted`."""
    return ApplicationSubmitted.model_validate(_told_of(row, kind))


def withdrawn_event(row: ApplicationRow, kind: str) -> ApplicationWithdrawn:
    """What intake tells of an application that was submitted and is not pursued any more."""
    return ApplicationWithdrawn.model_validate(_told_of(row, kind))


def _told_of(row: ApplicationRow, kind: str) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("application", "person", "role", "offering", "site")}
    return told | {"kind_of_role": kind}


async def ready_to_submit(session: AsyncSession, *where: ColumnElement[bool]) -> list[tuple[ApplicationRow, str]]:
    """Applications to sign whose offering's document is signed in the version in force, each with its role's kind."""
    signed = exists().where(
        SignatureRow.person == ApplicationRow.person,
        SignatureRow.document == OfferingRow.document,
        SignatureRow.version == newest_version().scalar_subquery(),
    )
    found = await session.execute(
        select(ApplicationRow, RoleRow.kind)
        .join(OfferingRow, OfferingRow.offering == ApplicationRow.offering)
        .join(RoleRow, RoleRow.role == ApplicationRow.role)
        .where(ApplicationRow.state == "to-sign", signed, *where)
        .order_by(ApplicationRow.application)
        .with_for_update(of=ApplicationRow)
    )
    return [(application, kind) for application, kind in found]


async def person_of_email(session: AsyncSession, network: str, key: str) -> PersonRow | None:
    """Whose address this is in a network."""
    return await session.scalar(select(PersonRow).where(PersonRow.network == network, PersonRow.email_key == key))


async def signed_versions(session: AsyncSession, person: UUID, document: str) -> list[str]:
    """The versions of a document that a person signed in any way."""
    rows = select(SignatureRow.version).where(SignatureRow.person == person, SignatureRow.document == document)
    return list(await session.scalars(rows))


async def is_registered(session: AsyncSession, person: UUID) -> bool:
    """Whether there is a person of this id."""
    return bool(await session.scalar(select(exists().where(PersonRow.person == person))))


async def has_profile(session: AsyncSession, person: UUID) -> bool:
    """Whether a person has a matching profile."""
    return bool(await session.scalar(select(exists().where(ProfileRow.person == person))))


async def people_by_id(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, PersonRow]:
    """Address cards as rows, held until the commit, in the order in which every transaction takes them."""
    rows = (
        select(PersonRow).where(PersonRow.person.in_(people)).order_by(PersonRow.person).with_for_update(key_share=True)
    )
    return {row.person: row for row in await session.scalars(rows)}


def offerings(caller: Caller) -> Select[Any]:
    """The offerings that a caller may know, each with its programme's type."""
    return (
        select(*OfferingRow.__table__.columns, ProgrammeRow.type.label("programme_type"))
        .join(ProgrammeRow, ProgrammeRow.programme == OfferingRow.programme)
        .where(visible(OfferingRow.site, caller))
    )


ApplicationFound = Row[ApplicationRow, str, DocumentVersionRow, bool]


@cache  # a statement is never changed, and this one takes longer to build than to run
def applications() -> Select[ApplicationRow, str, DocumentVersionRow, bool]:
    """Applications, each with its role's kind, the document's version in force, and whether a talk about it is open."""
    about = TalkRow.person == ApplicationRow.person, TalkRow.document == OfferingRow.document
    talk_open = exists().where(*about, TalkRow.closed_at.is_(None))
    in_force = (DocumentVersionRow.document == OfferingRow.document) & (
        DocumentVersionRow.version == newest_version().scalar_subquery()
    )
    return (
        select(ApplicationRow, RoleRow.kind, DocumentVersionRow, talk_open)
        .join(RoleRow, RoleRow.role == ApplicationRow.role)
        .join(OfferingRow, OfferingRow.offering == ApplicationRow.offering)
        .join(DocumentVersionRow, in_force)
    )


async def applications_of(
    session: AsyncSession, people: Collection[UUID], role: str, offering: str
) -> list[ApplicationRow]:
    """Applications of people for one role and offering, held until the commit; drafts left out, open ones last."""
    rows = select(ApplicationRow).where(
        ApplicationRow.person.in_(people),
        ApplicationRow.role == role,
        ApplicationRow.offering == offering,
        ApplicationRow.state != DRAFT,
    )
    held = rows.order_by(ApplicationRow.application).with_for_update(key_share=True)
    return sorted(await session.scalars(held), key=lambda row: row.state in OPEN)


async def signatures_of(
    session: AsyncSession, people: Collection[UUID], document: str
) -> dict[UUID, list[SignatureRow]]:
    """What people signed of a document, by person."""
    found: dict[UUID, list[SignatureRow]] = {}
    rows = select(SignatureRow).where(SignatureRow.person.in_(people), SignatureRow.document == document)
    for row in await session.scalars(rows):
        found.setdefault(row.person, []).append(row)
    return found


async def held_by(session: AsyncSession, people: Collection[UUID]) -> dict[tuple[UUID, str], HeldClearanceRow]:
    """What people bring along, by person and check."""
    rows = select(HeldClearanceRow).where(HeldClearanceRow.person.in_(people)).order_by(HeldClearanceRow.check_name)
    return {(row.person, row.check_name): row for row in await session.scalars(rows)}
