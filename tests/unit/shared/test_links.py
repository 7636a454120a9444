"""Signed links open one thing, for their time, and nothing else."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.clock import real_now
from shared.contracts import Contradiction
from shared.links import LinkRefused, Links

LINKS = Links("a" * 32)


@given(subject=st.text(), days=st.integers(1, 3_000))
def test_a_link_opens_what_it_was_signed_for_until_it_runs_out(subject: str, days: int) -> None:
    """For as many days of real time as were given, to the second."""
    token = LINKS.sign("reference", subject, days)
    assert LINKS.read("reference", token, real_now() + timedelta(days=days, seconds=-5)) == subject
    with pytest.raises(LinkRefused):
        LINKS.read("reference", token, real_now() + timedelta(days=days, seconds=5))


@given(garbage=st.text())
def test_what_nobody_signed_opens_nothing(garbage: str) -> None:
    """Also no failure of ours, whatever is sent."""
    with pytest.raises(LinkRefused):
        LINKS.read("reference", garbage)


def test_a_link_of_another_purpose_or_secret_opens_nothing() -> None:
    """A link that lets somebody resume an application is no referee's link."""
    token = LINKS.sign("resume", "1", 1)
    for links, purpose in ((LINKS, "reference"), (Links("b" * 32), "resume"), (Links(), "resume")):
        with pytest.raises(LinkRefused):
            links.read(purpose, token)


def test_secrets_rotate() -> None:
    """The last secret signs, and what the one before signed still opens."""
    both = Links("a" * 32, "b" * 32)
    assert both.read("reference", LINKS.sign("reference", "1", 1)) == "1"
    assert Links("b" * 32).read("reference", both.sign("reference", "1", 1)) == "1"


def test_secrets_come_from_a_file(tmp_path: Path) -> None:
    """One a line; a short or a missing one is told without its content."""
    path = tmp_path / "secret"
    path.write_text("a" * 32 + "\n")
    assert Links.from_file(path).read("reference", LINKS.sign("reference", "1", 1)) == "1"
    for text in ("", "short"):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"^(?!.*short)"):
            Links.from_file(path)
    with pytest.raises(ValueError, match="cannot be read"):
        Links.from_file(tmp_path / "nowhere")


def test_without_a_secret_no_link_is_made() -> None:
    """With a sentence that says what is missing."""
    with pytest.raises(Contradiction, match="secret"):
        Links().sign("reference", "1", 1)
