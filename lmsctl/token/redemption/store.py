"""The statements on redeeming tokens: taking a use, whom it is about, and the ledger of uses."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam
from sqlmodel import and_, col, func, not_, or_, select, true, update

from lmsctl.content.model import ContentItem
from lmsctl.department.model import Department
from lmsctl.enrollment.model import Enrollment
from lmsctl.enrollment.results import Phase
from lmsctl.kit import statements
from lmsctl.kit.daily import CountOfDay
from lmsctl.kit.statements import AT, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.rights.store import in_scope
from lmsctl.token.model import Redemption, Token
from lmsctl.token.redemption.results import RedemptionRow
from lmsctl.token.rules import TokenRecord
from lmsctl.token.store import HAS_CAPACITY, secure_delete
from lmsctl.user.model import User, UserName, is_alive, status_at
from lmsctl.user.results import UserStatus

_CLAIM = (
    update(Token)
    .where(col(Token.id) == bindparam("id_"), HAS_CAPACITY)
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


def record_use(work: Work, row: TokenRecord, user_id: int, *, is_new_person: bool) -> None:
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


def history(work: Work, token_id: int | None, scope: Scope) -> Iterable[RedemptionRow]:
    """Return the uses whose person is in scope or gone, oldest first; of one token when given."""
    found = select(
        *columns_of(
            RedemptionRow,
            Redemption,
            fingerprint=col(Redemption.code_digest),
            login=col(User.login),
            email=col(User.email),
            first_name=col(User.first_name),
            last_name=col(User.last_name),
            content=col(ContentItem.code),
            type=col(User.type),
            origin=col(User.origin),
        )
    )
    statement = _uses(found, token_id, _is_visible(scope))
    return work.listed(
        RedemptionRow, statement, by=[col(Redemption.redeemed_at), col(Redemption.id)]
    )


def count_hidden(work: Work, token_id: int | None, scope: Scope) -> int:
    """Return how many uses are withheld from somebody with this scope."""
    counted = select(func.count()).select_from(Redemption)
    return int(work.value(_uses(counted, token_id, not_(_is_visible(scope)))))


def count_by_day(
    work: Work, token_id: int, scope: Scope, begins: Sequence[datetime]
) -> list[CountOfDay]:
    """Count the uses of a token on each day; see `counts_by_day`."""
    moment = col(Redemption.redeemed_at)
    counts = statements.counts_by_day(moment, begins, _is_visible(scope)).select_from(Redemption)
    return work.all(CountOfDay, _uses(counts, token_id, true()))


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


def _is_visible(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that whoever has this scope sees a use, of `_uses`."""
    # Of somebody who was deleted the ledger tells nothing that could be withheld.
    return or_(col(Redemption.user_id).is_(None), in_scope(scope, Department.path))
