"""The SQL of the user room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit import canonical, locks
from lmsctl.kit.address import login_key
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.rights.rules import Scope
from lmsctl.user.errors import GroupUnknown, UserUnknown
from lmsctl.user.results import UserRow
from lmsctl.user.rules import FieldEntry, FieldRule

# A scheduled change holds from its moment on, and an expired registration is nobody, whether or
# not some writer has come by since to put that into the rows.
STATUS_NOW = "CASE WHEN u.due_at <= :now THEN u.due_status ELSE u.status END"
IS_ALIVE = "(u.expires_at IS NULL OR u.expires_at > :now)"
_LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the program needs them; `path` and `department` are their department's."""

    id: int
    login: str
    email: str | None
    first_name: str
    last_name: str
    type: str
    status: str
    department_id: int
    path: str
    department: str
    supervisor_mode: str
    supervisor_id: int | None
    origin: str
    origin_detail: str | None
    created_at: datetime
    policy_accepted_at: datetime | None
    expires_at: datetime | None
    due_status: str | None
    due_at: datetime | None
    version: int


_PERSON = f"""
    SELECT u.id, u.login, u.email, u.first_name, u.last_name, u.type, {STATUS_NOW} AS status,
           u.department_id, d.path, d.full_name AS department, u.supervisor_mode, u.supervisor_id,
           u.origin, u.origin_detail, u.created_at, u.policy_accepted_at, u.expires_at,
           CASE WHEN u.due_at > :now THEN u.due_status END AS due_status,
           CASE WHEN u.due_at > :now THEN u.due_at END AS due_at, u.version
    FROM users u JOIN departments d ON d.id = u.department_id
    WHERE {IS_ALIVE}
"""


def find(work: Work, given: str, scope: Scope) -> Person | None:
    """Return who has that login, address or number, or None when absent or out of `scope`.

    Raises Ambiguous when `given` fits two people in scope.
    """
    number = canonical.trim(given)
    is_number = number.isascii() and number.isdigit() and len(number) < _LONGEST_NUMBER
    found = work.all(
        Person,
        f"""
        {_PERSON} AND (u.login_key = :key OR u.email_key = :key OR u.id = :number)
          AND {scope.clause("d.path")} ORDER BY u.id
        """,
        key=login_key(given),
        number=int(number) if is_number else None,
        now=work.now,
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="person")
    return found[0] if found else None


def get(work: Work, given: str, scope: Scope) -> Person:
    """Return what `find` finds; raises UserUnknown."""
    found = find(work, given, scope)
    if found is None:
        raise UserUnknown(given=given)
    return found


def by_id(work: Work, number: int) -> Person:
    """Return the person with that id, who must exist."""
    found = work.one(Person, f"{_PERSON} AND u.id = :number", number=number, now=work.now)
    if found is None:
        raise UserUnknown(given=number)
    return found


def holder_of_login(work: Work, login_key: str) -> int | None:
    """Return the id of who has that login."""
    found: int | None = work.value("SELECT id FROM users WHERE login_key = :key", key=login_key)
    return found


def called(work: Work, key: str) -> set[int]:
    """Return the ids of the people who are called `key`, be it by their login or their address."""
    found = work.values("SELECT user_id FROM user_names WHERE key = :key", key=key)
    return set(found)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is called by an address, and until when if they have not confirmed it."""

    id: int
    expires_at: datetime | None


def holder_of_email_at(work: Work, email_key: str, at: datetime) -> Holder | None:
    """Return who will still be called by that address at `at`, when holds have run out."""
    return work.one(
        Holder,
        """
        SELECT id, expires_at FROM users
        WHERE (email_key = :key OR login_key = :key) AND (expires_at IS NULL OR expires_at > :at)
        """,
        key=email_key,
        at=at,
    )


def waiting_for(work: Work, email_key: str, at: datetime) -> Holder | None:
    """Return who has that address and will still wait for its confirmation at `at`."""
    return work.one(
        Holder,
        "SELECT id, expires_at FROM users WHERE email_key = :key AND expires_at > :at",
        key=email_key,
        at=at,
    )


def taken_logins(work: Work, login_keys: Sequence[str]) -> set[str]:
    """Return which of `login_keys` are somebody's login or address."""
    sql = "SELECT key FROM user_names WHERE key IN :keys"
    return set(work.values(sql, keys=list(login_keys)))


