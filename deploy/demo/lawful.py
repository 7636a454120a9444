"""The chapter about children, as the script has it: who asks for what by which law, and what a guardian's word does.

What the laws ask for was read in the same sources as the packs, and is written here without them.
"""

from collections.abc import Iterable, Iterator

from deploy.demo.story import CHILD, HER_MENTOR, YOUTH_MENTORS, Application, Pair, Part, Writes

CHILDS_PAIR = Pair(HER_MENTOR, CHILD, "prompt")
AGREED = ("take-part", "data")
"""What the child and her guardian both agree to."""
TAKEN_BACK = "take-part"
LETTERS = (Writes(CHILDS_PAIR, "mentor", answer_needed=True), Writes(CHILDS_PAIR, "mentee", answer_needed=False))
STOPPED: tuple[Part, ...] = ("mentor", "mentee")
"""Who writes in vain once the guardian took their word back."""
APPLICATIONS = (*(Application(mentor, "mentor") for mentor in YOUTH_MENTORS), Application(CHILD, "mentee"))

ASKED_BY_LAW = {
    HER_MENTOR: {"pvg-membership": "Scotland"},
    YOUTH_MENTORS[1]: {"enhanced-check": "England and Wales", "barred-list-check": "England and Wales"},
    YOUTH_MENTORS[2]: {"certificate-of-conduct": "Germany", "child-abuse-certification": "Pennsylvania"},
    CHILD: {"guardian-consent": "Scotland"},
}
"""One role in three cities, and the child: what laws add to what the network asks for everywhere."""
CONFLICTS = ("fbi-check", "police-record-check")
"""Pennsylvania, where the organisation is, requires of a mentor in Berlin what Germany forbids there."""


def law() -> Iterator[str]:
    """Who is asked for what by which law, and what stops a clearance until a person has settled it."""
    for person, checks in ASKED_BY_LAW.items():
        yield from (asked(person.key, check, whose) for check, whose in checks.items())
    berlin = YOUTH_MENTORS[-1].key
    yield not_before(berlin, CONFLICTS)
    yield from (settled(berlin, check, "Pennsylvania", "Germany") for check in CONFLICTS)


def asked(who: str, check: str, whose: str) -> str:
    """That a law asks somebody for a check."""
    return f"{who} is asked for {check} by {whose}"


def not_before(who: str, checks: Iterable[str]) -> str:
    """That nobody could clear somebody while laws contradict each other."""
    return f"{who} is not cleared before somebody settles {' and '.join(sorted(checks))}"


def settled(who: str, check: str, requires: str, forbids: str) -> str:
    """That a person settled what two laws say."""
    return f"{who}: {check}, required by {requires} and forbidden by {forbids}, is settled by a person"
