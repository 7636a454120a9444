"""Forms ask what a role needs and nothing else, and refuse nobody by a rule alone."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.answers import Answers, merged
from services.intake.domain import pack
from services.intake.domain.forms import questions as forms
from services.intake.domain.forms.choices import CHOICES
from services.intake.domain.forms.questions import QUESTIONS, Floor, Opening, Question
from services.intake.domain.forms.words import WORDS, chosen, offered
from shared.contracts import RoleKind
from shared.contracts.intake import FurtherRisk, Risk, RiskFactor, Tier
from shared.contracts.policy import OfferingPolicy

RISKS: tuple[Risk, ...] = (*get_args(RiskFactor), *get_args(FurtherRisk))
VOLUNTEERS = [kind for kind in RoleKind if kind != RoleKind.MENTEE]
kinds = st.sampled_from(list(RoleKind))
risks = st.frozensets(st.sampled_from(RISKS))
tiers = st.sampled_from(get_args(Tier))
floors: st.SearchStrategy[Floor] = st.tuples(st.sampled_from([0.0, 0.5, 1.0, 2.0, 4.0]), st.integers(0, 24))
given_time = st.fixed_dictionaries(
    {}, optional={"weekly_hours": st.sampled_from([0.5, 1.0, 2.0]), "months": st.integers(1, 24)}
)


def fields(asked: tuple[Question, ...]) -> set[str]:
    """The names of questions."""
    return {each.field for each in asked}


@pytest.mark.parametrize("words", WORDS.values(), ids=lambda words: words.language)
def test_every_question_is_asked_and_explained_in_every_language(words: Any) -> None:
    """No field without a text and a why-we-ask, in each language that there is."""
    assert set(words.questions) == {each.field for each in QUESTIONS}
    assert set(words.sections) == set(forms.SECTIONS)
    for text, why in words.questions.values():
        assert text.strip()
        assert why.strip()


def test_every_choice_has_a_name_in_every_language() -> None:
    """Nobody has to read a code; a level of the CEFR is called what it is everywhere."""
    codes = {code for each in QUESTIONS for code in each.choices}
    assert set(CHOICES) == set(WORDS)
    for texts in CHOICES.values():
        assert codes - texts.keys() == {"A1", "A2", "B1", "B2", "C1", "C2"}
        assert texts.keys() <= codes
        assert all(text.strip() for text in texts.values())


def test_every_question_has_a_reader_and_a_place() -> None:
    """No field that nobody reads; what is told is what the body takes."""
    assert all(each.read_by for each in QUESTIONS)
    assert [each.field for each in QUESTIONS] == list(Answers.model_fields)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.field)
def test_the_bounds_that_a_form_tells_are_those_that_hold(question: Question) -> None:
    """A form tells bounds as data; they are compared with the model that checks them."""
    schema = Answers.model_json_schema()["properties"][question.field]
    found = next(each for each in schema["anyOf"] if each.get("type") != "null")
    assert question.least == found.get("minimum")
    assert question.most == found.get("maximum")
    longest = (
        found.get("maxItems")
        or found.get("maxProperties")
        or (found.get("maxLength") if question.kind == "text" else None)
    )
    assert question.longest == longest


@given(kinds, risks, risks, tiers)
def test_more_risk_never_asks_less(kind: RoleKind, some: frozenset[Risk], more: frozenset[Risk], tier: Tier) -> None:
    """What is asked grows with the risk (R36)."""
    assert fields(forms.questions(kind, some, tier)) <= fields(forms.questions(kind, some | more, "comprehensive"))


def test_who_writes_public_pages_is_not_asked_when_they_were_born() -> None:
    """A role without risk asks for time and motivation alone; asking more is a fault too (R35)."""
    asked = fields(forms.questions(RoleKind.STAFF, frozenset(), "basic"))
    assert asked == {"weekly_hours", "months", "less_time", "motivation"}


def test_a_mentee_is_not_asked_like_a_volunteer() -> None:
    """No motivation, no experience, no promise of months, whatever the role's risk."""
    asked = fields(forms.questions(RoleKind.MENTEE, frozenset(RISKS), "basic"))
    needed = {"weekly_hours", "zone", "free_hours", "languages", "goals", "born_on", "lives_in"}
    assert asked == needed | set(forms.IN_PAIRS)
    assert forms.floor_of(RoleKind.MENTEE, (4.0, 12), (2.0, 6)) == (0.0, 0)


@given(st.sampled_from(VOLUNTEERS), floors, floors)
def test_the_floor_is_the_higher_one(kind: RoleKind, own: Floor, policy: Floor) -> None:
    """The role's or the policy's, value by value; never below one of them (R26, R27)."""
    found = forms.floor_of(kind, own, policy)
    assert found == (max(own[0], policy[0]), max(own[1], policy[1]))
    assert forms.floor_of(kind, (None, None), policy) == policy


ANSWERED: dict[str, Any] = {
    "weekly_hours": 2.0, "months": 6, "less_time": "I am here every Friday.", "zone": "UTC", "languages": ["en"],
    "motivation": "I want to help.", "experience": "None.", "care": "As a nurse.", "born_on": "1990-01-01",
    "lives_in": "KE",
}  # fmt: skip


