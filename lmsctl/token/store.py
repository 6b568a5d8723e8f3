"""The statements of the token room: tokens, their uses, and whom redeeming one is about.

Rows are read as dataclasses, of whose fields `columns_of` makes what is selected, and never as
objects of the table classes.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select
from sqlmodel import delete as delete_from

from lmsctl.content.model import ContentItem
from lmsctl.content.rules import Item
from lmsctl.kit import canonical, database, locks
from lmsctl.kit.driver import Connection
from lmsctl.kit.named import find_named
from lmsctl.kit.offers import list_starting
from lmsctl.kit.statements import among, columns_of, may_contain
from lmsctl.kit.work import Work
from lmsctl.token import rules
from lmsctl.token.errors import TokenUnknown
from lmsctl.token.model import Token
from lmsctl.token.results import ExpiryFilter
from lmsctl.token.rules import ALL_TOKENS, TokenFilter, TokenRecord

_ITEM_COLUMNS: dict[str, Any] = {
    "content": col(ContentItem.code),
    "title": col(ContentItem.title),
    "content_status": col(ContentItem.status),
}
_SELECT_ROW = select(*columns_of(TokenRecord, Token, **_ITEM_COLUMNS)).join(
    ContentItem, col(ContentItem.id) == col(Token.content_id)
)
_SELECT_BY_CODE = _SELECT_ROW.where(col(Token.code_digest) == bindparam("digest"))
_SELECT_BY_ID = _SELECT_ROW.where(col(Token.id) == bindparam("id_"))
_SELECT_WITH_ITEM_FOR_SHARE = (
    select(*columns_of(TokenRecord, Token, **_ITEM_COLUMNS), *columns_of(Item, ContentItem))
    .join(ContentItem, col(ContentItem.id) == col(Token.content_id))
    .where(col(Token.code_digest) == bindparam("digest"))
    .with_for_update(read=True, of=ContentItem)
)
_IS_UNLIMITED = col(Token.use_limit).is_(None)
HAS_CAPACITY = or_(_IS_UNLIMITED, col(Token.uses) < col(Token.use_limit))


def find(work: Work, given: str) -> TokenRecord | None:
    """Return the token with that code or number, or None; raises Ambiguous when it fits two."""
    has_code = col(Token.code_digest) == rules.digest(given)
    return find_named(
        work, TokenRecord, _SELECT_ROW, given, has_code, id_column=Token.id, what="token"
    )


def get(work: Work, given: str) -> TokenRecord:
    """Return what `find` finds; raises TokenUnknown."""
    found = find(work, given)
    if found is None:
        raise TokenUnknown
    return found


def by_id(work: Work, id_: int) -> TokenRecord:
    """Return the token with that id; raises TokenUnknown when it has just been deleted."""
    found = work.one(TokenRecord, _SELECT_BY_ID, id_=id_)
    if found is None:
        raise TokenUnknown
    return found


def find_by_code(work: Work, code: str) -> TokenRecord | None:
    """Return the token with that code; numbers do not count."""
    return work.one(TokenRecord, _SELECT_BY_CODE, digest=rules.digest(code))


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from using or changing this token until we are done.

    `portal.actions.lock`, which comes first so that nobody deadlocks, keeps out those who change
    tokens; this keeps out those who take a use as well.
    """
    locks.lock_rows(work, Token, [id_])


def get_with_item_for_share(work: Work, code: str) -> tuple[TokenRecord, Item]:
    """Return the token with that code, and its item, which nobody changes until we are done.

    Others may share the item, and take uses of the token. Call it after `portal.actions.lock` or
    `portal.admitting.actions.lock_for_newcomer`, which keep everybody from changing the token.
    Raises TokenUnknown.
    """
    found = work.pair(TokenRecord, Item, _SELECT_WITH_ITEM_FOR_SHARE, digest=rules.digest(code))
    if found is None:
        raise TokenUnknown
    return found


def list_codes_starting(work: Work, start: str) -> list[str]:
    """Return the codes of tokens that begin with `start`, as `list_starting` does.

    Codes are in no index: the whole table is read.
    """
    return list_starting(work, select(Token.code), col(Token.code), start)


