"""Files that are written: which may be, and how they are put in their place."""

import io
import os
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, TextIO, TypeVar, cast

from lmsctl.kit import signals
from lmsctl.kit.csverrors import CsvFileUnwritable
from lmsctl.kit.errors import Location, Partial, Usage
from lmsctl.kit.streams import OutputError

T = TypeVar("T")

STANDARD = "-"
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


class FilesClash(Usage):
    """A file would be written in place of another that is needed."""

    code = "files_clash"
    message = "{name} cannot write '{path}': that is {what}."
    hint = "Name another file for {name}."


class FileUnnamed(Usage):
    """An empty text, as an unset variable of a script leaves, where a file must be named."""

    code = "file_unnamed"
    message = "{name} names no file: it is empty."
    hint = "Name a file for {name}, or leave {name} out."


class ReportUnwritten(Partial):
    """A change was made, and the file that tells of it could not be written."""

    code = "report_unwritten"
    message = "{done} This stands, but '{path}' could not be written: {reason}."
    hint = "{advice}"


# Deciding ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutputFile:
    """Where something is written to: a path, or a standard stream by its number (1 or 2).

    `real` is what the path led to when that was decided: a link that somebody puts there later is
    replaced, not followed. `became` says what would be lost there now, if anything; `note` is
    called when it has been put in its place. What is `discarded` goes nowhere, as in a rehearsal.
    Only `Files` makes them for commands.
    """

    path: str | os.PathLike[str]
    real: Path
    became: Callable[[], str | None]
    note: Callable[[], None] = lambda: None
    standard: int | None = None
    is_discarded: bool = False

    def __str__(self) -> str:
        """Return the name to speak of it."""
        return os.fspath(self.path)


class Files:
    """What one command reads and writes; it decides about every path that is to be written.

    `kept` are files that no command may write over, each with what it is. Files are told apart by
    device and inode, and, as they may come and go, by their folder and name: links and detours
    hide nothing. None is opened for that, because closing SQLite's file would let go of its locks.
    `placed` are the files that are written and in their place.
    """

    def __init__(
        self, kept: Iterable[tuple[Path, str]] = (), *, is_rehearsal: bool = False
    ) -> None:
        self._known = {identity: what for path, what in kept for identity in _identities(path)}
        self._is_rehearsal = is_rehearsal
        self.is_output_taken = False
        self.placed: list[str] = []

    def reads(self, path: str) -> None:
        """Take note of a file that the command reads; `-` is standard input."""
        with suppress(OSError):
            found = os.fstat(0) if path == STANDARD else Path(path).stat()
            if _is_one_thing(found.st_mode):
                self._known[found.st_dev, found.st_ino] = "the file that is read"

    def share(self, other: "Files") -> None:
        """Let `other` keep off what is known here."""
        other._known.update(self._known)  # noqa: SLF001 - of the same class

    def claim(self, path: str | os.PathLike[str], name: str) -> OutputFile:
        """Return where to write what `name` (an option, as a rule) puts at `path`.

        `-` is standard output, and so is any other way to name the place it goes to. Raises
        FilesClash and FileUnnamed.
        """
        if not os.fspath(path):
            raise FileUnnamed(name=name, field=name)
        place = Path(path)
        real = Path(os.path.realpath(place))
        standard = 1 if path == STANDARD else _standard(place)
        if standard == 1:
            self._note([(STANDARD,)], path, name)
            self.is_output_taken = True
            with suppress(OSError):
                found = os.fstat(1)
                if stat.S_ISREG(found.st_mode):
                    self._note([(found.st_dev, found.st_ino)], path, name)
            return OutputFile(path, real, lambda: None, standard=1)
        if not _is_device(place):
            self._note(_identities(place), path, name)

        def became() -> str | None:
            return self._other(_identities(real), name)

        def note() -> None:
            self.placed.append(os.fspath(path))

        return OutputFile(path, real, became, note, standard, is_discarded=self._is_rehearsal)

    def _note(
        self, identities: list[tuple[object, ...]], path: str | os.PathLike[str], name: str
    ) -> None:
        if what := self._other(identities):
            raise FilesClash(name=name, path=path, what=what, field=name)
        self._known.update(dict.fromkeys(identities, _written_by(name)))

    def _other(self, identities: list[tuple[object, ...]], name: str = "") -> str | None:
        """Return what has one of these identities and is not what `name` writes."""
        found = (self._known.get(identity) for identity in identities)
        return next((what for what in found if what and what != _written_by(name)), None)


def _written_by(name: str) -> str:
    return f"what {name} writes"


def _is_one_thing(mode: int) -> bool:
    """Say whether what has that mode cannot be two things at once: a file, a pipe."""
    return stat.S_ISREG(mode) or stat.S_ISFIFO(mode)


def _is_device(path: Path) -> bool:
    with suppress(OSError):
        return not (_is_one_thing(path.stat().st_mode) or path.is_dir())
    return False


