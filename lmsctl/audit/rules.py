"""Which entries are wanted; what a seal is made from, and where a chain of seals breaks."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime

from lmsctl.audit.results import AuditVerdict, ChainBreach, ChainFinding


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which entries of the log are wanted: those that fit all that is given.

    `since` and `until` are moments, both included. `person` is a login: what was done with their
    rights, or to them. `thing` is a target, or the first word of many; `command` is one, or the
    noun of many.
    """

    since: datetime | None = None
    until: datetime | None = None
    person: str | None = None
    thing: str | None = None
    command: str | None = None
    verdict: AuditVerdict | None = None
    code: str | None = None
    mark: str | None = None


# The seal before the first one.
BEGINNING = "0" * 64

# How many rows are looked at again once all seals that may have been moved are known.
_MOST_KEPT = 300

# What seals are made from would be another thing if this or the fields of SealableRow changed.
_FORM = b"1"


@dataclass(frozen=True, slots=True)
class SealableRow:
    """A row of the log as it is kept: its texts are bytes, which need not be texts any more."""

    id: int
    happened_at: bytes | None
    operator: bytes
    actor: bytes | None
    command: bytes
    verdict: bytes
    code: bytes
    target: bytes
    detail_json: bytes
    mark: bytes | None


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The number of the last seal, and that seal."""

    seal_no: int
    seal: str


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A row of the log that has a number in the chain, as it is kept."""

    row: SealableRow
    seal_no: int
    seal: bytes | None


_NAMES = tuple(field.name for field in fields(SealableRow))


def seal_of(row: SealableRow, number: int, before: str) -> str:
    """Return the seal of `row` at place `number`, after the seal `before`: SHA-256, hexadecimal.

    Each value has its length in front, so that nothing can move from one to the next.
    """
    made = hashlib.sha256(_FORM)
    for value in (before.encode(), b"%d" % number, *(_octets_of(row, name) for name in _NAMES)):
        made.update(b"-;" if value is None else b"%d:%b;" % (len(value), value))
    return made.hexdigest()


def _octets_of(row: SealableRow, name: str) -> bytes | None:
    value: int | bytes | None = getattr(row, name)
    return b"%d" % value if isinstance(value, int) else value


def seals_after(head: ChainHead, rows: Iterable[SealableRow]) -> Iterator[tuple[int, ChainHead]]:
    """Yield the id of each row and the head of the chain once it is sealed."""
    for row in rows:
        number = head.seal_no + 1
        head = ChainHead(number, seal_of(row, number, head.seal))
        yield row.id, head


def find_breaches(links: Iterable[ChainLink], head: ChainHead | None) -> Iterator[ChainFinding]:
    """Yield where a chain, read in the order of its numbers, is not what was sealed.

    A row whose own seal was changed is named alone, and not the one after it too, which fits the
    seal that it had; that may stand elsewhere by now. A row after a gap is not judged, because the
    seal before it is lost.
    """
    last, before = 0, {BEGINNING}
    moved: set[str] = set()
    followers: list[ChainLink] = []
    for link in links:
        if link.seal_no <= last:
            yield _finding(ChainBreach.MISPLACED, link.seal_no, link.seal_no, link.row.id)
            continue
        if link.seal_no > last + 1:
            yield _finding(ChainBreach.MISSING, last + 1, link.seal_no - 1, None)
            before = set()
        kept = _seal_text(link)
        made = {seal_of(link.row, link.seal_no, seal) for seal in before}
        if made and kept not in made:
            moved |= {kept} if len(moved) < _MOST_KEPT else set()
            if len(before) > 1 and len(followers) < _MOST_KEPT:
                followers.append(link)
            else:
                yield _finding(ChainBreach.CHANGED, link.seal_no, link.seal_no, link.row.id)
        last, before = link.seal_no, {kept} if kept in made else {kept, *made}
    yield from _find_unfit(followers, moved)
    yield from _find_breach_of_head(head, last, before)


def _seal_text(link: ChainLink) -> str:
    return (link.seal or b"").decode(errors="replace")


def _find_unfit(followers: Iterable[ChainLink], moved: set[str]) -> Iterator[ChainFinding]:
    """Yield which rows fit none of the seals that may have been before them."""
    for link in followers:
        kept = _seal_text(link)
        if all(seal_of(link.row, link.seal_no, seal) != kept for seal in moved):
            yield _finding(ChainBreach.CHANGED, link.seal_no, link.seal_no, link.row.id)


def _find_breach_of_head(
    head: ChainHead | None, last: int, seals: set[str]
) -> Iterator[ChainFinding]:
    """Yield what is wrong with the end of a chain whose last number is `last`."""
    if head is None:
        yield _finding(ChainBreach.HEADLESS, last, last, None)
    elif head.seal_no > last:
        yield _finding(ChainBreach.MISSING, last + 1, head.seal_no, None)
    elif head.seal_no < last:
        yield _finding(ChainBreach.BEYOND, head.seal_no + 1, last, None)
    elif head.seal not in seals:
        yield _finding(ChainBreach.HEAD_CHANGED, last, last, None)


_SENTENCES = {
    ChainBreach.CHANGED: "Entry {id} of the log is not what was sealed as number {first}: it was"
    " changed, or put in the place of another.",
    ChainBreach.MISSING: "What was sealed as number {first} is missing.",
    ChainBreach.MISPLACED: "Entry {id} of the log has the number {first} in the chain, which is"
    " taken or below 1.",
    ChainBreach.BEYOND: "Number {first} is beyond the end that the chain had: it was put there, or"
    " the end was set back.",
    ChainBreach.HEADLESS: "The end of the chain is missing from the table audit_heads.",
    ChainBreach.HEAD_CHANGED: "The end of the chain, at number {first}, is not the seal that is"
    " there.",
}
_OF_SEVERAL = {
    ChainBreach.MISSING: "What was sealed as the numbers {first} to {last} is missing.",
    ChainBreach.BEYOND: "The numbers {first} to {last} are beyond the end that the chain had: they"
    " were put there, or the end was set back.",
}
_HINT = (
    "Somebody changed the database without lmsctl: compare with 'lmsctl audit list' of a backup,"
    " and see who can write there."
)


def _finding(breach: ChainBreach, first: int, last: int, entry: int | None) -> ChainFinding:
    sentences = _SENTENCES if first == last else _OF_SEVERAL
    sentence = sentences[breach].format(first=first, last=last, id=entry)
    return ChainFinding(breach, first, last, entry, sentence, _HINT)
