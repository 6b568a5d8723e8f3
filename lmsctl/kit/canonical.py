"""The one form in which codes and names are compared, and the checks of short texts."""

import re
import unicodedata
from collections.abc import Iterable

from lmsctl.kit.errors import Rejected

# Blanks people paste without seeing them. Other controls stay in place, so that they are refused.
_BLANKS = (
    " \t\r\n\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000\u200b\u200c\u200d\u2060\ufeff"
)
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# Unicode's Default_Ignorable_Code_Point, of which nothing is drawn where it is not understood, and
# the Braille pattern without dots, of which nothing is drawn at all.
_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CODE_SEPARATORS = frozenset("/:,;\"'`\\")
_CODE_LIMIT = 64
# So many digits always fit into the eight bytes that a database has for a whole number.
_NUMBER_DIGITS = 18
# An index of PostgreSQL takes 2,704 bytes a row, the row's own head included.
INDEXABLE_BYTES = 2_600


class TextEmpty(Rejected):
    """Nothing, or only blanks, where a text is needed."""

    code = "text_empty"
    message = "{what} is empty."
    hint = "Give at least {min_chars} visible characters."


class TextTooShort(Rejected):
    """A text below its least length."""

    code = "text_too_short"
    message = "{what} has {chars} characters, fewer than {min_chars}."
    hint = "Lengthen it to at least {min_chars} characters."


class TextTooLong(Rejected):
    """A text beyond its greatest length."""

    code = "text_too_long"
    message = "{what} has {chars} characters, more than {max_chars}."
    hint = "Shorten it to at most {max_chars} characters."


class TextCharacterForbidden(Rejected):
    """A control character, line break, direction override or half a surrogate pair in a text."""

    code = "text_character_forbidden"
    message = "{what} holds {character} at position {position}."
    hint = "Take that character out; it is invisible, so retyping the text may be quickest."


class CodeInvalid(Rejected):
    """A code that could not be typed, passed in a path or told apart by eye."""

    code = "code_invalid"
    message = "{given} cannot be a code: {reason}."
    hint = (
        "Use 1 to 64 visible characters without blanks, quotes, / \\ : , or ;"
        " and do not begin with a hyphen, as in GDPR-101."
    )


def trim(text: str) -> str:
    """Return `text` without blanks around it, non-breaking and zero-width ones included."""
    return text.strip(_BLANKS)


def compose(text: str) -> str:
    """Return `text` as texts are stored: in NFC, without blanks around it."""
    return unicodedata.normalize("NFC", trim(text))


def fold(text: str) -> str:
    """Return `text` with case and ways of composing accents leveled: NFC, casefold, NFC."""
    if text.isascii():
        return text.lower()
    normal = unicodedata.normalize
    return normal("NFC", normal("NFC", text).casefold())


def key(text: str) -> str:
    """Return the form under which a code or a name is compared and indexed.

    Two texts are the same to us if and only if their keys are equal; `key(key(x)) == key(x)`.
    """
    return fold(trim(text))


def holds(given: str | None, *texts: str | None) -> bool:
    """Say whether one of `texts` contains what somebody looks for, in whatever case.

    Every text does when nothing is looked for.
    """
    wanted = key(given or "")
    return any(wanted in key(text) for text in texts if text is not None)


def lower(text: str) -> str:
    """Return `text` in lower case and NFC: unlike `fold`, it keeps a sharp s apart from `ss`."""
    if text.isascii():
        return text.lower()
    normal = unicodedata.normalize
    return normal("NFC", normal("NFC", text).lower())


def number_in(text: str) -> int | None:
    """Return the whole number that `text` is, blanks around it aside, or None.

    It has digits only, no sign, and no more of them than any id can have.
    """
    digits = trim(text)
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _NUMBER_DIGITS
    return int(digits) if is_number else None


def first_ignorable(text: str) -> str | None:
    """Return the first character of `text` that is invisible wherever it stands."""
    found = None if text.isascii() else _IGNORABLE.search(text)
    return found[0] if found else None


def check_text(value: str, *, field: str, max_chars: int = 255, min_chars: int = 1) -> str:
    """Return `value` trimmed and in NFC, fit to be a name or a title on one line.

    Lengths count characters (code points) of what is returned. Markup and formulas are fine here:
    whoever shows or exports a text makes it harmless. Raises TextCharacterForbidden, TextEmpty,
    TextTooShort or TextTooLong.
    """
    if value.isascii() and value.isprintable():  # the usual text, and a quick one
        text = value.strip(" ")
    else:
        text = unicodedata.normalize("NFC", trim(value))
        # What is forbidden is never printable, and to ask the whole text at once is quick.
        for position, character in enumerate("" if text.isprintable() else text, start=1):
            if _is_forbidden(character):
                raise TextCharacterForbidden(
                    field=field, what=field, character=name_of(character), position=position
                )
    if not text and min_chars:
        raise TextEmpty(field=field, what=field, min_chars=min_chars)
    if len(text) < min_chars:
        raise TextTooShort(field=field, what=field, chars=len(text), min_chars=min_chars)
    if len(text) > max_chars:
        raise TextTooLong(field=field, what=field, chars=len(text), max_chars=max_chars)
    return text


def check_code(value: str, field: str) -> str:
    """Return `value` trimmed and in NFC, fit to be the code of a profile, department or content.

    Letters of any script, digits and most signs are allowed. Not allowed are blanks and invisible
    characters, quotes and backslashes (shells), `/` (paths of departments), `:` (training and
    session), `,` and `;` (lists), and a hyphen in front (options). Raises CodeInvalid.
    """
    text = unicodedata.normalize("NFC", trim(value))
    reason = _why_no_code(text)
    if reason:
        raise CodeInvalid(field=field, given=excerpt(text), reason=reason)
    return text


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` most likely was meant to be, or None.

    Case does not count. Never use it on links, tokens or what opens a door: a refusal of a
    secret must not help to guess another.
    """
    # difflib costs more to load than most commands may spend, and only mistakes need it
    from difflib import get_close_matches

    by_key = {key(candidate): candidate for candidate in known}
    close = get_close_matches(key(name), by_key, n=1)
    return by_key[close[0]] if close else None


def excerpt(text: str, max_chars: int = 60) -> str:
    r"""Return the beginning of `text` for a sentence, invisible characters written as `\u202e`."""
    start = text[:max_chars]
    shown = "".join(
        c if c.isprintable() and not first_ignorable(c) else c.encode("unicode_escape").decode()
        for c in start
    )
    return shown if len(text) <= max_chars else f"{shown}…"


def indexable(text: str) -> str:
    """Return `text`, cut where an index could take no more of it."""
    octets = text.encode()
    if len(octets) <= INDEXABLE_BYTES:
        return text
    return octets[: INDEXABLE_BYTES - len("…".encode())].decode(errors="ignore") + "…"


def name_of(character: str) -> str:
    """Return how to speak of one character that may be invisible: `U+202E RIGHT-TO-LEFT …`."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def _is_forbidden(character: str) -> bool:
    return unicodedata.category(character) in _FORBIDDEN_CATEGORIES or character in _BIDI_CONTROLS


def _why_no_code(text: str) -> str | None:
    if not text:
        return "it is empty"
    if len(text) > _CODE_LIMIT:
        return f"it has {len(text)} characters"
    if text.startswith("-"):
        return "it begins with a hyphen"
    wrong = [
        c
        for c in text
        if not c.isprintable() or c == " " or c in _CODE_SEPARATORS or first_ignorable(c)
    ]
    return f"it holds {name_of(wrong[0])}" if wrong else None
