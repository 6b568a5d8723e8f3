"""Column types and table rules that every room's model is built from."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Integer, Text
from sqlalchemy import Boolean as PlainBoolean
from sqlalchemy import Date as PlainDate
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeEngine

# SQLite's STRICT tables know INTEGER, REAL, TEXT and BLOB only, and forget zones: moments are
# UTC text that sorts like the moment, days ISO text, truths 0 or 1.
_MOMENT: TypeEngine[Any] = Text().with_variant(postgresql.TIMESTAMP(timezone=True), "postgresql")
_DAY: TypeEngine[Any] = Text().with_variant(PlainDate(), "postgresql")
_TRUTH: TypeEngine[Any] = Integer().with_variant(PlainBoolean(), "postgresql")
_NUMBER: TypeEngine[Any] = Integer().with_variant(BigInteger(), "postgresql")

STRICT = {"sqlite_strict": True, "sqlite_autoincrement": True}
STRICT_LINK = {"sqlite_strict": True}


def key() -> Any:
    """Return the numeric primary key; numbers of deleted rows never come back."""
    return Column("id", _NUMBER, Identity(), primary_key=True)


def text(*, null: bool = False, unique: bool = False, index: bool = False) -> Any:
    """Return a text column."""
    return Column(Text, nullable=null, unique=unique or None, index=index or None)


def derived(
    source: str,
    by: Callable[[str], str | None],
    *,
    null: bool = False,
    unique: bool = False,
    is_optional: bool = False,
) -> Any:
    """Return a text column that holds what `by` makes of the column `source` of the same row.

    An optional one may be null although its source is not.
    """
    made = Column(Text, nullable=null, unique=unique or None)
    made.info.update(holds="derived", source=source, by=by, is_optional=is_optional)
    return made


def digest(*, null: bool = False, unique: bool = False, index: bool = False) -> Any:
    """Return a column for the SHA-256, in hexadecimal, of something that is not kept."""
    return _holding("digest", text(null=null, unique=unique, index=index))


def json_list(*, null: bool = False) -> Any:
    """Return a column for a list of texts, as JSON; its name ends in `_json`."""
    return _holding("list", text(null=null))


def json_object() -> Any:
    """Return a column for names and values, as JSON; its name ends in `_json`."""
    return _holding("object", text())


def zone() -> Any:
    """Return a column for the name of a time zone."""
    return _holding("zone", text())


def word(words: type[StrEnum]) -> Any:
    """Return a text column, null or one of a closed set of words, that has no CHECK of its own."""
    column = _holding("word", text(null=True))
    column.info["words"] = tuple(words)
    return column


def _holding(what: str, column: Any) -> Any:
    column.info["holds"] = what
    return column


def text_key() -> Any:
    """Return a text column that is part of the primary key."""
    return Column(Text, primary_key=True)


def number(*, null: bool = False, default: int | None = None) -> Any:
    """Return a whole-number column."""
    return Column(_NUMBER, nullable=null, server_default=None if default is None else str(default))


def moment(*, null: bool = False, index: bool = False) -> Any:
    """Return a column for an instant; its name ends in `_at`."""
    return _holding("moment", Column(_MOMENT, nullable=null, index=index or None))


def day(*, null: bool = False) -> Any:
    """Return a column for a calendar day; its name ends in `_on`."""
    return _holding("day", Column(_DAY, nullable=null))


def truth() -> Any:
    """Return a yes-or-no column; its name begins with `is_` or `has_`."""
    return Column(_TRUTH, nullable=False)


def reference(
    to: str,
    *,
    null: bool = False,
    gone: str | None = None,
    index: bool | None = None,
    primary: bool = False,
) -> Any:
    """Return a reference to another table's id; when that goes, `gone` is CASCADE or SET NULL."""
    wants_index = not primary if index is None else index
    return Column(
        _NUMBER,
        ForeignKey(f"{to}.id", ondelete=gone),
        nullable=null,
        index=wants_index or None,
        primary_key=primary,
    )


def one_of(column: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """Return the CHECK that keeps `column` to a closed set of words."""
    known = tuple(str(word) for word in words)
    listed = ", ".join(f"'{word}'" for word in known)
    return CheckConstraint(
        f"{column} IN ({listed})",
        name=f"{column}_known",
        info={"column": column, "words": known},
    )
