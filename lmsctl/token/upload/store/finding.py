"""Finding the items and tokens that rows mean."""

from typing import Any

from sqlalchemy import ColumnElement, Select
from sqlmodel import col, exists, func, or_, select, update

from lmsctl.bulk.model import RunFault
from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.tables import analyze
from lmsctl.content.model import ContentItem
from lmsctl.kit import locks
from lmsctl.kit.work import Work
from lmsctl.token.model import Token
from lmsctl.token.upload.staging import ITEMS, STAGED

_row, _item = STAGED.c, ITEMS.c


def in_range(rows: RowRange) -> ColumnElement[bool]:
    """Return the condition that a row is in the range."""
    return rows.holds(_row.row_no)


def find_items(work: Work, rows: RowRange) -> None:
    """Find the items that `rows` name as they are now."""
    now = select(ContentItem.id).where(col(ContentItem.code_key) == _item.content_key)
    named = select(_row.item_no).where(in_range(rows))
    work.run(
        update(ITEMS)
        .where(_item.item_no.in_(named))
        .values(content_id=now.correlate(ITEMS).scalar_subquery())
    )


def share_items(work: Work, rows: RowRange) -> None:
    """Let nobody change the items that `rows` name; then they are to be found again."""
    meant = select(_item.content_id).where(
        _item.item_no.in_(select(_row.item_no).where(in_range(rows)))
    )
    found = select(ContentItem.id).where(col(ContentItem.id).in_(meant))
    locks.lock_selected(work, found, shared=True)


def names_tokens(work: Work, rows: RowRange) -> bool:
    """Say whether any of `rows` has a token id."""
    return bool(work.value(select(exists().where(_row.token_no.is_not(None), in_range(rows)))))


def find_tokens(work: Work, rows: RowRange) -> None:
    """Give each of `rows` the token it means."""
    known = or_(_row.id.is_not(None), _row.changed.is_not(None))
    work.run(update(STAGED).where(in_range(rows), known).values(id=None, changed=None))
    meant = col(Token.id) == _row.token_no
    if work.run(update(STAGED).where(in_range(rows), meant).values(id=Token.id)):
        analyze(work, STAGED)


def recall_codes(work: Work, run: int, done: int) -> None:
    """Give rows up to the number `done` the codes that an interrupted run made for them.

    Tokens were made in the order of the rows that did not fail. Where any of them is gone nobody
    knows any more which row made which, and the rows stay without.
    """
    failed = exists().where(col(RunFault.run_id) == run, col(RunFault.row_no) == _row.row_no)
    rows = (
        select(_row.row_no, func.row_number().over(order_by=_row.row_no).label("place"))
        .where(_row.is_new, _row.row_no <= done, _row.is_done.is_(None), ~failed)
        .subquery("rows")
    )
    made = (
        select(
            Token.code,
            Token.code_digest,
            func.row_number().over(order_by=col(Token.id)).label("place"),
        )
        .where(col(Token.run_id) == run)
        .subquery("made")
    )
    numbers = [select(func.count()).select_from(found).scalar_subquery() for found in (rows, made)]
    if not work.value(select(numbers[0] == numbers[1])):
        return
    work.run(
        update(STAGED)
        .where(_row.is_generated, _row.row_no == rows.c.row_no, rows.c.place == made.c.place)
        .values(code=made.c.code, code_digest=made.c.code_digest, is_generated=False)
    )


def select_existing() -> Select[Any]:
    """Return the rows about tokens that are there, beside these."""
    return select(_row.row_no).join(Token, col(Token.id) == _row.id)
