"""The unit of work: one transaction, one moment, one actor; the only place that commits.

It is long because only a place that knows all of a transaction may end it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from lmsctl.kit import database, lazy_imports, secret, signals
from lmsctl.kit.confirmation import ConfirmationDetail, ConfirmationNeeded
from lmsctl.kit.console import Console
from lmsctl.kit.database_errors import (
    AnswerLost,
    DatabaseUnreachable,
    RetryTransaction,
)
from lmsctl.kit.mail_settings import MailSettings
from lmsctl.kit.outcome import ChangeLost, CommitOutcome, OutcomeUnknown, find_commit_outcome
from lmsctl.kit.retries import MeanwhileChanged, Retries
from lmsctl.kit.rows import RowAccess
from lmsctl.kit.sealing import Sealing

if TYPE_CHECKING:  # Command lines know what a unit of work is, and --help loads no database code.
    from sqlalchemy import Table

    from lmsctl.kit.driver import Connection


T = TypeVar("T")

_UTC = ZoneInfo("UTC")


class Ending(Protocol):
    """What a transaction has still to do, once, before it ends."""

    def end(self, work: Work) -> None:
        """Do it; nothing else is done in this transaction afterwards."""


E = TypeVar("E", bound=Ending)


@dataclass(slots=True)
class Work(RowAccess):
    """One unit of work on one database: what a verb needs to know, and all it can do to data.

    `now` is the one moment of this unit (UTC, whole seconds). `zone` is the one in which times
    without offset are read and moments shown: `asked_zone`, or the portal's. `operator` is who runs
    the program, `as_login` whose rights are used; `about` is whom or what this is about, for the
    audit log. `load_portal` looks at the portal before anything else is done; `apply_due_changes`
    then applies what time alone has decided, and only when writing. `notices` counts the messages
    that were queued; a silent one queues none. `is_for_learner` says that somebody acts for
    themselves, or holds no role.

    `mail` is what the configuration says of mails, from whom they come among it.

    `agreed` is what was asked for confirmation, and agreed to.

    `waits_in_line` lets it wait for its turn, because others came between several times.

    `mark` is in every audit row of a transaction, so that others can tell whether it was committed;
    `is_in_doubt` says that this is not known. `committed_note` is the sentence on what was made
    durable, empty as long as nothing was; as a rule it becomes `note_after_commit`. `stop` is a
    signal that came too late to undo anything. `sealing` is told of every commit that has left rows
    in the log; without it they are sealed by whoever comes next.
    """

    now: datetime
    operator: str
    command: str
    as_login: str | None = None
    about: str = ""
    is_writing: bool = False
    is_rehearsal: bool = False
    waits_in_line: bool = False
    is_confirmed: bool = False
    is_frozen: bool = False
    is_silent: bool = False
    is_for_learner: bool = False
    asked_zone: ZoneInfo | None = None
    mail: MailSettings = field(default_factory=MailSettings)
    zone: ZoneInfo = _UTC
    is_sandbox: bool = False
    has_begun: bool = False
    is_in_doubt: bool = False
    note_after_commit: str = "The change was made."
    committed_note: str = ""
    stop: BaseException | None = None
    mark: str = field(default_factory=secret.identifier)
    is_mark_used: bool = False
    notices: int = 0
    agreed: list[str] = field(default_factory=list)
    console: Console = field(default_factory=Console)
    load_portal: Callable[[Work], None] | None = None
    apply_due_changes: Callable[[Work], None] | None = None
    sealing: Sealing | None = None
    _cache: dict[type, object] = field(default_factory=dict)
    _endings: dict[type, Ending] = field(default_factory=dict)
    _staging: Sequence[Table] = ()
    _saved_tables: database.SavedTables = field(default_factory=dict)
    _is_staging: bool = False

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite, for the few statements the two do not share."""
        return self.connection.dialect == "sqlite"

    @property
    def is_alone(self) -> bool:
        """Whether nobody else can change anything while this unit does, as on SQLite."""
        return self.connection.dialect == "sqlite"

    def cached(self, what: type[T], find: Callable[[], T]) -> T:
        """Return this unit's one `what`, found by `find` the first time it is asked for."""
        if what not in self._cache:
            self._cache[what] = find()
        return cast("T", self._cache[what])

    def set_cached(self, what: type[T], found: T) -> None:
        """Remember `found` as this unit's one `what` from now on."""
        self._cache[what] = found

    def drop_cached(self, what: type) -> None:
        """Let `what` be found anew, because this unit has just changed it."""
        self._cache.pop(what, None)

    def ending(self, what: type[E], make: Callable[[], E]) -> E:
        """Return this transaction's one `what`, which ends with it; made when first asked for."""
        return cast("E", self._endings.setdefault(what, self._endings.get(what) or make()))

    def share_endings(self, other: Work) -> None:
        """Leave what is to be done at the end to `other`, whose transaction this is too."""
        self._endings = other._endings

    def finish(self) -> None:
        """Do what is left to do before the transaction ends."""
        while self._endings:
            self._endings.popitem()[1].end(self)

    def confirm(self, question: str, details: Sequence[str] = ()) -> None:
        """Go on only if somebody has said yes to `question`; raises ConfirmationNeeded."""
        self.agreed += [question, *details]
        if not (self.is_confirmed or self.is_rehearsal):
            lines = [ConfirmationDetail(line=line) for line in details]
            raise ConfirmationNeeded(question=question, details=lines)

    # The transaction ----------------------------------------------------------------------------

    def stage(self, tables: Sequence[Table]) -> None:
        """Make the temporary tables `tables`, empty, before anything that others wait for begins.

        They are there, with what is put into them, until this unit of work ends.
        """
        self._is_staging = not self.has_begun and database.begin_staging(self.connection)
        self._staging = tables
        database.create_staging_tables(self.connection, tables)

    def begin(self) -> None:
        """Start the transaction, unless it has begun."""
        if self.has_begun:
            return
        if self.is_writing:
            # On SQLite nobody else can write while modules load and tables are mapped.
            lazy_imports.load()
            database.map_tables()
        if not self._is_staging:
            begin = self.connection.begin_writing if self.is_writing else None
            (begin or self.connection.begin_reading)()
        if self.waits_in_line:
            database.wait_in_line(self.connection)
        database.restore_staging_tables(self.connection, self._saved_tables)
        self.has_begun, self._is_staging = True, False
        self.load_portal_once()
        if self.is_writing and self.apply_due_changes:
            self.apply_due_changes(self)

    def discard_saved_tables(self) -> None:
        """Let go of what was kept of temporary tables between the transactions of this unit."""
        for file in self._saved_tables.values():
            file.close()
        self._saved_tables = {}

    def load_portal_once(self) -> None:
        """Look at the portal, once: its version, its zone, whether the clock may be frozen."""
        if self.load_portal:
            load_portal, self.load_portal = self.load_portal, None
            load_portal(self)

    def use_mark(self) -> str:
        """Return the mark of this transaction, for a row that lasts."""
        self.is_mark_used = True
        return self.mark

    def end_readers(self) -> None:
        """Close what was not read to its end, before the transaction ends that it belongs to.

        Whoever forgets it later would otherwise close it in somebody else's transaction, where it
        is unknown, and an error ends that.
        """
        while self._readers:
            self._readers.pop().close()

    def rollback(self) -> None:
        """Undo everything since the beginning; after a commit there is nothing left to undo."""
        self.end_readers()
        self.connection.rollback()

    def commit(self, committed_note: str = "") -> AnswerLost | None:
        """Make durable what was done, and wait for the end of that whatever signals come.

        `committed_note` is what is to be said about it from then on, unless nothing was changed.
        Returns how the answer was lost, if it was and the change is known to be made nevertheless.
        A signal that came meanwhile is kept as `stop` when the change is made. Raises
        OutcomeUnknown and ChangeLost.
        """
        self.finish()
        self.insert_appended()
        self.end_readers()
        number = self.connection.transaction()
        committed_note = "" if number is None else committed_note or self.note_after_commit
        lost, is_over = None, False
        try:
            with signals.delay_signals(once=True):
                lost = self._commit(committed_note)
                is_over = True
        except (KeyboardInterrupt, SystemExit) as signal:
            if not is_over:
                raise
            self.stop = signal
        if lost:
            self._settle_lost_commit(number, lost, committed_note)
        if self.sealing and self.is_mark_used:
            self.sealing.is_pending = True
        return lost

    def seal_if_due(self) -> None:
        """Let the log be sealed between two transactions, if that was long ago."""
        if self.sealing:
            self.sealing.seal_if_due(self.connection)

    def _commit(self, committed_note: str) -> AnswerLost | None:
        """Return how the answer was lost; in any other case the outcome is known."""
        self.is_in_doubt = True
        try:
            self.connection.commit()
            self.committed_note = committed_note
        except AnswerLost as answer:
            return answer
        except Exception:
            self.is_in_doubt = False
            raise
        self.is_in_doubt = False
        return None

    def _settle_lost_commit(
        self, number: str | None, lost: AnswerLost, committed_note: str
    ) -> None:
        """Find out what became of a commit; raises OutcomeUnknown, ChangeLost or the signal."""
        outcome = find_commit_outcome(
            self.connection, number, self.mark, is_mark_used=self.is_mark_used
        )
        if outcome is CommitOutcome.UNDECIDED:
            where = f"audit list --mark {self.mark}" if self.is_mark_used else "db status"
            raise OutcomeUnknown(reason=lost, where=where) from lost
        if outcome is CommitOutcome.DONE:
            self.committed_note = committed_note
        self.is_in_doubt = False
        if outcome is CommitOutcome.UNDONE:
            raise self.stop or ChangeLost(reason=lost) from lost

    def checkpoint(self, committed_note: str, step: Callable[[], T]) -> T:
        """Make what was done so far durable and do `step`: for runs that keep going past bad rows.

        `committed_note` says what is durable then. When others come between, `step` alone is done
        again. A rehearsal keeps everything in its one transaction, to be undone at the end.
        """
        if self.is_rehearsal:
            return step()
        kept = database.save_staging_tables(self.connection, self._staging)
        self.discard_saved_tables()
        self._saved_tables = kept
        lost = self.commit(committed_note)
        if self.stop:
            raise self.stop
        if lost:
            # What the run has put beside the data went with the connection.
            raise DatabaseUnreachable(reason=lost) from lost
        self.seal_if_due()
        self.mark, self.is_mark_used = secret.identifier(), False
        repeats = Retries()
        while True:
            self.has_begun = False
            try:
                self.begin()
                return step()
            except RetryTransaction as conflict:
                self.rollback()
                self._cache.clear()
                self._endings.clear()
                self._appended.clear()
                repeats.note(conflict)
                self.waits_in_line = repeats.should_wait_in_line