def listed(work: Work, wanted: TokenFilter = ALL_TOKENS) -> Iterator[TokenRecord]:
    """Yield the tokens that are wanted, in the order they were made.

    With a keyword, some come that do not contain it: `rules.has_keyword` decides. So they are not
    read by `Work.listed`, which would stop after as many rows as are wanted.
    """
    statement = _SELECT_ROW.where(*_conditions(wanted, work.now)).order_by(col(Token.id))
    return work.each(TokenRecord, statement)


def _conditions(wanted: TokenFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on the tokens that are wanted; an unlimited one always has capacity."""
    if wanted.content_id is not None:
        yield col(Token.content_id) == wanted.content_id
    if wanted.is_active is not None:
        yield col(Token.is_active) == wanted.is_active
    if wanted.is_limited is not None:
        yield col(Token.use_limit).is_not(None) if wanted.is_limited else _IS_UNLIMITED
    if wanted.has_capacity is not None:
        yield HAS_CAPACITY if wanted.has_capacity else col(Token.uses) >= col(Token.use_limit)
    if wanted.expiry is not None:
        # Moments are whole seconds: a token can be used in the very second in which it expires.
        yield {
            ExpiryFilter.NONE: col(Token.expires_at).is_(None),
            ExpiryFilter.FUTURE: col(Token.expires_at) >= now,
            ExpiryFilter.EXPIRED: col(Token.expires_at) < now,
        }[wanted.expiry]
    keyword = canonical.key(wanted.keyword or "")
    if keyword:
        # Each item is looked at once here; the one that is joined would be for each of its tokens.
        item = aliased(ContentItem)
        items = select(item.id).where(
            or_(may_contain(item.code, keyword), may_contain(item.title, keyword))
        )
        yield or_(
            may_contain(Token.code, keyword),
            may_contain(Token.nickname, keyword),
            col(Token.content_id).in_(items),
        )


def digests_in_use(work: Work, digests: Collection[str]) -> set[str]:
    """Return which of these digests belong to codes in use."""
    return set(work.values(select(Token.code_digest).where(among(Token.code_digest, digests))))


def secure_delete(work: Work) -> None:
    """Turn on PRAGMA secure_delete: SQLite overwrites what a row leaves when it moves or goes.

    The copies that are left when pages split only `destroy` removes.
    """
    database.secure_delete(work.connection)


def add(work: Work, **values: Any) -> int:
    """Insert a token and return its id."""
    secure_delete(work)
    return work.insert(Token, **values)


def add_many(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many tokens, which all have the same columns."""
    secure_delete(work)
    work.insert_many(Token, rows)


def change(work: Work, id_: int, **values: Any) -> None:
    """Change columns of one token and count up its version."""
    secure_delete(work)
    work.update(Token, id_, **values)


def count_on_content(work: Work, ids: Sequence[int]) -> int:
    """Return how many tokens admit to these items."""
    found = select(func.count()).select_from(Token).where(among(Token.content_id, ids))
    return int(work.value(found))


# Destroying --------------------------------------------------------------------------------------


def destroy(work: Work, ids: Sequence[int]) -> None:
    """Delete tokens so that no page of a SQLite file has their codes.

    `secure_delete` does not reach the copies that were left when pages split, so that the tokens
    that stay are written anew. On PostgreSQL `vacuum_full` does that, in a command of its own.
    """
    secure_delete(work)
    work.run(delete_from(Token).where(among(Token.id, ids)))
    database.recreate_rows(work.connection, "tokens")


def truncate_log(connection: Connection) -> bool:
    """Run PRAGMA wal_checkpoint(TRUNCATE), which leaves SQLite's write-ahead log without codes.

    Returns False when others keep it busy, and True where there is no such log. Only outside of a
    transaction.
    """
    return database.truncate_log(connection)


def vacuum_full(connection: Connection) -> None:
    """Run VACUUM (FULL): PostgreSQL writes the tokens into new files, without what was deleted.

    Only outside of a transaction.
    """
    database.vacuum_full(connection, "tokens")
