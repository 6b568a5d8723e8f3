"""What a file of enrollments may hold, and reading one row of it without asking the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from lmsctl.bulk.rules import Meaning, NoteFault, PutRow, ReadRow
from lmsctl.enrollment.errors import (
    OptionIdle,
)
from lmsctl.enrollment.importing.errors import CellIdle, ItemUnnamed, RowOfTwo
from lmsctl.enrollment.participation.errors import TargetTwice
from lmsctl.kit import canonical, celltimes
from lmsctl.kit.address import login_key
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.csverrors import CsvColumnMissing
from lmsctl.kit.csvin import Column
from lmsctl.kit.errors import Location, Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.training import rules as training_rules
from lmsctl.user.errors import LoginMissing

COLUMNS = (
    Column("login", "Login", ("Username", "User", "Login name", "Learner")),
    Column("email", "Email", ("Mail", "Email address", "Mail address")),
    Column(
        "content",
        "Content",
        ("Content code", "Code", "Item", "Knowledge code", "Course", "Course code"),
    ),
    Column("training", "Training", ("Training code",)),
    Column("session", "Session", ("Session code",)),
    Column("access_at", "Access at", ("Access", "Access date")),
)
_HEADINGS = {column.name: column.heading for column in COLUMNS}
# What stands behind the person in a line of `staged`: what a row names, and room for what it means.
_StagedTarget = tuple[str | None, ...]
_NO_TARGET: _StagedTarget = ("", *(None,) * 12)


@dataclass(frozen=True, slots=True)
class RowDefaults:
    """What blank cells of a file mean; of content and training at most one is given.

    `training` is the code of a training and that of a session, if any.
    """

    content: str | None = None
    training: tuple[str, str | None] | None = None
    access: TimeWord | None = None


def row_reader(names: Sequence[str], blanks: RowDefaults, file: str, dates: DateOrder) -> ReadRow:
    """Return what reads one row of a file with the columns `names`: cells to a line of `staged`.

    The cell Login holds a login or an address; where it is blank the cell Email counts. `blanks`
    says what rows mean that name neither an item nor a training. Raises CsvColumnMissing when no
    column names people, or nothing says what they get, and OptionIdle.
    """
    _check_columns(names, blanks, file)
    pick = _cell_picker(names, ("login", "email", "content", "training", "session", "access_at"))
    nameless = "login" if "login" in names else "email"

    def read_row(row_no: int, cells: list[str], note: NoteFault, _put: PutRow) -> Sequence[Any]:
        login, email, content, training, session, access = pick(cells)
        given = login or email
        if not given:
            note(row_no, nameless, LoginMissing())
        aim, wrong = _read_target(_TargetCells(content, training, session, access), blanks, dates)
        for column, refusal in wrong:
            note(row_no, column, refusal)
        return (
            given,
            login_key(given) if login else None,
            login_key(given),
            "Login" if login else "Email",
            *aim,
        )

    return read_row


def meanings(dates: DateOrder) -> dict[str, Meaning]:
    """Return what cells say that can say it in several ways, by their columns."""
    return {
        **dict.fromkeys(("content", "training", "session"), canonical.key),
        "access_at": lambda cell: celltimes.meaning(cell, dates),
    }


def _check_columns(names: Sequence[str], blanks: RowDefaults, file: str) -> None:
    """Raise CsvColumnMissing or OptionIdle unless columns and defaults say who gets what."""
    if not {"login", "email"} & set(names):
        raise CsvColumnMissing(location=Location(file), field="login", name="Login")
    has_trainings = blanks.training is not None or "training" in names
    if not has_trainings and blanks.content is None and "content" not in names:
        raise CsvColumnMissing(location=Location(file), field="content", name="Content")
    if blanks.access is not None and not has_trainings:
        raise OptionIdle(option="--access-at", needed="--training", field="--access-at")


def _cell_picker(names: Sequence[str], wanted: Sequence[str]) -> Callable[[list[str]], list[str]]:
    """Return what takes the cells of some columns from a row; empty for a column it lacks."""
    places = [names.index(name) if name in names else None for name in wanted]
    return lambda cells: ["" if at is None else cells[at] for at in places]


# What people get ---------------------------------------------------------------------------------


class _TargetCells(NamedTuple):
    """The cells of a row that say what a person gets."""

    content: str
    training: str
    session: str
    access: str


_Problems = list[tuple[str, Refusal]]


@lru_cache(maxsize=8192)
def _read_target(
    cells: _TargetCells, blanks: RowDefaults, dates: DateOrder
) -> tuple[_StagedTarget, _Problems]:
    """Return what a row names, and what is wrong with it in which column."""
    if cells.content and cells.training:
        return _NO_TARGET, [("training", RowOfTwo())]
    if cells.training or (blanks.training and not cells.content):
        return _read_training(cells, blanks, dates)
    content = cells.content or blanks.content
    if not content:
        return _NO_TARGET, [("content", ItemUnnamed())]
    wrong: _Problems = [
        (name, CellIdle(given=canonical.excerpt(cell), column=_HEADINGS[name]))
        for name, cell, is_blank in (
            ("session", cells.session, not cells.session),
            ("access_at", cells.access, celltimes.is_no_date(cells.access)),
        )
        if not is_blank
    ]
    return (content, canonical.key(content), *_NO_TARGET[2:]), wrong


def _read_training(
    cells: _TargetCells, blanks: RowDefaults, dates: DateOrder
) -> tuple[_StagedTarget, _Problems]:
    """Return the training and session that a row names, and what is wrong in which column."""
    wrong: _Problems = []
    access = cells.access or (blanks.access.text if blanks.access else None)
    try:
        if celltimes.read_cell(access or "", dates) is None:
            access = None
    except Refusal as refusal:
        wrong.append(("access_at", refusal))
        access = None
    heading = "session" if cells.session else "training"
    try:
        training, session = _combine_target(cells, blanks)
    except Refusal as refusal:
        return _NO_TARGET, [*wrong, ("training" if ":" in cells.training else heading, refusal)]
    return (
        "",
        None,
        None,
        None,
        training,
        canonical.key(training),
        session,
        canonical.key(session) if session else None,
        _HEADINGS[heading],
        access,
        None,
        None,
        None,
    ), wrong


def _combine_target(cells: _TargetCells, blanks: RowDefaults) -> tuple[str, str | None]:
    """Return a training and its session, if any; raises TargetUnclear and TargetTwice.

    The cell for a session counts more than the command line, but not more than its neighbor.
    """
    if not cells.training:
        code, session = blanks.training or ("", None)
        return code, cells.session or session
    code, session = training_rules.parse_target(cells.training)
    if session and cells.session and canonical.key(session) != canonical.key(cells.session):
        second = f"{code}:{cells.session}"
        raise TargetTwice(training=code, first=f"{code}:{session}", second=second)
    return code, cells.session or session
