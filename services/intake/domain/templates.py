"""Roles to begin with, at each tier (R38): a site takes one over, assesses it for itself and publishes it."""

from dataclasses import dataclass

from services.intake.domain.roles import Assessment
from shared.contracts import RoleKind


@dataclass(frozen=True, slots=True)
class Template:
    """A role that is not published yet."""

    template: str
    kind: RoleKind
    title: str
    description: str
    assessed: Assessment
    controls: tuple[str, ...] = ()
    weekly_hours: float = 0.0
    months: int = 0


RELAY = "All messages go through the platform; no contact data are exchanged (R59)."
LOGGED = "What is read and changed is recorded by name."
TEMPLATES: tuple[Template, ...] = (
    Template(
        "day-helper", RoleKind.STAFF, "Helper for a day",
        "Helps at a public event among others, and learns nothing about those whom the network serves.",
        Assessment(frozenset(), times_a_month=1, observability="live", setting="onsite"),
    ),
    Template(
        "public-writer", RoleKind.STAFF, "Writer or designer of public pages",
        "Writes or designs what everybody may read, without access to private data.",
        Assessment(frozenset(), times_a_month=8, observability="in-review"),
    ),
    Template(
        "mentee", RoleKind.MENTEE, "Mentee",
        "Writes with a mentor about their own plans, in their own time.",
        Assessment(frozenset()),
    ),
    Template(
        "class-talk", RoleKind.STAFF, "Speaker of one talk to a class",
        "Speaks once to a group of minors with their teacher present, and is alone with nobody.",
        Assessment(frozenset(("minors", "works-with-clients")), 1, "live", "onsite"),
        ("A teacher is in the room all the time.",),
    ),
    Template(
        "group-tutor", RoleKind.MENTOR, "Mentor of a group of adults",
        "Meets a group online at set times with staff present, and writes to none of them alone.",
        Assessment(frozenset(("works-with-clients",)), 4, "live"),
        ("Staff are present at each meeting.",), 1.0, 3,
    ),
    Template(
        "coordinator", RoleKind.COORDINATOR, "Coordinator of a site",
        "Pairs people, answers their questions and acts when somebody worries.",
        Assessment(frozenset(("works-with-clients", "knows-volunteers", "sees-confidential-data")), None, "in-review"),
        (LOGGED,), 4.0, 12,
    ),
    Template(
        "mentor-adult", RoleKind.MENTOR, "Mentor of an adult",
        "Writes about one hour a week with one adult about their work and their plans.",
        Assessment(frozenset(("works-with-clients", "one-on-one")), None, "in-review"),
        (RELAY,), 1.0, 6,
    ),
    Template(
        "mentor-minor", RoleKind.MENTOR, "Mentor of a minor",
        "Writes about one hour a week with one young person; staff read along.",
        Assessment(frozenset(("works-with-clients", "one-on-one", "minors")), None, "in-review"),
        (RELAY, "Staff read each message before the other one does (R60)."), 1.0, 12,
    ),
    Template(
        "facilitator", RoleKind.FACILITATOR, "Facilitator onsite",
        "Is near the mentees, sees that they and their mentors write, and tells staff when they do not (R4).",
        Assessment(frozenset(("works-with-clients", "one-on-one", "knows-volunteers")), None, "none", "onsite"),
        ("Another adult of the site knows when and where they meet.",), 2.0, 12,
    ),
    Template(
        "moderator", RoleKind.MODERATOR, "Moderator",
        "Reads messages before or after they are delivered, and decides what is released.",
        Assessment(frozenset(("sees-confidential-data", "system-access")), None, "in-review"),
        (LOGGED, "A second moderator reads a sample of what was decided."), 2.0, 6,
    ),
    Template(
        "screener", RoleKind.SCREENER, "Screener",
        "Talks with applicants, asks those who know them, and decides by written criteria.",
        Assessment(frozenset(("sees-confidential-data", "system-access", "knows-volunteers")), None, "in-review"),
        (LOGGED, "A second person agrees before a high-risk role is cleared."), 2.0, 12,
    ),
    Template(
        "builder", RoleKind.STAFF, "Builder of the private area",
        "Builds or runs systems that hold what people told the network (R39).",
        Assessment(frozenset(("sees-confidential-data", "system-access")), None, "in-review"),
        (LOGGED,), 2.0, 3,
    ),
)  # fmt: skip
