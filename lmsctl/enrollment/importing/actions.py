"""Enrolling people in content and trainings as a file says."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from lmsctl.bulk.actions import importing as bulk
from lmsctl.bulk.actions.requests import FileImport, ImportSpec
from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.tables import analyze
from lmsctl.content import rules as content_rules
from lmsctl.content.results import ContentKind
from lmsctl.enrollment.importing.rules import COLUMNS, RowDefaults, meanings, row_reader
from lmsctl.enrollment.importing.staging import STAGED, TABLES
from lmsctl.enrollment.importing.store import intake as intake_store
from lmsctl.enrollment.importing.store import items as store
from lmsctl.enrollment.importing.store import trainings
from lmsctl.enrollment.importing.store.intake import Intake
from lmsctl.enrollment.items.actions.telling import enrolled_message
from lmsctl.enrollment.participation.rules import moments, placing
from lmsctl.kit import celltimes, zones
from lmsctl.kit.answer import Done
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.columns import utc_text
from lmsctl.kit.database_errors import RetryTransaction
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work
from lmsctl.notification import actions as notification
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights
from lmsctl.training import store as training_store
from lmsctl.training.participants.store import places as place_store
from lmsctl.training.sessions import store as session_store
from lmsctl.training.telling import actions as telling

_BATCH_SIZE = 5_000
_CONTENT, _TRAINING = "enrollment.manage", "training.enroll"
_UTC = ZoneInfo("UTC")


def import_enrollments(
    work: Work,
    upload: FileImport,
    blanks: RowDefaults,
    *,
    zone: ZoneInfo | None,
    wants_notices: bool,
) -> Done:
    """Enroll people in items and trainings, a pair in each row.

    Over the people it needs `enrollment.manage` where a row names an item, and `training.enroll`
    where it names a training. `blanks` is for rows that name neither. Times without offset are in
    `zone`, or in the training's own when that is None. The unit of work must not have begun. Who is
    enrolled already stays so, unchanged. Raises CsvColumnMissing, OptionIdle, AccessMissing,
    PermissionMissing and what `bulk.run` raises.
    """
    work.about = f"file {upload.request.path}"
    if not rights.actor(work).scope(_TRAINING).paths:
        rights.require(work, _CONTENT)
    moments.resolve_access(blanks.access, work.now, zone or _UTC)
    steps = _EnrollmentImport(zone, upload.request.reading.dates, wants_notices=wants_notices)
    spec = ImportSpec(
        kind="enroll",
        event="enrollments.imported",
        columns=COLUMNS,
        tables=TABLES,
        reader=lambda names: row_reader(
            names, blanks, upload.request.path, upload.request.reading.dates
        ),
        resolve=steps.resolve,
        write=steps.write,
        notes=steps.notes,
        key_columns=frozenset({"login", "email", "content", "training", "session"}),
        meanings=meanings(upload.request.reading.dates),
        key=store.KEY,
        number=store.NUMBER,
    )
    return bulk.run(work, upload, spec)


class _EnrollmentImport:
    """The steps of one import, and what it knows of the file so far."""

    def __init__(self, zone: ZoneInfo | None, dates: DateOrder, *, wants_notices: bool) -> None:
        self._zone = zone
        self._dates = dates
        self._wants_notices = wants_notices
        self._is_first = True
        self._has_trainings = False

    def resolve(self, work: Work, rows: RowRange) -> None:
        """Find out whom and what `rows` mean, and what is wrong with them."""
        if self._is_first:
            self._prepare(work)
        self._find(work, rows)
        if not work.is_alone:
            store.lock_for_share(work, rows)
            rights.refresh(work)
            self._check_rights(work)
            self._find(work, rows)
        if self._has_trainings:
            trainings.resolve(work, rows)
        if self._is_first:
            analyze(work, STAGED)
        store.note_unfit(work, rows)
        store.mark_repeated(work, rows)
        if self._has_trainings:
            self._resolve_trainings(work, rows)
        self._is_first = False

    @staticmethod
    def _find(work: Work, rows: RowRange) -> None:
        actor = rights.actor(work)
        store.resolve(work, rows, actor.scope(_CONTENT), actor.scope(_TRAINING))

    def _check_rights(self, work: Work) -> None:
        """Raise PermissionMissing when the file has rows about what the actor may not enroll in."""
        if self._has_trainings:
            rights.require(work, _TRAINING)
        if store.has_rows(work):
            rights.require(work, _CONTENT)

    def _prepare(self, work: Work) -> None:
        """Look whether rows name trainings, and raise PermissionMissing like `_check_rights`."""
        self._has_trainings = trainings.has_rows(work)
        self._check_rights(work)

    def _resolve_trainings(self, work: Work, rows: RowRange) -> None:
        trainings.note_unfit(work, rows)
        if self._is_first:
            trainings.note_repeated(work, rows)
            self._read_accesses(work)
        trainings.note_full(work, rows)
        trainings.mark_repeated(work, rows)

    def _read_accesses(self, work: Work) -> None:
        """Turn the times of the whole file into instants."""
        found = trainings.list_access_texts(work)
        while batch := list(islice(found, _BATCH_SIZE)):
            trainings.load_accesses(
                work, [_resolve_access(work.now, one, self._zone, self._dates) for one in batch]
            )
        trainings.apply_accesses(work)

    def write(self, work: Work, rows: RowRange, run: int) -> int:
        """Enroll who is new in `rows`; return how many notices were queued."""
        before = work.notices
        items = store.list_new_items(work, rows)
        zone = portal.zone(work)
        store.load_due_dates(
            work, [(item.id, content_rules.due_at(item, work.now, zone)) for item in items]
        )
        store.write(work, rows, run)
        if any(item.kind == ContentKind.PATHWAY for item in items):
            store.prepare_pathways(work, rows)
        if self._wants_notices:
            for item in items:
                words = enrolled_message(work, item.title, "an administrator enrolled this person")
                notification.tell_all(
                    work, store.audience(work, rows, item.id), words, topic=f"content {item.id}"
                )
        store.resolve_repeated(work, rows)
        if self._has_trainings:
            self._write_trainings(work, rows)
        return work.notices - before

    def _write_trainings(self, work: Work, rows: RowRange) -> None:
        intakes = intake_store.list_intakes(work, rows)
        for one in intakes:
            # What was free has been locked since it was counted.
            if one.session_id and not place_store.claim(work, one.session_id, one.new + one.placed):
                raise RetryTransaction
        if self._wants_notices:
            for one in intakes:
                _tell_new_session(work, rows, one)
        intake_store.write(work, rows)
        if self._wants_notices:
            for one in intakes:
                _invite(work, rows, one)
        intake_store.resolve_repeated(work, rows)

    def notes(self, work: Work) -> Iterator[str]:
        """Yield for each session that people came into too late that this does not matter."""
        if not self._has_trainings:
            return
        for number in intake_store.list_filled_sessions(work):
            session = session_store.by_id(work, number)
            yield from placing.registration_notes(session, work.now)


def _resolve_access(
    now: datetime, one: trainings.AccessText, zone: ZoneInfo | None, dates: DateOrder
) -> tuple[str | None, ...]:
    """Return a line of `staged_accesses`: a time of the file with its moment, or its refusal."""
    wrong: Refusal
    try:
        moment = moments.resolve_access(
            celltimes.read_cell(one.access, dates), now, zone or zones.from_database(one.time_zone)
        )
    except Refusal as refusal:
        wrong = refusal
    else:
        return one.time_zone, one.access, utc_text(moment), None, None, None
    return one.time_zone, one.access, None, wrong.code, *wrong.format_for_cell()


# Telling people ----------------------------------------------------------------------------------


def _tell_new_session(work: Work, rows: RowRange, intake: Intake) -> None:
    """Tell who takes part already that they are about to get their session."""
    if intake.placed:
        training = training_store.by_id(work, intake.training_id)
        at = session_store.find_with_days(work, intake.session_id)
        audience = intake_store.audience(rows, intake, is_new=False)
        telling.tell_moved(work, training, None, at, audience)


def _invite(work: Work, rows: RowRange, intake: Intake) -> None:
    """Invite who has been enrolled in a training, and tell who organizes it how many came."""
    training = training_store.by_id(work, intake.training_id)
    at = session_store.find_with_days(work, intake.session_id)
    if intake.new:
        telling.invite(work, training, at, intake_store.audience(rows, intake, is_new=True))
    count = intake.new + intake.placed
    session = at.session.code if at else None
    telling.tell_organizer_of_people(work, training, count, "enrolled in", session=session)
