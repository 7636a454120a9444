"""Applications: who may apply for what, which state follows which, and when an application counts as submitted."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Literal

from services.intake.domain.places import check_covers, network_of
from shared.contracts import Contradiction

State = Literal["draft", "to-sign", "submitted", "withdrawn", "on-hold", "redirected"]
DRAFT: State = "draft"
TO_SIGN: State = "to-sign"
SUBMITTED: State = "submitted"
WITHDRAWN: State = "withdrawn"
ON_HOLD: State = "on-hold"
REDIRECTED: State = "redirected"
OPEN: tuple[State, ...] = (TO_SIGN, SUBMITTED)
"""Of these there is one at a time for a person, role and offering."""

Source = Literal["word-of-mouth", "school", "partner", "web", "event", "staff", "import", "other"]
"""How somebody came to apply, for the funnel."""

Act = Literal["answer", "submit", "withdraw", "hold", "redirect"]
ALLOWED: dict[Act, tuple[State, ...]] = {
    "answer": (DRAFT,),
    "submit": (DRAFT,),
    "withdraw": (DRAFT, TO_SIGN, SUBMITTED, ON_HOLD),
    "hold": (TO_SIGN, SUBMITTED, ON_HOLD),
    "redirect": (TO_SIGN, SUBMITTED, ON_HOLD),
}
"""In which states something can be done to an application. Nothing is done to a withdrawn or redirected one."""

LONGEST_HOLD = timedelta(days=2 * 366)


def check_act(act: Act, state: str) -> None:
    """Raises Contradiction where this cannot be done to an application in its state."""
    if state not in ALLOWED[act]:
        raise Contradiction(
            f"This application is {state}; {act} is for those that are {', '.join(ALLOWED[act])}. Read it again."
        )


def check_may_apply(role: str, role_site: str, offering: str, offering_site: str, is_open: bool) -> None:
    """Raises Contradiction where nobody can apply: the offering is closed, or the role is of another catalogue."""
    if not is_open:
        raise Contradiction(f"The offering {offering} is closed; ask its site when it opens again.")
    check_covers(f"The role {role}", role_site, offering_site)


def check_same_network(person_network: str, offering_site: str) -> None:
    """Raises Contradiction for an offering of another network: data does not cross networks."""
    if person_network != network_of(offering_site):
        raise Contradiction("This offering belongs to another network; register there first.")


def state(in_force: str, signed_versions: Collection[str]) -> State:
    """An application is submitted once the conduct document's current version is signed (R72), no older one."""
    return SUBMITTED if in_force in signed_versions else TO_SIGN


def check_sign(in_force: str, version: str) -> None:
    """Raises Contradiction unless the version in force is signed (R72)."""
    if version != in_force:
        raise Contradiction(f"Version {in_force} is in force; read it and sign that one.")


def check_day_came(reapply_on: date | None, today: date) -> None:
    """Raises Contradiction with the day before which this person does not apply for this role again (R53).

    The same sentence whatever led to the hold (R54, trap 15).
    """
    if reapply_on and today < reapply_on:
        raise Contradiction(f"An application for this role is on hold; you may apply again on {reapply_on}.")


def fault_of_reapply(reapply_on: date, today: date) -> str | None:
    """What is wrong with the day until which an application is on hold; today lets the person apply at once."""
    if reapply_on < today:
        return f"{reapply_on} is over; write the day from which the person may apply again, today at the earliest."
    if reapply_on > today + LONGEST_HOLD:
        return "A hold lasts two years at the most; write a nearer day."
    return None


def check_other(role: str, offering: str, other_role: str, other_offering: str, site: str) -> None:
    """Raises Contradiction unless an offered role is another one at the same place."""
    if (role, offering) == (other_role, other_offering):
        raise Contradiction("This is the role that was applied for; offer another one.")
    if other_offering.partition("@")[2] != site:
        raise Contradiction(f"Offer a role at {site}; at another place people apply themselves.")