def add(work: Work, **values: Any) -> int:
    """Insert a person and return their id."""
    number = work.insert("users", **values)
    take_names(work, "u.id = :id", id=number)
    return number


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one person and count up their version."""
    assignments = "".join(f"{name} = :{name}, " for name in values)
    work.run(
        f"UPDATE users SET {assignments}version = version + 1 WHERE id = :id",
        id=number,
        **values,
    )
    if not values.keys().isdisjoint({"login_key", "email_key"}):
        work.run("DELETE FROM user_names WHERE user_id = :id", id=number)
        take_names(work, "u.id = :id", id=number)


def take_names(work: Work, condition: str, **values: Any) -> None:
    """Enter what the people `u` that fit `condition` are called where every name stands once.

    People are named by login and address alike, so what is one person's login is nobody else's
    address, whoever comes at the same time.
    """
    work.run(
        f"""
        INSERT INTO user_names (key, user_id)
        SELECT u.login_key, u.id FROM users u WHERE {condition}
        UNION ALL
        SELECT u.email_key, u.id FROM users u WHERE u.email_key <> u.login_key AND {condition}
        """,
        **values,
    )


def lock(work: Work, number: int, *beside: int) -> None:
    """Keep everybody else from changing this person until we are done, and those `beside` them.

    Whoever locks several people does it at once and by their numbers, so that no two wait for each
    other.
    """
    lock_all(work, [number, *beside])


def lock_all(work: Work, ids: Sequence[int]) -> set[int]:
    """Do what `lock` does with people, and return those who are still there."""
    sql = f"SELECT id FROM users WHERE id IN :ids ORDER BY id{work.for_update}"
    return set(work.values(sql, ids=list(ids)))


def supervised_by(work: Work, number: int) -> list[int]:
    """Return the ids of the people whose own supervisor this person is."""
    return work.values("SELECT id FROM users WHERE supervisor_id = :id", id=number)


def share(work: Work, ids: Sequence[int]) -> None:
    """Let nobody change these people until we are done, while others may share them.

    This is for whoever does something with people that does not change themselves.
    """
    clause = locks.for_share(work)
    if clause and ids:
        work.values(f"SELECT id FROM users WHERE id IN :ids ORDER BY id{clause}", ids=list(ids))


def share_one(work: Work, number: int) -> None:
    """Do what `share` does with one person."""
    share(work, [number])


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete people; what hangs on them alone goes with them."""
    work.run("DELETE FROM users WHERE id IN :ids", ids=list(ids))


# What time decides -------------------------------------------------------------------------------


def is_anything_due(work: Work) -> bool:
    """Say whether time has decided something that no row shows yet."""
    return bool(
        work.value(
            """
            SELECT EXISTS (SELECT 1 FROM users WHERE expires_at <= :now)
                OR EXISTS (SELECT 1 FROM users WHERE due_at <= :now)
            """,
            now=work.now,
        )
    )


def apply_due(work: Work) -> tuple[int, int]:
    """Give people the status that was scheduled; return how many, and how many seats that frees."""
    freed = work.value(
        "SELECT count(*) FROM users WHERE due_at <= :now AND status = 'active'", now=work.now
    )
    count = work.run(
        """
        UPDATE users SET status = due_status, due_status = NULL, due_at = NULL,
                         away_at = CASE WHEN status = 'active' THEN due_at ELSE away_at END,
                         version = version + 1
        WHERE due_at <= :now
        """,
        now=work.now,
    )
    return count, int(freed)


def expired(work: Work) -> list[int]:
    """Return the ids of people whose registration has expired, in order."""
    return work.values("SELECT id FROM users WHERE expires_at <= :now ORDER BY id", now=work.now)


