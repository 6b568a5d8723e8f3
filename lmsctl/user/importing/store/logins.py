"""The statements of logins that are made up for new people of a file who have none."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Integer
from sqlmodel import col, exists, func, literal, or_, select, union_all, update
from sqlmodel import delete as delete_from

from lmsctl.bulk.staging import RowRange, good
from lmsctl.kit.statements import columns_of, insert_from
from lmsctl.kit.work import Work
from lmsctl.user.importing.rules.logins import LoginClash
from lmsctl.user.importing.staging import CLASHES, LOGINS, STAGED
from lmsctl.user.model import User

_row, _clash = STAGED.c, CLASHES.c
_DIGITS = "0123456789"


def _stem(login_key: Any) -> ColumnElement[str]:
    """Return an expression for a login without the digits at its end."""
    stem: ColumnElement[str] = func.rtrim(login_key, _DIGITS)
    return stem


_OTHERS = STAGED.alias("others")
_IS_TAKEN = exists().where(col(User.login_key) == _row.login_key)
_IS_WANTED_BEFORE = exists().where(
    _OTHERS.c.login_key == _row.login_key,
    or_(~_OTHERS.c.is_generated, _OTHERS.c.row_no < _row.row_no),
)


def find_clashes(work: Work, rows: RowRange, *, is_first: bool) -> bool:
    """Find new people whose made-up login is taken; say whether there are any.

    In the first pass the other rows of the file count as well: a login given goes first, then
    earlier rows.
    """
    work.run(delete_from(CLASHES))
    work.run(delete_from(LOGINS))
    found = select(_row.row_no, _stem(_row.login_key).label("stem")).where(
        _row.is_generated,
        _row.id.is_(None),
        good(STAGED, rows),
        or_(_IS_TAKEN, _IS_WANTED_BEFORE) if is_first else _IS_TAKEN,
    )
    return work.run(insert_from(CLASHES, found)) > 0


_ALL_STEMS = select(_clash.stem).distinct().subquery("all_stems")
_STEMS = select(
    _ALL_STEMS.c.stem,
    func.row_number(type_=Integer).over(order_by=_ALL_STEMS.c.stem).label("place"),
).cte("stems")


def _clashes(row_no: Any, text: Any) -> tuple[Any, ...]:
    """Return the columns of a LoginClash."""
    return columns_of(LoginClash, None, place=_STEMS.c.place, row_no=row_no, text=text)


_CLASHES: CompoundSelect[Any] = union_all(
    select(*_clashes(literal(0, Integer), col(User.login_key)))
    .select_from(User)
    .join(_STEMS, _STEMS.c.stem == _stem(col(User.login_key))),
    select(*_clashes(literal(0, Integer), _row.login_key))
    .select_from(STAGED)
    .join(_STEMS, _STEMS.c.stem == _stem(_row.login_key))
    .where(~exists().where(_clash.row_no == _row.row_no)),
    select(*_clashes(_row.row_no, _row.email))
    .select_from(CLASHES)
    .join(_STEMS, _STEMS.c.stem == _clash.stem)
    .join(STAGED, _row.row_no == _clash.row_no),
).order_by("place", "row_no")


def list_clashes(work: Work) -> Iterator[LoginClash]:
    """Yield for each stem of logins (a login without the digits at its end) those that are taken,
    then the addresses in the order of their rows.
    """  # noqa: D205 - one thought
    return work.each(LoginClash, _CLASHES)


def stage_logins(work: Work, lines: Iterable[tuple[int, str, str]]) -> None:
    """Note logins that were made, with the numbers of their rows before and their keys behind."""
    work.load(LOGINS, LOGINS.c.keys(), lines)


def use_logins(work: Work) -> None:
    """Give the new people the logins that were made for them."""
    work.run(
        update(STAGED)
        .where(LOGINS.c.row_no == _row.row_no)
        .values(login=LOGINS.c.login, login_key=LOGINS.c.login_key)
    )
