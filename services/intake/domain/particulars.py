"""What of a person's life the law asks about: their age, where they live, and since when."""

from datetime import date, timedelta

from shared.contracts import Contradiction

OLDEST = 120
"""Years; whoever is older was typed wrongly."""


def age_on(born_on: date, day: date) -> int:
    """Completed years on a day. Somebody born on 29 February turns a year older on 1 March of other years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def birthday(born_on: date, years: int) -> date:
    """The first day on which somebody is that many years old."""
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:
        return date(born_on.year + years, 3, 1)


def facts_until(born_on: date | None, today: date) -> date:
    """The day from which facts of today are to be looked at again: a birthday within a month, or a month from now.

    A birthday that is farther away is not told by it.
    """
    month = today + timedelta(days=30)
    return min(birthday(born_on, age_on(born_on, today) + 1), month) if born_on else month


def faults(born_on: date | None, lives_since: date | None, today: date) -> dict[str, str]:
    """What cannot be, by field: a sentence for whoever typed it."""
    found: dict[str, str] = {}
    if born_on and not 0 <= age_on(born_on, today) <= OLDEST:
        found["born_on"] = f"Nobody who takes part was born on {born_on}; look at the year."
    if lives_since and lives_since > today:
        found["lives_since"] = f"{lives_since} is still to come; write the day on which the person moved there."
    if lives_since and born_on and lives_since < born_on:
        found["lives_since"] = f"Nobody lives anywhere before they are born on {born_on}."
    return found


def check_correction(before: date | None, after: date | None, *, by_staff: bool) -> None:
    """A birth date is told once; then it decides who agrees and what is asked, so staff alone correct it.

    Raises Contradiction.
    """
    if before is not None and before != after and not by_staff:
        raise Contradiction("Your date of birth is recorded already; ask the staff of your site to correct it.")
