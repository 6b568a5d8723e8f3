"""The files of one command: which it may write, and what none may write over."""

import os
import stat
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lmsctl.kit.errors import Usage

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


def database_files(path: Path) -> Iterator[Path]:
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
