"""What flags let a guardian do."""

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.bases import BASES
from services.intake.domain.guardians import Guardian
from shared.contracts.intake import NEEDED_CONSENTS

GUARDIANS = st.builds(Guardian, st.booleans(), st.booleans(), st.booleans(), st.booleans())


@given(GUARDIANS)
def test_no_contact_wins_over_everything(guardian: Guardian) -> None:
    """Neither shown nor asked, whatever else is set; nor anybody whom no one verified."""
    if guardian.no_contact or not guardian.is_verified:
        assert not guardian.may_give
        assert not guardian.may_look
    assert guardian.may_look >= guardian.may_give


def test_every_kind_of_record_rests_on_something() -> None:
    """What rests on consent names the purposes; screening and safeguarding rest on something else."""
    for basis in BASES:
        assert (basis.basis == "consent") == bool(basis.purposes) == (not basis.survives_withdrawal)
    assert {each.records for each in BASES if each.survives_withdrawal} >= {"screening", "concerns", "guardians"}
    assert any(set(NEEDED_CONSENTS) <= set(each.purposes) for each in BASES)
