"""What a person's consents say of the checks that rest on them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain.consents import Consent, check_typed, result_of, shown
from shared.contracts import Contradiction

DAYS = st.none() | st.dates(date(2026, 11, 1), date(2026, 11, 9))
CONSENTS = st.dictionaries(
    st.sampled_from(["take-part", "data"]), st.builds(Consent, st.sampled_from(["given", "withdrawn"]), DAYS)
)


@given(CONSENTS)
def test_the_checks_pass_when_all_that_is_needed_is_given(consents: dict[str, Consent]) -> None:
    """R27: until the earlier day; a missing or withdrawn one is no pass, and never a fail either."""
    found = result_of(consents)
    given = [each for each in consents.values() if each.state == "given"]
    assert (found is not None) == (len(given) == 2)
    if found:
        assert found.outcome == "passed"
        days = [each.valid_until for each in given if each.valid_until]
        assert found.valid_until == (min(days) if days else None)


@given(CONSENTS)
def test_one_word_says_how_it_stands(consents: dict[str, Consent]) -> None:
    """Withdrawn wins; nothing heard says nothing."""
    word = shown(consents)
    assert (word == "withdrawn") == any(each.state == "withdrawn" for each in consents.values())
    assert (word is None) == (not consents)
    assert (word == "given") == (result_of(consents) is not None)


def test_what_intake_answers_is_typed_for_people_it_does_not_know() -> None:
    """As before consents were kept, and for nobody else."""
    check_typed({"consents"}, {})
    with pytest.raises(Contradiction, match="intake"):
        check_typed({"consents"}, {"data": Consent("given")})
