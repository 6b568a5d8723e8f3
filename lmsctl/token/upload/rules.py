"""What a file of tokens may hold, and reading one row of it without asking the database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import count
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from lmsctl.bulk.rules import Meaning, NoteFault, PutRow, ReadRow, read_or_note
from lmsctl.kit import canonical, celltimes, limits, timewords, wall_clock
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.columns import utc_text
from lmsctl.kit.csvheading import Column, Reading, heading_key
from lmsctl.kit.csvout import NONE, clears
from lmsctl.kit.errors import Refusal
from lmsctl.token import rules
from lmsctl.token.errors import TokenLimitWrong
from lmsctl.token.rules import TokenRecord
from lmsctl.token.upload.errors import (
    ActiveUnclear,
    CreatesUnclear,
    RowContentMissing,
    RowLabelMissing,
    TokenNumberWrong,
)
from lmsctl.user.results import UserType

_LABEL = Column("token_label", "Token label", ("Label", "Nickname", "Tag"), required=True)
_CODE = "token"
COLUMNS = (
    Column("token_id", "Token id", ("Token number",)),
    # Titles are for people: they are neither read nor compared.
    Column("knowledge", "Knowledge", ("Title", "Knowledge title")),
    Column(
        "knowledge_code",
        "Knowledge code",
        ("Content", "Content code", "Course code"),
        required=True,
    ),
    Column(_CODE, "Token", ("Token code", "Voucher code", "Coupon code")),
    _LABEL,
    Column("creates", "Creates", ("Creates type",), required=True),
    Column(
        "limit",
        "Limit",
        ("Use limit", "Max usages", "Max. usages", "Maximum usages"),
        required=True,
    ),
    Column(
        "expires",
        "Expires",
        ("Ends", "Ends at", "Expiry", "Expires at", "Expiry date", "Valid until"),
        required=True,
    ),
    Column("active", "Active", ("Is active",)),
)
HEADINGS = tuple(column.heading for column in COLUMNS)

# A number of 19 digits may not fit a column.
_ITEMS_KEPT = 8192
_YES, _NO = "Yes", "No"
# What stands for a word among numbers of uses and moments.
_UNLIMITED, _NEVER = 0, ""
# What follows the words of the template is what the cells of a workbook hold.
_TRUTHS = {canonical.key(_YES): 1, canonical.key(_NO): 0, "true": 1, "false": 0, "1": 1, "0": 0}


def columns(reading: Reading) -> list[Column]:
    """Return the columns of a file that is read in this way.

    Where the labels are read as codes, the column of labels is there and says nothing.
    """
    label = heading_key(_LABEL.heading)
    is_code = any(
        heading_key(heading) == label and heading_key(name) == _CODE
        for heading, name in reading.mapping
    )
    optional = Column(_LABEL.name, _LABEL.heading, _LABEL.aliases)
    return [optional if column is _LABEL and is_code else column for column in COLUMNS]


def row_reader(  # noqa: C901 - one pass over each row, and the fastest one
    names: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
    new_code: Callable[[], str],
    dates: DateOrder,
) -> ReadRow:
    """Return what reads one row of a file with the columns `names`: cells to a line of `staged`.

    A day in the column of expiries stands for its last second in `zone`. A row without a token id
    makes a token, with a code from `new_code` when it has none. Each item is put aside when it is
    first named, and rows name it by a number. Everything wrong with a row is noted; it raises
    nothing. A blank cell keeps what a token has, and gives a new one what is usual.
    """
    position = {name: index for index, name in enumerate(names)}
    has_labels = "token_label" in position

    @lru_cache(maxsize=8192)
    def expiry(cell: str) -> str | None:
        word = None if clears(cell) else celltimes.read_cell(cell, dates)
        moment = word.end(now, zone) if word else None
        if moment:
            return utc_text(moment)
        return _NEVER if word or clears(cell) else None

    @lru_cache(maxsize=8192)
    def terms(texts: tuple[str, str, str, str]) -> tuple[Any, ...]:
        """Return what many rows have alike; they are taken apart once."""
        return tuple(read(text) for read, text in zip(term_readers, texts, strict=True))

    term_readers = (_creates, _limit, expiry, _truth)
    readers: dict[str, Callable[[str], Any]] = {
        **_READERS,
        **dict(zip(_TERMS, term_readers, strict=True)),
    }
    # A column that the file does not have reads the blank that is put behind each row.
    pick = itemgetter(*[position.get(name, -1) for name in _READERS])
    pick_terms = itemgetter(*[position.get(name, -1) for name in _TERMS])
    items = _StagedItems()

    def read_row(row_no: int, cells: list[str], note: NoteFault, put: PutRow) -> Sequence[Any]:
        cells.append("")
        texts = pick(cells)
        given_number, given_content, given_code, given_label = texts
        try:
            number = _number(given_number)
            content = _content(given_content)
            code = _code(given_code)
            label = _label(given_label)
            creates, limit, expires_at, active = terms(pick_terms(cells))
        except Refusal:
            every = zip(readers.items(), (*texts, *pick_terms(cells)), strict=True)
            number, content, code, label, creates, limit, expires_at, active = (
                read_or_note(row_no, name, text, read, note) for (name, read), text in every
            )
        is_new, is_generated = not given_number, not (given_number or given_code)
        if is_new and has_labels and not given_label:
            note(row_no, "token_label", RowLabelMissing())
        if is_generated:
            code = new_code()
        if is_new:
            creates, active = creates or UserType.PROSPECT, 1 if active is None else active
        return (
            number,
            int(is_new),
            items.number(content, put) if content else None,
            code,
            rules.digest(code) if code else None,
            int(is_generated),
            label,
            creates,
            limit or None,
            int(limit == _UNLIMITED),
            expires_at or None,
            int(expires_at == _NEVER),
            active,
        )

    return read_row


def meanings(dates: DateOrder) -> dict[str, Meaning]:
    """Return what cells say that can say it in several ways, by their columns."""
    return {
        "token_id": lambda cell: str(_number(cell)) if cell else "",
        "knowledge": lambda _cell: "",
        "knowledge_code": canonical.key,
        "creates": canonical.key,
        "limit": lambda cell: str(_limit(cell)) if cell else "",
        "expires": lambda cell: celltimes.meaning("never" if clears(cell) else cell, dates),
        "active": lambda cell: str(_truth(cell)) if cell else "",
    }


class _StagedItems:
    """The items that a file names, each staged when it is first named."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._next = count(1)

    def number(self, content: str, put: PutRow) -> int:
        """Return the number under which the item with that code was put aside."""
        found = self._numbers.get(content)
        if found is None:
            if len(self._numbers) >= _ITEMS_KEPT:
                self._numbers.clear()
            found = self._numbers[content] = next(self._next)
            put("staged_items", (found, content, canonical.key(content), None))
        return found


