"""Column types and table rules that every room's model is built from.

It is long because it has both the types of columns and the functions that declare columns of them.
"""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
)
from sqlalchemy import Boolean as PlainBoolean
from sqlalchemy import Date as PlainDate
from sqlalchemy import text as sql_text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.compiler import DDLCompiler, TypeCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

E = TypeVar("E", bound=StrEnum)

# SQLite's STRICT tables know INTEGER, REAL, TEXT and BLOB only, and forget zones: moments are
# UTC text that sorts like the moment, days ISO text, truths 0 or 1.
_NUMBER: TypeEngine[int] = Integer().with_variant(BigInteger(), "postgresql")


class PlainText(Text):
    """Text that PostgreSQL, like SQLite, compares and orders by the numbers of its characters.

    In whatever language a server lives, lists and pages have one order, and what begins with a text
    is found by an index (PostgreSQL's documentation, "Collation Support" and "Operator Classes").
    """


@compiles(PlainText, "postgresql")
def _plain_text(_type: PlainText, _compiler: TypeCompiler, **_options: Any) -> str:
    return 'TEXT COLLATE "C"'


STRICT = {"sqlite_strict": True, "sqlite_autoincrement": True}
STRICT_LINK = {"sqlite_strict": True}


def utc_text(moment: datetime) -> str:
    """Return `2026-03-01T09:00:00Z`: sorts like the moment. Naive moments raise ValueError."""
    return _aware(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = "a moment without a zone cannot be stored"
        raise ValueError(message)
    return moment


class Moment(TypeDecorator[datetime]):
    """An instant: an aware datetime here, `timestamptz` on PostgreSQL, UTC text on SQLite."""

    impl = Text
    cache_ok = True
    python_type = datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return how this database keeps a moment."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the driver is given; raises ValueError for a moment without a zone."""
        if value is None:
            return None
        return _aware(value) if dialect.name == "postgresql" else utc_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the moment that the driver gave, in UTC."""
        if value is None or dialect.name == "postgresql":
            return cast("datetime | None", value)
        return datetime.fromisoformat(value)


class Day(TypeDecorator[date]):
    """A calendar day: a date here and on PostgreSQL, ISO text on SQLite."""

    impl = Text
    cache_ok = True
    python_type = date

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return how this database keeps a day."""
        return dialect.type_descriptor(PlainDate() if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """Return what the driver is given."""
        return value if value is None or dialect.name == "postgresql" else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Return the day that the driver gave."""
        if value is None or dialect.name == "postgresql":
            return cast("date | None", value)
        return date.fromisoformat(value)


class Truth(TypeDecorator[bool]):
    """Yes or no: `boolean` on PostgreSQL, 0 or 1 on SQLite."""

    impl = PlainBoolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return how this database keeps a truth."""
        return dialect.type_descriptor(
            PlainBoolean() if dialect.name == "postgresql" else Integer()
        )

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:  # noqa: FBT001 - SQLAlchemy's signature
        """Return what the driver is given."""
        return value if value is None or dialect.name == "postgresql" else int(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the truth that the driver gave."""
        return None if value is None else bool(value)


class Choice(TypeDecorator[E]):
    """One word of a closed set: a member of `words` here, text in the database."""

    impl = PlainText
    cache_ok = True

    def __init__(self, words: type[E]) -> None:
        super().__init__()
        self.words = words

    @property
    def python_type(self) -> type[E]:
        """The closed set."""
        return self.words

    def process_bind_param(self, value: E | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Return what the driver is given; raises ValueError for a word outside the set."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> E | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the member whose word the driver gave."""
        return None if value is None else self.words(value)


class Json(TypeDecorator[Any]):
    """A list or an object, kept as JSON text with sorted keys on both databases."""

    impl = PlainText
    cache_ok = True
    python_type = object

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Return what the driver is given; None stays NULL, a set becomes a sorted list."""
        if value is None:
            return None
        plain = sorted(value) if isinstance(value, set | frozenset) else value
        return json.dumps(plain, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the list or object that the driver gave as text."""
        return None if value is None else json.loads(value)


def key() -> Any:
    """Return the numeric primary key; numbers of deleted rows never come back."""
    return Column("id", _NUMBER, Identity(), primary_key=True)


def text(
    *, null: bool = False, unique: bool = False, index: bool = False, default: str | None = None
) -> Any:
    """Return a text column."""
    return Column(
        PlainText,
        nullable=null,
        unique=unique or None,
        index=index or None,
        server_default=default,
    )


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
    made = Column(PlainText, nullable=null, unique=unique or None)
    made.info.update(holds="derived", source=source, by=by, is_optional=is_optional)
    return made


def digest(*, null: bool = False, unique: bool = False, index: bool = False) -> Any:
    """Return a column for the SHA-256, in hexadecimal, of something that is not kept."""
    return _holding("digest", text(null=null, unique=unique, index=index))


def json_list(*, null: bool = False) -> Any:
    """Return a column for a list of texts, as JSON; its name ends in `_json`."""
    return _holding("list", Column(Json, nullable=null))


def json_object() -> Any:
    """Return a column for names and values, as JSON; its name ends in `_json`."""
    return _holding("object", Column(Json, nullable=False))


def zone() -> Any:
    """Return a column for the name of a time zone."""
    return _holding("zone", text())


def word(words: type[StrEnum]) -> Any:
    """Return a text column, null or one of a closed set of words, that has no CHECK of its own."""
    column = _holding("word", choice(words, null=True))
    column.info["words"] = tuple(words)
    return column


def _holding(what: str, column: Any) -> Any:
    column.info["holds"] = what
    return column


def text_key() -> Any:
    """Return a text column that is part of the primary key."""
    return Column(PlainText, primary_key=True)


def number(*, null: bool = False, default: int | None = None) -> Any:
    """Return a whole-number column."""
    return Column(_NUMBER, nullable=null, server_default=None if default is None else str(default))


def moment(*, null: bool = False, index: bool = False) -> Any:
    """Return a column for an instant; its name ends in `_at`."""
    return _holding("moment", Column(Moment, nullable=null, index=index or None))


def day(*, null: bool = False) -> Any:
    """Return a column for a calendar day; its name ends in `_on`."""
    return _holding("day", Column(Day, nullable=null))


def truth() -> Any:
    """Return a yes-or-no column; its name begins with `is_` or `has_`."""
    return Column(Truth, nullable=False)


def choice(words: type[StrEnum], *, null: bool = False) -> Any:
    """Return a column for one of `words`; a CHECK by `one_of` keeps the table to them."""
    return Column(Choice(words), nullable=null)


def choice_key(words: type[StrEnum]) -> Any:
    """Return a column for one of `words` that is part of the primary key."""
    return Column(Choice(words), primary_key=True)


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


def partial_index(name: str, *columns: Any, where: str, unique: bool = False) -> Index:
    """Return an index of those rows alone that fit the condition `where`, which is SQL."""
    return Index(name, *columns, unique=unique, info={"where": where})


# Of arguments such as `sqlite_where` and `postgresql_where` SQLAlchemy asks both dialects when a
# table is declared, and every command on SQLite would load what it has for PostgreSQL.
@compiles(CreateIndex)
def _create_index(element: CreateIndex, compiler: DDLCompiler, **options: Any) -> str:
    index = element.element
    if "where" in index.info:
        index.dialect_options[compiler.dialect.name]["where"] = sql_text(index.info["where"])
    compiling: Any = compiler
    return str(compiling.visit_create_index(element, **options))
