"""What is left of a file whose writing is interrupted, or whose place is taken meanwhile."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lmsctl.kit import change_reports, database, driver, output_files, signals, writing
from lmsctl.kit.csverrors import CsvFileUnwritable
from tests.conftest import Portal
from tests.test_written_files import (
    CSV,
    WRITERS,
    ending,
    file_contents,
    portal_with_client_programs,
    portal_with_files,
)

__all__ = ["portal_with_client_programs", "portal_with_files"]  # what the tests here stand on


# Meanwhile ---------------------------------------------------------------------------------------


def test_a_file_that_comes_and_goes_is_kept(tmp_path: Path) -> None:
    """A journal is there only while somebody writes; its name is enough at any other moment."""
    journal = tmp_path / "portal.db-journal"
    journal.touch()
    files = output_files.Files([(journal, "the database")])
    journal.unlink()
    with pytest.raises(output_files.FilesClash):
        files.claim(journal, "--to")


@pytest.mark.parametrize("is_kept", [True, False])
@pytest.mark.parametrize("was", ["nothing", "file", "pipe"])
def test_a_link_that_comes_meanwhile_is_not_followed(
    tmp_path: Path, was: str, *, is_kept: bool
) -> None:
    """What it leads to stays as it is, be it the database or anything else."""
    other, place = tmp_path / "portal.db", tmp_path / "report"
    other.write_text("everything")
    if was == "file":
        place.touch()
    if was == "pipe":
        os.mkfifo(place)
    files = output_files.Files([(other, "the database")] if is_kept else [])
    target = files.claim(place, "--to")
    place.unlink(missing_ok=True)
    place.symlink_to(other)
    with suppress(CsvFileUnwritable), writing.replacing(target) as file:
        file.write("a report")
    assert other.read_text() == "everything"


def test_a_pipe_that_becomes_a_file_is_not_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even between looking and opening."""
    kept, place = tmp_path / "portal.db", tmp_path / "report"
    kept.write_text("everything")
    os.mkfifo(place)
    target = output_files.Files([(kept, "the database")]).claim(place, "--to")
    opened = writing._opened

    def late(path: str) -> int:
        place.unlink()
        place.symlink_to(kept)
        return opened(path)

    monkeypatch.setattr(writing, "_opened", late)
    with pytest.raises(CsvFileUnwritable, match="become a file"), writing.replacing(target):
        pass
    assert kept.read_text() == "everything"


def test_a_folder_that_becomes_another_is_noticed(tmp_path: Path) -> None:
    """The same name now leads to the database."""
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    out.mkdir()
    kept = home / "portal.db"
    kept.write_text("everything")
    target = output_files.Files([(kept, "the database")]).claim(out / "portal.db", "--to")
    out.rmdir()
    out.symlink_to(home)
    with pytest.raises(CsvFileUnwritable, match="become the database"), writing.replacing(target):
        pass
    assert kept.read_text() == "everything"
    assert [path.name for path in home.iterdir()] == ["portal.db"]


def test_long_names_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name as long as a folder takes, whatever the number of the process."""
    monkeypatch.setattr(os, "getpid", lambda: 4_194_303)
    place = tmp_path / ("\N{GRINNING FACE}" * 63)
    with writing.replacing(output_files.Files().claim(place, "--to")) as file:
        file.write("all")
    assert place.read_text() == "all"


# Signals -----------------------------------------------------------------------------------------


def stop_at(step: int, folder: Path, act: Callable[[Path], None]) -> str:
    """Let Ctrl-C come at the given step of `act`, and return where that was, if anywhere."""
    watched = {module.__file__ for module in (writing, signals, contextlib)}
    seen = [0, ""]

    def trace(frame: FrameType, event: str, _: object) -> Any:
        if frame.f_code.co_filename not in watched:
            return None
        seen[0] += 1  # type: ignore[operator]  # a number
        if seen[0] == step:
            seen[1] = f"{frame.f_code.co_filename}:{frame.f_lineno} {event}"
            signal.raise_signal(signal.SIGINT)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act(folder)
    except (KeyboardInterrupt, CsvFileUnwritable):
        pass
    finally:
        sys.settrace(before)
    return str(seen[1])


def write_well(folder: Path) -> None:
    """Write a file."""
    with writing.replacing(output_files.Files().claim(folder / "new", "--to")) as file:
        file.write("all")


def write_badly(folder: Path) -> None:
    """Begin a file that cannot be ended."""
    with writing.replacing(output_files.Files().claim(folder / "new", "--to")):
        raise OSError(0, "no room")


def use_private_file(folder: Path) -> None:
    """Use a file that nobody else is to see."""
    with writing.temporary_file() as file:
        file.write_text(str(folder))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("act", [write_well, write_badly, use_private_file])
def test_a_signal_at_any_step_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None]
) -> None:
    """Once the program has ended, even where the tidying up itself was interrupted."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    # The program's own would send a dropped signal again, when signals already kill: the end of
    # the tests.
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    before = {number: signal.getsignal(number) for number in signals._ENDING}
    step, place = 1, "the beginning"
    try:
        while place:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            place = stop_at(step, tmp_path, act)
            signals.remove_all_at_exit()
            assert {path.name for path in tmp_path.iterdir()} <= {"new"}, place
            step += 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert step > 20


