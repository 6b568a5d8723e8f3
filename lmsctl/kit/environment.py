"""One invocation: its options, its configuration, its connection, and the two ways to work.

It is long because whatever a command is given hangs on its one connection.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from lmsctl.kit import (
    asking,
    cells,
    clock,
    config,
    config_errors,
    confirmation,
    dburl,
    driver,
    output_files,
    protected_files,
    table_data,
    time_errors,
    zones,
)
from lmsctl.kit import work as units
from lmsctl.kit.console import Console
from lmsctl.kit.errors import Refusal, RefusalKind, Unconfirmed

# Whole modules, so that --help, which only knows what an environment is, loads none of them.
from lmsctl.kit.invocation import ColorUnknown, Invocation, Options, OutputUnknown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from lmsctl.kit.config import Config, ConnectionSettings
    from lmsctl.kit.confirmation import ConfirmationNeeded
    from lmsctl.kit.driver import Connection
    from lmsctl.kit.output_files import Files
    from lmsctl.kit.sealing import Sealing
    from lmsctl.kit.work import Work

T = TypeVar("T")

EARLIER_STAYS = "What was written before stays."
_AUDITED = {
    RefusalKind.NOT_FOUND,
    RefusalKind.CONFLICT,
    RefusalKind.REJECTED,
    RefusalKind.FORBIDDEN,
}


class Declined(Unconfirmed):
    """Somebody was asked and said no."""

    code = "declined"
    message = "Not confirmed; nothing was changed."
    hint = "Run it again and answer yes, or give --yes."


def _cannot_parse(_: Sequence[str]) -> Invocation:
    message = "only the root knows all command lines, and it made no part of this environment"
    raise RuntimeError(message)


@dataclass(slots=True)
class Environment:
    """What a command is given: `read` and `write` open the database, do one verb and answer.

    `load_portal` and `apply_due_changes` are the portal's part in every unit of work, and `audit`
    writes a refusal down; `sealing` seals what was written into the log. `check` looks at what a
    verb would answer before anything is committed, so that an answer that cannot be shown changes
    nothing. `parse_invocation` is lent by the root
    to a verb that acts on other command lines; it raises Usage. `zone` is the one of the latest
    unit of work. `notices` counts the messages it queued, unless its answer tells that itself.
    `most_patience` is how many seconds are waited for others, whatever the configuration says.
    """

    options: Options
    command: str
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    load_portal: Callable[[Work], None] | None = None
    apply_due_changes: Callable[[Work], None] | None = None
    audit: Callable[[Work, Refusal], None] | None = None
    sealing: Sealing | None = None
    parse_invocation: Callable[[Sequence[str]], Invocation] = _cannot_parse
    check: Callable[[object], None] = lambda answer: None  # noqa: ARG005 - all is well
    console: Console = field(default_factory=Console)
    zone: ZoneInfo | None = None
    has_written: bool = False
    notices: int = 0
    most_patience: float = math.inf
    _config: Config | None = None
    _files: Files | None = None
    _connection: Connection | None = None
    _latest: Work | None = None
    _borrower: tuple[Environment, str] | None = None
    _is_confirmed: bool = False
    _committed_note: str = ""
    _doubt: str = ""
    _is_recording: bool = False

    @property
    def is_within(self) -> bool:
        """Whether the transaction is another command's, which ends it."""
        return False

    @property
    def config(self) -> Config:
        """The configuration, read when first asked for."""
        if self._config is None:
            self._config = config.find(self.options.config, self.environ)
        return self._config

    def use(self, written: Config) -> None:
        """Go on with a configuration that was just written."""
        self._config = written

    @property
    def connection_settings(self) -> ConnectionSettings:
        """How to reach the database of this invocation."""
        return config.connection_settings(
            self.config, self.environ, url=self.options.database_url, context=self.options.context
        )

    @property
    def files(self) -> Files:
        """What decides about every file that this command writes."""
        if self._files is None:
            kept = protected_files.protected_files(
                self.config, self.environ, self.options.database_url
            )
            self._files = output_files.Files(kept, is_rehearsal=self.options.dry_run)
        return self._files

    @property
    def is_output_taken(self) -> bool:
        """Whether what was asked for goes to standard output in place of the answer."""
        return self._files is not None and self._files.is_output_taken

    @property
    def output(self) -> str:
        """The format asked for, or `auto`; raises OutputUnknown."""
        given = (
            self.options.output
            or self.environ.get("LMSCTL_OUTPUT")
            or self.config.values.get("output", "auto")
        )
        if given not in config.FORMATS:
            raise OutputUnknown(given=given, known=config.FORMATS, field="--output")
        return str(given)

    @property
    def color(self) -> str:
        """Whether to use color: `auto`, `always` or `never`; raises ColorUnknown."""
        given = self.options.color or self.config.values.get("color", "auto")
        if given not in config.COLORS:
            raise ColorUnknown(given=given, known=config.COLORS, field="--color")
        return str(given)

    @property
    def time_zone(self) -> ZoneInfo | None:
        """The zone asked for by option, variable or file; None leaves it to the portal."""
        asked = self.options.tz or self.environ.get("LMSCTL_TZ")
        if asked:
            return zones.by_name(asked)
        written = self.config.values.get("time-zone")
        if not written:
            return None
        try:
            return zones.by_name(str(written))
        except time_errors.ZoneUnknown as error:
            raise config_errors.ConfigValueWrong(
                file=self.config.path, key="time-zone", expected="the IANA name of a time zone"
            ) from error

    @property
    def may_ask(self) -> bool:
        """Whether a person sits at the terminal and wants to be asked."""
        return asking.may_ask(self.environ, is_forbidden=bool(self.options.no_input))

    def read(self, verb: Callable[[Work], T]) -> T:
        """Do `verb` on one view of the database, which stays open until the answer is printed."""
        with self._addressing():
            return units.run_read(self._work, verb)

    def write(self, verb: Callable[[Work], T], *, begins_itself: bool = False) -> T:
        """Do `verb` in one transaction, asking first where the verb wants a confirmation.

        A `begins_itself` one begins its transactions itself, and tells itself what it has queued.
        Raises ConfirmationNeeded where nobody can be asked, and Declined.
        """
        self.has_written = True
        self.notices = 0

        def checked(work: Work) -> T:
            answer = verb(work)
            self.check(answer)
            self.notices = 0 if begins_itself else work.notices
            return answer

        with self._addressing():
            try:
                return units.run_write(self._work, checked, begins_itself=begins_itself)
            except confirmation.ConfirmationNeeded as needed:
                if not self.may_ask:
                    raise
                self._ask(needed)
            self._is_confirmed = True
            return units.run_write(self._work, checked, begins_itself=begins_itself)

    @contextmanager
    def _addressing(self) -> Iterator[None]:
        """Let refusals advise who acts for themselves as such."""
        try:
            yield
        except Refusal as refusal:
            if self._latest is not None and self._latest.is_for_learner:
                refusal.address_to_learner()
            raise

    def _ask(self, needed: ConfirmationNeeded) -> None:
        """Ask on the terminal, on standard error; raises Declined unless the answer is yes."""
        self.console.end()
        lines = [*(detail.format_message() for detail in needed.details), needed.values["question"]]
        sys.stderr.write("\n".join(cells.visible(str(line)) for line in lines) + " [y/N] ")
        sys.stderr.flush()
        answer = sys.stdin.readline()
        if not answer:
            sys.stderr.write("\n")
        if answer.strip().casefold() not in {"y", "yes"}:
            raise Declined

    @property
    def now(self) -> datetime | None:
        """The moment of the latest unit of work; None before the first one."""
        return self._latest.now if self._latest else None

    @property
    def is_connected(self) -> bool:
        """Whether the database has been reached."""
        return self._connection is not None

    @property
    def committed_note(self) -> str:
        """The sentence on what was made durable so far; empty as long as nothing was."""
        if self._borrower and (theirs := self._borrower[0].committed_note):
            return f"{EARLIER_STAYS} {self._borrower[1]}: {theirs}"
        return (self._latest.committed_note if self._latest else "") or self._committed_note

    @property
    def doubt(self) -> str:
        """The sentence on a change that may or may not have been made; empty without one."""
        if self._borrower and (theirs := self._borrower[0].doubt):
            return theirs
        if self._latest is None or not self._latest.is_in_doubt:
            return "" if self._latest and self._latest.committed_note else self._doubt
        return (
            "Whether the change was made is not known:"
            f" 'lmsctl audit list --mark {self._latest.mark}' shows it if it was."
        )

    @property
    def written(self) -> str:
        """The sentence on the files that are in their place; empty without any."""
        placed = self._files.placed if self._files else []
        return " ".join(f"The file '{cells.visible(path)}' is written." for path in placed)

    def keep_note(self, note: str) -> None:
        """Say `note` of what was made durable if the program ends early, in place of less."""
        if self._latest is not None:
            self._latest.committed_note = ""
        self._committed_note = note

    def warn_if_interrupted(self, doubt: str) -> None:
        """Say `doubt` if the program ends early: what is done next is no unit of work of ours."""
        self._doubt = doubt

    def connect(self, *, create: bool = False) -> Connection:
        """Return this invocation's one connection, opening it when first asked for."""
        if self._connection is None:
            target = self.connection_settings
            if self.options.verbose:
                self.console.info(
                    f"Database: {dburl.without_password(target.url)} (from {target.source})."
                )
            self._connection = driver.open_database(
                target.url, patience=min(target.patience, self.most_patience), create=create
            )
        return self._connection

    def use_connection(self, connection: Connection) -> None:
        """Work on `connection` instead of the configured database."""
        self.close()
        self._connection = connection

    def seal(self) -> None:
        """Seal what this run has left in the log; the view that was read from is over then."""
        if self._connection is None or self.sealing is None or not self.sealing.is_pending:
            return
        if self._latest is not None:
            self._latest.rollback()
        self.sealing.seal(self._connection)

    def close(self) -> None:
        """Let go of the database, undoing what was not committed."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _work(self) -> Work:
        # An answer that could not be shown is refused before anything is done.
        _ = self.output, self.color
        if self.committed_note:
            self._committed_note = EARLIER_STAYS
        frozen = self.environ.get("LMSCTL_NOW") or None
        self._latest = units.Work(
            connection=self.connect(),
            now=clock.read(frozen),
            is_frozen=frozen is not None,
            operator=operator(),
            command=self.command,
            as_login=self.options.as_login,
            is_rehearsal=self.options.dry_run,
            asked_zone=table_data.UTC if self._is_recording else self.time_zone,
            is_confirmed=self.options.yes or self._is_confirmed,
            mail=self.config.mail,
            console=self.console,
            load_portal=self._load_portal,
            apply_due_changes=self.apply_due_changes,
            sealing=self.sealing,
        )
        return self._latest

    def _load_portal(self, work: Work) -> None:
        if self.load_portal:
            self.load_portal(work)
        elif work.asked_zone:
            work.zone = work.asked_zone
        self.zone = work.zone

    def record(self, refusal: Refusal) -> None:
        """Let the audit log know of a refusal, in a transaction that does nothing else.

        Rehearsals leave no trace, and neither does who only looked, unless they had no right to.
        """
        is_told = refusal.kind is RefusalKind.FORBIDDEN or (
            self.has_written and refusal.kind in _AUDITED
        )
        if not is_told or self.options.dry_run or not self.is_connected or self.audit is None:
            return
        audit, about = self.audit, self._latest.about if self._latest else ""
        zone = self.zone
        self.connect().rollback()
        self.apply_due_changes = None
        # No time is read or shown, and the zone that was asked for may be what is refused.
        self._is_recording = True

        def write(work: Work) -> None:
            work.about = about
            audit(work, refusal)

        # Who cannot write at all is told why they were refused, not that it could not be recorded.
        with suppress(Refusal):
            units.run_write(self._work, write)
        self.zone = zone

    # Other command lines on the same connection ---------------------------------------------------

    def share_connection(self, other: Environment, name: str) -> None:
        """Let `other`, called `name`, work with this one's configuration, on its connection."""
        self._borrower = other, name
        other.use(self.config)
        other.sealing = self.sealing
        if self._files is not None:
            self._files.share(other.files)
        other.use_connection(self.connect())

    def end_sharing(self) -> None:
        """End the view that was read from by whom this was lent to; what they did is known."""
        self._committed_note, self._doubt = self.committed_note, self.doubt
        self._latest = self._borrower = None
        self.connect().rollback()


def operator() -> str:
    """Return the name of the account that runs the program, whatever variables say about it."""
    import pwd

    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # no entry for this user in a slim container
        return f"uid {os.getuid()}"
    return os.fsencode(name).decode(errors="backslashreplace")
