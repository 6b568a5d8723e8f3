"""Pure decisions of the user room: logins, custom fields, changes of status."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from lmsctl.kit import canonical, celltimes
from lmsctl.kit.address import Email, login_key
from lmsctl.kit.celltimes import CellDateMonthFirst, DateOrder
from lmsctl.kit.errors import Refusal
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.rules import ConfirmablePerson
from lmsctl.user.errors import (
    FieldChoicesWrong,
    FieldMissing,
    FieldNameTaken,
    FieldNotAssigned,
    FieldsWrong,
    FieldUnknown,
    FieldValueWrong,
    LoginInvalid,
    LoginMissing,
    StatusWrong,
)
from lmsctl.user.results import FieldKind, UserOrigin, UserStatus, UserType

# What almost every login looks like; nothing in it could be objected to.
_PLAIN_LOGIN = re.compile(r"[A-Za-z0-9_.@+][A-Za-z0-9_.@+-]{0,200}")
_UTC = ZoneInfo("UTC")
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=_UTC)
# What every form of a date is made of, and no time or word.
_DAY = re.compile(r"[0-9]+([/.-])[0-9]+\1[0-9]+")
_LOGIN_LIMIT = 254
_PLAIN_NAME_LIMIT = 200
_VALUE_LIMIT = 1000
_CHOICE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class FieldRule:
    """A custom field as the program needs it."""

    id: int
    name: str
    name_key: str
    kind: FieldKind
    is_required: bool
    choices_json: list[str]


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One checked value of one field; `unique_key` only for unique fields."""

    field_id: int
    name: str
    value: str
    unique_key: str | None


@dataclass(frozen=True, slots=True)
class UserDraft:
    """A person about to be made; everything in it has been checked for itself.

    `expires_at` makes the person pending until then; `wants_seat` is False for people who are made
    inactive because the plan is full.
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


# Custom fields -----------------------------------------------------------------------------------


def parse_assignments(given: Sequence[str]) -> dict[str, str]:
    """Return the values of `NAME=VALUE` texts by name; raises FieldNotAssigned."""
    values = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise FieldNotAssigned(given=text, field="--field")
        values[name.strip()] = value
    return values


def check_fields(
    rules: Iterable[FieldRule], given: Mapping[str, str], *, wants_required: bool
) -> list[FieldEntry]:
    """Return the checked entries for `given` (name to text; an empty text takes the value away).

    With `wants_required` every required field must have a value. Raises FieldUnknown, FieldMissing
    and FieldValueWrong, or FieldsWrong with several of them.
    """
    known = {rule.name_key: rule for rule in rules}
    texts = {canonical.key(name): (name, text) for name, text in given.items()}
    wrong: list[Refusal] = []
    for name_key, (name, _) in texts.items():
        if name_key not in known:
            guess = canonical.nearest(name, [rule.name for rule in known.values()])
            advice = f"Did you mean '{guess}'? " if guess else ""
            wrong.append(FieldUnknown(name=name, advice=advice))
    entries = []
    for name_key, rule in known.items():
        if name_key not in texts and not (wants_required and rule.is_required):
            continue
        try:
            entries.append(field_entry(rule, texts.get(name_key, ("", ""))[1]))
        except Refusal as refusal:
            wrong.append(refusal)
    if len(wrong) > 1:
        raise FieldsWrong(count=len(wrong), details=wrong)
    if wrong:
        raise wrong[0]
    return entries


def field_entry(rule: FieldRule, given: str, dates: DateOrder = DateOrder.DAY_FIRST) -> FieldEntry:
    """Return the entry for one value as the field's kind wants it.

    Raises FieldMissing, FieldValueWrong, and CellDateMonthFirst for a date that `dates`, the order
    in which slashes are read, does not fit.
    """
    text = canonical.check_text(given, field=rule.name, max_chars=_VALUE_LIMIT, min_chars=0)
    if not text:
        if rule.is_required:
            raise FieldMissing(name=rule.name, field=rule.name)
        return FieldEntry(rule.id, rule.name, "", None)
    value = (
        _date(rule, text, dates) if rule.kind == FieldKind.DATE else _READERS[rule.kind](rule, text)
    )
    is_unique = rule.kind == FieldKind.UNIQUE_TEXT
    return FieldEntry(rule.id, rule.name, value, canonical.key(value) if is_unique else None)


def _text(_rule: FieldRule, text: str) -> str:
    return text


def _number(rule: FieldRule, text: str) -> str:
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit()) or text.endswith(".") or text[:1] == ".":
        raise _wrong(rule, text, "a number such as 12 or 3.5")
    return text


def _date(rule: FieldRule, text: str, dates: DateOrder) -> str:
    expected = "a date such as 2026-01-31"
    if not _DAY.fullmatch(text):
        raise _wrong(rule, text, expected)
    try:
        word = celltimes.read_cell(text, dates)
        day = word.start(_ANY_MOMENT, _UTC) if word else None
    except CellDateMonthFirst:
        raise
    except Refusal as refusal:
        raise _wrong(rule, text, expected) from refusal
    return day.date().isoformat() if day else ""


def _choice(rule: FieldRule, text: str) -> str:
    for choice in rule.choices_json:
        if canonical.key(choice) == canonical.key(text):
            return choice
    raise _wrong(rule, text, f"one of: {', '.join(rule.choices_json)}")


_READERS = {
    FieldKind.TEXT: _text,
    FieldKind.UNIQUE_TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.LIST: _choice,
}


def _wrong(rule: FieldRule, value: str, expected: str) -> FieldValueWrong:
    return FieldValueWrong(name=rule.name, value=value, expected=expected, field=rule.name)


# What the columns of a file of people are called, and what they are called by other programs.
PERSON_COLUMNS = (
    "login",
    "first name",
    "last name",
    "email",
    "department",
    "type",
    "status",
    "group",
    "add to group",
    "supervisor",
)


def check_field_name(name: str) -> None:
    """Raise FieldNameTaken when a custom field could not be told from a column of its own."""
    if "=" in name or canonical.key(name).replace("-", " ").replace("_", " ") in PERSON_COLUMNS:
        raise FieldNameTaken(name=name, field="name")


def check_choices(kind: FieldKind, choices: Sequence[str]) -> list[str]:
    """Return the choices of a list field, each once; raises FieldChoicesWrong."""
    texts = [canonical.check_text(choice, field="choice") for choice in choices]
    if (kind is FieldKind.LIST) != bool(texts):
        needs = "needs choices" if kind is FieldKind.LIST else "takes no choices"
        raise FieldChoicesWrong(kind=kind, needs=needs)
    if len({canonical.key(text) for text in texts}) != len(texts):
        raise FieldChoicesWrong(kind=kind, needs="needs different choices")
    if len(texts) > _CHOICE_LIMIT:
        raise FieldChoicesWrong(kind=kind, needs=f"takes at most {_CHOICE_LIMIT} choices")
    return texts


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
class UserFilter:
    """Which people are wanted; None does not narrow."""

    under: str | None = None
    type: UserType | None = None
    status: UserStatus | None = None
    origin: UserOrigin | None = None
    group: str | None = None
    search: str | None = None
