"""Training: modules that are read, a quiz that is graded here, and when it is passed (R12, R75)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.contracts import Contradiction, RoleKind

CHECK = "training"
ATTEMPTS_A_DAY = 3


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question with choices by letter, of which `right` is the right one. That letter never leaves the service."""

    question: str
    text: str
    choices: Mapping[str, str]
    right: str


@dataclass(frozen=True, slots=True)
class Module:
    """What is read in one sitting, and what is asked about it afterwards."""

    module: str
    title: str
    minutes: int
    text: str
    questions: tuple[QuizQuestion, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """A course for some kinds of role. `pass_mark` is the percentage of right answers. A change is a new version."""

    course: str
    version: int
    title: str
    language: str
    kinds: tuple[RoleKind, ...]
    pass_mark: int
    modules: tuple[Module, ...]

    @property
    def minutes(self) -> int:
        """How long all modules take."""
        return sum(module.minutes for module in self.modules)

    @property
    def questions(self) -> dict[str, QuizQuestion]:
        """All questions of the quiz by their name."""
        return {each.question: each for module in self.modules for each in module.questions}


@dataclass(frozen=True, slots=True)
class Grade:
    """How an attempt ended. `again` are the modules with a wrong answer; which answer it was is not told."""

    right: int
    asked: int
    passed: bool
    again: tuple[str, ...]


def course_for(courses: Iterable[Course], kind: RoleKind) -> Course:
    """The newest course for a kind of role. Raises Contradiction where there is none."""
    fitting = [course for course in courses if kind in course.kinds]
    if not fitting:
        raise Contradiction("There is no course here for this role; a screener may accept a certificate.")
    return max(fitting, key=lambda course: course.version)


def check_ready(course: Course, read: Collection[str], attempts_today: int) -> None:
    """Raise Contradiction when the quiz may not be tried now: something is unread, or it was tried enough today."""
    if unread := [module.title for module in course.modules if module.module not in read]:
        raise Contradiction(f"Read first: {'; '.join(unread)}.")
    if attempts_today >= ATTEMPTS_A_DAY:
        raise Contradiction(f"You tried {ATTEMPTS_A_DAY} times today. Read the modules again, and try tomorrow.")


def faults_of_answers(course: Course, answers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Which answers are none: the question and the reason."""
    questions = course.questions
    for name in sorted(answers.keys() - questions.keys()):
        yield name, "is no question of this course"
    for name, question in questions.items():
        if name not in answers:
            yield name, "has no answer"
        elif answers[name] not in question.choices:
            yield name, f"must be one of {', '.join(question.choices)}"


def grade(course: Course, answers: Mapping[str, str]) -> Grade:
    """How answers to all questions are graded."""
    questions = course.questions
    right = sum(answers[name] == question.right for name, question in questions.items())
    again = tuple(
        module.module
        for module in course.modules
        if any(answers[each.question] != each.right for each in module.questions)
    )
    return Grade(right, len(questions), right * 100 >= course.pass_mark * len(questions), again)
