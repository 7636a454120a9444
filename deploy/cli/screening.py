"""`rapport screening`: what a role takes at a place and why, by the rules and law packs of this version."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from cyclopts import App, Parameter
from pydantic import TypeAdapter, ValidationError

from deploy.cli.common import Json, Typed, nearest, print_json, say, show
from services.intake.domain.templates import TEMPLATES
from services.screening.domain.facts import Facts, Held, Reason, Requirements, Step
from services.screening.domain.requirements import PERFORMERS, requirements
from shared.clock import real_now
from shared.contracts import RoleKind
from shared.contracts.intake import Risk
from shared.law import NOT_ADVICE, Factor, Place, law

FACTORS: tuple[Factor, ...] = ("decision", "mentee", "mentor", "site", "organisation")
OFTEN_ONE_ON_ONE: frozenset[Risk] = frozenset(("works-with-clients", "one-on-one"))

Elsewhere = Annotated[str | None, Parameter(help="ISO 3166 code; default --place.")]

Checks = Annotated[list[str] | None, Parameter(negative="")]


def register(app: App) -> None:
    """Add this group's commands."""
    group = App(name="screening", help="What a role takes at a place, and why.")
    group.command(explain)
    app.command(group)


def explain(
    *,
    role: str,
    place: str,
    age: Annotated[int | None, Parameter(help="Years of the mentee: below 18 the role is one with minors.")] = None,
    own_age: Annotated[int | None, Parameter(help="Years of the applicant, where that is not the mentee.")] = None,
    decision: Elsewhere = None,
    mentee: Elsewhere = None,
    mentor: Elsewhere = None,
    site: Elsewhere = None,
    organisation: Elsewhere = None,
    days: int | None = None,
    hours_month: float = 0,
    hours_year: float = 0,
    resident: int | None = None,
    vendor: Annotated[bool, Parameter(negative="")] = False,
    held: Checks = None,
    held_elsewhere: Checks = None,
    on: date | None = None,
    json: Json = False,
) -> None:
    """Print the steps of a role at a place with their reasons; needs no running platform. Not legal advice.

    Parameters
    ----------
    role
        a kind (`mentor`, `mentee`, `moderator`) or a template of the catalogue (`class-talk`).
    place
        ISO 3166-1 or 3166-2: `KE`, `GB-SCT`. It is the place of everything that is not named apart.
    days
        with contact in any 30; unlimited where it is not said.
    hours_month, hours_year
        of activity so far.
    resident
        years for which the applicant has lived there and signs that.
    vendor
        a vendor performs the record check.
    held, held_elsewhere
        a check that the applicant passed already for this organisation, or for another one.
    on
        the day whose law counts; default today.
    """
    kind, risks = _role(role, age)
    named = {"decision": decision, "mentee": mentee, "mentor": mentor, "site": site, "organisation": organisation}
    everywhere = _place("place", place)
    places = {factor: _place(factor, code) if (code := named[factor]) else everywhere for factor in FACTORS}
    who = age if kind == RoleKind.MENTEE else own_age
    day, hours = on or real_now().date(), (hours_month, hours_year)
    brought = (*_held("held", held, own=True), *_held("held-elsewhere", held_elsewhere, own=False))
    facts = Facts(kind, day, risks, places, who, _natural("days", days), hours, resident, vendor, held=brought)
    for name, years in (("age", age), ("own-age", own_age), ("resident", resident)):
        _natural(name, years)
    found = requirements(facts, law())
    if json:
        print_json(_document(facts, found))
    else:
        _print(found)
    say(NOT_ADVICE)


def _role(name: str, mentee_age: int | None) -> tuple[RoleKind, frozenset[Risk]]:
    """The kind and the risks of a role or template; a mentee below 18 makes it one with minors."""
    templates = {each.template: (each.kind, each.assessed.risks) for each in TEMPLATES}
    usual = {str(kind): (kind, _risks_of(kind)) for kind in RoleKind}
    known = usual | {name: found for name, found in templates.items() if name not in usual}
    if name not in known:
        raise Typed(f"--role: {name!r} is no kind of role or template; nearest are {nearest(name, known)}.")
    kind, risks = known[name]
    if kind != RoleKind.MENTEE and mentee_age is not None and mentee_age < 18:
        risks |= {"minors"}
    return kind, risks


def _risks_of(kind: RoleKind) -> frozenset[Risk]:
    if kind == RoleKind.MENTOR:
        return OFTEN_ONE_ON_ONE
    return next((each.assessed.risks for each in TEMPLATES if each.template == kind), frozenset())


def _place(option: str, code: str) -> str:
    try:
        return TypeAdapter[str](Place).validate_python(code)
    except ValidationError:
        raise Typed(f"--{option}: {code!r} is no ISO 3166 code; write one like KE or GB-SCT.") from None


def _held(option: str, checks: list[str] | None, *, own: bool) -> tuple[Held, ...]:
    """Checks that stand for as long as anybody asks."""
    known = {*PERFORMERS, *(check.check for pack in law().packs for check in pack.checks)}
    for name in checks or ():
        if name not in known:
            raise Typed(f"--{option}: {name!r} is no check; nearest are {nearest(name, known)}.")
    return tuple(Held(name, date.max, own) for name in checks or ())


def _natural(option: str, number: int | None) -> int | None:
    if number is not None and not 0 <= number <= 150:
        raise Typed(f"--{option}: {number} is out of range; write a number from 0 to 150.")
    return number


def _document(facts: Facts, found: Requirements) -> dict[str, Any]:
    return {
        "kind_of_role": facts.kind,
        "risks": sorted(facts.risks),
        "places": dict(facts.places),
        "steps": [asdict(step) for step in found.steps],
        "forbidden": [asdict(each) for each in found.forbidden],
        "conflicts": [asdict(each) for each in found.conflicts],
        "reports": [each.model_dump(mode="json") for each in found.reports],
        "unsettled": [asdict(each) for each in found.unsettled],
        "validity_months": found.validity,
        "packs": [
            {"pack": each.pack.pack, "version": each.pack.version, "status": each.pack.status, "by": each.factors}
            for each in law().connected(facts.places)
        ],
        "notice": NOT_ADVICE,
    }


def _print(found: Requirements) -> None:
    show([_row(step) for step in found.steps], as_json=False, title="Steps", empty="No step is asked for.")
    if found.forbidden:
        rows = [{"must not be": each.check, "why": _told(each.why)} for each in found.forbidden]
        show(rows, as_json=False, title="Forbidden")
    for each in found.conflicts:
        say(f"Conflict about {each.check}, which a person settles. Required: {_told(each.required)}")
        say(f"Forbidden: {_told(each.forbidden)}")
    for report in found.reports:
        say(f"Report {report.of} to {report.to}: {report.why}")
    for unsettled in found.unsettled:
        say(f"A person decides about {unsettled.what}. {unsettled.about}")


def _row(step: Step) -> dict[str, str]:
    name = f"{step.check} ({step.only})" if step.only else step.check
    months = "" if step.only else "held" if step.stands else f"{step.validity} months"
    return {"step": name, "by": step.performer, "valid": months, "why": _told(step.why)}


def _told(reasons: tuple[Reason, ...]) -> str:
    return " ".join(
        f"[{each.of}{', by ' + '/'.join(each.factors) if each.source else ''}] {each.why}" for each in reasons
    )
