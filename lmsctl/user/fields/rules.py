"""Pure decisions on custom fields: their names and choices, and what values they take."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.kit import canonical, celltimes
from lmsctl.kit.celltimes import CellDateMonthFirst, DateOrder
from lmsctl.kit.errors import Refusal
from lmsctl.user.fields.errors import (
    FieldChoicesWrong,
    FieldMissing,
    FieldNameTaken,
    FieldNotAssigned,
    FieldsWrong,
    FieldUnknown,
    FieldValueWrong,
)
from lmsctl.user.fields.results import FieldKind

_UTC = ZoneInfo("UTC")
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=_UTC)
# What every form of a date is made of, and no time or word.
_DAY = re.compile(r"[0-9]+([/.-])[0-9]+\1[0-9]+")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_VALUE_LIMIT = 1000
_CHOICE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A custom field as the program needs it."""

    id: int
    name: str
    name_key: str
    kind: FieldKind
    is_required: bool
    choices_json: list[str]


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One checked value of one field; `unique_key` only for unique fields."""

    field_id: int
    name: str
    value: str
    unique_key: str | None


def parse_assignments(given: Sequence[str]) -> dict[str, str]:
    """Return the values of `NAME=VALUE` texts by name; raises FieldNotAssigned."""
    values = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise FieldNotAssigned(given=text, field="--field")
        values[name.strip()] = value
    return values


def check_fields(
    rules: Iterable[FieldRule], given: Mapping[str, str], *, wants_required: bool
) -> list[FieldEntry]:
    """Return the checked entries for `given` (name to text; an empty text takes the value away).

    With `wants_required` every required field must have a value. Raises FieldUnknown, FieldMissing
    and FieldValueWrong, or FieldsWrong with several of them.
    """
    known = {rule.name_key: rule for rule in rules}
    texts = {canonical.key(name): (name, text) for name, text in given.items()}
    wrong: list[Refusal] = []
    for name_key, (name, _) in texts.items():
        if name_key not in known:
            guess = canonical.nearest(name, [rule.name for rule in known.values()])
            advice = f"Did you mean '{guess}'? " if guess else ""
            wrong.append(FieldUnknown(name=name, advice=advice))
    entries = []
    for name_key, rule in known.items():
        if name_key not in texts and not (wants_required and rule.is_required):
            continue
        try:
            entries.append(field_entry(rule, texts.get(name_key, ("", ""))[1]))
        except Refusal as refusal:
            wrong.append(refusal)
    if len(wrong) > 1:
        raise FieldsWrong(count=len(wrong), details=wrong)
    if wrong:
        raise wrong[0]
    return entries


def field_entry(rule: FieldRule, given: str, dates: DateOrder = DateOrder.DAY_FIRST) -> FieldEntry:
    """Return the entry for one value as the field's kind wants it.

    Raises FieldMissing, FieldValueWrong, and CellDateMonthFirst for a date that `dates`, the order
    in which slashes are read, does not fit.
    """
    text = canonical.check_text(given, field=rule.name, max_chars=_VALUE_LIMIT, min_chars=0)
    if not text:
        if rule.is_required:
            raise FieldMissing(name=rule.name, field=rule.name)
        return FieldEntry(rule.id, rule.name, "", None)
    value = (
        _check_date(rule, text, dates)
        if rule.kind == FieldKind.DATE
        else _CHECKS_BY_KIND[rule.kind](rule, text)
    )
    is_unique = rule.kind == FieldKind.UNIQUE_TEXT
    return FieldEntry(rule.id, rule.name, value, canonical.key(value) if is_unique else None)


def _check_text(_rule: FieldRule, text: str) -> str:
    """Return a text as it is."""
    return text


def _check_number(rule: FieldRule, text: str) -> str:
    """Return a number as it was written; raises FieldValueWrong."""
    if not _NUMBER.fullmatch(text):
        raise _value_wrong(rule, text, "a number such as 12 or 3.5")
    return text


def number_meaning(text: str) -> str:
    """Return the same text for all ways to write one number, and any other text as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
    whole, _, part = digits.partition(".")
    return f"{sign}{whole.lstrip('0')}.{part.rstrip('0')}"


def _check_date(rule: FieldRule, text: str, dates: DateOrder) -> str:
    """Return a date as `2026-01-31`; raises FieldValueWrong and CellDateMonthFirst."""
    expected = "a date such as 2026-01-31"
    if not _DAY.fullmatch(text):
        raise _value_wrong(rule, text, expected)
    try:
        word = celltimes.read_cell(text, dates)
        day = word.start(_ANY_MOMENT, _UTC) if word else None
    except CellDateMonthFirst:
        raise
    except Refusal as refusal:
        raise _value_wrong(rule, text, expected) from refusal
    return day.date().isoformat() if day else ""


def _check_choice(rule: FieldRule, text: str) -> str:
    """Return the choice that a text means, as it was defined; raises FieldValueWrong."""
    for choice in rule.choices_json:
        if canonical.key(choice) == canonical.key(text):
            return choice
    raise _value_wrong(rule, text, f"one of: {', '.join(rule.choices_json)}")


_CHECKS_BY_KIND = {
    FieldKind.TEXT: _check_text,
    FieldKind.UNIQUE_TEXT: _check_text,
    FieldKind.NUMBER: _check_number,
    FieldKind.LIST: _check_choice,
}


def _value_wrong(rule: FieldRule, value: str, expected: str) -> FieldValueWrong:
    """Return the refusal of a value that should be `expected`."""
    return FieldValueWrong(name=rule.name, value=value, expected=expected, field=rule.name)


# What the columns of a file of people are called, and what they are called by other programs.
PERSON_COLUMNS = (
    "login",
    "first name",
    "last name",
    "email",
    "department",
    "type",
    "status",
    "group",
    "add to group",
    "supervisor",
)


def check_field_name(name: str) -> None:
    """Raise FieldNameTaken when a custom field could not be told from a column of its own."""
    if "=" in name or canonical.key(name).replace("-", " ").replace("_", " ") in PERSON_COLUMNS:
        raise FieldNameTaken(name=name, field="name")


def check_choices(kind: FieldKind, choices: Sequence[str]) -> list[str]:
    """Return the choices of a list field, each once; raises FieldChoicesWrong."""
    texts = [canonical.check_text(choice, field="choice") for choice in choices]
    if (kind is FieldKind.LIST) != bool(texts):
        needs = "needs choices" if kind is FieldKind.LIST else "takes no choices"
        raise FieldChoicesWrong(kind=kind, needs=needs)
    if len({canonical.key(text) for text in texts}) != len(texts):
        raise FieldChoicesWrong(kind=kind, needs="needs different choices")
    if len(texts) > _CHOICE_LIMIT:
        raise FieldChoicesWrong(kind=kind, needs=f"takes at most {_CHOICE_LIMIT} choices")
    return texts
