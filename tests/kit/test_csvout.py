"""What CSV files we write promise to programs, to spreadsheets and to our own reader."""

import csv
import io
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lmsctl.kit.csverrors import CsvFileUnwritable
from lmsctl.kit.csvout import CsvFile, RejectsFile, guard, unguard
from lmsctl.kit.output_files import Files
from lmsctl.kit.writing import replacing

UNHURRIED = settings(deadline=None)  # the machine may be busy with other things
FORMULA_SIGNS = "=+-@\t\r＝＋－＠"
TEXTS = st.text(st.sampled_from([*FORMULA_SIGNS, "'", "a", " ", '"', ",", "\n", "é"])) | st.text()


def written(*rows: list[str], bom: bool = False, raw: bool = False) -> str:
    stream = io.StringIO(newline="")
    with CsvFile(stream, rows[0], bom=bom, raw=raw) as file:
        file.write_all(rows[1:])
    return stream.getvalue()


def rejected(headings: list[str], *rows: tuple[list[str], str]) -> list[list[str]]:
    stream = io.StringIO(newline="")
    with RejectsFile(stream, headings) as file:
        for cells, error in rows:
            file.add(cells, error)
    return list(csv.reader(io.StringIO(stream.getvalue(), newline=""), strict=True))


@UNHURRIED
@given(TEXTS)
def test_taking_the_guard_off_is_exact(text: str) -> None:
    """Whatever a text is, guarded and unguarded it is the same again."""
    assert unguard(guard(text)) == text


@UNHURRIED
@given(TEXTS)
def test_nothing_guarded_starts_a_formula(text: str) -> None:
    """No guarded text begins with a sign that a spreadsheet takes for a formula."""
    assert not guard(text).startswith(tuple(FORMULA_SIGNS))


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
@pytest.mark.parametrize("apostrophes", [0, 1, 3])
def test_one_apostrophe_more(sign: str, apostrophes: int) -> None:
    """A formula with any number of apostrophes in front gets exactly one more."""
    text = "'" * apostrophes + sign + "1+1"
    assert guard(text) == "'" + text


@pytest.mark.parametrize("text", ["", "'", "''", "O'Brien", "'tis", " =1", "1-2", "a=b", "\n=1"])
def test_other_texts_are_left_alone(text: str) -> None:
    """What cannot be taken for a formula is neither guarded nor unguarded."""
    assert (guard(text), unguard(text)) == (text, text)


def test_format_is_rfc_4180() -> None:
    """Lines end with CR LF, and cells are quoted only where they have to be."""
    rows = [["A", "B"], ["a b", "c,d"], ['5" disk', "two\nlines"], ["a\rb", "'"], ["", "é;|"]]
    assert written(*rows) == (
        'A,B\r\na b,"c,d"\r\n"5"" disk","two\nlines"\r\n"a\rb",\'\r\n,é;|\r\n'
    )


def test_one_empty_cell_is_not_a_blank_line() -> None:
    """A row of a single empty cell is written so that it is still a row."""
    assert written(["A"], [""]) == 'A\r\n""\r\n'


def test_headings_and_cells_are_guarded_unless_raw() -> None:
    """Formulas are made harmless in the heading row too, and left as they are with raw."""
    rows = [["=A", "B"], ["+1", "-"]]
    assert written(*rows) == "'=A,B\r\n'+1,'-\r\n"
    assert written(*rows, raw=True) == "=A,B\r\n+1,-\r\n"


def test_mark_for_excel_comes_first() -> None:
    """With bom the first character is a byte-order mark, without it there is none."""
    assert written(["A"], bom=True) == "\ufeffA\r\n"
    assert written(["A"]) == "A\r\n"


def test_stream_stays_open() -> None:
    """A stream that was handed over is not closed: standard output may be needed further."""
    stream = io.StringIO(newline="")
    with CsvFile(stream, ["A"]):
        pass
    assert not stream.closed


