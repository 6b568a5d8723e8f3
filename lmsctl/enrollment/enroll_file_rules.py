"""What a file of enrollments may hold, and reading one row of it without asking the database."""

from collections.abc import Callable, Sequence
from typing import Any

from lmsctl.bulk.actions import Note, Put, ReadRow
from lmsctl.enrollment.errors import ItemUnnamed
from lmsctl.kit import canonical
from lmsctl.kit.address import email_key
from lmsctl.kit.csverrors import CsvColumnMissing
from lmsctl.kit.csvin import Column
from lmsctl.kit.errors import Location
from lmsctl.user.errors import LoginMissing

COLUMNS = (
    Column("login", "Login", ("Username", "User", "Login name", "Learner")),
    Column("email", "Email", ("Mail", "Email address", "Mail address")),
    Column("content", "Content", ("Content code", "Code", "Item", "Knowledge code")),
)


def row_reader(
    names: Sequence[str], content: str | None, file: str, *, is_sandbox: bool
) -> ReadRow:
    """Return what reads one row of a file with the columns `names`: cells to a line of `staged`.

    The cell Login holds a login or an address; where it is blank the cell Email counts. `content`
    is the item of every row that names none. Raises CsvColumnMissing when neither column names
    people, or nothing the items.
    """
    if not {"login", "email"} & set(names):
        raise CsvColumnMissing(location=Location(file), field="login", name="Login")
    if content is None and "content" not in names:
        raise CsvColumnMissing(location=Location(file), field="content", name="Content")
    pick = _picker(names, ("login", "email", "content"))

    def read_row(row_no: int, cells: list[str], note: Note, _put: Put) -> Sequence[Any]:
        login, email, code = pick(cells)
        given = login or email
        if not given:
            note(row_no, "login" if "login" in names else "email", LoginMissing())
        if not (code or content):
            note(row_no, "content", ItemUnnamed())
        code = code or content or ""
        login_key = canonical.key(given) if login else None
        return (
            given,
            login_key,
            email_key(given, sandbox=is_sandbox),
            "Login" if login else "Email",
            code,
            canonical.key(code),
            None,
            None,
        )

    return read_row


def _picker(names: Sequence[str], wanted: Sequence[str]) -> Callable[[list[str]], list[str]]:
    places = [names.index(name) if name in names else None for name in wanted]
    return lambda cells: ["" if at is None else cells[at] for at in places]
