"""Enrolling people in content as a file says."""

from collections.abc import Sequence
from itertools import groupby, islice
from operator import attrgetter
from zoneinfo import ZoneInfo

from lmsctl.bulk import actions as bulk
from lmsctl.bulk.actions import Job, Upload
from lmsctl.bulk.store import Span, recount
from lmsctl.content import rules as content_rules
from lmsctl.content.results import Kind
from lmsctl.content.rules import Item
from lmsctl.enrollment import enroll_file_store as store
from lmsctl.enrollment import file_store
from lmsctl.enrollment.enroll_file_rules import COLUMNS, row_reader
from lmsctl.kit.answer import Done
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.notification.actions import Words
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights

_TOGETHER = 5_000


def enroll_people(work: Work, upload: Upload, *, content: str | None, wants_notices: bool) -> Done:
    """Enroll people in items, a pair in each row; needs `enrollment.manage` over the people.

    `content` is the item of rows that name none. The unit of work must not have begun. Who is
    enrolled already stays so, unchanged. Raises CsvColumnMissing and what `bulk.run` raises.
    """
    work.about = f"file {upload.order.path}"
    rights.require(work, "enrollment.manage")
    enrolling = _Enrolling(wants_notices=wants_notices)
    job = Job(
        kind="enroll",
        event="enrollments.imported",
        columns=COLUMNS,
        tables=store.TABLES,
        reader=lambda names: row_reader(
            names, content, upload.order.path, is_sandbox=work.is_sandbox
        ),
        resolve=enrolling.resolve,
        write=enrolling.write,
        notes=lambda _work: (),
        key=store.KEY,
        number=store.NUMBER,
    )
    return bulk.run(work, upload, job)


class _Enrolling:
    """What is known while one file is taken in."""

    def __init__(self, *, wants_notices: bool) -> None:
        self._wants_notices = wants_notices
        self._is_first = True

    def resolve(self, work: Work, span: Span) -> None:
        """Find out whom and what the rows of `span` mean, and what is wrong with them."""
        if self._is_first:
            file_store.prepare(work)
        store.find(work, span, rights.require(work, "enrollment.manage"))
        if self._is_first:
            recount(work)
        self._is_first = False
        store.fail_unfit(work, span)
        store.mark_repeated(work, span)

    def write(self, work: Work, span: Span, run: int) -> int:
        """Enroll who is new in `span`; return how many notices were queued."""
        items = store.items(work, span)
        zone = ZoneInfo(portal.settings(work).time_zone)
        store.note_dues(
            work, [(item.id, content_rules.due_at(item, work.now, zone)) for item in items]
        )
        store.write(work, span, run)
        if any(item.kind == Kind.PATHWAY for item in items):
            store.prepare_pathways(work, span)
        count = _tell(work, span, items) if self._wants_notices else 0
        store.resolve_repeated(work, span)
        return count


def _tell(work: Work, span: Span, items: Sequence[Item]) -> int:
    """Write to everybody who was enrolled anew and has an address."""
    titles = {item.id: item.title for item in items}
    portal_name = portal.settings(work).name
    count = 0
    for item_id, newcomers in groupby(store.newcomers(work, span), attrgetter("item_id")):
        words = Words(
            kind="enrolled",
            reason="an administrator enrolled this person",
            subject=f"You are enrolled in {titles[item_id]}",
            body=f"You are enrolled in {titles[item_id]} at {portal_name}.\n",
        )
        while people := [(one.user_id, one.email) for one in islice(newcomers, _TOGETHER)]:
            notification.mail_all(work, people, words)
            count += len(people)
    return count