# Custom fields -----------------------------------------------------------------------------------


_FIELDS = "SELECT id, name, name_key, kind, is_required, choices_json FROM fields ORDER BY id"


def fields(work: Work) -> list[FieldRule]:
    """Return every custom field, in the order they were made."""
    return work.all(FieldRule, _FIELDS)


def shared_fields(work: Work) -> list[FieldRule]:
    """Return what `fields` does, and let nobody change them until we are done.

    This is for whoever gives people values.
    """
    return work.all(FieldRule, f"{_FIELDS}{locks.for_share(work)}")


def lock_field(work: Work, number: int) -> None:
    """Keep everybody else from changing this custom field until we are done."""
    work.value(f"SELECT id FROM fields WHERE id = :id{work.for_update}", id=number)


def add_field(work: Work, **values: Any) -> int:
    """Insert a custom field and return its id."""
    return work.insert("fields", **values)


def change_field(work: Work, number: int, **values: Any) -> None:
    """Change columns of one custom field."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    work.run(f"UPDATE fields SET {assignments} WHERE id = :id", id=number, **values)


def delete_field(work: Work, number: int) -> int:
    """Delete a custom field; returns how many people's values went with it."""
    count = work.value("SELECT count(*) FROM field_values WHERE field_id = :id", id=number)
    work.run("DELETE FROM fields WHERE id = :id", id=number)
    return int(count)


def values_beyond(work: Work, number: int, choices: Sequence[str]) -> list[str]:
    """Return some values of a list field that are not among `choices`."""
    return work.values(
        """
        SELECT DISTINCT value FROM field_values
        WHERE field_id = :id AND value NOT IN :choices ORDER BY value LIMIT 5
        """,
        id=number,
        choices=list(choices),
    )


@dataclass(frozen=True, slots=True)
class NamedValue:
    """One field's name and what it holds."""

    name: str
    value: str


def field_values(work: Work, user_id: int) -> list[NamedValue]:
    """Return what a person's custom fields hold, in the order of the fields."""
    return work.all(
        NamedValue,
        """
        SELECT f.name, v.value FROM field_values v JOIN fields f ON f.id = v.field_id
        WHERE v.user_id = :user ORDER BY f.id
        """,
        user=user_id,
    )


def holder_of_value(work: Work, entry: FieldEntry) -> int | None:
    """Return the id of who has the same value in the same unique field."""
    found: int | None = work.value(
        "SELECT user_id FROM field_values WHERE field_id = :field AND unique_key = :key",
        field=entry.field_id,
        key=entry.unique_key,
    )
    return found


def set_value(work: Work, user_id: int, entry: FieldEntry) -> None:
    """Set one custom field of one person; an empty value takes it away."""
    if not entry.value:
        work.run(
            "DELETE FROM field_values WHERE user_id = :user AND field_id = :field",
            user=user_id,
            field=entry.field_id,
        )
        return
    work.run(
        """
        INSERT INTO field_values (user_id, field_id, value, unique_key)
        VALUES (:user, :field, :value, :key)
        ON CONFLICT (user_id, field_id)
        DO UPDATE SET value = excluded.value, unique_key = excluded.unique_key
        """,
        user=user_id,
        field=entry.field_id,
        value=entry.value,
        key=entry.unique_key,
    )


# Looking -----------------------------------------------------------------------------------------


def roles_of(work: Work, user_id: int) -> list[str]:
    """Return the names of the roles a person was granted."""
    return work.values(
        """
        SELECT r.name FROM grants g JOIN roles r ON r.id = g.role_id
        WHERE g.user_id = :user ORDER BY r.id
        """,
        user=user_id,
    )


def groups_of(work: Work, user_id: int, scope: Scope) -> list[str]:
    """Return the names of the groups in `scope` a person is in."""
    return work.values(
        f"""
        SELECT g.name FROM group_members m
        JOIN user_groups g ON g.id = m.group_id
        JOIN departments d ON d.id = g.department_id
        WHERE m.user_id = :user AND {scope.clause("d.path")} ORDER BY g.name_key
        """,
        user=user_id,
    )


