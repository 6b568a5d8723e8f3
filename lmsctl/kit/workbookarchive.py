"""The zip archive that a workbook is: which parts it has, and that they are what they say."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from lmsctl.kit.csverrors import CsvOtherFormat
from lmsctl.kit.errors import Location
from lmsctl.kit.workbookerrors import WorkbookBroken, WorkbookEncrypted, WorkbookTooLarge

UNPACKED_LIMIT = 512 << 20
_CHUNK = 1 << 18
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LOCAL_MARK = b"PK\x03\x04"
_IS_ENCRYPTED = 1
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_CONTENT_TYPES = "[Content_Types].xml"
_KINDS = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("Index/Document.iwa", "a Numbers or Pages document"),
    ("mimetype", "an OpenDocument file without sheets"),
)
# No XML that a spreadsheet program writes declares anything; what does wants to grow when read.
_DECLARATION = b"<!DOCTYPE"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


class Archive:
    """The parts of a workbook, checked when it is made: their names, sizes and how they are packed.

    `is_ods` says which of the two kinds of workbook it is. Raises CsvOtherFormat for an archive
    that is no workbook, WorkbookEncrypted, WorkbookTooLarge and WorkbookBroken.
    """

    def __init__(self, file: BinaryIO, shown: str) -> None:
        self._file = file
        self._shown = shown
        try:
            with zipfile.ZipFile(file) as archive:
                found = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise self.broken("the archive is damaged") from error
        self._parts = {part.filename: part for part in found}
        if len({part.filename.lower() for part in found}) != len(found):
            raise self.broken("two of its parts have the same name")
        if any(part.flag_bits & _IS_ENCRYPTED for part in found):
            raise WorkbookEncrypted(location=self.location)
        size = file.seek(0, io.SEEK_END)
        if max(size, sum(part.file_size for part in found)) > UNPACKED_LIMIT:
            raise WorkbookTooLarge(
                location=self.location, limit=f"{UNPACKED_LIMIT >> 20} MiB unpacked"
            )
        self.is_ods = self._is_ods()
        if not self.is_ods and not ("xl/workbook.xml" in self and _CONTENT_TYPES in self):
            kinds = (said for name, said in _KINDS if name in self)
            raise CsvOtherFormat(location=self.location, format=next(kinds, "a zip archive"))

    def __contains__(self, name: str) -> bool:
        """Return whether there is a part of that name."""
        return name in self._parts

    def broken(self, reason: str) -> WorkbookBroken:
        """Return the refusal of a workbook that cannot be read for `reason`."""
        return WorkbookBroken(location=Location(self._shown), reason=reason)

    @property
    def location(self) -> Location:
        """The place to name for the file as a whole."""
        return Location(self._shown)

    def check_others(self, names: tuple[str, ...]) -> None:
        """Read through the parts of XML that are not among `names`; raises what `read` raises."""
        for name in self._parts:
            if name.endswith((".xml", ".rels")) and name not in names:
                for _ in self.read(name):
                    pass

    def read(self, name: str) -> Iterator[bytes]:
        """Yield the content of a part of XML, and see that it is as large as the archive says.

        Raises WorkbookBroken, also for XML that declares things or is not UTF-8.
        """
        part = self._parts.get(name)
        if part is None:
            raise self.broken(f"it has no part {name}")
        before = b""
        try:
            for chunk in self._unpacked(part):
                if not before and chunk.startswith(_WIDE):
                    raise self.broken(f"its part {name} is not UTF-8")
                if _DECLARATION in before[-len(_DECLARATION) :] + chunk[: len(_DECLARATION)] or (
                    _DECLARATION in chunk
                ):
                    raise self.broken(f"its part {name} declares a document type")
                before = chunk
                yield chunk
        except (zlib.error, struct.error, OSError) as error:
            raise self.broken(f"its part {name} is damaged") from error

    def _unpacked(self, part: zipfile.ZipInfo) -> Iterator[bytes]:
        """Yield what is packed, never more than the archive says, whatever comes behind."""
        self._file.seek(part.header_offset)
        mark, name_size, extra_size = _LOCAL_HEADER.unpack(self._file.read(_LOCAL_HEADER.size))
        if mark != _LOCAL_MARK:
            raise self.broken(f"its part {part.filename} is not where it should be")
        self._file.seek(name_size + extra_size, 1)
        if part.compress_type not in _UNPACK:
            raise self.broken(f"its part {part.filename} is packed in an unusual way")
        size = check = 0
        for chunk in _UNPACK[part.compress_type](self._packed(part.compress_size)):
            size += len(chunk)
            check = zlib.crc32(chunk, check)
            if size > part.file_size:
                break
            yield chunk
        if size != part.file_size or check != part.CRC:
            raise self.broken(f"its part {part.filename} is not as large as the archive says")

    def _packed(self, size: int) -> Iterator[bytes]:
        """Yield so many bytes from here on, wherever the file is read meanwhile."""
        at = self._file.tell()
        while size > 0:
            self._file.seek(at)
            chunk = self._file.read(min(size, _CHUNK))
            if not chunk:
                return
            at += len(chunk)
            size -= len(chunk)
            yield chunk

    def _is_ods(self) -> bool:
        if "mimetype" not in self:
            return False
        said = b"".join(self._unpacked(self._parts["mimetype"]))
        if said.strip() != _ODS_TYPE:
            return False
        if "encrypted-package" in self:
            raise WorkbookEncrypted(location=self.location)
        manifest = b"".join(self.read("META-INF/manifest.xml"))
        if b"encryption-data" in manifest:
            raise WorkbookEncrypted(location=self.location)
        return True


def _inflated(packed: Iterator[bytes]) -> Iterator[bytes]:
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for left in packed:
        waiting = left
        while not stream.eof:
            chunk = stream.decompress(waiting, _CHUNK)
            waiting = stream.unconsumed_tail
            if chunk:
                yield chunk
            elif not waiting:
                break


_UNPACK: Mapping[int, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    zipfile.ZIP_STORED: iter,
    zipfile.ZIP_DEFLATED: _inflated,
}
