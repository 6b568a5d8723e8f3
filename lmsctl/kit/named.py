"""Finding a row by what people call it: its code, its name or its number."""

from typing import TYPE_CHECKING, Any, TypeVar

from sqlmodel import col, or_

from lmsctl.kit import canonical
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

R = TypeVar("R")


def find_named(  # noqa: PLR0913 - what is looked for, where, and what to call it
    work: Work,
    record: type[R],
    statement: "Select[Any]",
    given: str,
    *has_name: "ColumnElement[bool]",
    id_column: Any,
    what: str,
    **values: Any,
) -> R | None:
    """Return the row of `statement` that `given` means, as a `record`, or None.

    It means the row for which one of the conditions `has_name` holds, or, if it is a number, the
    row whose id it is. `values` are for the parameters of `statement`. Raises Ambiguous, with the
    word `what` for such a row, when that is more than one.
    """
    number = canonical.number_in(given)
    is_meant = has_name if number is None else (*has_name, col(id_column) == number)
    found = work.all(record, statement.where(or_(*is_meant)), **values)
    if len(found) > 1:
        raise Ambiguous(given=given, what=what)
    return found[0] if found else None
