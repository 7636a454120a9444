"""Documents with numbered clauses (R55): what stands in them, their hash, and what has to be answered to sign (R70)."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Literal

from shared.contracts import Contradiction

Topic = Literal["confidentiality", "gifts", "money", "meeting-offline", "social-media"]
"""What a boundary between people is about (R74)."""
ClauseKind = Literal["conduct", "dismissal", "boundary", "other"] | Topic
AnswerKind = Literal["no-question", "question", "concern"]

WHOLE = "1"
"""The number of the one clause that a text without clauses is."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A numbered clause. Reports, holds and sanctions name it by document, version and number."""

    number: str
    kind: ClauseKind
    text: str


def fault(clauses: Sequence[Clause]) -> str | None:
    """What is wrong with the numbers of clauses; None where each is there once and they rise."""
    numbers = [_parts(clause.number) for clause in clauses]
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        return "numbers have to rise, each once: 1, 2, 2.1, 2.2, 3"
    return None


def _parts(number: str) -> tuple[int, ...]:
    return tuple(map(int, number.split(".")))


def sha256(text: str, clauses: Sequence[Clause]) -> str:
    """The hash of all that is signed. Of a text without clauses it is that of the text alone."""
    if not clauses:
        return hashlib.sha256(text.encode()).hexdigest()
    whole = {"text": text, "clauses": [asdict(clause) for clause in clauses]}
    canonical = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def check_translates(original: Sequence[Clause], translated: Sequence[Clause]) -> None:
    """Raises Contradiction unless a translation has the same clauses, each of the same kind."""
    there, here = ({clause.number: clause.kind for clause in clauses} for clauses in (original, translated))
    if differing := sorted({number for number, _ in there.items() ^ here.items()}, key=_parts):
        raise Contradiction(
            f"A translation has the clauses of its version, each of the same kind; look at {', '.join(differing)}."
        )


def faults_of_answers(numbers: Sequence[str], answers: Sequence[tuple[str, AnswerKind]]) -> Mapping[str, str]:
    """Why a version cannot be signed with these answers: by field, each clause named (R70).

    `numbers` are its clauses. A text without clauses may be signed without an answer; clause 1 stands for the whole.
    """
    asked = set(numbers or [WHOLE])
    given = Counter(clause for clause, _ in answers)
    sentences = {
        "is no clause of this version": sorted(given.keys() - asked),
        "was answered twice": sorted(clause for clause, times in given.items() if times > 1),
        "has to be answered: no-question, question or concern (R70)": [n for n in numbers if n not in given],
    }
    return {f"answers.{number}": sentence for sentence, found in sentences.items() for number in found}


def opens_talk(answers: Sequence[AnswerKind]) -> bool:
    """Whether somebody has a question or a concern, so that a screener talks with them (R71)."""
    return any(answer != "no-question" for answer in answers)
