"""What screening hears in a small network's first week."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts import Event, RoleKind
from shared.contracts.intake import (
    NEEDED_CONSENTS,
    Agreement,
    AgreementSigned,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ConsentGiven,
    ConsentPurpose,
    ConsentWithdrawn,
    OfferingChanged,
    ProfileChanged,
    RiskFactor,
    RoleChanged,
    SiteChanged,
    Tier,
)
from shared.contracts.messaging import ConcernRaised, MessageSent, Weight
from shared.contracts.policy import OfferingPolicy
from tests.service.merged import merged

SITE = "net.af.kabul"


def identity(number: int) -> UUID:
    """A fixed id."""
    return UUID(f"01985b3e-7a10-7000-8000-{number:012x}")


def applies(number: int, person: int, role: str, kind: str) -> ApplicationSubmitted:
    """Somebody applies as something."""
    return ApplicationSubmitted(
        application=identity(100 + number), person=identity(person), role=role, kind_of_role=RoleKind(kind),
        offering=f"first-steps@{SITE}", site=SITE,
    )  # fmt: skip


def gives_up(number: int, person: int, role: str, kind: str) -> ApplicationWithdrawn:
    """An application is not pursued any more."""
    return ApplicationWithdrawn(**applies(number, person, role, kind).model_dump())


def role(name: str, kind: str, *risks: RiskFactor, tier: Tier | None = None) -> RoleChanged:
    """A role of the catalogue."""
    return RoleChanged(role=name, kind_of_role=RoleKind(kind), site="net", risks=list(risks), tier=tier)


def place(country: str | None = "AF", subdivision: str | None = None, *, accepted: bool = True) -> SiteChanged:
    """The site, whose law holds there, and whether somebody accepted that it is a draft."""
    return SiteChanged(
        site=SITE, place="site", zone="Asia/Kabul", country=country, subdivision=subdivision, draft_accepted=accepted
    )


def concern(number: int, weight: Weight, *about: int, **more: Any) -> ConcernRaised:
    """Somebody around the pair of persons 1 and 3 is concerned about some people."""
    told: dict[str, Any] = {
        "concern": identity(0xC00 + number), "pair": identity(0xD00), "site": SITE, "weight": weight,
        "about": [identity(person) for person in about], "members": [identity(1), identity(3)],
    }  # fmt: skip
    return ConcernRaised(**told | more)


def offering(**policy: Any) -> OfferingChanged:
    """The offering with a policy; what is not named is as loose as can be."""
    loose = {**OfferingPolicy.example, "steps_mentor": [], "references": 0, "second_person": False, "mentor_age": 0}
    loose |= {"clearance_months": 60, "training_first": False, "culture_briefing": False}
    return OfferingChanged(
        offering=f"first-steps@{SITE}", site=SITE, programme="first-steps", programme_type="adult-adult", is_open=True,
        mentor_reply_hours=48, mentee_reply_hours=96, policy=OfferingPolicy(**{**loose, **policy}),
    )  # fmt: skip


def asks(grace: date | None = date(2026, 12, 1), number: int = 2) -> OfferingChanged:
    """Intake tells what has to be signed at the offering."""
    agreement = Agreement(document="conduct", version=str(number), number=number, grace_until=grace, previous=["1"])
    return offering().model_copy(update={"agreement": agreement})


def signs(person: int, number: int) -> AgreementSigned:
    """Somebody signed a version."""
    return AgreementSigned(
        person=identity(person), document="conduct", document_version=str(number), number=number, site=SITE
    )


def _consent(person: int, purpose: ConsentPurpose) -> dict[str, Any]:
    number = 1000 + 10 * person + NEEDED_CONSENTS.index(purpose)
    return {"consent": identity(number), "person": identity(person), "purpose": purpose, "site": SITE}


def agrees(person: int, purpose: ConsentPurpose, until: date | None = None) -> ConsentGiven:
    """Intake tells that somebody agrees."""
    return ConsentGiven(**_consent(person, purpose), valid_until=until)


def agrees_no_more(person: int, purpose: ConsentPurpose) -> ConsentWithdrawn:
    """Intake tells that a consent ended."""
    return ConsentWithdrawn(**_consent(person, purpose), ended_on=date(2026, 11, 2))


def rare(name: str, times_a_month: int) -> RoleChanged:
    """A role with minors whose contact is rare, by what it declares."""
    return RoleChanged(
        role=name, kind_of_role=RoleKind.MENTOR, site="net", risks=["works-with-clients", "minors"],
        times_a_month=times_a_month, tier="intermediate",
    )  # fmt: skip


def writes(number: int, sender: int, day: float, kind: str = "mentor") -> MessageSent:
    """Somebody's message can be read, some days after the beginning."""
    return MessageSent(
        message=identity(0x3000 + number), pair=identity(0x200 + sender), site=SITE, sender=identity(sender),
        sender_role=RoleKind(kind), recipients=[identity(0x999)], answer_needed=True,
        sent_at=datetime(2026, 11, 2, 8, tzinfo=UTC) + timedelta(days=day),
    )  # fmt: skip


