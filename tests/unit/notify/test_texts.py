"""What mails say: complete in every language, and nothing that a stranger could read out of them."""

import re
import unicodedata
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest

from services.notify.domain import Kind, Letter
from services.notify.letters import Letterhead
from services.notify.texts import (
    ARABIC,
    ENGLISH,
    LANGUAGES,
    PASHTO,
    PERSIAN,
    RIGHT_TO_LEFT_MARK,
    Language,
    body,
    language_for,
)

ALL = (ENGLISH, PERSIAN, PASHTO, ARABIC)
EVERY_LANGUAGE = pytest.mark.parametrize("language", ALL, ids=lambda language: language.tag)
EVERY_KIND = pytest.mark.parametrize("kind", Kind)
LINK = "https://rapport.example.org"
MAIL = UUID("01985b3e-7a10-7000-8000-000000000001")
LEAKS = re.compile(r"mentor|mentee|programme|program|screen|check|woman|women|girl|refugee|overdue|late", re.IGNORECASE)


def compose(kind: Kind, tag: str = "en", name: str | None = "Parwana", link: str = LINK) -> EmailMessage:
    """A mail as its reader's program sees it."""
    letterhead = Letterhead("Rapport <no-reply@rapport.invalid>", link)
    composed = letterhead.compose(
        MAIL, kind, Letter("someone@example.org", name, tag), datetime(2026, 11, 2, 8, tzinfo=UTC)
    )
    assert re.fullmatch(rb"(?:[^\r\n]{0,998}\r\n)*", composed), "line ends are CRLF"
    return message_from_bytes(composed, _class=EmailMessage, policy=policy.default)


@EVERY_LANGUAGE
@EVERY_KIND
def test_every_kind_has_its_text_in_every_language(language: Language, kind: Kind) -> None:
    """R80: nothing is missing and no placeholder is left."""
    text = body(language, kind, "Parwana", LINK)
    assert language.bodies[kind].strip() in text
    assert "Parwana" in text
    assert text.count(LINK) == 1
    assert language.closing in text
    assert not re.search(r"[{}%$]", text)
    assert len(text.encode()) < 2_000


@EVERY_LANGUAGE
def test_the_subject_tells_nothing(language: Language) -> None:
    """R20: the same for all kinds, without a name or a word of the programme."""
    subjects = {compose(kind, language.tag)["Subject"] for kind in Kind}
    assert subjects == {language.subject}
    assert "Parwana" not in language.subject
    assert not LEAKS.search(language.subject)


@EVERY_KIND
def test_the_english_text_names_no_part_and_no_programme(kind: Kind) -> None:
    """R20: who looks over a shoulder learns nothing of the programme."""
    assert not LEAKS.search(body(ENGLISH, kind, None, LINK))


@EVERY_LANGUAGE
def test_kinds_differ_from_each_other(language: Language) -> None:
    """R9: a nudge does not read like an invitation."""
    assert len(set(language.bodies.values())) == len(Kind)


@EVERY_LANGUAGE
def test_the_script_fits_the_direction(language: Language) -> None:
    """R80: right-to-left is a property of the text."""
    for text in (*language.bodies.values(), language.closing, language.stranger):
        first = next(letter for letter in text if letter.isalpha())
        assert (unicodedata.bidirectional(first) == "AL") == language.right_to_left
    marked = body(language, Kind.MATCHED, "Parwana", LINK).startswith(RIGHT_TO_LEFT_MARK)
    assert marked == language.right_to_left


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", ENGLISH),
        ("en-GB", ENGLISH),
        ("fa", PERSIAN),
        ("fa-AF", PERSIAN),
        ("prs", PERSIAN),
        ("prs-AF", PERSIAN),
        ("ps-AF", PASHTO),
        ("ar-JO", ARABIC),
        ("uz", ENGLISH),
        ("arz", ENGLISH),
    ],
)
def test_the_nearest_language_is_chosen(tag: str, language: Language) -> None:
    """R80: Dari readers get Persian; who has a language that we have no texts in gets English."""
    assert language_for(tag) is language


def test_every_tag_leads_to_complete_texts() -> None:
    """R80."""
    for language in LANGUAGES.values():
        assert set(language.bodies) == set(Kind)


@EVERY_KIND
def test_headers_of_a_mail(kind: Kind) -> None:
    """Section 6: the Message-ID is the row's; automatic answers stay away."""
    message = compose(kind, "fa-AF")
    assert message["Message-ID"] == f"<{MAIL}@rapport.invalid>"
    assert message["Date"] == "Mon, 02 Nov 2026 08:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "fa"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"


def test_who_gave_no_name_is_greeted_too() -> None:
    """R20."""
    assert compose(Kind.MATCHED, name=None).get_content().startswith("Hello,")


def test_a_name_with_braces_stays_a_name() -> None:
    """R20: a name is data, never a template."""
    assert "{name} {0.__class__}" in compose(Kind.MATCHED, name="{name} {0.__class__}").get_content()
