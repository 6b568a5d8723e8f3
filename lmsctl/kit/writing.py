"""Writing files: each takes its place whole or not at all."""

import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar, cast

from lmsctl.kit import signals
from lmsctl.kit.csverrors import CsvFileUnwritable
from lmsctl.kit.errors import Location
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.streams import OutputError

T = TypeVar("T")


# Deciding ----------------------------------------------------------------------------------------


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
            placed = closing.enter_context(atomic_replacement(target))
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
def program_output(target: OutputFile) -> Iterator[Path]:
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
            lent = closing.enter_context(temporary_file())
            yield lent
            if straight:
                with lent.open("rb") as made:
                    shutil.copyfileobj(made, straight)
                straight.flush()
            return
        yield closing.enter_context(atomic_replacement(target, is_private=True))


@contextmanager
def temporary_file() -> Iterator[Path]:
    """Lend an empty file, readable by its owner only, and remove it afterwards."""
    import tempfile  # costs start-up time

    with ExitStack() as closing:
        with signals.delay_signals():
            descriptor, name = tempfile.mkstemp(prefix="lmsctl-")
            closing.callback(signals.remove_now, signals.remove_at_exit(name))
            os.close(descriptor)
        yield Path(name)


@contextmanager
def atomic_replacement(target: OutputFile, *, is_private: bool = False) -> Iterator[Path]:
    """Lend a new file that is synced and renamed over `target` when the `with` ends well.

    Nothing is left of it otherwise, also after a signal. Raises OSError.
    """
    real = target.real
    if real.is_dir():
        raise IsADirectoryError(0, "it is a folder")
    with ExitStack() as closing:
        with signals.delay_signals():
            temporary, descriptor = _make_temporary_beside(real, is_private=is_private)
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


def _make_temporary_beside(real: Path, *, is_private: bool) -> tuple[Path, int]:
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