@given(st.sampled_from(VOLUNTEERS), risks, tiers, floors, given_time)
def test_nobody_is_refused_by_a_rule_alone(
    kind: RoleKind, risk: frozenset[Risk], tier: Tier, floor: Floor, time: dict[str, Any]
) -> None:
    """Whatever time somebody has, there are answers with which they can apply; below the floor they say why (R26)."""
    asked = forms.questions(kind, risk, tier)
    answers = {name: value for name, value in {**ANSWERED, **time}.items() if name in fields(asked)}
    assert forms.missing(asked, answers, floor) == []
    answers.pop("less_time", None)
    below = forms.is_below(answers, floor)
    assert forms.missing(asked, answers, floor) == (["less_time"] if below else [])


def test_what_is_missing_is_told_in_the_order_of_the_form() -> None:
    """And an empty list or text is no answer."""
    asked = forms.questions(RoleKind.MENTOR, frozenset(), "comprehensive")
    empty = {"languages": [], "motivation": ""}
    names = ["weekly_hours", "months", "zone", "languages", "motivation", "born_on", "lives_in"]
    assert forms.missing(asked, empty, (1.0, 6)) == names


@given(floors, st.lists(st.builds(Opening, st.just("a@b"), st.just("c"), st.just("C"), floors)), given_time)
def test_offers_ask_for_less_and_fit(floor: Floor, openings: list[Opening], time: dict[str, Any]) -> None:
    """Never for more than the role itself, and never for more than somebody has (R26)."""
    found = forms.offers(floor, openings, time)
    for each in found:
        assert each.floor != floor
        assert not forms.is_below({"weekly_hours": floor[0], "months": floor[1]}, each.floor)
        assert not forms.is_below(time, each.floor)
    assert len(found) <= forms.MOST_OFFERS
    assert [each.floor for each in found] == sorted((each.floor for each in found), reverse=True)


def test_a_form_speaks_the_wanted_language_or_the_places() -> None:
    """`fa-AF` reads Persian; a language without texts reads English."""
    assert chosen("fa-AF", ["en"]).language == "fa"
    assert chosen(None, ["uz", "ps", "en"]).language == "ps"
    assert chosen("uz", ["ps"]).language == "en"
    assert chosen(None, []).language == "en"
    assert offered(["fa-AF", "ps", "en"]) == ["fa", "ps", "en"]
    assert offered(["uz"]) == ["en"]


def test_an_answer_is_taken_back_by_null() -> None:
    """And what is not named stays."""
    before = {"months": 6, "motivation": "Because."}
    assert merged(before, {"months": None, "weekly_hours": 1.0}) == {"weekly_hours": 1.0, "motivation": "Because."}


def test_the_pack_says_what_the_policy_says() -> None:
    """How abuse is prevented follows from what is in force, and is not told where it is not (R68)."""
    policy: dict[str, Any] = {**OfferingPolicy.example}
    strict, loose = " ".join(pack.prevention(policy)), " ".join(
        pack.prevention({**policy, "second_person": False, "references": 0, "training_first": False,
                         "culture_briefing": False, "facilitator": False, "mentor_age": 0,
                         "allowed": ["photos", "links", "offline-meetings"]})
    )  # fmt: skip
    for word in ("second person", "they are 2", "training", "its ways", "never met", "21 years", "offline-meetings"):
        assert word in strict
        assert word not in loose


def test_the_pack_numbers_the_grounds_of_dismissal() -> None:
    """From one on, so that people can speak of them (R68)."""
    assert [ground["number"] for ground in pack.grounds()] == list(range(1, len(pack.DISMISSAL) + 1))


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)), st.text(max_size=5), st.text(max_size=5))
def test_the_hash_of_a_pack_is_its_contents(content: dict[str, str], key: str, value: str) -> None:
    """The same content in another order has the same hash; other content another one."""
    assert pack.fingerprint(dict(reversed(content.items()))) == pack.fingerprint(content)
    changed = {**content, key: value}
    assert (pack.fingerprint(changed) == pack.fingerprint(content)) == (changed == content)


def test_the_pack_has_a_rule_on_every_boundary_between_people() -> None:
    """R74: confidentiality, gifts, money, meeting and social media, each with the clauses that say more about it."""
    clauses = [
        {"number": "1", "kind": "conduct", "text": "Be kind."},
        {"number": "2", "kind": "gifts", "text": "At Nowruz a card is enough."},
        {"number": "3", "kind": "money", "text": "None."},
        {"number": "4", "kind": "gifts", "text": "Nor from families."},
    ]
    found = {each["topic"]: each for each in pack.boundaries(OfferingPolicy.example, clauses)}
    assert list(found) == ["confidentiality", "gifts", "money", "meeting-offline", "social-media"]
    assert all(each["rule"] for each in found.values())
    assert {topic: each["clauses"] for topic, each in found.items() if each["clauses"]} == {
        "gifts": ["2", "4"], "money": ["3"],
    }  # fmt: skip


def test_the_rule_on_meeting_is_that_of_the_policy() -> None:
    """R74: where the policy allows no meetings, the pack says so; where it does, only as the staff agreed."""
    strict, loose = (
        next(each["rule"] for each in pack.boundaries({"allowed": allowed}, ()) if each["topic"] == "meeting-offline")
        for allowed in (["photos"], ["photos", "offline-meetings"])
    )
    assert "do not meet" in strict
    assert "staff agreed" in loose
