"""Names, languages and zones."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain import texts


@pytest.mark.parametrize("name", ["پروانه", "זהבה", "Nguyễn", "علی\u200cرضا", "Zoë", "O’Neill-Ó", "王", "मीरा", "A"])
def test_names_of_all_scripts_are_kept(name: str) -> None:
    """People are called as they are called: joiners and combining marks stay (composed), also right-to-left."""
    assert texts.name(f"  {unicodedata.normalize('NFD', name)} ") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("mark", [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))])
def test_direction_marks_are_refused_with_a_sentence(mark: str) -> None:
    """A name that makes other text run backwards is refused, not silently changed."""
    with pytest.raises(ValueError, match="direction marks"):
        texts.name(f"Par{mark}wana")


@pytest.mark.parametrize(
    "name", ["a\0b", "a\nb", "a\x7fb", "a\x85b", "a\u2028b", "a\ud800b", "", "  ", "\u200c", "x" * 201]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    """Control characters, half of a pair, nothing to be seen, absurd lengths."""
    with pytest.raises(ValueError, match=r"Take out|Write something|Shorten"):
        texts.name(name)


@given(st.text(max_size=40))
def test_a_kept_name_is_kept_again(raw: str) -> None:
    """Reading back what was stored and sending it again changes nothing."""
    try:
        kept = texts.name(raw)
    except ValueError:
        return
    assert texts.name(kept) == kept
    assert "\0" not in kept
    kept.encode()


@pytest.mark.parametrize(
    ("raw", "tag"),
    [("fa-af", "fa-AF"), ("EN", "en"), ("uz-LATN-uz", "uz-Latn-UZ"), (" ps ", "ps"), ("es-419", "es-419")],
)
def test_languages_have_one_spelling(raw: str, tag: str) -> None:
    """Matching compares tags, so each language is spelled in one way."""
    assert texts.language(raw) == tag


@pytest.mark.parametrize("raw", ["", "persian!", "x", "fa_AF", "english", "fa-A", "fa-AF-x-y-z", "fa-AF\0"])
def test_bad_languages_are_refused(raw: str) -> None:
    """What is no tag is refused."""
    with pytest.raises(ValueError, match="language tag"):
        texts.language(raw)


def test_zones() -> None:
    """Only zones that exist, and that people live in."""
    assert texts.zone("Asia/Kabul") == "Asia/Kabul"
    for raw in ("Asia/Kabool", "localtime", "Factory", "../etc/passwd", "asia/kabul", ""):
        with pytest.raises(ValueError, match="time zone"):
            texts.zone(raw)


def test_one_address_has_one_key() -> None:
    """An address is the same whatever its case or composition."""
    assert texts.email_key(" Zoe\u0308@Example.ORG") == texts.email_key("zoë@example.org")


def test_a_document_is_kept_to_the_letter() -> None:
    """What is signed is what was published: no trimming, no composing (R69)."""
    assert texts.exact(" a\r\ne\u0301\n") == " a\r\ne\u0301\n"
    with pytest.raises(ValueError, match="NUL"):
        texts.exact("a\0")
