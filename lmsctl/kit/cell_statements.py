"""Statements whose rows are the cells of CSV files: databases write them faster than programs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, Label, Select, String, Text, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import case, func

from lmsctl.kit.columns import Choice, Moment, Truth
from lmsctl.kit.csvout import BLANKS, FORMULA, SUSPECT
from lmsctl.kit.statements import moment_text


class GuardedText(FunctionElement[str]):
    """A text as `csvout.guard` writes it: harmless in a spreadsheet, and read back as it was."""

    inherit_cache = True
    type = Text()


_CHARACTERS = {"suspect": SUSPECT.replace("'", "''"), "formula": FORMULA, "blanks": BLANKS}


@compiles(GuardedText, "sqlite")
def _guarded_on_sqlite(element: GuardedText, compiler: SQLCompiler, **options: Any) -> str:
    return _guarded(compiler.process(element.clauses, **options), "instr")


@compiles(GuardedText, "postgresql")
def _guarded_on_postgresql(element: GuardedText, compiler: SQLCompiler, **options: Any) -> str:
    return _guarded(compiler.process(element.clauses, **options), "strpos")


def _guarded(text: str, find: str) -> str:
    """Return SQL for a text, guarded; `find` is the function that says where in a text another is.

    Most texts are judged by their first character alone.
    """
    text = f"({text})"
    bare = f"ltrim({text}, '''')"
    is_suspect = f"{find}('{_CHARACTERS['suspect']}', substr({text}, 1, 1)) > 0"
    is_formula = f"{bare} <> '' AND {find}('{_CHARACTERS['formula']}', substr({bare}, 1, 1)) > 0"
    is_none = f"lower(rtrim({bare}, '{_CHARACTERS['blanks']}')) = 'none'"
    risky = f"{is_suspect} AND ({is_formula} OR {is_none})"
    return f"CASE WHEN {risky} THEN '''' || {text} ELSE {text} END"


def select_cells(
    statement: Select[Any], names: Sequence[str], *, is_raw: bool
) -> Select[Any] | None:
    """Return a statement for these columns of `statement` as the texts of CSV cells.

    Numbers stay numbers, and what is absent is NULL. Texts are guarded unless `is_raw`. The result
    is None when there is a column that databases do not write as `render` does.
    """
    found = {str(label.key): label for label in statement.selected_columns}
    cells = []
    for name in names:
        label = found[name]
        cell = _cell(label.element if isinstance(label, Label) else label, is_raw=is_raw)
        if cell is None:
            return None
        cells.append(cell.label(name))
    return statement.with_only_columns(*cells, maintain_column_froms=True)


_YES: ColumnElement[str] = literal_column("'yes'")
_NO: ColumnElement[str] = literal_column("'no'")
_NOTHING: ColumnElement[str] = literal_column("''")


def _cell(column: ColumnElement[Any], *, is_raw: bool) -> ColumnElement[Any] | None:
    """Return one column as the text of a cell; None where databases cannot write it."""
    kind = column.type
    if isinstance(kind, Moment):
        return moment_text(column)
    if isinstance(kind, Truth | Boolean):
        return case((column.is_(None), None), (column, _YES), else_=_NO)
    if isinstance(kind, Integer | Choice):
        return column
    if isinstance(kind, String):
        # PostgreSQL writes "" for a text without characters.
        return func.nullif(column if is_raw else GuardedText(column), _NOTHING)
    return None
