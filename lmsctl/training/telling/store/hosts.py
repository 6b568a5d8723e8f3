"""The statements on who organizes and instructs sessions, and what is in their calendars."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Text
from sqlmodel import col, delete, func, literal, select, update

from lmsctl.kit import address as addresses
from lmsctl.kit.statements import NOW, among, columns_of
from lmsctl.kit.work import Work
from lmsctl.training.model import HostEntry
from lmsctl.user.model import User, UserName, status_at
from lmsctl.user.results import UserStatus


@dataclass(frozen=True, slots=True)
class HostEntryRecord:
    """The entry of a session in somebody's calendar; `changes` is its number."""

    id: int
    session_id: int
    user_id: int
    uid: str
    changes: int
    organizer_address: str | None


@dataclass(frozen=True, slots=True)
class Host:
    """Somebody who organizes or instructs; without `address` no mail goes."""

    id: int
    address: str | None


def entries(work: Work, session_ids: Sequence[int]) -> list[HostEntryRecord]:
    """Return what is in calendars of these sessions."""
    return work.all(
        HostEntryRecord,
        select(*columns_of(HostEntryRecord, HostEntry))
        .where(among(HostEntry.session_id, session_ids))
        .order_by(col(HostEntry.id)),
    )


def active_people(work: Work, ids: Collection[int]) -> dict[int, Host]:
    """Return those of these people who are active."""
    found = work.all(
        Host,
        select(*columns_of(Host, User, address=col(User.email))).where(
            among(User.id, ids), status_at(NOW) == UserStatus.ACTIVE
        ),
        now=work.now,
    )
    return {one.id: one for one in found}


@dataclass(frozen=True, slots=True)
class _NamedPerson:
    """Somebody who is called `key`, by login or by address."""

    id: int
    key: str
    login: str
    email_key: str | None


def people_called(work: Work, names: Iterable[str]) -> dict[str, int]:
    """Return the ids of people by those of `names` that are a login, as written, or an address."""
    keys = {name: addresses.login_key(name) for name in names}
    found = work.all(
        _NamedPerson,
        select(*columns_of(_NamedPerson, User, key=col(UserName.key)))
        .join(UserName, col(UserName.user_id) == col(User.id))
        .where(among(UserName.key, sorted(set(keys.values())))),
    )
    people = {one.key: one for one in found}
    return {
        name: people[key].id
        for name, key in keys.items()
        if key in people and (people[key].login == name or people[key].email_key == key)
    }


def add(work: Work, entries: Sequence[HostEntryRecord]) -> None:
    """Note that sessions are in calendars of people from now on; ids are given anew."""
    rows = [asdict(one) for one in entries]
    for row in rows:
        del row["id"]
    work.insert_many(HostEntry, rows)


def count_changes(work: Work, ids: Sequence[int], organizer: str | None) -> None:
    """Count a change of entries; those without an address for answers get this one."""
    named = func.coalesce(col(HostEntry.organizer_address), literal(organizer, Text))
    work.run(
        update(HostEntry)
        .where(among(HostEntry.id, ids))
        .values(
            changes=col(HostEntry.changes) + 1,
            organizer_address=named,
        )
    )


def remove(work: Work, ids: Sequence[int]) -> None:
    """Note that entries are in no calendar any more."""
    work.run(delete(HostEntry).where(among(HostEntry.id, ids)))
