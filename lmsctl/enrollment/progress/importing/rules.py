"""What a file of progress may hold, and reading one row of it without asking the database."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.bulk.rules import Meaning, NoteFault, PutRow, ReadRow
from lmsctl.enrollment.progress import rules
from lmsctl.enrollment.progress.errors import EventUnknown, ScoreWrong
from lmsctl.enrollment.progress.importing.errors import MomentBlank
from lmsctl.enrollment.results import EventKind
from lmsctl.kit import canonical, celltimes
from lmsctl.kit.address import login_key
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.columns import utc_text
from lmsctl.kit.csvin import Column
from lmsctl.kit.errors import Refusal
from lmsctl.user.errors import LoginMissing

COLUMNS = (
    Column(
        "login", "Login", ("User", "Username", "Email", "Email address", "Learner"), required=True
    ),
    Column("content", "Content", ("Content code", "Code", "Item", "Course", "Course code")),
    Column("event", "Event", ("Verb",), required=True),
    Column("score", "Score", ("Percent",)),
    Column("happened_at", "Happened at", ("When", "Time", "Date", "Timestamp"), required=True),
)
_SCORE_DIGITS = 3


def row_reader(names: Sequence[str], now: datetime, zone: ZoneInfo, dates: DateOrder) -> ReadRow:
    """Return what reads one row of a file with the columns `names`: cells to a line of `staged`.

    A day stands for its first second in `zone`; `dates` is the order in which slashes are read.
    Everything wrong with a row is noted. Who and what is meant is found out later.
    """
    readers: dict[str, Callable[[str], Any]] = {
        "event": _event,
        "score": _score,
        "happened_at": lambda cell: _moment(cell, now, zone, dates),
    }

    def read_row(row_no: int, cells: list[str], note: NoteFault, _put: PutRow) -> Sequence[Any]:
        texts = dict(zip(names, cells, strict=True))
        values: dict[str, Any] = {}
        for name, read in readers.items():
            try:
                values[name] = read(texts.get(name, ""))
            except Refusal as refusal:
                note(row_no, name, refusal)
        login, code = texts["login"], texts.get("content", "")
        if not login:
            note(row_no, "login", LoginMissing())
        if len(values) == len(readers):
            _check(row_no, values, note, has_content=bool(code))
        happened_at = values.get("happened_at")
        return (
            login,
            login_key(login),
            login_key(login),
            code or None,
            canonical.key(code) if code else None,
            values.get("event"),
            values.get("score"),
            utc_text(happened_at) if happened_at else None,
            None,
            None,
        )

    return read_row


def meanings(dates: DateOrder) -> dict[str, Meaning]:
    """Return what cells say that can say it in several ways, by their columns."""
    return {
        "content": canonical.key,
        "event": canonical.key,
        "score": lambda cell: str(_score(cell)) if cell else "",
        "happened_at": lambda cell: celltimes.meaning(cell, dates),
    }


def _check(row_no: int, values: Mapping[str, Any], note: NoteFault, *, has_content: bool) -> None:
    """Note what an event of a row has that it cannot have, or lacks."""
    try:
        rules.check_event(values["event"], values["score"], has_content=has_content)
    except Refusal as refusal:
        note(row_no, "score" if isinstance(refusal, ScoreWrong) else "content", refusal)


def _event(cell: str) -> EventKind:
    """Return the event that a cell names; raises EventUnknown."""
    try:
        return EventKind(canonical.key(cell))
    except ValueError as error:
        raise EventUnknown(given=canonical.excerpt(cell)) from error


def _score(cell: str) -> int | None:
    """Return the score in a cell, None for a blank one; raises ScoreWrong."""
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit()) or len(cell) > _SCORE_DIGITS:
        raise ScoreWrong(given=canonical.excerpt(cell), event="in this row")
    return int(cell)


def _moment(cell: str, now: datetime, zone: ZoneInfo, dates: DateOrder) -> datetime:
    """Return the moment in a cell; raises MomentBlank, EventInFuture and what reading it raises."""
    word = celltimes.read_cell(cell, dates)
    moment = word.start(now, zone) if word else None
    if moment is None:
        raise MomentBlank
    rules.check_happened(moment, now)
    return moment