def test_stream_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing to a stream leaves nothing in the folder, not even for a moment."""
    monkeypatch.chdir(tmp_path)
    with CsvFile(io.StringIO(), ["A"]) as file:
        file.write(["a"])
        assert list(tmp_path.iterdir()) == []


def test_path_gets_the_whole_file_at_once(tmp_path: Path) -> None:
    """Until the writing has ended well the old file is there, then the new one and nothing else."""
    path = tmp_path / "people.csv"
    path.write_text("old")
    with CsvFile(Files().claim(path, "--to"), ["A"]) as file:
        file.write(["é"])
        assert path.read_text() == "old"
    assert path.read_bytes() == "A\r\né\r\n".encode()
    assert [entry.name for entry in tmp_path.iterdir()] == ["people.csv"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_exception_keeps_the_old_file(tmp_path: Path, error: type[BaseException]) -> None:
    """If writing is broken off the old file stays, and the half of the new one goes."""
    path = tmp_path / "people.csv"
    path.write_text("old")

    def write() -> None:
        with CsvFile(Files().claim(path, "--to"), ["A"]) as file:
            file.write(["a"])
            raise error

    with pytest.raises(error):
        write()
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["people.csv"]


def test_new_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    """A new file can be read by whom the umask says, as after a shell redirection."""
    path = tmp_path / "people.csv"
    before = os.umask(0o027)
    try:
        with CsvFile(Files().claim(path, "--to"), ["A"]):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    """A file that was closed to others is still closed after it was written again."""
    path = tmp_path / "people.csv"
    path.touch(0o600)
    with CsvFile(Files().claim(path, "--to"), ["A"]) as file:
        (part,) = (entry for entry in tmp_path.iterdir() if entry != path)
        assert stat.S_IMODE(part.stat().st_mode) == 0o600
        file.write(["a"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_link_is_followed(tmp_path: Path) -> None:
    """Writing to a link writes the file it points to; the link stays a link."""
    path, link = tmp_path / "people.csv", tmp_path / "latest.csv"
    path.write_text("old")
    link.symlink_to(path)
    with CsvFile(Files().claim(link, "--to"), ["A"]):
        pass
    assert link.is_symlink()
    assert path.read_bytes() == b"A\r\n"


def test_part_of_a_killed_run_is_no_obstacle(tmp_path: Path) -> None:
    """A half file that a killed run left behind is neither used nor in the way."""
    path = tmp_path / "people.csv"
    left = tmp_path / f".people.csv.{os.getpid()}-0.part"
    left.write_text("half")
    with CsvFile(Files().claim(path, "--to"), ["A"]):
        pass
    assert (path.read_bytes(), left.read_text()) == (b"A\r\n", "half")


def test_pipe_is_written_and_not_replaced(tmp_path: Path) -> None:
    """A named pipe, like /dev/null, stays what it is and gets the rows."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(path.read_bytes()))
    reader.start()
    with CsvFile(Files().claim(path, "--to"), ["A"]):
        pass
    reader.join(10)
    assert got == [b"A\r\n"]
    assert path.is_fifo()


@pytest.mark.parametrize("name", ["missing/people.csv", "file/people.csv", "."])
def test_unwritable_path_is_refused(tmp_path: Path, name: str) -> None:
    """A path that cannot be written is refused with its name and the reason."""
    (tmp_path / "file").touch()
    path = tmp_path / name
    with pytest.raises(CsvFileUnwritable) as refused, replacing(Files().claim(path, "--to")):
        pass
    assert refused.value.location is not None
    assert refused.value.location.file == str(path)
    assert refused.value.values["reason"]


def test_reader_that_left_is_not_our_failure(tmp_path: Path) -> None:
    """A pipe that closed while a file was being written is reported as that, not as the file."""
    with (
        pytest.raises(BrokenPipeError),
        CsvFile(Files().claim(tmp_path / "people.csv", "--to"), ["A"]),
    ):
        raise BrokenPipeError


def test_rejected_rows_carry_the_reason_last() -> None:
    """Every rejected row stands there with its heading row and why it was rejected."""
    assert rejected(["A", "B"], (["a", "b"], "no such group")) == [
        ["A", "B", "_error"],
        ["a", "b", "no such group"],
    ]


def test_rejected_cells_read_as_before() -> None:
    """A cell guarded in the first file is not guarded twice; a bare formula is guarded now."""
    assert rejected(["A", "B", "'=C"], (["'=1", "=1", "''=1"], "=why")) == [
        ["A", "B", "'=C", "_error"],
        ["'=1", "'=1", "''=1", "'=why"],
    ]


def test_rejects_are_left_as_they_were_if_raw() -> None:
    """With raw nothing in a rejects file is guarded, neither headings nor cells."""
    stream = io.StringIO(newline="")
    with RejectsFile(stream, ["=A"], raw=True) as file:
        file.add(["=1"], "=why")
    assert stream.getvalue() == "=A,_error\r\n=1,=why\r\n"


def test_rejects_can_be_rejected_again() -> None:
    """Reading a rejects file and rejecting its rows again gives one reason, not two."""
    assert rejected(["A", "B", "_error"], (["a", "b", "old"], "new")) == [
        ["A", "B", "_error"],
        ["a", "b", "new"],
    ]


@pytest.mark.parametrize("cells", [["a"], ["a", "b", "c"], []])
def test_ragged_row_stays_ragged(cells: list[str]) -> None:
    """A row with too few or too many cells does not come out right by having been rejected."""
    first = rejected(["A", "B"], (cells, "ragged"))
    again = rejected(first[0], (first[1], "still ragged"))
    assert len(first[1]) != len(first[0])
    assert again == [first[0], [*cells, "still ragged"]]
