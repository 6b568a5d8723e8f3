"""Holding a setup file against the portal, and telling what it would change."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lmsctl.kit import zones
from lmsctl.kit.answer import Done, Listing
from lmsctl.kit.work import Work
from lmsctl.portal import actions as portal
from lmsctl.setup import store
from lmsctl.setup.actions.exporting import check_may_see
from lmsctl.setup.errors import SetupTooLarge, SetupUnreadable
from lmsctl.setup.results import ChangeKind, SetupChange
from lmsctl.setup.rules.comparing import SetupDifference, Zones, compare, zone_of
from lmsctl.setup.rules.document import SetupDocument, parse
from lmsctl.setup.rules.kinds import KINDS
from lmsctl.setup.rules.values import SetupReading

_STDIN = "-"
_MOST_BYTES = 256 << 20


def read_text(path: str) -> tuple[str, str]:
    """Return the text of a setup file, `-` for standard input, and what to call the file.

    Raises SetupUnreadable and SetupTooLarge.
    """
    shown = "<stdin>" if path == _STDIN else path
    try:
        if path == _STDIN:
            raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(path).open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise SetupTooLarge(limit=_MOST_BYTES >> 20, file=shown)
        return raw.decode("utf-8-sig").replace("\r\n", "\n"), shown
    except UnicodeDecodeError as error:
        raise SetupUnreadable(file=shown, reason="it is not text in UTF-8") from error
    except OSError as error:
        raise SetupUnreadable(file=shown, reason=(error.strerror or str(error)).lower()) from error


def differences(
    work: Work, document: SetupDocument, *, prunes: bool, now: datetime | None = None
) -> Iterator[SetupDifference]:
    """Yield what a file does to the things of the kinds it names, distances counting from `now`.

    What it does not name is DELETED with `prunes`, else NOT_MANAGED. Raises what is wrong with the
    file, with its line, and PermissionMissing.
    """
    check_may_see(work)
    places = _zones(work, document)
    at = SetupReading(places.portal, now or work.now)
    for kind in KINDS.values():
        owner = kind.within or kind.name
        if owner not in document.things:
            continue
        current = store.list_things(work, kind.name, with_people=True)
        for item in compare(document, kind, current, at, places):
            if item.what is ChangeKind.DELETED and not (prunes and _may_go(document, item)):
                yield SetupDifference(item.kind, item.name, item.above, ChangeKind.NOT_MANAGED)
            else:
                yield item


def _may_go(document: SetupDocument, item: SetupDifference) -> bool:
    """Say whether the file owns all things of that kind, and it can be deleted at all."""
    if item.kind.name == "session":
        # Sessions are owned where their training says what sessions it has.
        key = KINDS["training"].key(item.above)
        owned = {raw_key[0] for raw_key in document.things.get("session", {})}
        return key in owned and not item.current["canceled"]
    return not (item.kind.name == "department" and item.name == "/")


def _zones(work: Work, document: SetupDocument) -> Zones:
    """Return the zones of the portal and its trainings as the file leaves them."""
    now = SetupReading(portal.zone(work), work.now)
    places = Zones(now.zone)
    for raw in document.things.get("settings", {}).values():
        places.portal = zone_of(document, raw, now.zone, now)
    if "training" in document.things:
        for thing in store.list_things(work, "training", with_people=False):
            places.trainings[thing.key[0]] = zones.from_database(thing.values["time-zone"])
        for key, raw in document.things["training"].items():
            otherwise = places.trainings.get(key[0], places.portal)
            places.trainings[key[0]] = zone_of(document, raw, otherwise, now)
    return places


def described(
    items: Iterable[SetupDifference], at: SetupReading, places: Zones
) -> Iterator[SetupChange]:
    """Yield a row for each field that differs, and one for each thing that has none to show."""
    for item in items:
        here = SetupReading(places.of(item.kind, item.above), at.now)
        name = item.shown or item.kind.name
        if item.what is ChangeKind.RENAMED:
            yield SetupChange(item.kind.name, name, item.what, None, item.was, item.name)
        if not item.changes and item.what is not ChangeKind.RENAMED:
            yield SetupChange(item.kind.name, name, item.what)
        for field, (old, new) in item.changes.items():
            value = item.kind.fields[field].value
            is_new = item.what is ChangeKind.CREATED
            yield SetupChange(
                item.kind.name,
                name,
                ChangeKind.CREATED if is_new else ChangeKind.CHANGED,
                field,
                None if is_new else as_text(value.write(old, here)),
                as_text(value.write(new, here)),
            )


def as_text(value: Any) -> str:
    """Return a value of TOML as people read it."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(map(as_text, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {as_text(item)}" for name, item in value.items()) + " }"
    return json.dumps(value)


def load(path: str) -> tuple[SetupDocument, str]:
    """Return what stands in a setup file, and its text; raises what reading it raises."""
    text, shown = read_text(path)
    return read(text, shown), text


def read(text: str, shown: str) -> SetupDocument:
    """Return what stands in the text of a setup file that is called `shown`."""
    return parse(text, shown)


def describe(
    work: Work, document: SetupDocument, found: Iterable[SetupDifference]
) -> Iterator[SetupChange]:
    """Yield rows on what a file does, times on the clocks that the file leaves."""
    places = _zones(work, document)
    yield from described(found, SetupReading(places.portal, work.now), places)


def diff(work: Work, document: SetupDocument, *, prunes: bool) -> list[SetupChange]:
    """Return what a file would change in the portal, field by field."""
    return list(describe(work, document, differences(work, document, prunes=prunes)))


QUIET = frozenset({ChangeKind.UNCHANGED, ChangeKind.NOT_MANAGED})


def answer(rows: list[SetupChange], *, shows_all: bool) -> Done:
    """Return the answer of `diff`: rows that differ, or all of them, and a sentence."""
    shown = [row for row in rows if shows_all or row.change not in QUIET]
    counts = Counter({(row.kind, row.name): row.change for row in rows}.values())
    parts = [f"{counts[kind]} {kind.replace('_', ' ')}" for kind in ChangeKind if counts[kind]]
    is_changed = any(row.change not in QUIET for row in rows)
    sentence = f"{', '.join(parts).capitalize()}." if parts else "The file names nothing."
    return Done(Listing(SetupChange, shown), sentence, is_changed=is_changed)