def test_the_program_tidies_up_when_it_ends(tmp_path: Path) -> None:
    """Whatever it was told to end by."""
    left = tmp_path / "left.part"
    left.touch()
    text = (
        "from lmsctl import __main__; from lmsctl.kit import signals;"
        f"signals.remove_at_exit({str(left)!r}); __main__.run()"
    )
    subprocess.run([sys.executable, "-c", text, "help"], cwd=tmp_path, check=True)
    assert not left.exists()


@ending
@pytest.mark.parametrize(
    "words",
    [
        ("user", "import", "more.csv", "--results", "r.csv"),
        ("token", "mint", "--content", "topic", "--count", "2", "--to", "r.csv"),
    ],
    ids=" ".join,
)
def test_a_signal_leaves_nothing_behind(
    portal_with_client_programs: Portal, number: int, status: int, words: tuple[str, ...]
) -> None:
    """Not half a file, not half a change; the status says which signal it was."""
    portal_with_client_programs.folder.joinpath("more.csv").write_text(CSV.replace("kim", "max"))
    before = file_contents(portal_with_client_programs.folder)
    holder = driver.open_database(portal_with_client_programs.url, patience=10)
    holder.begin_writing()
    try:
        if not portal_with_client_programs.is_sqlite:
            database.execute(holder, "LOCK TABLE portals, tokens, users IN EXCLUSIVE MODE")
        # Who runs the tests may have been told to ignore it (nohup), which children inherit.
        usual = signal.signal(number, signal.SIG_DFL)
        running = portal_with_client_programs.start(*words)
        signal.signal(number, usual)
        until = time.monotonic() + 60
        while not any(
            name.endswith(".part") for name in file_contents(portal_with_client_programs.folder)
        ):
            assert time.monotonic() < until
            assert running.poll() is None
            time.sleep(0.02)
        running.send_signal(number)
        _, told = running.communicate(timeout=60)
    finally:
        holder.rollback()
        holder.close()
    assert running.returncode == status, told
    assert "Interrupted. Nothing was changed." in told
    assert file_contents(portal_with_client_programs.folder) == before
    assert portal_with_client_programs.value("SELECT count(*) FROM users WHERE login = 'max'") == 0
    assert portal_with_client_programs.value("SELECT count(*) FROM tokens") == 0


@pytest.mark.parametrize("writer", [WRITERS[0], WRITERS[1], WRITERS[7]], ids=" ".join)
@pytest.mark.parametrize("is_there", [True, False])
def test_who_interrupts_an_export_is_told_whether_the_file_is_there(
    portal_with_client_programs: Portal,
    monkeypatch: pytest.MonkeyPatch,
    writer: tuple[str, ...],
    *,
    is_there: bool,
) -> None:
    """Just before it takes its place, and just after."""

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    home, name = (writing, "_sync_folder") if is_there else (os, "fsync")
    with monkeypatch.context() as patch:
        patch.setattr(home, name, interrupted)
        ran = portal_with_client_programs.run(*writer, "new")
    # The audit log has noted before that people's data or codes are taken out.
    noted = "" if writer == WRITERS[0] else "What was written before stays."
    written = "The file 'new' is written." if is_there else ""
    said = " ".join(filter(None, (noted, written))) or "Nothing was changed."
    assert (ran.status, ran.err) == (130, f"Interrupted. {said}\n")
    assert portal_with_client_programs.folder.joinpath("new").exists() is is_there


def test_a_signal_waits_until_the_half_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that comes while the file is made finds somebody who takes it away."""
    made = writing._make_temporary_beside

    def interrupted(*given: Any, **more: Any) -> Any:
        result = made(*given, **more)
        signal.raise_signal(signal.SIGINT)
        return result

    monkeypatch.setattr(writing, "_make_temporary_beside", interrupted)
    target = output_files.Files().claim(tmp_path / "new", "--to")
    with pytest.raises(KeyboardInterrupt), writing.replacing(target):
        pass
    assert not list(tmp_path.iterdir())


def test_a_signal_between_two_reports_leaves_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes the first file away when only the last one is told of the interruption."""
    files = output_files.Files()
    reports = change_reports.Reports("")

    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_sync_folder", interrupted)

    def open_both() -> None:
        with reports:
            for name in ("results", "rejects"):
                reports.open(writing.replacing(files.claim(tmp_path / name, name)))

    with pytest.raises(KeyboardInterrupt):
        open_both()
    assert [path.name for path in tmp_path.iterdir()] == ["rejects"]


def test_who_is_to_live_on_after_hanging_up_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nohup has set to be ignored stays ignored; a program in Python keeps its own handler."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)  # put back what was there
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signals.install()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        with pytest.raises(signals.Stopped):
            signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)  # a second one disturbs nobody who tidies up
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
