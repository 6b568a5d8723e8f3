"""The statements on what people are called: logins and addresses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Insert, bindparam
from sqlmodel import col, insert, or_, select, union_all

from lmsctl.kit.statements import AT, NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.user.model import User, UserName, is_alive, status_at
from lmsctl.user.results import UserStatus

_SELECT_ID_BY_LOGIN = select(User.id).where(col(User.login_key) == bindparam("key"))
_SELECT_IDS_BY_NAME = select(UserName.user_id).where(col(UserName.key) == bindparam("key"))


def find_id_by_login(work: Work, key: str) -> int | None:
    """Return the id of the person whose login has that key, or None."""
    found: int | None = work.value(_SELECT_ID_BY_LOGIN, key=key)
    return found


def ids_by_name(work: Work, key: str) -> set[int]:
    """Return the ids of the people whose login or address has that key."""
    return set(work.values(_SELECT_IDS_BY_NAME, key=key))


@dataclass(frozen=True, slots=True)
class AddressedUser:
    """A person found by an address; `expires_at` is set while they wait."""

    id: int
    expires_at: datetime | None


_SELECT_TAKEN_NAMES = select(UserName.key).where(among(UserName.key, bindparam("keys")))
_SELECT_ADDRESSED_USER = select(*columns_of(AddressedUser, User))

_SELECT_ADDRESSED_AT = _SELECT_ADDRESSED_USER.where(
    or_(col(User.email_key) == bindparam("key"), col(User.login_key) == bindparam("key")),
    is_alive(AT),
)

_SELECT_WAITING_AT = _SELECT_ADDRESSED_USER.where(
    col(User.email_key) == bindparam("key"), col(User.expires_at) > AT
)


def find_addressed_at(work: Work, key: str, at: datetime) -> AddressedUser | None:
    """Return the person whose address or login has that key, without registrations expired by `at`.

    None when there is nobody.
    """
    return work.one(AddressedUser, _SELECT_ADDRESSED_AT, key=key, at=at)


def find_waiting_at(work: Work, key: str, at: datetime) -> AddressedUser | None:
    """Return the person whose address has that key and who will still wait at `at`, or None."""
    return work.one(AddressedUser, _SELECT_WAITING_AT, key=key, at=at)


def find_taken_names(work: Work, keys: Collection[str]) -> set[str]:
    """Return which of `keys` are somebody's login or address."""
    return set(work.values(_SELECT_TAKEN_NAMES, keys=keys))


@dataclass(frozen=True, slots=True)
class UserByName:
    """A person found by `key`, which is their login or their address."""

    key: str
    id: int
    login: str
    email: str | None
    email_key: str | None
    status: UserStatus
    expires_at: datetime | None


_SELECT_BY_NAMES = (
    select(*columns_of(UserByName, User, key=col(UserName.key), status=status_at(NOW)))
    .select_from(UserName)
    .join(User, col(User.id) == col(UserName.user_id))
    .where(among(UserName.key, bindparam("keys")))
)


def find_by_names(work: Work, keys: Collection[str]) -> list[UserByName]:
    """Return the people whose login or address is among `keys`.

    One for each key: somebody may come twice.
    """
    return work.all(UserByName, _SELECT_BY_NAMES, keys=keys, now=work.now)


def _insert_names(condition: ColumnElement[bool]) -> Insert:
    """Return the INSERT … SELECT that enters what the people are called that fit `condition`.

    People are named by login and address alike, and no index excludes that one person's login is
    another one's address. So all of them stand in one column of `user_names`, each once: whoever
    comes at the same time with the same name is refused by its primary key.
    """
    has_another = col(User.email_key) != col(User.login_key)
    names: CompoundSelect[Any] = union_all(
        select(col(User.login_key), col(User.id)).where(condition),
        select(col(User.email_key), col(User.id)).where(has_another, condition),
    )
    return insert(UserName).from_select(["key", "user_id"], names, include_defaults=False)


# Built once: whoever lets somebody new in runs it.
_INSERT_NAMES_OF = _insert_names(col(User.id) == bindparam("id_"))


def take_names_of(work: Work, id_: int) -> None:
    """Enter what one person is called into `user_names`."""
    work.run(_INSERT_NAMES_OF, id_=id_)


def take_names(work: Work, condition: ColumnElement[bool]) -> None:
    """Enter what the people that fit `condition` are called into `user_names`."""
    work.run(_insert_names(condition))
