"""Which grants count by which clearances: kind, place and state decide, nothing else."""

from datetime import date, timedelta
from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.access import EVERYWHERE, Caller, Grant, Role, lies_in
from shared.contracts import RoleKind
from shared.ids import new_id
from shared.problems import Forbidden
from shared.standing import KIND_OF, Clearance, cleared, counts_as

TODAY = date(2026, 11, 2)
PERSON = str(new_id())
ROLES: tuple[Role, ...] = get_args(Role)
OTHERS = tuple(role for role in ROLES if role not in KIND_OF)

PLACES = [
    ("net.af", "net.af", "net.af"),
    ("net.af.kabul", "net.af", "net.af.kabul"),
    ("net.af.kabul", "net", "net.af.kabul"),
    ("net.af", "net.af.kabul", "net.af.kabul"),
    (EVERYWHERE, "net.af", "net.af"),
    ("net.af.kabul", "net.af.herat", None),
    ("net.af", "net.afx", None),
    ("net.afx", "net.af", None),
    ("net.af", "other.af", None),
]
"""Where somebody has a grant, for which place they are cleared, and where the grant counts then."""

STATES = [
    ("cleared", TODAY, True),
    ("cleared", TODAY + timedelta(days=1), True),
    ("cleared", TODAY - timedelta(days=1), False),
    ("cleared", None, False),
    ("ended", TODAY, False),
    ("declined", TODAY, False),
]
"""What screening said last, until when, and whether that stands."""


@pytest.mark.parametrize("role", KIND_OF)
@pytest.mark.parametrize("kind", RoleKind)
@pytest.mark.parametrize(("granted", "cleared_at", "where"), PLACES)
@pytest.mark.parametrize(("state", "until", "stands"), STATES)
def test_a_grant_counts_where_its_own_kind_is_cleared(
    role: Role, kind: RoleKind, granted: str, cleared_at: str, where: str | None,
    state: str, until: date | None, stands: bool,
) -> None:  # fmt: skip
    """Trap 7: same kind, at the lower of the two places, while it stands; else nothing of it counts."""
    grant = Grant(role, granted)
    caller = cleared(Caller(PERSON, (grant,)), [Clearance(kind, cleared_at, state, until)], TODAY)
    counts = stands and where is not None and kind.value == role
    assert caller.grants == ((Grant(role, where),) if counts and where else ())
    assert caller.asleep == (() if caller.grants == (grant,) else (grant,))


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("kind", RoleKind)
def test_other_grants_need_no_clearance(role: Role, kind: RoleKind) -> None:
    """The first administrator, services, operators and participants are screened by nobody here."""
    caller = Caller(PERSON, (Grant(role, "net"),))
    assert cleared(caller, [], TODAY) == caller
    assert cleared(caller, [Clearance(kind, "net", "ended", TODAY)], TODAY) == caller


@pytest.mark.parametrize("role", KIND_OF)
def test_without_a_clearance_nothing_counts(role: Role) -> None:
    """What was never heard of does not stand."""
    assert cleared(Caller(PERSON, (Grant(role, "net"),)), [], TODAY).grants == ()


grants = st.builds(
    Grant, st.sampled_from(ROLES), st.sampled_from(["net", "net.af", "net.af.kabul", "net.ke", EVERYWHERE])
)
clearances = st.builds(
    Clearance,
    st.sampled_from([kind.value for kind in RoleKind]),
    st.sampled_from(["net", "net.af", "net.af.kabul", "net.ke"]),
    st.sampled_from(["cleared", "declined", "ended"]),
    st.one_of(st.none(), st.sampled_from([TODAY, TODAY - timedelta(days=1)])),
)


@given(st.lists(grants, max_size=4), st.lists(clearances, max_size=4), st.lists(clearances, max_size=4))
def test_more_clearances_never_take_anything_and_none_give_what_was_not_granted(
    given_: list[Grant], some: list[Clearance], more: list[Clearance]
) -> None:
    """Monotone in clearances, never wider than the token, and the order of what was heard decides nothing."""
    caller = Caller(PERSON, tuple(given_))
    few, many = cleared(caller, some, TODAY), cleared(caller, [*more, *some], TODAY)
    for role, site in product(ROLES, ["net", "net.af", "net.af.kabul", "net.ke"]):
        assert many.covers(role, site=site) or not few.covers(role, site=site)
        assert caller.covers(role, site=site) or not many.covers(role, site=site)
    assert set(cleared(caller, [*some, *more], TODAY).grants) == set(many.grants)


@given(grants, clearances)
def test_what_counts_is_covered_by_both(grant: Grant, clearance: Clearance) -> None:
    """A clearance for one site never opens another one, whatever the token says."""
    for part in counts_as(grant, [clearance]):
        assert lies_in(part.site, grant.site)
        assert grant.role not in KIND_OF or lies_in(part.site, clearance.site)


def test_a_refusal_says_what_waits_and_nothing_of_others() -> None:
    """The hint repeats the token alone: not where it does not reach, not for another role, not to who has no grant."""
    waiting = cleared(Caller(PERSON, (Grant("screener", "net.af"),)), [], TODAY)
    hint = "Your grant of screener at net.af waits for a clearance."
    with pytest.raises(Forbidden) as refused:
        waiting.require("screener", "administrator", site="net.af.kabul")
    assert hint in refused.value.detail
    with pytest.raises(Forbidden) as refused:
        waiting.require_anywhere("screener")
    assert hint in refused.value.detail
    with pytest.raises(Forbidden) as refused:
        waiting.require("coordinator", site="net.af")
    assert "waits" not in refused.value.detail
    with pytest.raises(Forbidden) as refused:
        waiting.require("screener", site="net.ke")
    assert "waits" not in refused.value.detail
    with pytest.raises(Forbidden) as refused:
        Caller(PERSON, ()).require("screener", site="net.af")
    assert "waits" not in refused.value.detail
