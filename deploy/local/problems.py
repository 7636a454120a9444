"""What can go wrong on one machine, as exceptions whose message tells the reader what to do next."""


class Problem(Exception):
    """A sentence for the person at the terminal; `exit_code` is what the command ends with."""

    exit_code = 70


class Unavailable(Problem):
    """Something outside Rapport is missing: a broker, a free port, a program."""

    exit_code = 69


class Misconfigured(Problem):
    """What was typed or set cannot work: a folder nobody may write in, a user that cannot be used."""

    exit_code = 2


class Failed(Problem):
    """A part of Rapport itself did not start or keeps dying."""

    exit_code = 70


def silent(_sentence: str) -> None:
    """Says nothing: the default of everything that takes a `say`."""