def _number(cell: str) -> int | None:
    if not cell:
        return None
    number = canonical.number_in(cell)
    if number is None:
        raise TokenNumberWrong(given=canonical.excerpt(cell))
    return number


def _content(cell: str) -> str:
    if not cell:
        raise RowContentMissing
    return cell


def _label(cell: str) -> str | None:
    """Return the nickname, empty to take it away, or None for a blank."""
    return "" if clears(cell) else rules.check_nickname(cell)


def _code(cell: str) -> str | None:
    return rules.check_code(cell) if cell else None


@lru_cache(maxsize=64)
def _creates(cell: str) -> UserType | None:
    if not cell:
        return None
    try:
        return UserType(canonical.key(cell))
    except ValueError as error:
        known = ", ".join(UserType)
        nearest = canonical.nearest(cell, UserType)
        raise CreatesUnclear(given=canonical.excerpt(cell), known=known, nearest=nearest) from error


@lru_cache(maxsize=4096)
def _limit(cell: str) -> int | None:
    """Return the number of uses, `_UNLIMITED`, or None for a blank."""
    if not cell:
        return None
    try:
        limit = None if clears(cell) else rules.parse_limit(cell.lower())
    except limits.NumberMalformed as refusal:
        raise TokenLimitWrong(given=canonical.excerpt(cell), most=rules.MOST_USES) from refusal
    return _UNLIMITED if limit is None else limit


@lru_cache(maxsize=64)
def _truth(cell: str) -> int | None:
    if not cell:
        return None
    truth = _TRUTHS.get(canonical.key(cell))
    if truth is None:
        raise ActiveUnclear(given=canonical.excerpt(cell))
    return truth


# In the order in which a row is taken apart; then come the terms, which many rows share.
_READERS: Mapping[str, Callable[[str], Any]] = {
    "token_id": _number,
    "knowledge_code": _content,
    _CODE: _code,
    "token_label": _label,
}
_TERMS = ("creates", "limit", "expires", "active")


# Out ---------------------------------------------------------------------------------------------


def to_cells(row: TokenRecord, zone: ZoneInfo) -> Iterator[str]:
    """Yield the cells of a token in the order of `HEADINGS`, as an upload in `zone` reads them."""
    yield str(row.id)
    yield row.title
    yield row.content
    yield row.code
    yield row.nickname or NONE
    yield row.creates
    yield str(row.use_limit or limits.UNLIMITED)
    yield _expires(row.expires_at, zone)
    yield _YES if row.is_active else _NO


def _expires(moment: datetime | None, zone: ZoneInfo) -> str:
    """Return a moment as the day whose end it is, or with its time and offset."""
    if moment is None:
        return "never"
    shown = wall_clock.show(moment, zone)
    day = shown.partition("T")[0]
    is_end = timewords.parse(day).end(moment, zone) == moment
    return day if is_end else shown
