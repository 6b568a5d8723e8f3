"""What a file of people may hold, and reading one row of it without asking the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, partial
from operator import itemgetter
from typing import Any

from lmsctl.bulk.rules import NoteFault, PutRow, ReadRow, read_or_note
from lmsctl.department import rules as department_rules
from lmsctl.department.errors import DepartmentUnknown
from lmsctl.kit import canonical
from lmsctl.kit.address import Email, login_key, parse_email
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.csvheading import heading_key
from lmsctl.kit.csvin import Column
from lmsctl.kit.csvout import clears
from lmsctl.kit.errors import Ambiguous, Refusal
from lmsctl.user import rules
from lmsctl.user.errors import LoginMissing
from lmsctl.user.fields import rules as field_rules
from lmsctl.user.fields.rules import FieldRule
from lmsctl.user.importing.errors import MembershipUnknown, WordUnknown
from lmsctl.user.importing.rules.unread import put_unread_names
from lmsctl.user.results import SupervisorMode, UserStatus, UserType

# What the columns are called here, and elsewhere.
COLUMNS = (
    Column("login", "Login", ("Username", "User", "Login name")),
    Column("first_name", "First name", ("Given name", "Forename")),
    Column("last_name", "Last name", ("Surname", "Family name")),
    Column("email", "Email", ("Mail", "Email address", "Mail address")),
    Column("department", "Department", ("Department path", "Department code", "Org unit path")),
    Column("type", "Type", ("User type", "Account type")),
    Column("status", "Status", ("Account status",)),
    Column("group", "Group", ("Groups",)),
    Column("add_to_group", "Add to group", ("Add to groups",)),
    Column("supervisor", "Supervisor", ("Manager", "Line manager")),
)
_NO_GROUPS = "none"
# What a cell says that takes an address away.
_NO_EMAIL = Email("", "", "")
# A person is named by the first two cells of a row as it is read: login and address.
_NAMING = 2
_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class KnownDepartment:
    """A department as a cell may name it."""

    id: int
    full_name: str
    full_key: str
    code_key: str | None


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """A group as a cell may name it."""

    id: int
    name: str
    name_key: str


CellReader = Callable[[str], Any]
ExtraReader = Callable[[int, PutRow, str], None]


def columns(fields: Iterable[FieldRule]) -> list[Column]:
    """Return the columns of a file of people, custom fields last.

    A field that is called like something another program says for one of our columns goes first.
    """
    custom = [Column(rule.name, rule.name) for rule in fields]
    taken = {heading_key(column.heading) for column in custom}
    own = [
        Column(
            column.name,
            column.heading,
            tuple(alias for alias in column.aliases if heading_key(alias) not in taken),
        )
        for column in COLUMNS
    ]
    return [*own, *custom]


def row_reader(  # noqa: PLR0913 - all that cells may name, and how they are read
    names: Sequence[str],
    places: Iterable[KnownDepartment],
    groups: Iterable[KnownGroup],
    fields: Iterable[FieldRule],
    *,
    dates: DateOrder,
    is_sandbox: bool,
) -> ReadRow:
    """Return what reads one row of a file with the columns `names`: cells to a line of `staged`.

    `places` and `groups` are the departments and groups that cells may name. Everything wrong with
    a row is noted; it raises nothing.
    """
    position = {name: index for index, name in enumerate(names)}
    plain = _plain_readers(places, is_sandbox=is_sandbox)
    reads = list(plain.values())
    # A column that the file does not have reads the blank that is put behind each row.
    pick = itemgetter(*[position.get(name, -1) for name in plain])
    extra = [
        (name, position[name], read)
        for name, read in _extra_readers(groups, fields, dates).items()
        if name in position
    ]

    def read_row(row_no: int, cells: list[str], note: NoteFault, put: PutRow) -> Sequence[Any]:
        cells.append("")
        texts = pick(cells)
        try:
            values = [read(text) if text else None for read, text in zip(reads, texts)]  # noqa: B905 - as long as each other
        except Refusal:
            values = [
                read_or_note(row_no, name, text, read, note) if text else None
                for (name, read), text in zip(plain.items(), texts, strict=True)
            ]
            put_unread_names(row_no, dict(zip(plain, texts, strict=True)), put)
        for name, at, read in extra:
            if cells[at]:
                read_or_note(row_no, name, cells[at], partial(read, row_no, put), note)
        login, email = values[:_NAMING]
        if not texts[0]:
            if email and email is not _NO_EMAIL:
                login = rules.login_of_address(email.address)
            elif not texts[1] or email is _NO_EMAIL:
                note(row_no, None, LoginMissing())
        key = login_key(login) if login else None
        address, email_key = (email.address, email.key or None) if email else (None, None)
        values[:_NAMING] = (login, key, int(not texts[0]), address, email_key)
        return values

    return read_row


# Cells that are columns of `staged` --------------------------------------------------------------


def _plain_readers(
    places: Iterable[KnownDepartment], *, is_sandbox: bool
) -> Mapping[str, CellReader]:
    """Return what reads each cell that is a column of `staged`, by the name of its column."""
    return {
        "login": rules.check_login,
        "email": _email_reader(is_sandbox=is_sandbox),
        "first_name": partial(rules.check_person_name, what="first name"),
        "last_name": partial(rules.check_person_name, what="last name"),
        "type": _word_reader(UserType),
        # Only who registers becomes pending; a row may say of them that they are.
        "status": _word_reader(UserStatus, never_given=UserStatus.PENDING),
        "department": _department_reader(places),
    }


def _email_reader(*, is_sandbox: bool) -> CellReader:
    def read(cell: str) -> Email | None:
        return _NO_EMAIL if clears(cell) else parse_email(cell, sandbox=is_sandbox)

    return read


def _word_reader(kind: type[StrEnum], never_given: StrEnum | None = None) -> CellReader:
    """Return what reads one of the words of `kind`; it raises WordUnknown.

    `never_given` is read too, but not offered.
    """
    offered = [word for word in kind if word is not never_given]

    @lru_cache(maxsize=1024)
    def find(cell: str) -> str:
        word = canonical.key(cell)
        if word not in set(kind):
            nearest = canonical.nearest(cell, offered)
            raise WordUnknown(given=cell, known=", ".join(offered), nearest=nearest)
        return word

    return find


def _department_reader(places: Iterable[KnownDepartment]) -> CellReader:
    """Return what reads a department into its id; it raises Ambiguous and DepartmentUnknown."""
    known = list(places)
    by_path = {place.full_key: place.id for place in known}
    by_code = {place.code_key: place.id for place in known if place.code_key}
    by_number = {str(place.id): place.id for place in known}
    suggest = _suggester([place.full_name for place in known])

    @lru_cache(maxsize=4096)
    def find(cell: str) -> int:
        key = canonical.key(cell)
        path = department_rules.path_key(cell)
        found = {by_path.get(path), by_code.get(key), by_number.get(key)} - {None}
        if len(found) > 1:
            raise Ambiguous(given=cell, what="department")
        for number in found:
            if number is not None:
                return number
        raise DepartmentUnknown(given=cell, nearest=suggest(cell))

    return find


def _suggester(known: Sequence[str]) -> Callable[[str], str | None]:
    """Return what finds the nearest name; only a few times, because it is slow."""
    left = iter(range(_SUGGESTIONS))

    def suggest(given: str) -> str | None:
        return canonical.nearest(given, known) if next(left, None) is not None else None

    return suggest


# Cells that go into tables of their own ----------------------------------------------------------


def _extra_readers(
    groups: Iterable[KnownGroup], fields: Iterable[FieldRule], dates: DateOrder
) -> Mapping[str, ExtraReader]:
    """Return what reads each cell that goes into a table of its own, by its column."""

    def supervisor(row_no: int, put: PutRow, cell: str) -> None:
        word = canonical.key(cell)
        is_word = word in {SupervisorMode.NONE, SupervisorMode.INHERITED}
        mode = word if is_word else SupervisorMode.OWN.value
        key = None if is_word else login_key(cell)
        put("staged_supervisors", (row_no, mode, key, cell, None, None, None))

    find = _group_finder(groups)
    return {
        "supervisor": supervisor,
        "group": _group_reader(find, replaces=1),
        "add_to_group": _group_reader(find, replaces=0),
        **{rule.name: _field_reader(rule, dates) for rule in fields},
    }


def _field_reader(rule: FieldRule, dates: DateOrder) -> ExtraReader:
    """Return what reads a value of a custom field; it raises what `field_entry` raises."""
    # Where `none` is a choice, that is what it means.
    has_none = any(clears(choice) for choice in rule.choices_json)

    def read(row_no: int, put: PutRow, cell: str) -> None:
        given = "" if clears(cell) and not has_none else cell
        entry = field_rules.field_entry(rule, given, dates)
        put("staged_fields", (row_no, entry.field_id, entry.value, entry.unique_key))

    return read


def _group_reader(find: Callable[[str], list[int]], *, replaces: int) -> ExtraReader:
    """Return what reads groups; with `replaces` they are all that the person is to be in."""

    def read(row_no: int, put: PutRow, cell: str) -> None:
        found = find(cell)
        for number in found:
            put("staged_groups", (row_no, number, replaces))
        if not found:
            put("staged_groups", (row_no, None, replaces))

    return read


def _group_finder(groups: Iterable[KnownGroup]) -> Callable[[str], list[int]]:
    """Return what reads names of groups into ids; it raises MembershipUnknown."""
    known = list(groups)
    by_name = {group.name_key: group.id for group in known}
    suggest = _suggester([group.name for group in known])

    @lru_cache(maxsize=4096)
    def find(cell: str) -> list[int]:
        whole = canonical.key(cell)
        if whole in by_name:
            return [by_name[whole]]
        if whole == _NO_GROUPS:
            return []
        # A separator inside a name is written twice.
        parts = cell.replace("||", "\0").split("|")
        names = [canonical.trim(part.replace("\0", "|")) for part in parts]
        unknown = [name for name in names if canonical.key(name) not in by_name]
        if unknown:
            raise MembershipUnknown(given=unknown[0], nearest=suggest(unknown[0]))
        return [by_name[canonical.key(name)] for name in names]

    return find
