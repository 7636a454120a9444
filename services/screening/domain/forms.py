"""Forms as data: questions with what may be answered, in versions that never change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """A question. With `choices` one of them is the answer, else a text of at most `longest` characters."""

    question: str
    text: str
    choices: tuple[str, ...] = ()
    longest: int = 2_000
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Questions in their order. A change to any of them is a new version."""

    form: str
    version: int
    title: str
    questions: tuple[Question, ...]


def faults(form: Form, answers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with answers to a form: each question at fault, with the reason."""
    known = {question.question: question for question in form.questions}
    for name in answers:
        if name not in known:
            yield name, "is no question of this form"
    for name, question in known.items():
        answer = answers.get(name, "")
        if not answer:
            if not question.optional:
                yield name, "has no answer"
        elif question.choices and answer not in question.choices:
            yield name, f"must be one of {', '.join(question.choices)}"
        elif not question.choices and len(answer) > question.longest:
            yield name, f"may have {question.longest} characters"