def inherited_supervisor(work: Work, user_id: int, path: str) -> str | None:
    """Return the login of who supervises the department at `path`, or the next one up that has
    somebody other than the person themselves.
    """  # noqa: D205 - one thought
    found: str | None = work.value(
        """
        SELECT s.login
        FROM department_supervisors ds
        JOIN departments d ON d.id = ds.department_id
        JOIN users s ON s.id = ds.user_id
        WHERE :path LIKE d.path || '%' AND s.id <> :user
        ORDER BY length(d.path) DESC LIMIT 1
        """,
        path=path,
        user=user_id,
    )
    return found


@dataclass(frozen=True, slots=True)
class Filter:
    """Which people are wanted; None does not narrow."""

    under: str | None = None
    type: str | None = None
    status: str | None = None
    origin: str | None = None
    group: str | None = None
    search: str | None = None


def check_group(work: Work, given: str, scope: Scope) -> None:
    """Raise GroupUnknown unless there is a group of that name in `scope`."""
    found = work.value(
        f"""
        SELECT g.id FROM user_groups g JOIN departments d ON d.id = g.department_id
        WHERE g.name_key = :key AND {scope.clause("d.path")}
        """,
        key=canonical.key(given),
    )
    if found is None:
        raise GroupUnknown(given=given)


def listed(work: Work, scope: Scope, wanted: Filter) -> Iterator[UserRow]:
    """Yield the people in scope that fit every filter, by login."""
    conditions = [
        clause
        for clause, value in (
            ("d.path LIKE :under", wanted.under),
            ("u.type = :type", wanted.type),
            (f"{STATUS_NOW} = :status", wanted.status),
            ("u.origin = :origin", wanted.origin),
            (_IN_GROUP, wanted.group),
            (_FITS_SEARCH, wanted.search),
        )
        if value is not None
    ]
    return work.each(
        UserRow,
        f"""
        SELECT u.id, u.login, u.email, u.first_name, u.last_name, u.type,
               {STATUS_NOW} AS status, d.full_name AS department, u.origin, u.created_at
        FROM users u JOIN departments d ON d.id = u.department_id
        WHERE {" AND ".join([IS_ALIVE, scope.clause("d.path"), *conditions])}
        ORDER BY u.login_key
        """,
        now=work.now,
        under=f"{wanted.under}%",
        type=wanted.type,
        status=wanted.status,
        origin=wanted.origin,
        group=canonical.key(wanted.group or ""),
        search=login_key(wanted.search or ""),
    )


_IN_GROUP = """EXISTS (SELECT 1 FROM group_members m JOIN user_groups g ON g.id = m.group_id
                       WHERE m.user_id = u.id AND g.name_key = :group)"""
# LIKE would have a limit for the length of what is looked for, and characters of its own.
_FITS_SEARCH = """(:search = '' OR replace(u.login_key, :search, '') <> u.login_key
                   OR replace(u.email_key, :search, '') <> u.email_key)"""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who is in a department of any status: one login for an example, and how many."""

    department: str
    people: int
    example: str


def in_departments(work: Work, ids: Sequence[int]) -> list[Sitting]:
    """Return which of the departments have people of any status."""
    return work.all(
        Sitting,
        """
        SELECT d.full_name AS department, count(*) AS people, min(u.login) AS example
        FROM users u JOIN departments d ON d.id = u.department_id
        WHERE d.id IN :ids GROUP BY d.id, d.full_name, d.full_key ORDER BY d.full_key
        """,
        ids=list(ids),
    )


def records_of(work: Work, user_id: int) -> dict[str, int]:
    """Return what hangs on a person alone and would go with them: how many of each."""
    tables = {
        "custom_fields": "field_values",
        "group_memberships": "group_members",
        "roles": "grants",
        "messages": "notifications",
    }
    return {
        name: int(work.value(f"SELECT count(*) FROM {table} WHERE user_id = :user", user=user_id))
        for name, table in tables.items()
    }