def of_database(path: Path) -> Iterator[Path]:
    """Yield the files of the SQLite database at `path`, whether they are there or not."""
    for place in {path, Path(os.path.realpath(path))}:
        for end in _SIDE_FILES:
            yield place.with_name(place.name + end)


def _identities(path: Path) -> list[tuple[object, ...]]:
    """Return what a file is told by: itself, if it is there, and its place."""
    real = Path(os.path.realpath(path))
    found: list[tuple[object, ...]] = []
    with suppress(OSError):
        there = path.stat()
        found.append((there.st_dev, there.st_ino))
        if not stat.S_ISREG(there.st_mode):
            return found
    try:
        folder = real.parent.stat()
    except OSError:
        return [*found, (str(real),)]
    # Some file systems take Lmsctl.db and lmsctl.db for one name.
    name = unicodedata.normalize("NFC", real.name).casefold()
    return [*found, (folder.st_dev, folder.st_ino, name)]


def _standard(path: Path) -> int | None:
    """Return the number of the standard stream that leads to `path`, if one does."""
    null = Path(os.devnull).stat()
    for number in (1, 2):
        with suppress(OSError):
            found = path.stat()
            if os.path.samestat(found, os.fstat(number)) and not os.path.samestat(found, null):
                return number
    return None


# Writing -----------------------------------------------------------------------------------------


@contextmanager
def replacing(target: OutputFile, *, is_held: bool = False) -> Iterator[TextIO]:
    """Open a UTF-8 text file that takes the place of `target` when the `with` ends well.

    It is written beside the old one, synced and renamed over it; an exception leaves the old one
    as it was. A link is followed. What is no plain file (a stream, a pipe, a device) is written
    straight; with `is_held` only when the `with` has ended well, for what must not be told before
    it is true. A new file gets the permissions the umask leaves, as from any shell redirection,
    because the next program to read it often runs as somebody else; one that replaces another
    keeps its permissions, so that what was closed to others stays closed. Raises CsvFileUnwritable.
    """
    with _refusing(target) as over, ExitStack() as closing:
        if target.is_discarded:
            _check_place(target)
            yield _Nowhere()
            return
        if not _is_straight(target):
            placed = closing.enter_context(beside(target))
            stream = placed.open("r+", encoding="utf-8", newline="")
            with stream:
                yield stream
                over.append(True)
            return
        straight = cast("TextIO", closing.enter_context(_straight(target, "w")))
        if not is_held:
            yield straight
            over.append(True)
            straight.flush()
            return
        import shutil
        import tempfile  # both cost start-up time

        spool = closing.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline=""))
        yield cast("TextIO", spool)
        over.append(True)
        spool.seek(0)
        shutil.copyfileobj(spool, straight)
        straight.flush()


@contextmanager
def whole(target: OutputFile) -> Iterator[Path]:
    """Lend an empty file, readable by its owner only, that becomes `target` when all went well.

    For programs that write files themselves; otherwise it is like `replacing`. Raises
    CsvFileUnwritable.
    """
    import shutil

    with _refusing(target), ExitStack() as closing:
        if target.is_discarded or _is_straight(target):
            if target.is_discarded:
                _check_place(target)
            straight = None
            if not target.is_discarded:
                straight = cast("BinaryIO", closing.enter_context(_straight(target, "wb")))
            lent = closing.enter_context(spare())
            yield lent
            if straight:
                with lent.open("rb") as made:
                    shutil.copyfileobj(made, straight)
                straight.flush()
            return
        yield closing.enter_context(beside(target, is_private=True))


@contextmanager
def spare() -> Iterator[Path]:
    """Lend an empty file, readable by its owner only, of which nothing is left afterwards."""
    import tempfile  # costs start-up time

    with ExitStack() as closing:
        with signals.delay_signals():
            descriptor, name = tempfile.mkstemp(prefix="lmsctl-")
            closing.callback(signals.remove_now, signals.remove_at_exit(name))
            os.close(descriptor)
        yield Path(name)


@contextmanager
def beside(target: OutputFile, *, is_private: bool = False) -> Iterator[Path]:
    """Lend a new file that is synced and renamed over `target` when the `with` ends well.

    Nothing is left of it otherwise, also after a signal. Raises OSError.
    """
    real = target.real
    if real.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    with ExitStack() as closing:
        with signals.delay_signals():
            temporary, descriptor = _made_beside(real, is_private=is_private)
            closing.callback(signals.remove_now, signals.remove_at_exit(str(temporary)))
            closing.callback(os.close, descriptor)
        yield temporary
        os.fsync(descriptor)
        if what := target.became():
            raise OSError(0, f"it has become {what}")
        with signals.delay_signals():
            temporary.replace(real)
            target.note()
        _sync_folder(real.parent)


