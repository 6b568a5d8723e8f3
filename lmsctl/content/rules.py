"""Pure decisions of the content room: what takes people in, what lies where, what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lmsctl.content.errors import (
    ContentArchived,
    ContentIsFolder,
    DraftImpossible,
    DueContradicts,
    DueDayMissing,
    DueDaysWrong,
    FolderWrong,
    PathwayItemWrong,
    PathwayWrong,
)
from lmsctl.content.results import (
    CatalogAudience,
    ContentKind,
    ContentSource,
    ContentStatus,
    GrantAudience,
)
from lmsctl.kit import canonical, time_errors, timewords
from lmsctl.kit.errors import Refusal
from lmsctl.kit.timewords import TimeWord
from lmsctl.portal import rules as portal_rules
from lmsctl.portal.errors import PlanFull
from lmsctl.portal.rules import Settings
from lmsctl.user.results import UserType

_TITLE_LIMIT = 255
_DUE_DAYS_LIMIT = 9999
_NEVER_DRAFT = frozenset({ContentKind.FOLDER, ContentKind.PATHWAY})
_IN_PATHWAYS = frozenset({ContentKind.COURSE, ContentKind.TOPIC, ContentKind.ARTICLE})


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the program needs it; `parent_id` is its folder, `owner_id` its author."""

    id: int
    kind: ContentKind
    code: str
    title: str
    status: ContentStatus
    source: ContentSource
    parent_id: int | None
    is_inheriting: bool
    link: str | None
    owner_id: int | None
    due_days: int | None
    due_on: date | None
    version: int


@dataclass(frozen=True, slots=True)
class Due:
    """When an item is due: so many days after the enrollment, on a day, or never (both None)."""

    days: int | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class CatalogTarget:
    """To whom the catalog offers something, and what they are called; None is for everybody.

    At most one of `type`, `group_id` and `department_id` is given: that which `opening` names.
    """

    opening: CatalogAudience
    name: str | None
    type: UserType | None = None
    group_id: int | None = None
    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class GrantTarget:
    """To whom a grant opens an item, and what they are called; None is for the organization.

    At most one of the ids is given: that which `audience` names.
    """

    audience: GrantAudience
    name: str | None
    user_id: int | None = None
    group_id: int | None = None
    department_id: int | None = None


def check_title(given: str) -> str:
    """Return a title fit to be stored; raises what `canonical.check_text` raises."""
    return canonical.check_text(given, field="title", max_chars=_TITLE_LIMIT)


def check_enrollable(item: Item) -> None:
    """Raise ContentIsFolder and ContentArchived; drafts and library items take people in."""
    check_no_folder(item, "enrolled in")
    if item.status == ContentStatus.ARCHIVED:
        raise ContentArchived(given=item.code)


def closed_gates_of_link(item: Item, portal: Settings, seats_taken: int) -> Iterator[Refusal]:
    """Yield a refusal for every gate of an item's open link that is closed, whoever comes."""
    yield from portal_rules.closed_gates(is_registration_on=portal.is_registration_on)
    if item.status == ContentStatus.ARCHIVED:
        yield ContentArchived(given=item.code)
    if portal_rules.is_full(seats_taken, portal.seat_limit):
        yield PlanFull()


def check_no_folder(item: Item, done: str) -> None:
    """Raise ContentIsFolder, saying what cannot be done to a folder."""
    if item.kind == ContentKind.FOLDER:
        raise ContentIsFolder(given=item.code, done=done)


def first_status(kind: ContentKind, *, is_draft: bool) -> ContentStatus:
    """Return the status a new item has; raises DraftImpossible."""
    if is_draft and kind in _NEVER_DRAFT:
        raise DraftImpossible(kind=kind.value, field="--draft")
    return ContentStatus.DRAFT if is_draft else ContentStatus.ACTIVE


def next_status(item: Item, *, is_draft: bool) -> ContentStatus:
    """Return the status of an item that becomes, or no longer is, a draft.

    Raises DraftImpossible and ContentArchived.
    """
    if item.status == ContentStatus.ARCHIVED:
        raise ContentArchived(given=item.code)
    return first_status(item.kind, is_draft=is_draft)


def check_folder(item: Item) -> None:
    """Raise FolderWrong unless things can lie in `item`."""
    if item.kind != ContentKind.FOLDER:
        raise FolderWrong(given=item.code, kind=item.kind, field="--folder")


def check_pathway(item: Item) -> None:
    """Raise PathwayWrong unless `item` can have items."""
    if item.kind != ContentKind.PATHWAY:
        raise PathwayWrong(given=item.code, kind=item.kind)


def check_pathway_item(item: Item) -> None:
    """Raise PathwayItemWrong and ContentArchived unless a pathway can lead over `item`."""
    if item.kind not in _IN_PATHWAYS:
        raise PathwayItemWrong(given=item.code, kind=item.kind)
    if item.status == ContentStatus.ARCHIVED:
        raise ContentArchived(given=item.code)


def parse_due(
    days: int | None, on: TimeWord | None, now: datetime, zone: ZoneInfo, *, is_never: bool = False
) -> Due | None:
    """Return when something is due, None when nothing was said about it.

    A day is the one that the moment `on` falls on in `zone`. Raises DueContradicts, DueDaysWrong,
    DueDayMissing and what `on` raises.
    """
    if sum((days is not None, on is not None, is_never)) > 1:
        raise DueContradicts(field="--due-on")
    if days is not None:
        if not 1 <= days <= _DUE_DAYS_LIMIT:
            raise DueDaysWrong(given=days, most=_DUE_DAYS_LIMIT, field="--due-days")
        return Due(days=days)
    if on is not None:
        moment = timewords.moment_or_now(on, now, zone, DueDayMissing, "--due-on")
        return Due(on=timewords.local_day(on, moment, zone))
    return Due() if is_never else None


def due_at(item: Item, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the last second in which somebody enrolled at `now` is not late, None for never.

    Whole days of `zone` count: what is due in one day is due at the end of tomorrow. Raises
    TimeOutOfRange.
    """
    day = item.due_on
    if item.due_days is not None:
        try:
            day = now.astimezone(zone).date() + timedelta(days=item.due_days)
        except OverflowError:
            given = f"{item.due_days} days from now"
            raise time_errors.TimeOutOfRange(given=given) from None
    return timewords.parse(day.isoformat()).end(now, zone) if day else None


def parse_link(given: str) -> str:
    """Return the secret at the end of a link, or `given` itself when it is only that."""
    return canonical.trim(given).rstrip("/").rpartition("/")[2]
