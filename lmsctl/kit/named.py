"""Finding a row by what people call it: its code, its name or its number."""

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlmodel import col, or_

from lmsctl.kit import canonical
from lmsctl.kit.errors import Ambiguous, TitleGiven
from lmsctl.kit.statements import columns_of, may_contain
from lmsctl.kit.work import Work

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select

R = TypeVar("R")
# So many codes are an example.
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Titled:
    """What something is called, beside the code that names it."""

    code: str
    title: str


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


def check_no_title(  # noqa: PLR0913 - what is looked for, where, and what to call it
    work: Work, statement: "Select[Any]", given: str, *, code: Any, title: Any, what: str
) -> None:
    """Raise TitleGiven when `given` is what rows of `statement` are called, naming their codes.

    `statement` narrows to the rows that the actor sees; `code` and `title` are columns of it.
    """
    wanted = canonical.key(given)
    asked = statement.with_only_columns(
        *columns_of(Titled, None, code=col(code), title=col(title))
    ).where(may_contain(title, wanted))
    found = work.each(Titled, asked.order_by(col(code)))
    named = (row.code for row in found if canonical.key(row.title) == wanted)
    codes = list(islice(named, _EXAMPLES))
    if codes:
        raise TitleGiven(given=canonical.excerpt(given), codes=codes, what=what)