STORY: list[tuple[Event, int]] = [
    (role("mentor-adult", "mentor", "works-with-clients"), 1),
    (applies(1, 1, "mentor-adult", "mentor"), 1),
    (applies(2, 2, "mentor-adult", "mentor"), 1),
    (applies(7, 6, "mentor-adult", "mentor"), 1),
    (gives_up(7, 6, "mentor-adult", "mentor"), 2),
    (applies(7, 6, "mentor-adult", "mentor"), 3),
    (role("mentee-adult", "mentee", "minors", "one-on-one"), 1),
    (applies(3, 3, "mentee-adult", "mentee"), 1),
    (applies(4, 1, "mentee-adult", "mentee"), 1),
    (role("mentor-adult", "mentor", "works-with-clients", "one-on-one"), 2),
    (applies(5, 4, "facilitator-onsite", "facilitator"), 1),
    (role("facilitator-onsite", "facilitator", "minors", "one-on-one"), 1),
    (role("facilitator-onsite", "facilitator", "minors"), 2),
    (applies(6, 5, "never-described", "mentor"), 1),
    (signs(1, 1), 1),
    (asks(), 1),
    (signs(1, 2), 2),
    (asks(date(2026, 12, 9)), 2),
    (signs(2, 1), 1),
    (place("GB", "GB-ENG"), 1),
    (place("GB", "GB-SCT"), 2),
    (rare("rare-mentor", 2), 1),
    (applies(8, 6, "rare-mentor", "mentor"), 1),
    *((writes(number, 6, day), 1) for number, day in enumerate((1, 5, 9, 13, 13, 20))),
    (writes(10, 1, 3), 1),
    (writes(11, 3, 3, "mentee"), 1),
    (place("US", "US-CA"), 3),
    (offering(), 3),
    (offering(steps_mentor=["interview"], culture_briefing=True), 4),
    (concern(1, "talk"), 1),
    (concern(2, "harm", 1), 1),
    (concern(3, "emergency", 1, 3), 1),
    (SiteChanged(site="net.af", place="organisation", zone="UTC", country="US", subdivision="US-PA"), 1),
    (ProfileChanged(person=identity(1), site=SITE), 1),
    (ProfileChanged(person=identity(9), site=SITE), 1),
    (gives_up(2, 2, "mentor-adult", "mentor"), 2),
    (gives_up(6, 5, "never-described", "mentor"), 2),
    (agrees(3, "take-part"), 1),
    (agrees(3, "data", date(2027, 5, 1)), 1),
    (agrees(1, "take-part"), 1),
    (agrees(1, "data"), 1),
    (agrees_no_more(1, "data"), 2),
    (agrees(2, "data"), 1),
    (signs(6, 1), 1),
    (ProfileChanged(person=identity(6), site=SITE), 1),
    (concern(4, "harm", 6, 2), 1),
    (merged(identity(6), identity(2)), 1),
    (applies(9, 6, "rare-mentor", "mentor"), 1),
    (merged(identity(2), identity(1)), 1),
    (writes(12, 6, 21), 1),
]
