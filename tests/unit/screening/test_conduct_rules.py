"""The rules of conduct cases, the rota, the report clocks and the register, without a database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain import conduct, oncall, register, reports
from services.screening.domain.conduct import Measure
from services.screening.domain.oncall import Duty
from shared.contracts import Contradiction
from shared.contracts.messaging import Weight
from shared.law import Factor, law

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = [UUID(int=number) for number in range(1, 7)]
KEY = b"k" * 32

places = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(lambda parts: ".".join(("net", *parts)))
people = st.sampled_from(PEOPLE)


def covers(grant: str, site: str) -> bool:
    """Whether a grant at a place covers another one."""
    return site == grant or site.startswith(f"{grant}.")


@given(places, st.lists(places), st.booleans())
def test_who_answers_stands_above_all_staff_that_is_named(site: str, staff: list[str], about_staff: bool) -> None:
    """R32: at or above the case's place, and strictly above each place for which a named person works there."""
    answers = conduct.answers_from(site, staff, about_staff=about_staff)
    assert covers(answers, site)
    for place in staff:
        if covers(place, site):
            assert covers(answers, place)
            assert answers != place
    if about_staff:
        assert answers != site
    if not about_staff and not any(covers(place, site) for place in staff):
        assert answers == site


@given(places, st.lists(places), places)
def test_naming_more_staff_never_lets_more_people_see_it(site: str, staff: list[str], more: str) -> None:
    """R32: the level rises or stays, whoever is named."""
    before = conduct.answers_from(site, staff, about_staff=False)
    assert covers(conduct.answers_from(site, [*staff, more], about_staff=False), before)


def test_above_the_network_there_is_nobody() -> None:
    """So others of the network answer; who is named is barred by name."""
    assert conduct.answers_from("net.af", ["net"], about_staff=False) == "net"


Tie = tuple[UUID, UUID, str]
tied = st.lists(st.tuples(people, people, people.map(str)))


@given(st.sets(people), tied, tied)
def test_ties_only_ever_bar(named: set[UUID], ties: list[Tie], more: list[Tie]) -> None:
    """Trap 17: whom it concerns is barred; a tie bars in both directions, and no tie lets anybody in."""
    found = conduct.barred(named, ties)
    assert named <= found
    assert found <= conduct.barred(named, [*ties, *more])
    assert found == conduct.barred(named, [(other, one, by) for one, other, by in ties])
    tied_to = {pair for one, other, by in ties for pair in ((one, other, by), (other, one, by))}
    assert found == named | {other for one, other, by in tied_to if one in named and by != str(one)}


def test_whom_it_concerns_cannot_shut_out_who_would_judge() -> None:
    """Trap 17 turned round: a tie that they declare themselves, to each screener, counts for nothing."""
    accused, screener = PEOPLE[:2]
    assert conduct.barred({accused}, [(accused, screener, str(accused))]) == {accused}
    assert conduct.barred({accused}, [(accused, screener, str(screener))]) == {accused, screener}


measures = st.builds(
    Measure, people, st.sampled_from(conduct.LADDER),
    st.none() | st.integers(-5, 5).map(lambda hours: NOW + hours * HOUR), st.booleans(),
)  # fmt: skip


@given(st.lists(measures))
def test_who_is_frozen_has_a_freeze_that_stands(of: list[Measure]) -> None:
    """R57: only a restriction or suspension, while it stands; later never more people than now."""
    frozen = conduct.frozen(of, NOW)
    standing = [each for each in of if each.kind in ("restrict", "suspend") and not each.ended]
    assert set(frozen) == {each.person for each in standing if each.until is None or each.until > NOW}
    assert set(conduct.frozen(of, NOW + 3 * HOUR)) <= set(frozen)
    assert frozen == sorted(set(frozen))


@pytest.mark.parametrize("weight", conduct.WEIGHTS)
@pytest.mark.parametrize("replied", [True, False])
@pytest.mark.parametrize("suspended", [True, False])
def test_nobody_is_dismissed_unheard(weight: Weight, *, replied: bool, suspended: bool) -> None:
    """R57: but in an emergency after a suspension."""
    if replied or (weight == "emergency" and suspended):
        conduct.check_dismissal(weight, replied=replied, suspended=suspended)
        return
    with pytest.raises(Contradiction):
        conduct.check_dismissal(weight, replied=replied, suspended=suspended)


@pytest.mark.parametrize("kind", conduct.LADDER)
@pytest.mark.parametrize("until", [None, NOW, NOW + HOUR])
def test_only_a_freeze_has_an_end_and_a_restriction_must(kind: conduct.Kind, until: datetime | None) -> None:
    """R57: until when."""
    either: dict[str, list[datetime | None]] = {"restrict": [NOW + HOUR], "suspend": [None, NOW + HOUR]}
    fits = either.get(kind, [None])
    if until in fits:
        conduct.check_measure(kind, PEOPLE[0], PEOPLE[:1], until, NOW)
        return
    with pytest.raises(Contradiction):
        conduct.check_measure(kind, PEOPLE[0], PEOPLE[:1], until, NOW)


def test_a_measure_is_of_somebody_named() -> None:
    """R57: whoever is not named in a case is not touched by it."""
    with pytest.raises(Contradiction, match="not named"):
        conduct.check_measure("warn", PEOPLE[1], PEOPLE[:1], None, NOW)


