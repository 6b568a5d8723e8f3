"""The one form of comparison, and short texts."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsctl.kit import canonical
from lmsctl.kit.errors import Rejected

quickly = settings(derandomize=True, max_examples=300, deadline=None)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada", "ADA"),
        ("\u00e9mile", "e\u0301mile"),
        ("\u00c9MILE", "e\u0301mile"),
        ("Stra\u00dfe", "STRASSE"),
        (
            "\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2",
            "\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3",
        ),
        ("  ada ", "ada"),
        ("\u00a0ada\u200b\ufeff", "ada"),
        ("\tada\r\n", "ada"),
        ("\u212bngstr\u00f6m", "\u00e5NGSTRO\u0308M"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    """Case, composed accents and blanks around a name make no difference."""
    assert canonical.key(one) == canonical.key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("ada", "\u0430d\u0430"), ("a b", "ab"), ("e", "\u00e9"), ("O", "0"), ("\ufb01", "f\u200bi")],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    """Blanks inside, accents and letters of other scripts do make a difference."""
    assert canonical.key(one) != canonical.key(other)


@quickly
@given(st.text())
def test_the_key_of_a_key_is_itself(text: str) -> None:
    """A stored key can be compared again without harm."""
    assert canonical.key(canonical.key(text)) == canonical.key(text)


def test_the_key_of_every_character_is_stable() -> None:
    """No character of Unicode changes its key when the key is made twice."""
    changing = [
        hex(code)
        for code in range(sys.maxunicode + 1)
        if canonical.key(canonical.key(chr(code))) != canonical.key(chr(code))
    ]

    assert changing == []


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("Fire safety", "Fire safety"),
        ("  Fire\u00a0safety\u200b", "Fire\u00a0safety"),
        ("Fire safety\n", "Fire safety"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("[/bold]", "[/bold]"),
        ("=1+1", "=1+1"),
        ("{0} %s", "{0} %s"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
        ("x" * 255, "x" * 255),
        ("e\u0301" * 255, "\u00e9" * 255),
    ],
)
def test_a_text_is_trimmed_and_composed(given_text: str, kept: str) -> None:
    """Titles keep markup, formulas, joined emoji and everything else that is harmless to store."""
    assert canonical.check_text(given_text, field="title") == kept


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "text_empty"),
        (" \u00a0\u200b", "text_empty"),
        ("x" * 256, "text_too_long"),
        ("a\nb", "text_character_forbidden"),
        ("a\r\nBcc: b@c.de", "text_character_forbidden"),
        ("a\tb", "text_character_forbidden"),
        ("a\0b", "text_character_forbidden"),
        ("\x1b[31mred", "text_character_forbidden"),
        ("\x7f", "text_character_forbidden"),
        ("a\x85", "text_character_forbidden"),
        ("\x9b31m", "text_character_forbidden"),
        ("a\u2028b", "text_character_forbidden"),
        ("a\u2029", "text_character_forbidden"),
        ("a\u202eb", "text_character_forbidden"),
        ("\u202a", "text_character_forbidden"),
        ("a\u2066b\u2069", "text_character_forbidden"),
        ("a\ud800b", "text_character_forbidden"),
        ("\udc80", "text_character_forbidden"),
    ],
)
def test_a_text_that_could_deceive_or_break_a_line_is_refused(text: str, code: str) -> None:
    """Controls, line ends, direction overrides, broken pairs, nothing and too much are refused."""
    with pytest.raises(Rejected) as caught:
        canonical.check_text(text, field="title")

    assert (caught.value.code, caught.value.field) == (code, "title")
    assert caught.value.format_message().startswith("title ")
    assert caught.value.format_message().isprintable()
    assert caught.value.format_hint()


def test_a_text_has_the_length_that_its_field_wants() -> None:
    """Both limits are the caller's, and lengths count composed characters."""
    assert canonical.check_text("", field="place", min_chars=0) == ""
    assert canonical.check_text("x" * 3000, field="description", max_chars=3000)
    with pytest.raises(canonical.TextTooShort, match="2 characters, fewer than 3"):
        canonical.check_text("ab", field="token", min_chars=3)
    with pytest.raises(canonical.TextTooLong, match="65 characters, more than 64"):
        canonical.check_text("x" * 65, field="token", max_chars=64)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GDPR-101", "GDPR-101"),
        (" gdpr_101.v2 ", "gdpr_101.v2"),
        ("C++", "C++"),
        ("R&D", "R&D"),
        ("#7(b)", "#7(b)"),
        ("\u5b89\u5168", "\u5b89\u5168"),
        ("e\u0301", "\u00e9"),
        ("000123", "000123"),
        ("x" * 64, "x" * 64),
    ],
)
def test_a_code_is_any_short_visible_word(text: str, kept: str) -> None:
    """Codes may hold letters of any script, digits and most signs, and keep their case."""
    assert canonical.check_code(text, "code") == kept


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty"),
        (" ", "it is empty"),
        ("x" * 65, "it has 65 characters"),
        ("-rf", "it begins with a hyphen"),
        ("a b", "it holds U+0020 SPACE"),
        ("a\u00a0b", "it holds U+00A0 NO-BREAK SPACE"),
        ("a/b", "it holds U+002F SOLIDUS"),
        ("C:S", "it holds U+003A COLON"),
        ("a,b", "it holds U+002C COMMA"),
        ("a;b", "it holds U+003B SEMICOLON"),
        ("a\u200bb", "it holds U+200B ZERO WIDTH SPACE"),
        ("a\u202eb", "it holds U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\nb", "it holds U+000A"),
        ("a\x9bb", "it holds U+009B"),
        ("a\ud800", "it holds U+D800"),
        ('a"b', "it holds U+0022 QUOTATION MARK"),
        ("a\\b", "it holds U+005C REVERSE SOLIDUS"),
    ],
)
def test_a_code_that_cannot_be_typed_or_told_apart_is_refused(text: str, reason: str) -> None:
    """Blanks, separators, quotes and invisible characters have no place in a code."""
    with pytest.raises(canonical.CodeInvalid) as caught:
        canonical.check_code(text, "code")

    assert caught.value.format_message().endswith(f" cannot be a code: {reason}.")
    assert caught.value.format_message().isprintable()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("time_zoen", "time_zone"),
        ("TIME_ZONE", "time_zone"),
        ("Privacy", "privacy_policy"),
        ("zzzzzz", None),
        ("", None),
    ],
)
def test_the_nearest_name_is_found_or_none(name: str, near: str | None) -> None:
    """A slip of the fingers finds what was meant; something else finds nothing."""
    assert canonical.nearest(name, ["time_zone", "privacy_policy"]) == near


def test_an_excerpt_is_short_and_visible() -> None:
    """What is quoted in a sentence is one short line without hidden characters."""
    assert canonical.excerpt("a\x1b[31m\u202e\udc80") == "a\\x1b[31m\\u202e\\udc80"
    assert canonical.excerpt("x" * 100) == "x" * 60 + "\u2026"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("7", 7, id="a-digit"),
        pytest.param("\u00a0042 ", 42, id="blanks-around"),
        pytest.param("9" * 18, 10**18 - 1, id="as-long-as-an-id"),
        pytest.param("9" * 19, None, id="longer-than-any-id"),
        pytest.param("٧", None, id="other-digits"),
        pytest.param("²", None, id="raised-digits"),
        pytest.param("-7", None, id="with-a-sign"),
        pytest.param("7a", None, id="a-code"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_number_is_digits_that_fit_into_an_id(text: str, number: int | None) -> None:
    """What people type is a number only if some row could have it for its id."""
    assert canonical.number_in(text) == number
