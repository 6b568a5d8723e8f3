"""Where CSV files come from, how large they may be and how much memory they take."""

import codecs
import hashlib
import os
import threading
import tracemalloc
from pathlib import Path

import pytest

from lmsctl.kit.csverrors import (
    CsvFileChanged,
    CsvFileMissing,
    CsvFileUnreadable,
    CsvRowsTooMany,
)
from lmsctl.kit.csvin import open_sheet
from lmsctl.kit.csvtable import CsvTable
from tests.kit.test_csvin import COLUMNS, MIB, PLAIN, cells, opened


def test_size_digest_and_progress(tmp_path: Path) -> None:
    """A file is known by its size and the digest of all its bytes, and reading it moves on."""
    data = codecs.BOM_UTF8 + b"Login\r\n" + b"a\r\n" * 100_000
    path = tmp_path / "people.csv"
    path.write_bytes(data)
    with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
        assert (sheet.file, sheet.size_bytes) == (str(path), len(data))
        assert sheet.digest == hashlib.sha256(data).hexdigest()
        rows = sheet.rows()
        next(rows)
        begun = sheet.position()
        assert sum(1 for _ in rows) == 99_999
        assert 0 < begun < sheet.position() == len(data)


def test_standard_input_and_a_file_are_the_same(tmp_path: Path) -> None:
    """The same bytes have the same digest and rows wherever they come from."""
    content = b"Login,Email\na,b\n"
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    with open_sheet(str(path), COLUMNS, PLAIN) as one, opened(content) as other:
        assert other.file == "<stdin>"
        assert (one.digest, list(one.rows())) == (other.digest, list(other.rows()))


def test_pipe_is_read(tmp_path: Path) -> None:
    """A named pipe, as a shell makes for <(command), is read like a file."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"Login\na\n",))
    writer.start()
    with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
        assert [row.cells for row in sheet.rows()] == [["a"]]
    writer.join(10)


def test_missing_file_is_not_found(tmp_path: Path) -> None:
    """A path where nothing is gets an answer of its own."""
    with pytest.raises(CsvFileMissing):
        open_sheet(str(tmp_path / "people.csv"), COLUMNS, PLAIN)


def test_folder_is_refused(tmp_path: Path) -> None:
    """A folder is not a file to read."""
    with pytest.raises(CsvFileUnreadable):
        open_sheet(str(tmp_path), COLUMNS, PLAIN)


@pytest.mark.parametrize("change", [b"Login\nother\n" * 3, b"Login\n\xff"])
def test_file_that_changes_is_refused(tmp_path: Path, change: bytes) -> None:
    """Rows of a file that somebody writes to meanwhile are not what was checked: refused."""
    path = tmp_path / "people.csv"
    path.write_bytes(b"Login\na\n")
    with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
        path.write_bytes(change)
        with pytest.raises(CsvFileChanged):
            list(sheet.rows())


def test_more_rows_than_a_file_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row after the last allowed one ends the reading; blank rows do not count."""
    monkeypatch.setattr(CsvTable, "rows_limit", 3)
    assert len(cells("Login\na\n\nb\n\nc\n")) == 3
    with opened("Login\na\nb\n\nc\nd\n") as sheet, pytest.raises(CsvRowsTooMany) as refused:
        list(sheet.rows())
    assert str(refused.value) == "<stdin>, row 4, line 6: The file has more than 3 rows."


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Ten times the rows take no more memory."""

    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        path.write_bytes(b"Login,Email\n" + b'a,"b c"\n d,e\n' * (rows // 2))
        tracemalloc.start()
        try:
            with open_sheet(str(path), COLUMNS, PLAIN) as sheet:
                assert sum(1 for _ in sheet.rows()) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert peak(100_000) < peak(10_000) + 64 * 1024


def test_memory_is_bounded_within_a_row() -> None:
    """A file of one endless line takes the memory of a row, not of the file."""
    with opened(b"Login\n" + b"a" * 40 * MIB) as sheet:
        tracemalloc.start()
        try:
            (row,) = sheet.rows()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert row.problem is not None
    assert peak < 12 * MIB
