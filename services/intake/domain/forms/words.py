"""In which words a form asks: the languages that there are texts in, and which of them somebody reads."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.intake.domain.forms import ar, en, fa, ps


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language: each question and why it is asked, the sections, what an unanswered one is told."""

    language: str
    questions: Mapping[str, tuple[str, str]]
    sections: Mapping[str, str]
    missing: str
    below_floor: str


WORDS = {
    each.LANGUAGE: Words(each.LANGUAGE, each.QUESTIONS, each.SECTIONS, each.MISSING, each.BELOW_FLOOR)
    for each in (en, fa, ps, ar)
}
FALLBACK = "en"


def chosen(wanted: str | None, spoken: Collection[str]) -> Words:
    """The words for whoever wants a language, or else for a place where these are spoken; English where there are none.

    `fa-AF` is read in `fa`.
    """
    for tag in [wanted] if wanted else spoken:
        if words := WORDS.get(tag.partition("-")[0]):
            return words
    return WORDS[FALLBACK]


def offered(spoken: Collection[str]) -> list[str]:
    """The languages of a place that there are texts in; English stands behind them."""
    known = [tag.partition("-")[0] for tag in spoken]
    return list(dict.fromkeys([*(tag for tag in known if tag in WORDS), FALLBACK]))
