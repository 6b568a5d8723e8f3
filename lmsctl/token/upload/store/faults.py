"""Noting what is wrong with the rows of a file of tokens."""

from typing import Any

from sqlalchemy import Select
from sqlmodel import col, or_, select

from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.faults import allow_damaged, note_fault, note_repeated
from lmsctl.content.errors import ContentArchived, ContentUnknown
from lmsctl.content.model import ContentItem
from lmsctl.content.results import ContentSource, ContentStatus
from lmsctl.kit.work import Work
from lmsctl.token import rules
from lmsctl.token.errors import TokenContentLibrary, TokenContentWrong, TokenLimitBelowUses
from lmsctl.token.model import Token
from lmsctl.token.upload.errors import (
    RowCodeChanged,
    RowContentMoved,
    RowTokenExists,
    TokenNumberUnknown,
)
from lmsctl.token.upload.staging import ITEMS, STAGED
from lmsctl.token.upload.store.finding import in_range, select_existing

_row, _item = STAGED.c, ITEMS.c


def fail_repeated_codes(work: Work, rows: RowRange) -> None:
    """Note rows that make the same code."""
    note_repeated(
        work,
        rows,
        _row.code_digest,
        _row.is_new,
        heading="Token",
        what="token",
        advice="Write another code into one of the rows, or leave it blank to get one made.",
    )


def fail_repeated_numbers(work: Work, rows: RowRange) -> None:
    """Note rows that mean the same token."""
    named = _row.token_no.is_not(None)
    note_repeated(
        work,
        rows,
        _row.token_no,
        named,
        heading="Token id",
        what="token id",
        advice="Keep one of the two rows; a new token has a blank token id.",
    )


def _rows_with_items() -> Select[Any]:
    """Return a SELECT of rows, joined with the items that they name."""
    return select(_row.row_no).join(ITEMS, _item.item_no == _row.item_no)


def fail_contents(work: Work, rows: RowRange) -> None:
    """Note rows about items that are not there, and new tokens for what no token admits to."""
    heading, given = "Knowledge code", _item.content
    known = select(_item.item_no).where(_item.content_id.is_not(None))
    allow_damaged(work, rows, STAGED, [heading], _row.item_no.in_(known))
    kind = col(ContentItem.kind)
    is_wrong = kind.not_in(rules.ADMITTED_KINDS)
    is_library = col(ContentItem.source) == ContentSource.LIBRARY
    is_archived = col(ContentItem.status) == ContentStatus.ARCHIVED
    is_unknown = col(ContentItem.id).is_(None)
    # Few items are meant by many rows: one look at the items spares four at the rows.
    unfit = (
        select(_item.item_no)
        .outerjoin(ContentItem, col(ContentItem.id) == _item.content_id)
        .where(
            or_(is_unknown, is_wrong, is_library, is_archived),
            _item.item_no.in_(select(_row.item_no).where(in_range(rows))),
        )
    )
    if not work.value(select(unfit.exists())):
        return
    unknown = _rows_with_items().where(_item.content_id.is_(None))
    note_fault(work, rows, ContentUnknown, unknown, heading, given=given)
    new = (
        _rows_with_items()
        .join(ContentItem, col(ContentItem.id) == _item.content_id)
        .where(_row.is_new)
    )
    note_fault(work, rows, TokenContentWrong, new.where(is_wrong), heading, given=given, kind=kind)
    note_fault(work, rows, TokenContentLibrary, new.where(is_library), heading, given=given)
    note_fault(work, rows, ContentArchived, new.where(is_archived), heading, given=given)


def fail_taken(work: Work, rows: RowRange, run: int | None) -> None:
    """Note new codes that are in use, though not those that `run`, which was interrupted, made."""
    taken = (
        select(_row.row_no)
        .join(Token, col(Token.code_digest) == _row.code_digest)
        .where(_row.is_new)
    )
    if run is not None:
        taken = taken.where(col(Token.run_id).is_distinct_from(run))
    note_fault(work, rows, RowTokenExists, taken, "Token")


def allow_known_codes(work: Work, rows: RowRange) -> None:
    """Take back that a code looks damaged where the row changes a token, which is called so."""
    allow_damaged(work, rows, STAGED, ["Token"], ~_row.is_new)


def fail_unknown(work: Work, rows: RowRange) -> None:
    """Note token ids that no token has."""
    unknown = select(_row.row_no).where(_row.token_no.is_not(None), _row.id.is_(None))
    note_fault(work, rows, TokenNumberUnknown, unknown, "Token id", given=_row.token_no)


def fail_changes(work: Work, rows: RowRange) -> None:
    """Note what no file can change about a token, and limits below what was used."""
    number = col(Token.id)
    moved = (
        select_existing()
        .join(ITEMS, _item.item_no == _row.item_no)
        .join(ContentItem, col(ContentItem.id) == col(Token.content_id))
        .where(_item.content_id != col(Token.content_id))
    )
    note_fault(
        work,
        rows,
        RowContentMoved,
        moved,
        "Knowledge code",
        given=_item.content,
        number=number,
        content=col(ContentItem.code),
    )
    recoded = select_existing().where(_row.code_digest != col(Token.code_digest))
    note_fault(work, rows, RowCodeChanged, recoded, "Token", number=number)
    uses = col(Token.uses)
    below = select_existing().where(_row.use_limit < uses)
    note_fault(work, rows, TokenLimitBelowUses, below, "Limit", uses=uses, limit=_row.use_limit)
