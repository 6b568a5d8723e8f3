"""The statements of the token room: tokens, their uses, and whom redeeming one is about.

Rows are read as dataclasses, of whose fields `columns_of` makes what is selected, and never as
objects of the table classes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import and_, col, func, not_, or_, select, update
from sqlmodel import delete as delete_from

from lmsctl.content.model import ContentItem
from lmsctl.content.rules import Item
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment
from lmsctl.enrollment.results import Phase
from lmsctl.kit import canonical, database, locks
from lmsctl.kit.driver import Connection
from lmsctl.kit.named import find_named
from lmsctl.kit.statements import AT, among, columns_of, may_contain
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.token import rules
from lmsctl.token.errors import TokenUnknown
from lmsctl.token.model import Redemption, Token
from lmsctl.token.results import Expiry, Used
from lmsctl.token.rules import EVERY, Filter, Row
from lmsctl.user.model import User, UserName, is_alive, status_at
from lmsctl.user.results import UserStatus

_OF_ITEM: dict[str, Any] = {
    "content": col(ContentItem.code),
    "title": col(ContentItem.title),
    "content_status": col(ContentItem.status),
}
_SELECT_ROW = select(*columns_of(Row, Token, **_OF_ITEM)).join(
    ContentItem, col(ContentItem.id) == col(Token.content_id)
)
_SELECT_BY_CODE = _SELECT_ROW.where(col(Token.code_digest) == bindparam("digest"))
_SELECT_BY_ID = _SELECT_ROW.where(col(Token.id) == bindparam("id_"))
_SELECT_WITH_ITEM_FOR_SHARE = (
    select(*columns_of(Row, Token, **_OF_ITEM), *columns_of(Item, ContentItem))
    .join(ContentItem, col(ContentItem.id) == col(Token.content_id))
    .where(col(Token.code_digest) == bindparam("digest"))
    .with_for_update(read=True, of=ContentItem)
)
_IS_UNLIMITED = col(Token.use_limit).is_(None)
_HAS_CAPACITY = or_(_IS_UNLIMITED, col(Token.uses) < col(Token.use_limit))


def find(work: Work, given: str) -> Row | None:
    """Return the token with that code or number, or None; raises Ambiguous when it fits two."""
    has_code = col(Token.code_digest) == rules.digest(given)
    return find_named(work, Row, _SELECT_ROW, given, has_code, id_column=Token.id, what="token")


def get(work: Work, given: str) -> Row:
    """Return what `find` finds; raises TokenUnknown."""
    found = find(work, given)
    if found is None:
        raise TokenUnknown
    return found


def by_id(work: Work, id_: int) -> Row:
    """Return the token with that id; raises TokenUnknown when it has just been deleted."""
    found = work.one(Row, _SELECT_BY_ID, id_=id_)
    if found is None:
        raise TokenUnknown
    return found


def find_by_code(work: Work, code: str) -> Row | None:
    """Return the token with that code; numbers do not count."""
    return work.one(Row, _SELECT_BY_CODE, digest=rules.digest(code))


def lock(work: Work, id_: int) -> None:
    """Keep everybody else from using or changing this token until we are done.

    `portal.actions.lock`, which comes first so that nobody deadlocks, keeps out those who change
    tokens; this keeps out those who take a use as well.
    """
    locks.lock_rows(work, Token, [id_])


def get_with_item_for_share(work: Work, code: str) -> tuple[Row, Item]:
    """Return the token with that code, and its item, which nobody changes until we are done.

    Others may share the item, and take uses of the token. Call it after `portal.actions.lock` or
    `portal.admitting.actions.lock_for_newcomer`, which keep everybody from changing the token.
    Raises TokenUnknown.
    """
    found = work.pair(Row, Item, _SELECT_WITH_ITEM_FOR_SHARE, digest=rules.digest(code))
    if found is None:
        raise TokenUnknown
    return found


def listed(work: Work, wanted: Filter = EVERY) -> Iterator[Row]:
    """Yield the tokens that are wanted, in the order they were made.

    With a keyword, some come that do not contain it: `rules.has_keyword` decides. So they are not
    read by `Work.listed`, which would stop after as many rows as are wanted.
    """
    statement = _SELECT_ROW.where(*_wanted(wanted, work.now)).order_by(col(Token.id))
    return work.each(Row, statement)


def _wanted(wanted: Filter, now: datetime) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions on the tokens that are wanted; an unlimited one always has capacity."""
    if wanted.content_id is not None:
        yield col(Token.content_id) == wanted.content_id
    if wanted.is_active is not None:
        yield col(Token.is_active) == wanted.is_active
    if wanted.is_limited is not None:
        yield col(Token.use_limit).is_not(None) if wanted.is_limited else _IS_UNLIMITED
    if wanted.has_capacity is not None:
        yield _HAS_CAPACITY if wanted.has_capacity else col(Token.uses) >= col(Token.use_limit)
    if wanted.expiry is not None:
        # Moments are whole seconds: a token can be used in the very second in which it expires.
        yield {
            Expiry.NONE: col(Token.expires_at).is_(None),
            Expiry.FUTURE: col(Token.expires_at) >= now,
            Expiry.EXPIRED: col(Token.expires_at) < now,
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


def taken(work: Work, digests: Collection[str]) -> set[str]:
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


def on_content(work: Work, ids: Sequence[int]) -> int:
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


# Redeeming ---------------------------------------------------------------------------------------


_CLAIM = (
    update(Token)
    .where(col(Token.id) == bindparam("id_"), _HAS_CAPACITY)
    .values(uses=col(Token.uses) + 1)
)


def claim(work: Work, id_: int) -> bool:
    """Take one use of a token and return True, or False when none is left.

    The token need not be locked: the UPDATE carries the limit, and whoever waited for another one's
    use is measured against what that one left. Whether it is on and not expired was decided after
    the portal was locked, which keeps those out who change tokens. The version stays: it is for who
    changes the token, and not to refuse them because somebody used it.
    """
    secure_delete(work)
    return work.run(_CLAIM, id_=id_) == 1


@dataclass(frozen=True, slots=True)
class NamedRedeemer:
    """A person found by `key`, their login or address, and whether they are enrolled in an item.

    `expires_at` is set while they wait for the confirmation of their address. Whom a pathway has
    only pre-enrolled is not enrolled: a token enrolls them.
    """

    key: str
    id: int
    login: str
    email: str | None
    email_key: str | None
    status: UserStatus
    expires_at: datetime | None
    is_enrolled: bool


_SELECT_REDEEMERS_NAMED = (
    select(
        *columns_of(
            NamedRedeemer,
            User,
            key=col(UserName.key),
            status=status_at(AT),
            is_enrolled=col(Enrollment.id).is_not(None),
        )
    )
    .select_from(UserName)
    .join(User, col(User.id) == col(UserName.user_id))
    .outerjoin(
        Enrollment,
        and_(
            col(Enrollment.user_id) == col(User.id),
            col(Enrollment.item_id) == bindparam("content"),
            col(Enrollment.canceled_at).is_(None),
            col(Enrollment.phase) != Phase.PRE_ENROLLED,
        ),
    )
    .where(among(UserName.key, bindparam("keys")), is_alive(AT))
)


def redeemers_named(
    work: Work, keys: Collection[str], content_id: int, at: datetime
) -> list[NamedRedeemer]:
    """Return the people whose login or address is among `keys`.

    Without registrations that expire by `at`; each with whether they are enrolled in the item. One
    for each key: somebody may come twice.
    """
    return work.all(NamedRedeemer, _SELECT_REDEEMERS_NAMED, keys=keys, content=content_id, at=at)


def note(work: Work, row: Row, user_id: int, *, is_new_person: bool) -> None:
    """Write one use into the ledger."""
    work.insert(
        Redemption,
        token_id=row.id,
        nickname=row.nickname,
        code_digest=row.code_digest,
        user_id=user_id,
        content_id=row.content_id,
        is_new_person=is_new_person,
        redeemed_at=work.now,
        operator=work.operator,
        actor=work.as_login,
    )


# History -----------------------------------------------------------------------------------------


def history(work: Work, token_id: int | None, scope: Scope) -> Iterable[Used]:
    """Return the uses whose person is in scope or gone, oldest first; of one token when given."""
    found = select(
        *columns_of(
            Used,
            Redemption,
            fingerprint=col(Redemption.code_digest),
            login=col(User.login),
            email=col(User.email),
            first_name=col(User.first_name),
            last_name=col(User.last_name),
            content=col(ContentItem.code),
        )
    )
    statement = _uses(found, token_id, _is_seen(scope))
    return work.listed(Used, statement, by=[col(Redemption.redeemed_at), col(Redemption.id)])


def hidden(work: Work, token_id: int | None, scope: Scope) -> int:
    """Return how many uses are withheld from somebody with this scope."""
    counted = select(func.count()).select_from(Redemption)
    return int(work.value(_uses(counted, token_id, not_(_is_seen(scope)))))


def _uses(
    selected: Select[Any], token_id: int | None, condition: ColumnElement[bool]
) -> Select[Any]:
    """Return what is selected of the uses, of one token when given, that fit `condition`."""
    uses = (
        selected.outerjoin(User, col(User.id) == col(Redemption.user_id))
        .outerjoin(Department, col(Department.id) == col(User.department_id))
        .outerjoin(ContentItem, col(ContentItem.id) == col(Redemption.content_id))
        .where(condition)
    )
    return uses if token_id is None else uses.where(col(Redemption.token_id) == token_id)


def _is_seen(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that whoever has this scope sees a use, of `_uses`."""
    # Of somebody who was deleted the ledger tells nothing that could be withheld.
    return or_(col(Redemption.user_id).is_(None), in_scope(scope, Department.path))
