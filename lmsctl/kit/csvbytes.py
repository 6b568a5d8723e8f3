"""From the bytes of a CSV file to its characters: opening it, its digest and its encoding."""

import codecs
import hashlib
import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from lmsctl.kit.canonical import excerpt
from lmsctl.kit.csverrors import (
    CsvEncodingUnknown,
    CsvEncodingUnmarked,
    CsvFileChanged,
    CsvFileEndless,
    CsvFileMissing,
    CsvFileUnreadable,
    CsvNul,
    CsvOtherFormat,
    CsvUndecodable,
)
from lmsctl.kit.errors import Location
from lmsctl.kit.workbookerrors import WorkbookEncrypted

_CHUNK = 1 << 16
# A million rows of a kilobyte.
_SPOOL_LIMIT = 1 << 30
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python calls these encodings too, but no file of a spreadsheet or a person is in one.
_NOT_FOR_FILES = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape", "utf-7"}
)
_UNMARKED = frozenset({"utf-16", "utf-32"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
_SIGNATURES = (
    (_OLE, "an old Excel workbook (.xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"%PDF-", "a PDF document"),
    (b"SQLite format 3\x00", "an SQLite database"),
)


class Source:
    """The bytes of one file, seekable, checked to be text from the first to the last.

    `shown` is the name to speak of it, `encoding` the codec it is in, `digest` the SHA-256 of all
    its bytes in hexadecimal, `size_bytes` their number.
    """

    def __init__(self, file: BinaryIO, shown: str, encoding: str | None) -> None:
        self._file = file
        self.shown = shown
        codec = _find_codec(encoding) if encoding is not None else None
        file.seek(0)
        head = _read(file, shown, _CHUNK)
        _check_text_format(head, shown)
        mark, self.encoding = _detect_encoding(head, codec, shown)
        self._start = len(mark)
        self.digest, self.size_bytes = self._examine()
        self._stamp = self._stat()

    def text(self) -> io.TextIOWrapper:
        """Return the characters from the first one on, line ends untouched.

        There is one reading at a time: a second one takes the file away from the first. Detach it
        instead of closing it.
        """
        self._file.seek(self._start)
        return io.TextIOWrapper(self._file, encoding=self.encoding, newline="")

    def position(self) -> int:
        """Return how many bytes of the file the current reading has passed."""
        return self._file.tell()

    def check_unchanged(self) -> None:
        """Raise CsvFileChanged if somebody wrote to the file since it was opened."""
        if self._stat() != self._stamp:
            raise self.changed()

    def changed(self) -> CsvFileChanged:
        """Return the refusal of a file that is no longer what was examined."""
        return CsvFileChanged(location=Location(self.shown))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _stat(self) -> tuple[int, int]:
        now = os.fstat(self._file.fileno())
        return now.st_size, now.st_mtime_ns

    def _examine(self) -> tuple[str, int]:
        """Read all bytes once, so that what is no text is refused before anybody uses a part."""
        digest = hashlib.sha256()
        decoder = codecs.getincrementaldecoder(self.encoding)()
        self._file.seek(0)
        digest.update(self._file.read(self._start))
        at = self._start
        while chunk := _read(self._file, self.shown, _CHUNK):
            digest.update(chunk)
            self._check_chunk(decoder, chunk, at)
            at += len(chunk)
        self._check_chunk(decoder, b"", at)
        return digest.hexdigest(), at

    def _check_chunk(self, decoder: codecs.IncrementalDecoder, chunk: bytes, at: int) -> None:
        begins = at - len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            offset = begins + error.start
            found = error.object[error.start : error.end][:4].hex(" ")
            raise CsvUndecodable(
                location=Location(self.shown, line=self._line_at(offset)),
                found=found,
                offset=offset,
                encoding=self.encoding,
            ) from error
        if "\0" in text:
            before = text[: text.index("\0")]
            offset = begins + len(before.encode(self.encoding, "replace"))
            raise CsvNul(location=Location(self.shown, line=self._line_at(offset)), offset=offset)

    def _line_at(self, offset: int) -> int:
        decode = io.IncrementalNewlineDecoder(
            codecs.getincrementaldecoder(self.encoding)("replace"), translate=True
        ).decode
        self._file.seek(self._start)
        line, left = 1, offset - self._start
        while left > 0 and (chunk := self._file.read(min(left, _CHUNK))):
            left -= len(chunk)
            line += decode(chunk, final=left <= 0).count("\n")
        return line


def open_source(path: str, encoding: str | None, stdin: BinaryIO | None = None) -> Source:
    """Return the file at `path`, or standard input for `-`, checked to be text.

    What cannot be read twice is copied into an anonymous temporary file that only this process can
    see. `encoding` is what the caller says the file is in; a byte-order mark overrules it, and
    without either it is UTF-8. Raises CsvFileMissing, CsvFileUnreadable, CsvFileEndless,
    CsvOtherFormat, CsvEncodingUnknown, CsvEncodingUnmarked, CsvUndecodable and CsvNul.
    """
    check_encoding(encoding)
    file, shown = open_bytes(path, stdin)
    try:
        return Source(file, shown, encoding)
    except BaseException:
        file.close()
        raise


def open_bytes(path: str, stdin: BinaryIO | None = None) -> tuple[BinaryIO, str]:
    """Return the seekable bytes of the file at `path`, `-` for standard input, and its name.

    Raises CsvFileMissing, CsvFileUnreadable and CsvFileEndless.
    """
    shown = "<stdin>" if path == "-" else path
    try:
        file = (
            _copy_aside(stdin or sys.stdin.buffer, shown) if path == "-" else _open_seekable(path)
        )
    except FileNotFoundError as error:
        raise CsvFileMissing(location=Location(shown)) from error
    except OSError as error:
        raise _unreadable_file(shown, error) from error
    return file, shown


def is_workbook(file: BinaryIO, shown: str) -> bool:
    """Return whether this is a workbook, or an archive of another kind.

    One with a password is a file of the old kind around it; raises WorkbookEncrypted for it, and
    CsvFileUnreadable.
    """
    file.seek(0)
    before = _read(file, shown, _CHUNK)
    if before.startswith(_OLE):
        while chunk := _read(file, shown, _CHUNK):
            if _ENCRYPTED_MARK in before:
                break
            before = before[-len(_ENCRYPTED_MARK) :] + chunk
        if _ENCRYPTED_MARK in before:
            raise WorkbookEncrypted(location=Location(shown))
    return before.startswith(_ZIP)


def check_encoding(given: str | None) -> None:
    """Raise CsvEncodingUnknown if no file can be in an encoding of that name."""
    if given is not None:
        _find_codec(given)


def _open_seekable(path: str) -> BinaryIO:
    """Open a file; what is not a regular one is copied aside first."""
    file = Path(path).open("rb")  # noqa: SIM115 - the Source closes it
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    with file:
        return _copy_aside(file, path)


def spool_limit() -> int:
    """Return how many bytes may be put aside: a generous file, and never the rest of a disk."""
    return min(_SPOOL_LIMIT, shutil.disk_usage(tempfile.gettempdir()).free // 2)


def _copy_aside(stream: BinaryIO, shown: str) -> BinaryIO:
    """Return a temporary file with all that `stream` gives, from its beginning."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - the Source closes it
    try:
        for chunk in _read_chunks(stream, shown):
            spool.write(chunk)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return spool


def _read_chunks(stream: BinaryIO, shown: str) -> Iterator[bytes]:
    """Yield what `stream` gives; raises CsvFileEndless when it is more than may be copied."""
    left = limit = spool_limit()
    while chunk := stream.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise CsvFileEndless(location=Location(shown), limit=f"{limit >> 20} MiB")
        yield chunk


def _read(file: BinaryIO, shown: str, size: int) -> bytes:
    """Read up to `size` bytes; raises CsvFileUnreadable."""
    try:
        return file.read(size)
    except OSError as error:
        raise _unreadable_file(shown, error) from error


def _unreadable_file(shown: str, error: OSError) -> CsvFileUnreadable:
    return CsvFileUnreadable(location=Location(shown), reason=error.strerror or str(error))


def _find_codec(given: str) -> str:
    """Return the name of the codec for an encoding; raises CsvEncodingUnknown."""
    try:
        # unlike codecs.lookup this refuses hex and zlib; four NULs are fine in all of UTF
        bytes(4).decode(given)
        name = codecs.lookup(given).name
        codecs.getincrementaldecoder(name)
    except (LookupError, ValueError) as error:
        raise CsvEncodingUnknown(given=excerpt(given)) from error
    if name in _NOT_FOR_FILES:
        raise CsvEncodingUnknown(given=excerpt(given))
    return name


def _detect_encoding(head: bytes, codec: str | None, shown: str) -> tuple[bytes, str]:
    """Return the byte-order mark, if any, and the encoding; raises CsvEncodingUnmarked."""
    for mark, marked in _MARKS:
        if head.startswith(mark):
            return mark, marked
    if codec in _UNMARKED:
        raise CsvEncodingUnmarked(location=Location(shown), given=codec)
    return b"", "utf-8" if codec in {None, "utf-8-sig"} else str(codec)


def _check_text_format(head: bytes, shown: str) -> None:
    """Raise CsvOtherFormat for the first bytes of a file that is not text."""
    found = next((name for magic, name in _SIGNATURES if head.startswith(magic)), None)
    if head.startswith(_ZIP):
        found = _kind_of_zip(head)
    if found:
        raise CsvOtherFormat(location=Location(shown), format=found)


def _kind_of_zip(head: bytes) -> str:
    """Return in words what a zip archive is by its first bytes."""
    if b"application/vnd.oasis.opendocument.spreadsheet" in head:
        return "an OpenDocument spreadsheet (.ods)"
    if b"[Content_Types].xml" in head or b"xl/" in head:
        return "an Excel workbook (.xlsx)"
    return "a zip archive"