def run_write(
    make: Callable[[], Work], verb: Callable[[Work], T], *, begins_itself: bool = False
) -> T:
    """Do `verb` in a transaction of its own and commit it, unless the work is a rehearsal.

    Whatever is raised undoes everything. When another transaction came between, the whole verb is
    done again with a fresh Work; after too many times MeanwhileChanged is raised, or the error that
    always comes. With `begins_itself` the verb itself says when to begin (`work.begin()`), so that
    it holds no lock while it reads a file.
    """
    repeats = Retries()
    while True:
        work = make()
        work.waits_in_line = repeats.should_wait_in_line
        try:
            return _run_write_once(work, verb, begins_itself=begins_itself)
        except RetryTransaction as conflict:
            if work.committed_note:
                raise MeanwhileChanged(times=1) from conflict
            repeats.note(conflict)


def _run_write_once(work: Work, verb: Callable[[Work], T], *, begins_itself: bool) -> T:
    work.is_writing = True
    try:
        if begins_itself:
            work.load_portal_once()
        else:
            work.begin()
        result = verb(work)
        if work.has_begun:
            work.finish()
            work.insert_appended()
            if not work.is_rehearsal:
                work.commit()
    finally:
        work.rollback()
        work.discard_saved_tables()
    if work.stop:
        raise work.stop
    work.seal_if_due()
    return result


def run_at_once(connection: Connection, now: datetime, verb: Callable[[Work], T]) -> T:
    """Do `verb` in a transaction that waits for nobody and may be lost in a power cut.

    It is for what is nobody's command and can be done again. Raises DatabaseLocked when somebody is
    in the way, and RetryTransaction when somebody came between.
    """
    with connection.at_once():
        work = Work(connection, now=now, operator="", command="", is_writing=True, has_begun=True)
        result = verb(work)
        work.commit()
    return result


def run_within(work: Work, verb: Callable[[Work], T]) -> T:
    """Do `verb` inside a transaction for changes that has begun already, and leave it open."""
    work.is_writing = work.has_begun = True
    work.load_portal_once()
    if work.apply_due_changes:
        work.apply_due_changes(work)
    result = verb(work)
    work.insert_appended()
    return result


def run_read(make: Callable[[], Work], verb: Callable[[Work], T]) -> T:
    """Do `verb` on one unchanging view of the database, and write nothing.

    The view stays open afterwards, because what `verb` returns may still be reading from it.
    """
    work = make()
    work.begin()
    return verb(work)