def duty(person: int, site: str, order: int, hours: tuple[int, int] = (-1, 1)) -> Duty:
    """Somebody is on call around now."""
    begin, end = hours
    return Duty(PEOPLE[person], site, NOW + begin * HOUR, NOW + end * HOUR, order)


@given(
    st.lists(st.builds(duty, st.integers(0, 5), places, st.integers(1, 3), st.just((-1, 1)))), places, st.sets(people)
)
def test_a_page_goes_round_everybody_before_anybody_twice(duties: list[Duty], site: str, barred: set[UUID]) -> None:
    """Paged means acknowledged: nobody on call from the place upwards is left out, nobody barred is paged."""
    reachable = {each.person for each in duties if covers(each.site, site)} - barred
    paged: dict[UUID, int] = {}
    order = []
    for _ in reachable:
        person = oncall.next_on_call(site, duties, NOW, paged, barred)
        assert person is not None
        order.append(person)
        paged[person] = paged.get(person, 0) + 1
    assert set(order) == reachable
    if reachable:
        assert oncall.next_on_call(site, duties, NOW, paged, barred) == order[0]
    else:
        assert oncall.next_on_call(site, duties, NOW, paged, barred) is None


def test_the_rota_of_the_place_comes_before_the_level_above() -> None:
    """In its order; a duty ends at its end."""
    duties = [duty(0, "net.af", 1), duty(1, "net.af.kabul", 2), duty(2, "net.af.kabul", 1), duty(3, "net", 1, (-2, 0))]
    paged: dict[UUID, int] = {}
    found = []
    for _ in range(4):
        person = oncall.next_on_call("net.af.kabul", duties, NOW, paged, ())
        assert person
        paged[person] = paged.get(person, 0) + 1
        found.append(PEOPLE.index(person))
    assert found == [2, 1, 0, 2]


@given(st.lists(st.tuples(st.integers(-5, 15), st.integers(1, 6))))
def test_gaps_are_what_no_duty_covers(spans: list[tuple[int, int]]) -> None:
    """Hour by hour."""
    duties = [duty(0, "net", 1, (begin, begin + length)) for begin, length in spans]
    found = oncall.gaps(duties, NOW, NOW + 10 * HOUR)
    for hour in range(10):
        moment = NOW + hour * HOUR
        covered = any(each.starts <= moment < each.ends for each in duties)
        assert covered != any(begin <= moment < end for begin, end in found)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)), st.integers(0, 36))  # noqa: DTZ001  # made aware below
def test_months_end_on_a_day_that_there_is(at: datetime, months: int) -> None:
    """The same day of the month, or that month's last one."""
    later = reports.months_after(at.replace(tzinfo=UTC), months)
    assert (later.year * 12 + later.month) - (at.year * 12 + at.month) == months
    assert later.day == at.day or (later + timedelta(days=1)).day == 1


def at(place: str) -> dict[Factor, str]:
    """A site whose law is that of a place, and its organisation's."""
    return {"decision": place, "site": place, "organisation": place}


def test_each_report_of_a_pack_is_asked_for_once() -> None:
    """Requirements b4: two sites under one law, or a person who left and was dismissed, ask once."""
    found = reports.triggers("harm", NOW, [(PEOPLE[0], NOW + HOUR), (PEOPLE[0], NOW)])
    asked = reports.asked_reports(found, [at("GB-SCT"), at("GB-SCT"), at("US-CA")], law())
    assert [(each.of, each.pack, each.person) for each in asked] == [
        ("suspected-abuse", "california", None), ("removal-over-harm", "scotland", PEOPLE[0]),
    ]  # fmt: skip
    assert asked[1].due_at == reports.months_after(NOW, 3)
    assert reports.asked_reports(reports.triggers("talk", NOW, []), [at("US-CA")], law()) == []


names = st.text("abcÄßé'- ", min_size=1).filter(lambda name: any(letter.isalpha() for letter in name))


@given(names, st.dates(date(1950, 1, 1), date(2010, 1, 1)))
def test_a_person_is_known_again_however_the_name_is_written(name: str, born: date) -> None:
    """Case, order and spaces make no difference; another key or day does."""
    kept = register.digest(KEY, name, born)
    assert register.digest(KEY, name.upper(), born) == kept
    assert register.digest(KEY, "  ".join(reversed(name.split())), born) == kept
    assert register.digest(b"x" * 32, name, born) != kept
    assert register.digest(KEY, name, born + timedelta(days=1)) != kept


@given(st.dates(date(2026, 1, 1), date(2090, 1, 1)), st.integers(1, register.LONGEST_YEARS))
def test_an_entry_lasts_whole_years(today: date, years: int) -> None:
    """Also from 29 February."""
    last = register.last_day(today, years)
    assert last.year - today.year == years
    assert today + timedelta(days=365 * years - 1) <= last <= today + timedelta(days=365 * years + 2)


@pytest.mark.parametrize(("place", "allowed"), [("DE", False), (None, False), ("US-CA", True), ("KE", True)])
def test_the_register_is_refused_where_a_law_forbids_it_or_is_not_known(place: str | None, *, allowed: bool) -> None:
    """Requirements b4, GDPR art. 10."""
    if allowed:
        register.check_allowed([at(place) if place else None], law())
        return
    with pytest.raises(Contradiction):
        register.check_allowed([at(place) if place else None], law())
