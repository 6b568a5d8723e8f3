"""Comparing tables, columns and every value with what the models say about them."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Table
from sqlmodel import SQLModel

from lmsctl.db import engine, store
from lmsctl.db.results import Finding
from lmsctl.db.shape_store import Shape
from lmsctl.kit import zones
from lmsctl.kit.columns import utc_text
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(slots=True)
class _Rule:
    """What one column must hold; counts the rows that do not, and keeps the first of them."""

    check: str
    expected: str
    column: str
    source: str
    is_right: Callable[[Any, Any], bool]
    count: int = 0
    example: str = ""


def known_to_models(found: Shape) -> Shape:
    """Return `found` with the tables and columns that the models name, and no others."""
    engine.load_models()
    names = {"table alembic_version", "column alembic_version.version_num"}
    for table in SQLModel.metadata.sorted_tables:
        names |= {f"table {table.name}", *(f"column {column}" for column in table.columns)}
    others = {name for name in found if not name.startswith(("table ", "column "))}
    return {name: found.get(name, "") for name in names | others}


def list_broken(work: Work) -> list[Finding]:
    """Return a finding for each rule that values break: how many do, and the first."""
    engine.load_models()
    return [
        Finding(rule.check, rule.count, rule.example, rule.expected)
        for table in SQLModel.metadata.sorted_tables
        for rule in _judge_rows(work, table)
        if rule.count
    ]


def _judge_rows(work: Work, table: Table) -> list[_Rule]:
    """Return the rules of a table, after every row of it was counted by them."""
    rules = list(_rules(table, is_text=work.is_sqlite))
    if rules:
        names = [column.name for column in table.primary_key]
        names += [name for rule in rules for name in (rule.column, rule.source)]
        places_of = {name: place for place, name in enumerate(dict.fromkeys(names))}
        keys = [places_of[column.name] for column in table.primary_key]
        places = [(rule, places_of[rule.column], places_of[rule.source]) for rule in rules]
        for row in store.stream_rows(work, table.name, places_of):
            for rule, column, source in places:
                if not rule.is_right(row[column], row[source]):
                    rule.count += 1
                    key = ", ".join(str(row[place]) for place in keys)
                    rule.example = rule.example or f"{table.name}.{rule.column} of {key}"
    return rules


def _rules(table: Table, *, is_text: bool) -> Iterator[_Rule]:
    """Yield what the models say about values of a table; `is_text`: times are kept as texts."""
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and "words" in constraint.info:
            yield _choice_rule(constraint.info["column"], constraint.info["words"])
    for column in table.columns:
        kind = column.info.get("holds")
        if kind == "derived":
            yield _derived_rule(column)
        elif kind == "word":
            yield _choice_rule(column.name, column.info["words"])
        elif kind in _FORMS and (is_text or kind not in {"moment", "day"}):
            check, expected, is_right = _FORMS[kind]
            yield _Rule(check, expected, column.name, column.name, _unless_null(is_right))


def _derived_rule(column: Column[Any]) -> _Rule:
    """Return the rule of a column that is computed from another one."""
    derive, is_optional = column.info["by"], column.info["is_optional"]

    def is_right(value: Any, source: Any) -> bool:
        if value is None and is_optional:
            return True
        return bool(value == (None if source is None else derive(source)))

    source = column.info["source"]
    return _Rule(
        "keys_agree",
        f"'{column.name}' is what is made of '{source}', so that it is found.",
        column.name,
        source,
        is_right,
    )


def _choice_rule(name: str, words: tuple[str, ...]) -> _Rule:
    """Return the rule of a column that holds one of several words."""
    known = frozenset(words)
    expected = f"'{name}' is one of: {', '.join(words)}."
    return _Rule("choices_known", expected, name, name, _unless_null(known.__contains__))


def _unless_null(is_right: Callable[[Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda value, _: value is None or is_right(value)


def _is_moment(text: str) -> bool:
    try:
        return utc_text(datetime.fromisoformat(text)) == text
    except (ValueError, OverflowError):
        return False


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_list(text: str) -> bool:
    found = _parse_json(text)
    return isinstance(found, list) and all(isinstance(item, str) for item in found)


def _parse_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_zone(text: str) -> bool:
    try:
        zones.by_name(text)
    except Refusal:
        return False
    return True


_FORMS: dict[str, tuple[str, str, Callable[[Any], bool]]] = {
    "moment": ("moments_readable", "A moment is written like 2026-03-01T09:00:00Z.", _is_moment),
    "day": ("days_readable", "A day is written like 2026-03-01.", _is_day),
    "list": ("lists_readable", "A list is written as JSON texts in brackets.", _is_list),
    "object": (
        "objects_readable",
        "Details are written as a JSON object.",
        lambda text: isinstance(_parse_json(text), dict),
    ),
    "digest": (
        "digests_readable",
        "A digest has 64 hexadecimal digits.",
        lambda text: _DIGEST.fullmatch(text) is not None,
    ),
    "zone": ("zones_known", "A time zone is one that this machine's list of zones has.", _is_zone),
}
