"""Pure decisions of the user room: logins, names, changes of status."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lmsctl.kit import canonical
from lmsctl.kit.address import Email, login_key
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.rules import ConfirmablePerson
from lmsctl.user.errors import FilterWrong, LoginInvalid, LoginMissing, StatusWrong
from lmsctl.user.fields import rules as field_rules
from lmsctl.user.fields.rules import FieldEntry, FieldRule
from lmsctl.user.results import UserOrigin, UserRow, UserStatus, UserType

# What almost every login looks like; nothing in it could be objected to.
_PLAIN_LOGIN = re.compile(r"[A-Za-z0-9_.@+][A-Za-z0-9_.@+-]{0,200}")
_LOGIN_LIMIT = 254
_PLAIN_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class UserDraft:
    """A person about to be made; everything in it has been checked for itself.

    `expires_at` makes the person pending until then.
    """

    login: str | None
    email: Email | None
    first_name: str
    last_name: str
    type: UserType
    department_id: int
    origin: UserOrigin
    origin_detail: str | None = None
    entries: Sequence[FieldEntry] = field(default_factory=tuple)
    policy_accepted_at: datetime | None = None
    expires_at: datetime | None = None


def check_login(given: str) -> str:
    """Return `given` trimmed and in NFC; raises LoginInvalid."""
    if _PLAIN_LOGIN.fullmatch(given):
        return given
    text = canonical.check_text(given, field="login", max_chars=_LOGIN_LIMIT)
    if any(character.isspace() for character in text):
        raise LoginInvalid(login=text, reason="it holds a blank", field="login")
    ignorable = canonical.first_ignorable(text)
    if ignorable:
        reason = f"it holds {canonical.name_of(ignorable)}"
        raise LoginInvalid(login=canonical.excerpt(text), reason=reason, field="login")
    if text.startswith("-"):
        raise LoginInvalid(login=text, reason="it begins with a hyphen", field="login")
    return text


def check_person_name(given: str, what: str) -> str:
    """Return a first or last name fit to be stored; raises what `canonical.check_text` raises."""
    if given.isalnum() and given.isascii() and len(given) <= _PLAIN_NAME_LIMIT:
        return given
    return canonical.check_text(given, field=what)


def login_base(login: str | None, email: Email | None) -> tuple[str, bool]:
    """Return the login wanted, and whether a number may be appended to it.

    Without a login the local part of the address serves. Raises LoginMissing.
    """
    if login is not None:
        return login, False
    if email is None:
        raise LoginMissing
    return login_of_address(email.address), True


def login_of_address(address: str) -> str:
    """Return the login that whoever gave none is called by, if it is free."""
    return address.rpartition("@")[0]


def wanted_name_keys(login: str | None, email: Email | None) -> list[str]:
    """Return by which keys somebody new would be called first, by `login_base` and by address."""
    base, _ = login_base(login, email)
    return sorted({login_key(base), *([email.key] if email else [])})


def login_candidates(base: str) -> Iterator[list[str]]:
    """Yield batches of logins to try, in order: `anna`, then `anna1`, `anna2` and so on."""
    yield [base]
    first, size = 1, 50
    while True:
        yield [f"{base}{number}" for number in range(first, first + size)]
        first, size = first + size, size * 4


# Status ------------------------------------------------------------------------------------------


def check_may_end(person: ConfirmablePerson, status: str, target: UserStatus) -> None:
    """Raise unless a person of `status` may become `target` (inactive or ended).

    Raises NotConfirmedYet and StatusWrong.
    """
    done = "deactivated" if target is UserStatus.INACTIVE else "ended"
    portal_rules.check_confirmed(person, done)
    if status == UserStatus.ENDED and target is UserStatus.INACTIVE:
        raise StatusWrong(login=person.login, status=status, done=done)


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What `--filter` asks for, by what of a person it is about; custom fields by their ids.

    Several values of one key mean any of them, several keys mean all of them. Departments are
    paths, groups and supervisors ids.
    """

    logins: Sequence[str] = ()
    emails: Sequence[str] = ()
    first_names: Sequence[str] = ()
    last_names: Sequence[str] = ()
    types: Sequence[UserType] = ()
    statuses: Sequence[UserStatus] = ()
    origins: Sequence[UserOrigin] = ()
    departments: Sequence[str] = ()
    groups: Sequence[int] = ()
    supervisors: Sequence[int] = ()
    fields: Mapping[int, Sequence[str]] = field(default_factory=dict)


# Where a filter goes, by the key that people write.
FILTERS = {
    "login": "logins",
    "email": "emails",
    "first name": "first_names",
    "last name": "last_names",
    "type": "types",
    "status": "statuses",
    "origin": "origins",
    "department": "departments",
    "group": "groups",
    "supervisor": "supervisors",
}
FILTER_WORDS: Mapping[str, type[StrEnum]] = {
    "type": UserType,
    "status": UserStatus,
    "origin": UserOrigin,
}


def parse_filters(
    given: Iterable[str], fields: Iterable[FieldRule], find: Mapping[str, Callable[[str], Any]]
) -> PeopleFilter:
    """Return what `KEY=VALUE` texts ask for.

    `find` looks up what departments, groups and supervisors are kept by, and raises when there is
    none. Raises FilterWrong and FieldValueWrong.
    """
    known = {rule.name_key: rule for rule in fields}
    asked: dict[str, list[Any]] = {}
    values: dict[int, list[str]] = {}
    for text in given:
        name, sign, value = (canonical.trim(part) for part in text.partition("="))
        name_key = canonical.key(name)
        key = re.sub("[-_ ]+", " ", name_key)
        if not sign or not value:
            raise _filter_wrong(text, "it is not KEY=VALUE")
        if key in FILTERS:
            find_value = find.get(key) or _FILTER_READERS.get(key) or _read_word(text, key)
            asked.setdefault(FILTERS[key], []).append(find_value(value))
        elif name_key in known:
            entry = field_rules.field_entry(known[name_key], value)
            values.setdefault(entry.field_id, []).append(entry.value)
        else:
            raise _filter_wrong(text, f"nothing is called '{name}'")
    return PeopleFilter(**asked, fields=values)


_FILTER_READERS: Mapping[str, Callable[[str], str]] = {
    "login": login_key,
    "email": login_key,
    "first name": canonical.compose,
    "last name": canonical.compose,
}


def _read_word(text: str, name: str) -> Callable[[str], Any]:
    def read(value: str) -> Any:
        kind, word = FILTER_WORDS[name], canonical.key(value)
        if word not in set(kind):
            raise _filter_wrong(text, f"{name} is {', '.join(kind)}")
        return kind(word)

    return read


def _filter_wrong(text: str, reason: str) -> FilterWrong:
    known = ", ".join(f"{name.replace(' ', '-')}=" for name in FILTERS)
    return FilterWrong(given=canonical.excerpt(text), reason=reason, known=known, field="--filter")


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which people are wanted; None does not narrow.

    `filters` are as people write them, and `people` is what they mean.
    """

    under: str | None = None
    type: UserType | None = None
    status: UserStatus | None = None
    origin: UserOrigin | None = None
    group: str | None = None
    search: str | None = None
    filters: Sequence[str] = ()
    people: PeopleFilter = field(default_factory=PeopleFilter)


def is_found(row: UserRow, given: str) -> bool:
    """Say whether login, address, or first and last name of a person hold what is looked for."""
    wanted = login_key(given)
    addressed = (login_key(text) for text in (row.login, row.email) if text is not None)
    return any(wanted in text for text in addressed) or canonical.holds(
        given, f"{row.first_name} {row.last_name}"
    )
