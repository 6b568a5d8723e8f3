"""What the models say that tables, columns and their values must be; read as a stream."""

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
    """What one column of a table must hold; counts as it goes who does not."""

    check: str
    expected: str
    column: str
    source: str
    is_right: Callable[[Any, Any], bool]
    count: int = 0
    example: str = ""


def named(found: Shape) -> Shape:
    """Return `found` with the tables and columns that the models name, and no others."""
    engine.load_models()
    names = {"table alembic_version", "column alembic_version.version_num"}
    for table in SQLModel.metadata.sorted_tables:
        names |= {f"table {table.name}", *(f"column {column}" for column in table.columns)}
    others = {name for name in found if not name.startswith(("table ", "column "))}
    return {name: found.get(name, "") for name in names | others}


def broken(work: Work) -> list[Finding]:
    """Return each column with values that cannot be meant: how many, and the first."""
    engine.load_models()
    return [
        Finding(rule.check, rule.count, rule.example, rule.expected)
        for table in SQLModel.metadata.sorted_tables
        for rule in _judged(work, table)
        if rule.count
    ]


def _judged(work: Work, table: Table) -> list[_Rule]:
    rules = list(_rules(table, is_text=work.is_sqlite))
    if rules:
        names = [column.name for column in table.primary_key]
        names += [name for rule in rules for name in (rule.column, rule.source)]
        at = {name: place for place, name in enumerate(dict.fromkeys(names))}
        keys = [at[column.name] for column in table.primary_key]
        places = [(rule, at[rule.column], at[rule.source]) for rule in rules]
        for row in store.stream(work, table.name, at):
            for rule, column, source in places:
                if not rule.is_right(row[column], row[source]):
                    rule.count += 1
                    key = ", ".join(str(row[place]) for place in keys)
                    rule.example = rule.example or f"{table.name}.{rule.column} of {key}"
    return rules


def _rules(table: Table, *, is_text: bool) -> Iterator[_Rule]:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and "words" in constraint.info:
            yield _words(constraint.info["column"], constraint.info["words"])
    for column in table.columns:
        holds = column.info.get("holds")
        if holds == "derived":
            yield _derived(column)
        elif holds == "word":
            yield _words(column.name, column.info["words"])
        elif holds in _SAYS and (is_text or holds not in {"moment", "day"}):
            check, expected, is_right = _SAYS[holds]
            yield _Rule(check, expected, column.name, column.name, _unless_null(is_right))


def _derived(column: Column[Any]) -> _Rule:
    by, is_optional = column.info["by"], column.info["is_optional"]

    def is_right(value: Any, source: Any) -> bool:
        if value is None and is_optional:
            return True
        return bool(value == (None if source is None else by(source)))

    source = column.info["source"]
    return _Rule(
        "keys_agree",
        f"'{column.name}' is what is made of '{source}', so that it is found.",
        column.name,
        source,
        is_right,
    )


def _words(name: str, words: tuple[str, ...]) -> _Rule:
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
    found = _json(text)
    return isinstance(found, list) and all(isinstance(item, str) for item in found)


def _json(text: str) -> Any:
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


_SAYS: dict[str, tuple[str, str, Callable[[Any], bool]]] = {
    "moment": ("moments_readable", "A moment is written like 2026-03-01T09:00:00Z.", _is_moment),
    "day": ("days_readable", "A day is written like 2026-03-01.", _is_day),
    "list": ("lists_readable", "A list is written as JSON texts in brackets.", _is_list),
    "object": (
        "objects_readable",
        "Details are written as a JSON object.",
        lambda text: isinstance(_json(text), dict),
    ),
    "digest": (
        "digests_readable",
        "A digest has 64 hexadecimal digits.",
        lambda text: _DIGEST.fullmatch(text) is not None,
    ),
    "zone": ("zones_known", "A time zone is one that this machine's list of zones has.", _is_zone),
}
