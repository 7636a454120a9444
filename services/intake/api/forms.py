"""What somebody reads before they apply: the form of a role at an offering, and its applicant pack (R26, R68)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from services.intake import about, queries
from services.intake.api.seen import existing, found
from services.intake.asking import Asking, asking_of, languages_at, openings_beside, pack_of
from services.intake.domain.clauses import Topic
from services.intake.domain.forms import questions as forms
from services.intake.domain.forms import words
from services.intake.domain.forms.choices import called
from services.intake.domain.forms.questions import Floor, Kind, Opening, Question, Reader, Section
from services.intake.domain.places import check_covers
from services.intake.fields import Language
from services.intake.tables import OfferingRow, RoleRow
from shared.access import Caller, CallerDep
from shared.contracts import OfferingId, Slug
from shared.contracts.intake import Observability, Risk, Setting, Tier
from shared.contracts.policy import OfferingPolicy
from shared.http import SessionDep, TransactionRoute

router = APIRouter(route_class=TransactionRoute)


class Commitment(BaseModel):
    """The least time that a role needs: hours a week, and months (R26, R27)."""

    weekly_hours: float
    months: int


class OtherRole(Commitment):
    """A role at the same place that asks for less."""

    offering: OfferingId
    role: Slug
    title: str


class FormField(BaseModel):
    """A question. `longest`: characters of a text, entries of a list. `below_floor`: asked of who gives less time.

    `choices`: the codes to choose from, and what each is called.
    """

    model_config = ConfigDict(from_attributes=True)

    field: str
    kind: Kind
    section: Section
    required: bool
    least: float | None
    most: float | None
    longest: int | None
    below_floor: bool
    read_by: list[Reader]
    choices: dict[str, str]
    text: str
    why: str


class FormSection(BaseModel):
    """A heading, and the fields below it."""

    section: Section
    title: str
    fields: list[FormField]


class Form(BaseModel):
    """A form in one language. `others` ask for less time, and who has less may still apply: no rule refuses alone."""

    offering: OfferingId
    role: Slug
    is_open: bool
    language: str
    languages: list[str]
    commitment: Commitment
    below_floor: str
    others: list[OtherRole]
    sections: list[FormSection]


class Assignment(Commitment):
    """The written assignment (R75)."""

    title: str
    description: str


class RoleRisk(BaseModel):
    """What the role's risk is, and what is done about it (R36)."""

    tier: Tier
    why: list[str]
    risks: list[Risk]
    times_a_month: int | None
    observability: Observability
    setting: Setting
    controls: list[str]


class Boundary(BaseModel):
    """A rule between people, and the clauses of the conduct document that say more about it (R74)."""

    topic: Topic
    rule: str
    clauses: list[str]


class Ground(BaseModel):
    """For what people are dismissed."""

    number: int
    text: str


class Conduct(BaseModel):
    """The conduct document that has to be signed."""

    document: Slug
    version: str
    sha256: str
    language: str


class Pack(BaseModel):
    """The applicant pack, made from what is in force. `sha256` is what somebody says to have read (R68)."""

    offering: OfferingId
    role: Slug
    assignment: Assignment
    policies: OfferingPolicy
    prevention: list[str]
    risk: RoleRisk
    boundaries: list[Boundary]
    dismissal: list[Ground]
    document: Conduct
    sha256: str


RoleWanted = Annotated[Slug, Query(description="The role that somebody would apply for.")]


@router.get("/offerings/{offering}/form")
async def get_form(
    offering: OfferingId, role: RoleWanted, session: SessionDep, caller: CallerDep,
    language: Annotated[Language | None, Query()] = None,
) -> Form:  # fmt: skip
    """The form of a role, in the wanted language or in the first of the site's that there are texts in."""
    asking = await asking_for(session, caller, offering, role)
    spoken = await languages_at(session, asking.offering.site)
    chosen = words.chosen(language, spoken)
    return Form(
        offering=offering,
        role=role,
        is_open=asking.offering.is_open,
        language=chosen.language,
        languages=words.offered(spoken),
        commitment=commitment(asking.floor),
        below_floor=chosen.below_floor,
        others=others(forms.offers(asking.floor, await openings_beside(session, asking), {})),
        sections=_sections(
            asking.questions, chosen, await about.wish_texts(session, asking.offering.site, chosen.language)
        ),
    )


@router.get("/offerings/{offering}/pack")
async def get_pack(offering: OfferingId, role: RoleWanted, session: SessionDep, caller: CallerDep) -> Pack:
    """What applicants read before they apply: it is a gate before the submission of a draft (R68)."""
    return Pack.model_validate(await pack_of(session, await asking_for(session, caller, offering, role)))


async def asking_for(session: SessionDep, caller: Caller, offering: str, role: str) -> Asking:
    """A role at an offering that the caller may know. Raises NotFound, Invalid or Contradiction."""
    known = (await session.execute(queries.offerings(caller).where(OfferingRow.offering == offering))).one_or_none()
    found(_Known, known, "offering")
    wanted = existing("role", await session.get(RoleRow, role))
    check_covers(f"The role {role}", wanted.site, offering.partition("@")[2])
    return await asking_of(session, await session.get_one(OfferingRow, offering), wanted)


class _Known(BaseModel):
    offering: str


def _sections(asked: tuple[Question, ...], chosen: words.Words, wishes: dict[str, str]) -> list[FormSection]:
    """Where a site offers no wishes, nobody is asked for one."""
    shown = [_shown(each, chosen, wishes) for each in asked if wishes or each.kind != "wishes"]
    return [
        FormSection(section=name, title=chosen.sections[name], fields=fields)
        for name in forms.SECTIONS
        if (fields := [each for each in shown if each.section == name])
    ]


def _shown(each: Question, chosen: words.Words, wishes: dict[str, str]) -> FormField:
    text, why = chosen.questions[each.field]
    told: dict[str, Any] = {name: getattr(each, name) for name in FormField.model_fields if name not in ("text", "why")}
    choices = wishes if each.kind == "wishes" else {code: called(code, chosen.language) for code in each.choices}
    return FormField(**{**told, "read_by": list(each.read_by), "choices": choices}, text=text, why=why)


def commitment(floor: Floor) -> Commitment:
    """A floor as callers see it."""
    return Commitment(weekly_hours=floor[0], months=floor[1])


def others(openings: list[Opening]) -> list[OtherRole]:
    """Other roles as callers see them."""
    return [
        OtherRole(offering=o.offering, role=o.role, title=o.title, weekly_hours=o.floor[0], months=o.floor[1])
        for o in openings
    ]
