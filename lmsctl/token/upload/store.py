"""The statements of files of tokens: understanding and writing a range of staged rows."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Integer, Select, Text
from sqlmodel import and_, case, cast, col, exists, func, null, or_, select, update

from lmsctl.bulk import staging
from lmsctl.bulk.model import RunFault
from lmsctl.bulk.staging import BETWEEN, RowRange, good
from lmsctl.bulk.store.faults import note_fault, note_repeated, take_back
from lmsctl.bulk.store.outcomes import DONE, IS_WRITTEN
from lmsctl.bulk.store.tables import analyze
from lmsctl.content.errors import ContentArchived, ContentUnknown
from lmsctl.content.model import ContentItem
from lmsctl.content.results import ContentSource, ContentStatus
from lmsctl.kit import locks
from lmsctl.kit.columns import Choice, Moment, Truth
from lmsctl.kit.damage import CellDamaged
from lmsctl.kit.statements import insert_from, joined_text, value_for
from lmsctl.kit.work import Work
from lmsctl.token import rules, store
from lmsctl.token.errors import TokenContentLibrary, TokenContentWrong, TokenLimitBelowUses
from lmsctl.token.model import Token
from lmsctl.token.upload.errors import (
    RowCodeChanged,
    RowContentMoved,
    RowTokenExists,
    TokenNumberUnknown,
)
from lmsctl.user.results import UserType

# The items that rows name, each once.
_ITEMS = staging.table(
    "staged_items",
    Column("item_no", Integer, primary_key=True, autoincrement=False),
    Column("content", Text),
    Column("content_key", Text),
    Column("content_id", BigInteger),
)
# `token_no` is the token id, and `is_new` tells that its cell is blank: the row makes a token.
# `item_no` is the number in `staged_items` of the item that is named. `is_generated` tells that the
# code stands in no cell. What is NULL is not said, unless `is_unlimited` or `is_endless`; an empty
# nickname takes the one that is there away.
_STAGED = staging.rows(
    Column("token_no", BigInteger),
    Column("is_new", Truth),
    Column("item_no", Integer),
    Column("code", Text),
    Column("code_digest", Text),
    Column("is_generated", Truth),
    Column("nickname", Text),
    Column("creates", Choice(UserType)),
    Column("use_limit", BigInteger),
    Column("is_unlimited", Truth),
    Column("expires_at", Moment),
    Column("is_endless", Truth),
    Column("is_active", Truth),
)
TABLES = (_STAGED, _ITEMS)
_row, _item = _STAGED.c, _ITEMS.c
TOKEN_ID: ColumnElement[int] = (
    select(Token.id).where(col(Token.code_digest) == _row.code_digest).scalar_subquery()
)
# A code that was made up by a run that did not write it means nothing.
RESULT_KEY: ColumnElement[str] = func.coalesce(
    case((or_(~_row.is_generated, and_(IS_WRITTEN, _row.row_no > DONE)), _row.code)),
    cast(_row.token_no, Text),
)


def _in(span: RowRange) -> ColumnElement[bool]:
    """Return the condition that a row is in a span."""
    return span.holds(_row.row_no)


def find_items(work: Work, span: RowRange) -> None:
    """Find the items that the rows of a span name as they are now."""
    now = select(ContentItem.id).where(col(ContentItem.code_key) == _item.content_key)
    named = select(_row.item_no).where(_in(span))
    work.run(
        update(_ITEMS)
        .where(_item.item_no.in_(named))
        .values(content_id=now.correlate(_ITEMS).scalar_subquery())
    )


def share_items(work: Work, span: RowRange) -> None:
    """Let nobody change the items that the rows of a span name; then they are to be found again."""
    meant = select(_item.content_id).where(_item.item_no.in_(select(_row.item_no).where(_in(span))))
    found = select(ContentItem.id).where(col(ContentItem.id).in_(meant))
    locks.lock_selected(work, found, shared=True)


def names_tokens(work: Work, span: RowRange) -> bool:
    """Say whether any row of a span has a token id."""
    return bool(work.value(select(exists().where(_row.token_no.is_not(None), _in(span)))))


def find_tokens(work: Work, span: RowRange) -> None:
    """Give each row of a span the token it means."""
    known = or_(_row.id.is_not(None), _row.changed.is_not(None))
    work.run(update(_STAGED).where(_in(span), known).values(id=None, changed=None))
    meant = col(Token.id) == _row.token_no
    if work.run(update(_STAGED).where(_in(span), meant).values(id=Token.id)):
        analyze(work, _STAGED)


def recall_codes(work: Work, run: int, done: int) -> None:
    """Give rows up to the number `done` the codes that an interrupted run made for them.

    Tokens were made in the order of the rows that did not fail. Where any of them is gone nobody
    knows any more which row made which, and the rows stay without.
    """
    failed = exists().where(col(RunFault.run_id) == run, col(RunFault.row_no) == _row.row_no)
    rows = (
        select(_row.row_no, func.row_number().over(order_by=_row.row_no).label("place"))
        .where(_row.is_new, _row.row_no <= done, ~failed)
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
        update(_STAGED)
        .where(_row.is_generated, _row.row_no == rows.c.row_no, rows.c.place == made.c.place)
        .values(code=made.c.code, code_digest=made.c.code_digest, is_generated=False)
    )


# What is wrong -----------------------------------------------------------------------------------


def fail_repeated_codes(work: Work, span: RowRange) -> None:
    """Note rows that make the same code."""
    note_repeated(work, span, _row.code_digest, _row.is_new, heading="Token", what="token")


def fail_repeated_numbers(work: Work, span: RowRange) -> None:
    """Note rows that mean the same token."""
    named = _row.token_no.is_not(None)
    note_repeated(work, span, _row.token_no, named, heading="Token id", what="token id")


def _rows_with_items() -> Select[Any]:
    """Return a SELECT of rows, joined with the items that they name."""
    return select(_row.row_no).join(_ITEMS, _item.item_no == _row.item_no)


def fail_contents(work: Work, span: RowRange) -> None:
    """Note rows about items that are not there, and new tokens for what no token admits to."""
    heading, given = "Knowledge code", _item.content
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
            _item.item_no.in_(select(_row.item_no).where(_in(span))),
        )
    )
    if not work.value(select(unfit.exists())):
        return
    unknown = _rows_with_items().where(_item.content_id.is_(None))
    note_fault(work, span, ContentUnknown, unknown, heading, given=given)
    new = (
        _rows_with_items()
        .join(ContentItem, col(ContentItem.id) == _item.content_id)
        .where(_row.is_new)
    )
    note_fault(work, span, TokenContentWrong, new.where(is_wrong), heading, given=given, kind=kind)
    note_fault(work, span, TokenContentLibrary, new.where(is_library), heading, given=given)
    note_fault(work, span, ContentArchived, new.where(is_archived), heading, given=given)


def fail_taken(work: Work, span: RowRange, run: int | None) -> None:
    """Note new codes that are in use, though not those that `run`, which was interrupted, made."""
    taken = (
        select(_row.row_no)
        .join(Token, col(Token.code_digest) == _row.code_digest)
        .where(_row.is_new)
    )
    if run is not None:
        taken = taken.where(col(Token.run_id).is_distinct_from(run))
    note_fault(work, span, RowTokenExists, taken, "Token")


def allow_known_codes(work: Work, span: RowRange) -> None:
    """Take back that a code looks damaged where the row changes a token, which is called so."""
    take_back(work, span, CellDamaged, _STAGED, ~_row.is_new)


def fail_unknown(work: Work, span: RowRange) -> None:
    """Note token ids that no token has."""
    unknown = select(_row.row_no).where(_row.token_no.is_not(None), _row.id.is_(None))
    note_fault(work, span, TokenNumberUnknown, unknown, "Token id", given=_row.token_no)


def _existing() -> Select[Any]:
    """Return the rows about tokens that are there, beside these."""
    return select(_row.row_no).join(Token, col(Token.id) == _row.id)


def fail_changes(work: Work, span: RowRange) -> None:
    """Note what no file can change about a token, and limits below what was used."""
    number = col(Token.id)
    moved = (
        _existing()
        .join(_ITEMS, _item.item_no == _row.item_no)
        .join(ContentItem, col(ContentItem.id) == col(Token.content_id))
        .where(_item.content_id != col(Token.content_id))
    )
    note_fault(
        work,
        span,
        RowContentMoved,
        moved,
        "Knowledge code",
        given=_item.content,
        number=number,
        content=col(ContentItem.code),
    )
    recoded = _existing().where(_row.code_digest != col(Token.code_digest))
    note_fault(work, span, RowCodeChanged, recoded, "Token", number=number)
    uses = col(Token.uses)
    below = _existing().where(_row.use_limit < uses)
    note_fault(work, span, TokenLimitBelowUses, below, "Limit", uses=uses, limit=_row.use_limit)


# What changes ------------------------------------------------------------------------------------


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


def compare(work: Work, span: RowRange, columns: Collection[str]) -> None:
    """Note for rows about tokens that are there which of `columns` differ."""
    parts = [
        case((wanted.is_distinct_from(getattr(Token, name)), f"{BETWEEN}{column}"), else_="")
        for column, (name, wanted) in _CHANGES.items()
        if column in columns
    ]
    compared = (
        _existing().add_columns(joined_text(parts).label("changed")).where(_in(span))
    ).subquery("compared")
    work.run(
        update(_STAGED)
        .where(compared.c.row_no == _row.row_no, compared.c.changed != "")
        .values(changed=func.substr(compared.c.changed, 2))
    )


# Writing -----------------------------------------------------------------------------------------


def change(work: Work, span: RowRange, columns: Collection[str]) -> None:
    """Write what differs; numbers of uses and of the token, its code and item never do."""
    values = {name: wanted for column, (name, wanted) in _CHANGES.items() if column in columns}
    store.secure_delete(work)
    work.run(
        update(Token)
        .where(_row.id == col(Token.id), _row.changed.is_not(None), good(_STAGED, span))
        .values(**values, version=col(Token.version) + 1)
    )


def add(work: Work, span: RowRange, run: int) -> None:
    """Insert the new tokens that `run` makes, in the order of their rows."""
    store.secure_delete(work)
    same = ("code", "code_digest", "creates", "use_limit", "expires_at", "is_active")
    given = {"uses": 0, "created_at": work.now, "run_id": run, "version": 1}
    cells: list[Any] = [_item.content_id, *(_row[name] for name in same)]
    cells.append(func.nullif(_row.nickname, "").label("nickname"))
    cells += [value_for(col(getattr(Token, k)), v).label(k) for k, v in given.items()]
    new = (
        select(*cells)
        .join(_ITEMS, _item.item_no == _row.item_no)
        .where(_row.is_new, good(_STAGED, span))
        .order_by(_row.row_no)
    )
    work.run(insert_from(Token, new))
