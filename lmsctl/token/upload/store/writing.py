"""Comparing rows with the tokens that they mean, changing these and making new ones."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import case, col, func, null, select, update

from lmsctl.bulk.staging import BETWEEN, RowRange, good
from lmsctl.kit.statements import insert_from, joined_text, value_for
from lmsctl.kit.work import Work
from lmsctl.token import store
from lmsctl.token.model import Token
from lmsctl.token.upload.staging import ITEMS, STAGED
from lmsctl.token.upload.store.finding import in_range, select_existing

_row, _item = STAGED.c, ITEMS.c


def _or_kept(given: ColumnElement[Any], kept: object) -> ColumnElement[Any]:
    """Return what a cell says, or what the token has where the cell is blank."""
    return func.coalesce(given, col(kept))


# Which cells of a token that is there a column of the file changes, and to what.
_CHANGES: dict[str, tuple[str, ColumnElement[Any]]] = {
    "token_label": (
        "nickname",
        case((_row.nickname == "", null()), else_=_or_kept(_row.nickname, Token.nickname)),
    ),
    "creates": ("creates", _or_kept(_row.creates, Token.creates)),
    "limit": (
        "use_limit",
        case((_row.is_unlimited, null()), else_=_or_kept(_row.use_limit, Token.use_limit)),
    ),
    "expires": (
        "expires_at",
        case((_row.is_endless, null()), else_=_or_kept(_row.expires_at, Token.expires_at)),
    ),
    "active": ("is_active", _or_kept(_row.is_active, Token.is_active)),
}


def compare(work: Work, rows: RowRange, columns: Collection[str]) -> None:
    """Note for rows about tokens that are there which of `columns` differ."""
    parts = [
        case((wanted.is_distinct_from(getattr(Token, name)), f"{BETWEEN}{column}"), else_="")
        for column, (name, wanted) in _CHANGES.items()
        if column in columns
    ]
    compared = (
        select_existing().add_columns(joined_text(parts).label("changed")).where(in_range(rows))
    ).subquery("compared")
    work.run(
        update(STAGED)
        .where(compared.c.row_no == _row.row_no, compared.c.changed != "")
        .values(changed=func.substr(compared.c.changed, 2))
    )


# Writing -----------------------------------------------------------------------------------------


def change(work: Work, rows: RowRange, columns: Collection[str]) -> None:
    """Write what differs; numbers of uses and of the token, its code and item never do."""
    values = {name: wanted for column, (name, wanted) in _CHANGES.items() if column in columns}
    store.secure_delete(work)
    work.run(
        update(Token)
        .where(_row.id == col(Token.id), _row.changed.is_not(None), good(STAGED, rows))
        .values(**values, version=col(Token.version) + 1)
    )


def add(work: Work, rows: RowRange, run: int) -> None:
    """Insert the new tokens that `run` makes, in the order of their rows."""
    store.secure_delete(work)
    same = ("code", "code_digest", "creates", "use_limit", "expires_at", "is_active")
    given = {"uses": 0, "created_at": work.now, "run_id": run, "version": 1}
    cells: list[Any] = [_item.content_id, *(_row[name] for name in same)]
    cells.append(func.nullif(_row.nickname, "").label("nickname"))
    cells += [value_for(col(getattr(Token, k)), v).label(k) for k, v in given.items()]
    new = (
        select(*cells)
        .join(ITEMS, _item.item_no == _row.item_no)
        .where(_row.is_new, good(STAGED, rows))
        .order_by(_row.row_no)
    )
    work.run(insert_from(Token, new))
