"""Understanding xAPI statements (Experience API 1.0.3, Part Two: Data) as rows of progress."""

import json
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from lmsctl.enrollment.progress.errors import (
    ScoreWrong,
    StatementPartMissing,
    StatementUnreadable,
    VerbUnknown,
)
from lmsctl.enrollment.results import EventKind
from lmsctl.kit import canonical
from lmsctl.kit.csvout import ERROR_HEADING

NAMES = ("login", "content", "event", "score", "happened_at")
_VERBS: Mapping[str, EventKind] = {
    "experienced": EventKind.VIEWED,
    "completed": EventKind.COMPLETED,
    "passed": EventKind.PASSED,
    "failed": EventKind.FAILED,
}
_MAILTO = "mailto:"


def read_statement(line: str) -> list[str]:
    """Return the cells, in the order of NAMES, that the statement on a line means.

    The person is the address in `actor.mbox`, or `actor.account.name`; the item's code is the last
    part of the path in `object.id`; the score is `scaled` in percent, else `raw` between `min` (0)
    and `max` (100). Raises StatementUnreadable, StatementPartMissing, VerbUnknown and ScoreWrong.
    """
    try:
        statement = json.loads(line, parse_float=Decimal, parse_int=Decimal)
    except (ValueError, RecursionError) as error:
        raise StatementUnreadable(reason="it is not JSON") from error
    if not isinstance(statement, dict):
        raise StatementUnreadable(reason="it is not a JSON object")
    event = _event(_get_text(_get_object(statement, "verb"), "id", "verb.id"))
    result = _get_object(statement, "result")
    return [
        _check_characters(_login(_get_object(statement, "actor"))),
        _check_characters(_code(_get_text(_get_object(statement, "object"), "id", "object.id"))),
        event.value,
        "" if event is EventKind.VIEWED else _score(_get_object(result, "score"), event),
        _check_characters(_get_text(statement, "timestamp", "timestamp")),
    ]


def add_error(line: str, error: str) -> str:
    """Return a statement with one more part, `_error`; what is no JSON object becomes a part too.

    Nobody reads either part again.
    """
    try:
        statement = json.loads(line)
    except (ValueError, RecursionError):
        statement = None
    if not isinstance(statement, dict):
        statement = {"_line": line.rstrip("\r\n")}
    return json.dumps({**statement, ERROR_HEADING: error})


def _check_characters(text: str) -> str:
    """Return a text that a database can keep; JSON can write NUL, and halves of characters."""
    if "\0" in text or (not text.isprintable() and any(map(_is_surrogate, text))):
        raise StatementUnreadable(reason="it holds a character that no text can have")
    return text


def _is_surrogate(character: str) -> bool:
    """Say whether a character is half of one."""
    return "\ud800" <= character <= "\udfff"


def _get_object(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return an object inside a statement, an empty one when it is absent."""
    found = whole.get(name)
    return found if isinstance(found, dict) else {}


def _get_text(whole: Mapping[str, Any], name: str, called: str) -> str:
    """Return a text inside a statement; raises StatementPartMissing with what it is `called`."""
    found = whole.get(name)
    if not isinstance(found, str) or not canonical.trim(found):
        raise StatementPartMissing(part=called)
    return canonical.trim(found)


def _login(actor: Mapping[str, Any]) -> str:
    """Return the address or login of an actor; raises StatementPartMissing."""
    mbox = actor.get("mbox")
    if isinstance(mbox, str) and mbox.casefold().startswith(_MAILTO):
        return unquote(mbox[len(_MAILTO) :])
    return _get_text(_get_object(actor, "account"), "name", "actor")


def _code(address: str) -> str:
    """Return the code at the end of an address; raises StatementPartMissing."""
    try:
        path = urlsplit(address).path
    except ValueError:
        path = address
    code = unquote(path.rstrip("/").rpartition("/")[2])
    if not code:
        raise StatementPartMissing(part="object.id")
    return code


def _event(verb: str) -> EventKind:
    """Return the event that a verb means; raises VerbUnknown."""
    word = verb.rstrip("/").rpartition("/")[2]
    if word not in _VERBS:
        raise VerbUnknown(given=canonical.excerpt(verb))
    return _VERBS[word]


def _score(score: Mapping[str, Any], event: EventKind) -> str:
    """Return the score in whole percent, halves upward; nothing when there is none."""
    scaled: Any = score.get("scaled")
    raw: Any = score.get("raw")
    if scaled is None and raw is None:
        return ""
    try:
        if scaled is not None:
            percent = Decimal(scaled) * 100
        else:
            least, most = Decimal(score.get("min", 0)), Decimal(score.get("max", 100))
            percent = (Decimal(raw) - least) / (most - least) * 100
        whole = int(percent.quantize(Decimal(1), ROUND_HALF_UP))
    except (ArithmeticError, TypeError, ValueError) as error:
        given = canonical.excerpt(str(raw if scaled is None else scaled))
        raise ScoreWrong(given=given, event=event.value) from error
    if not 0 <= percent <= 100:  # noqa: PLR2004 - percent
        raise ScoreWrong(given=f"{whole} percent", event=event.value)
    return str(whole)