class Reports:
    """Files that tell of a change, put in place when the change is made; use it in a `with`.

    `done` says what was done, once it is; a file that cannot be written then takes nothing back.
    `told` are exceptions after which the files are wanted as well.
    """

    def __init__(self, advice: str, told: type[BaseException] | tuple[()] = ()) -> None:
        self.done = ""
        self._advice = advice
        self._told = told
        self._opened: list[AbstractContextManager[object]] = []
        self._failed: list[CsvFileUnwritable] = []

    def __enter__(self) -> Self:
        """Return the reports; none is opened yet."""
        return self

    def open(self, file: AbstractContextManager[T]) -> T:
        """Return what `file` is entered as; it ends with the `with`."""
        entered = file.__enter__()
        self._opened.append(file)
        return entered

    def give_up(self, error: OSError) -> None:
        """Throw the files away, because `error` keeps them from being written; the change stays."""
        self._end(type(error), error, error.__traceback__)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the files in place, or throw them away; raises CsvFileUnwritable, ReportUnwritten."""
        is_told = kind is None or issubclass(kind, self._told)
        self._end(*((None, None, None) if is_told else (kind, error, trace)))
        if not self._failed or not (is_told or issubclass(kind or object, OSError)):
            return
        failure = self._failed[0]
        if not self.done or kind is not None:
            raise failure
        raise ReportUnwritten(
            done=self.done,
            path=failure.location.file if failure.location else "",
            reason=failure.values["reason"],
            advice=self._advice,
        ) from failure

    def _end(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._opened:
            try:
                self._opened.pop().__exit__(kind, error, trace)
            except CsvFileUnwritable as failed:
                self._failed.append(failed)
            except BaseException as stop:
                # Whoever interrupts one file gives up the others, too.
                self._end(type(stop), stop, stop.__traceback__)
                raise


class _Nowhere(io.TextIOBase, TextIO):
    """A text file that keeps nothing."""

    def write(self, text: str, /) -> int:
        """Forget `text`."""
        return len(text)

    def seek(self, *_: int) -> int:
        """Stay where it is."""
        return 0

    def truncate(self, _: int | None = None) -> int:
        """Stay as it is."""
        return 0


@contextmanager
def _refusing(target: OutputFile) -> Iterator[list[bool]]:
    """Turn what keeps `target` from being written into a refusal.

    What is lent gets an entry as soon as only the target can still fail.
    """
    over: list[bool] = []
    try:
        yield over
    except OutputError:
        raise
    except OSError as error:
        # Before that, something else inside the `with` may have failed: a reader that left.
        is_other = isinstance(error, ConnectionError | TimeoutError)
        if is_other and (target.standard or not over):
            raise
        raise CsvFileUnwritable(
            location=Location(str(target)), reason=error.strerror or str(error)
        ) from error


def _check_place(target: OutputFile) -> None:
    if target.standard:
        return
    real = target.real
    if real.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    # Raises what opening it would.
    real.parent.stat()
    if not os.access(real if real.exists() and not real.is_file() else real.parent, os.W_OK):
        raise PermissionError(0, "Permission denied")


def _is_straight(target: OutputFile) -> bool:
    path = Path(target.path)
    return target.standard is not None or _is_special(path) or _is_nameless(path)


def _is_nameless(path: Path) -> bool:
    """Say whether a file that no folder holds any more is reached by its descriptor."""
    with suppress(OSError):
        return path.stat().st_nlink == 0
    return False


def _is_special(path: Path) -> bool:
    """Say whether a pipe or a device stands there."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextmanager
def _straight(target: OutputFile, mode: str) -> Iterator[TextIO | BinaryIO]:
    if target.standard == 1:
        yield sys.stdout.buffer if "b" in mode else sys.stdout
        return
    if target.standard:
        # As a stream of ours, standard error takes whatever is said as said.
        sys.stderr.flush()
    descriptor = os.dup(target.standard) if target.standard else _opened(target.path)
    with (
        os.fdopen(descriptor, "wb")
        if "b" in mode
        else os.fdopen(descriptor, "w", encoding="utf-8", newline="")
    ) as file:
        yield file


def _opened(path: str | os.PathLike[str]) -> int:
    """Open what is no file of a folder, neither making nor emptying one that came meanwhile."""
    descriptor = os.open(path, os.O_WRONLY)
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_nlink:
        os.close(descriptor)
        raise OSError(0, "it has become a file meanwhile")
    if stat.S_ISREG(found.st_mode):
        os.ftruncate(descriptor, 0)
    return descriptor


def _made_beside(real: Path, *, is_private: bool) -> tuple[Path, int]:
    kept = real.stat().st_mode & 0o777 if real.exists() and not is_private else None
    attempt = 0
    while True:
        temporary = real.with_name(f".{real.name[:40]}.{os.getpid()}-{attempt}.part")
        try:
            # O_EXCL so that a file or link waiting under that name is not written through
            descriptor = os.open(
                temporary,
                os.O_WRONLY | os.O_CREAT | os.O_EXCL,
                0o666 if kept is None and not is_private else 0o600,
            )
        except FileExistsError:
            attempt += 1
            continue
        if kept is not None:
            os.fchmod(descriptor, kept)
        return temporary, descriptor


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
