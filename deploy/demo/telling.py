"""How the story tells itself: in lines, or on a board."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Teller(Protocol):
    """Who is told, while the story is played."""

    def says(self, sentence: str) -> None:
        """What the story does now."""

    def breaks(self, sentence: str) -> None:
        """What the story breaks on purpose."""

    def mends(self, sentence: str) -> None:
        """What the story brings back again."""


@dataclass(frozen=True)
class Lines:
    """A line for each, where there is no terminal."""

    say: Callable[[str], None]

    def says(self, sentence: str) -> None:
        """A line."""
        self.say(sentence)

    def breaks(self, sentence: str) -> None:
        """A line."""
        self.say(sentence)

    def mends(self, sentence: str) -> None:
        """A line."""
        self.say(sentence)
