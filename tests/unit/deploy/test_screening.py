"""`rapport screening explain`: steps and reasons without a running platform."""

import pytest

from tests.support.here import rapport_here


async def _checks(capsys: pytest.CaptureFixture[str], *typed: str) -> list[str]:
    answer = await rapport_here(capsys, "screening", "explain", *typed, "--json")
    assert answer.code == 0, answer.err
    assert "not legal advice" in answer.err
    return [step["check"] for step in answer.json["steps"]]


async def test_the_same_role_takes_other_steps_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """R41, R42: the law of the place where it is decided names the check."""
    scotland = await _checks(capsys, "--role", "mentor", "--place", "GB-SCT", "--age", "13")
    england = await _checks(capsys, "--role", "mentor", "--place", "GB-ENG", "--age", "13")
    assert scotland == ["identity", "training", "references", "pvg-membership", "interview"]
    assert england == ["identity", "training", "references", "enhanced-check", "barred-list-check", "interview"]


async def test_a_template_has_its_own_risks(capsys: pytest.CaptureFixture[str]) -> None:
    """R35: what the tasks do not warrant is not asked for."""
    assert await _checks(capsys, "--role", "day-helper", "--place", "GB-SCT") == ["identity"]


async def test_what_is_held_stands_where_the_law_lets_it(capsys: pytest.CaptureFixture[str]) -> None:
    """R35: a membership of Scotland's scheme comes along, fingerprints that another organisation asked for do not."""
    for place, check, stands in (("GB-SCT", "pvg-membership", True), ("US-CA", "fingerprint-check", False)):
        typed = ("--role", "mentor", "--age", "13", "--place", place, "--hours-month", "20", "--held-elsewhere", check)
        answer = await rapport_here(capsys, "screening", "explain", *typed, "--json")
        steps = {step["check"]: step["stands"] for step in answer.json["steps"]}
        assert steps[check] is stands


async def test_what_is_unsettled_has_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    """R41: what a person settles in a case is named as it is named there."""
    answer = await rapport_here(capsys, "screening", "explain", "--role", "mentor", "--place", "KE", "--json")
    assert [each["what"] for each in answer.json["unsettled"]] == ["kenya/volunteer-checks"]
    told = await rapport_here(capsys, "screening", "explain", "--role", "mentor", "--place", "KE")
    assert "A person decides about kenya/volunteer-checks." in told.err


async def test_a_conflict_is_told_with_both_laws(capsys: pytest.CaptureFixture[str]) -> None:
    """Where one law requires what another one forbids, both are named."""
    answer = await rapport_here(
        capsys, "screening", "explain", "--role", "mentor", "--place", "US-PA", "--decision", "DE", "--age", "13"
    )
    assert answer.code == 0
    told = next(line for line in answer.err.splitlines() if line.startswith("Conflict about police-record-check"))
    assert "Pennsylvania" in told
    assert "Germany" in answer.err


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        (("--role", "mentr", "--place", "KE"), "mentor"),
        (("--role", "mentor", "--place", "Kenya"), "--place"),
        (("--role", "mentor", "--place", "KE", "--decision", "gb-sct"), "--decision"),
        (("--role", "mentor", "--place", "KE", "--age", "-1"), "--age"),
        (("--role", "mentor", "--place", "KE", "--days", "400"), "--days"),
        (("--role", "mentor", "--place", "KE", "--held", "pvg"), "pvg-membership"),
        (
            (
                "--role",
                "mentor",
            ),
            "--place",
        ),
    ],
)
async def test_what_cannot_be_is_refused(
    typed: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and the option is named."""
    answer = await rapport_here(capsys, "screening", "explain", *typed)
    assert (answer.code, answer.out) == (2, "")
    assert named in answer.err
