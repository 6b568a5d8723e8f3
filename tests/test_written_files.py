"""What every command promises about the files it writes, and about those it must not."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from lmsctl.kit import database, driver, signals, writing
from lmsctl.kit.csverrors import CsvFileUnwritable
from tests import program
from tests.conftest import Portal
from tests.db.clients import programs
from tests.tokens import create_items

CSV = "Login,First name,Last name\nkim,Kim,Oh\n"
WRITERS = [
    ("learner", "calendar", "kim", "--ics"),
    ("user", "export", "--to"),
    ("user", "import", "people.csv", "--results"),
    ("user", "import", "people.csv", "--rejects"),
    ("progress", "import", "progress.csv", "--results"),
    ("enroll", "--from", "pairs.csv", "--rejects"),
    ("token", "mint", "--content", "topic", "--count", "1", "--to"),
    ("token", "template", "--to"),
    ("token", "bulk-upload", "tokens.csv", "--results"),
    ("db", "backup", "--force"),
]
BATCHED = [writer for writer in WRITERS if writer[0] != "db"]
ending = pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)


@pytest.fixture
def portal_with_client_programs(
    portal_with_files: Portal, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Portal:
    """Return the portal with the client programs of its server in reach."""
    if not portal_with_files.is_sqlite:
        folder = programs(request.getfixturevalue("postgresql"))
        monkeypatch.setenv("PATH", str(folder), prepend=":")
    return portal_with_files


@pytest.fixture
def portal_with_files(portal: Portal) -> Portal:
    """Return a portal with one person and one topic, and the files that commands read."""
    portal.folder.joinpath("people.csv").write_text(CSV)
    portal.folder.joinpath("pairs.csv").write_text("Login,Content\nkim,topic\n")
    portal.folder.joinpath("progress.csv").write_text(
        "Login,Content,Event,Happened at\nkim,topic,viewed,2026-03-01T09:00Z\n"
    )
    portal.folder.joinpath("tokens.csv").write_text(
        "Knowledge code,Token label,Creates,Limit,Expires\ntopic,One,staff,,\n"
    )
    portal.ok("user", "import", "people.csv")
    create_items(portal)
    portal.ok("enroll", "--from", "pairs.csv")
    return portal


def everything(folder: Path) -> dict[str, bytes]:
    """Return the name and content of every file in `folder`; SQLite's log aside."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith("portal.db")
    }


def spare(portal_with_client_programs: Portal, path: str, *words: str) -> None:
    """Check that a command refuses to write at `path`, and touches nothing, rehearsed or not."""
    before = everything(portal_with_client_programs.folder)
    state = (
        portal_with_client_programs.folder.joinpath("portal.db").read_bytes()
        if portal_with_client_programs.is_sqlite
        else b""
    )
    for rehearsal in ((), ("--dry-run",)):
        ran = portal_with_client_programs.run(*words, path, *rehearsal, "-o", "json")
        assert (ran.status, ran.code) == (2, "files_clash"), ran.err
    assert everything(portal_with_client_programs.folder) == before
    if portal_with_client_programs.is_sqlite:
        assert portal_with_client_programs.folder.joinpath("portal.db").read_bytes() == state


@pytest.mark.parametrize("writer", WRITERS, ids=" ".join)
def test_nothing_is_written_over_what_the_program_needs(
    portal_with_client_programs: Portal, writer: tuple[str]
) -> None:
    """Neither over the configuration nor over the database with its side files."""
    names = ["lmsctl.toml"]
    if portal_with_client_programs.is_sqlite:
        names += [f"portal.db{end}" for end in ("", "-wal", "-shm", "-journal")]
    for name in names:
        spare(portal_with_client_programs, name, *writer)


@pytest.mark.parametrize("writer", WRITERS, ids=" ".join)
def test_no_detour_leads_to_what_the_program_needs(
    portal_with_client_programs: Portal, writer: tuple[str]
) -> None:
    """A link of either kind, a path by way of other folders, a link to what is not there yet."""
    folder = portal_with_client_programs.folder
    kept = "portal.db" if portal_with_client_programs.is_sqlite else "kept.toml"
    variables = folder / "kept.toml"
    variables.write_text("")
    variables.chmod(0o600)
    folder.joinpath("sub").mkdir()
    folder.joinpath("soft").symlink_to(kept)
    folder.joinpath("hard").hardlink_to(folder / kept)
    folder.joinpath("elsewhere").symlink_to(folder, target_is_directory=True)
    folder.joinpath("side").symlink_to(
        f"{kept}-journal" if portal_with_client_programs.is_sqlite else "lmsctl.toml"
    )
    detours = ["soft", "hard", f"sub/../{kept}", f"elsewhere/{kept}", str(folder / kept), "side"]
    for path in detours:
        ran = portal_with_client_programs.run(
            *writer,
            path,
            "-o",
            "json",
            **({} if portal_with_client_programs.is_sqlite else {"LMSCTL_CONFIG": kept}),
        )
        assert (ran.status, ran.code) == (2, "files_clash"), (path, ran.err)
    assert variables.read_text() == ""


@pytest.mark.parametrize("writer", BATCHED, ids=" ".join)
def test_a_line_of_a_batch_keeps_off_the_same_files(
    portal_with_client_programs: Portal, writer: tuple[str]
) -> None:
    """And off the file of lines itself."""
    for path in ("lmsctl.toml", "lines.txt"):
        portal_with_client_programs.folder.joinpath("lines.txt").write_text(
            " ".join([*writer, path]) + "\n"
        )
        ran = portal_with_client_programs.run("batch", "lines.txt", "-o", "json")
        assert [line["code"] for line in ran.json] == ["files_clash"]
        assert (
            portal_with_client_programs.folder.joinpath("lines.txt")
            .read_text()
            .startswith(writer[0])
        )


def test_other_connections_and_their_secrets_are_kept_too(
    portal_with_client_programs: Portal,
) -> None:
    """Whatever the configuration and the variables name, in use or not."""
    file = portal_with_client_programs.folder / "lmsctl.toml"
    file.write_text(
        '[contexts.test]\ndatabase-url = "sqlite:///test.db"\n'
        '[contexts.live]\ndatabase-url-file = "secret"\n'
    )
    file.chmod(0o600)
    portal_with_client_programs.folder.joinpath("secret").write_text("sqlite:////nowhere/live.db")
    for path in ("test.db", "test.db-wal", "secret"):
        assert portal_with_client_programs.refused("user", "export", "--to", path) == "files_clash"
    kept = {"LMSCTL_DATABASE_URL_FILE": "secret"}
    file.unlink()
    assert (
        portal_with_client_programs.refused("user", "export", "--to", "secret", **kept)
        == "files_clash"
    )


@pytest.mark.parametrize(
    "variables",
    [
        {"LMSCTL_DATABASE_URL": "postgresql://u@h/d?sslmode=require&{}=sec%72et"}
        | {"LMSCTL_NOW": ""},
        *({name: "secret"} for name in ("PGPASSFILE", "PGSERVICEFILE", "PGSSLKEY", "PGSSLCERT")),
        *({name: "secret"} for name in ("PGSSLROOTCERT", "PGSSLCRL")),
    ],
    ids=lambda given: next(iter(given)),
)
def test_what_a_connection_to_postgresql_reads_is_kept(
    empty_database: Portal, variables: dict[str, str]
) -> None:
    """Passwords, keys and certificates that an address or a variable names."""
    export = ("user", "export", "--to", "secret")
    for name in ("passfile", "servicefile", "sslkey", "sslcert", "sslrootcert", "sslcrl"):
        given = {key: value.replace("{}", name) for key, value in variables.items()}
        assert empty_database.refused(*export, **given) == "files_clash"
        assert empty_database.refused(*export, "--dry-run", **given) == "files_clash"
    assert not empty_database.folder.joinpath("secret").exists()


def test_the_files_of_other_addresses_are_kept(empty_database: Portal) -> None:
    """Of a context that is not in use, of a file with an address, and those in the home folder."""
    file = empty_database.folder / "lmsctl.toml"
    file.write_text(
        '[contexts.live]\ndatabase-url = "postgresql://u@h/d?passfile=one"\n'
        '[contexts.far]\ndatabase-url-file = "secret"\n'
    )
    file.chmod(0o600)
    empty_database.folder.joinpath("secret").write_text("postgresql://u@h/d?sslkey=two")
    for path in ("one", "two", "secret", ".pgpass", ".pg_service.conf"):
        given = ("user", "export", "--to", path)
        assert empty_database.refused(*given, HOME=str(empty_database.folder)) == "files_clash", (
            path
        )
    added = ("context", "add", "x", "--url", "postgresql://u@h/d?sslkey=lmsctl.toml")
    assert empty_database.refused(*added) == "files_clash"


def test_the_configuration_that_a_variable_names_is_kept(
    portal_with_client_programs: Portal,
) -> None:
    """Also where an option names another one."""
    for name in ("mine.toml", "other.toml"):
        portal_with_client_programs.folder.joinpath(name).write_text("")
        portal_with_client_programs.folder.joinpath(name).chmod(0o600)
    given = ("--config", "mine.toml", "user", "export", "--to", "other.toml")
    assert portal_with_client_programs.refused(*given, LMSCTL_CONFIG="other.toml") == "files_clash"


@pytest.mark.parametrize("writer", [w for w in WRITERS if w[-1].startswith("--")], ids=" ".join)
def test_an_empty_name_is_refused(portal_with_client_programs: Portal, writer: tuple[str]) -> None:
    """As a script gives it whose variable is not set: a report is not left out in silence."""
    if writer[0] != "db":
        assert portal_with_client_programs.refused(*writer, "") == "file_unnamed"


def test_the_file_that_standard_input_comes_from_is_kept(
    portal_with_client_programs: Portal,
) -> None:
    """It is read although no path names it."""
    with portal_with_client_programs.folder.joinpath("people.csv").open() as given:
        ran = program.run(
            ["lmsctl", "user", "import", "-", "--results", "people.csv"],
            cwd=portal_with_client_programs.folder,
            env=portal_with_client_programs.environment(),
            stdin=given,
        )
    assert ran.returncode == 2
    assert "that is the file that is read" in ran.stderr
    assert portal_with_client_programs.folder.joinpath("people.csv").read_text() == CSV


def test_whatever_names_the_database_or_the_configuration_counts(
    portal_with_client_programs: Portal,
) -> None:
    """An option, another file than the one in use, a name that some disks take for the same."""
    portal_with_client_programs.folder.joinpath("lmsctl.toml").write_text("")
    mine = portal_with_client_programs.folder / "mine.toml"
    mine.write_text("")
    mine.chmod(0o600)
    words = ("user", "export", "--to")
    for path in ("lmsctl.toml", "mine.toml"):
        assert (
            portal_with_client_programs.refused(*words, path, LMSCTL_CONFIG="mine.toml")
            == "files_clash"
        )
    if portal_with_client_programs.is_sqlite:
        assert portal_with_client_programs.refused(*words, "PORTAL.DB-Wal") == "files_clash"
        named = ("--database-url", portal_with_client_programs.url, *words, "portal.db")
        assert portal_with_client_programs.refused(*named, LMSCTL_DATABASE_URL="") == "files_clash"


def test_no_connection_leads_to_the_configuration(empty_database: Portal) -> None:
    """A database made there later would be the end of either."""
    empty_database.folder.joinpath("lmsctl.toml").write_text("")
    for url in ("sqlite:///lmsctl.toml", "sqlite:///./sub/../lmsctl.toml"):
        given = ("context", "add", "x", "--url", url)
        assert empty_database.refused(*given) == "files_clash"
    assert empty_database.folder.joinpath("lmsctl.toml").read_text() == ""


def test_a_file_that_is_replaced_stays_closed_to_others(
    portal_with_client_programs: Portal,
) -> None:
    """What was there keeps its permissions; a new file has those of the umask."""
    old = portal_with_client_programs.folder / "old.csv"
    old.write_text("")
    old.chmod(0o640)
    ran = through_shell(
        portal_with_client_programs,
        "umask 002; lmsctl user export --to old.csv && lmsctl user export --to new.csv",
    )
    assert ran.returncode == 0, ran.stderr
    modes = [
        portal_with_client_programs.folder.joinpath(name).stat().st_mode & 0o777
        for name in ("old.csv", "new.csv")
    ]
    assert modes == [0o640, 0o664]


def test_init_makes_no_database_in_the_configuration(empty_database: Portal) -> None:
    """Either name would be the other's end."""
    where = {"LMSCTL_DATABASE_URL": "sqlite:///lmsctl.toml"}
    assert empty_database.refused("init", "--sandbox", **where) == "files_clash"
    assert not empty_database.folder.joinpath("lmsctl.toml").exists()


@pytest.mark.parametrize("writer", WRITERS, ids=" ".join)
def test_a_rehearsal_writes_no_file(
    portal_with_client_programs: Portal, writer: tuple[str]
) -> None:
    """Neither a new one nor over an old one; a folder that is not there is refused."""
    before = everything(portal_with_client_programs.folder)
    portal_with_client_programs.run(*writer, "new", "--dry-run")
    assert everything(portal_with_client_programs.folder) == before
    assert portal_with_client_programs.run(*writer, "nowhere/new", "--dry-run").status != 0


@pytest.mark.parametrize("writer", WRITERS, ids=" ".join)
def test_a_pipe_is_written_straight(
    portal_with_client_programs: Portal, writer: tuple[str]
) -> None:
    """A named one stays what it is, as does one that only has a number (process substitution)."""
    pipe = portal_with_client_programs.folder / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    portal_with_client_programs.ok(*writer, "pipe")
    reader.join(10)
    assert got
    assert got[0]
    assert pipe.is_fifo()


def test_a_pipe_without_a_name_is_written(portal_with_client_programs: Portal) -> None:
    """As a shell gives it for `>(command)`."""
    taken, given = os.pipe()
    try:
        portal_with_client_programs.ok("user", "export", "--to", f"/dev/fd/{given}")
        assert b"kim" in os.read(taken, 1 << 16)
    finally:
        os.close(taken)
        os.close(given)


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
@pytest.mark.parametrize("writer", BATCHED, ids=" ".join)
def test_standard_output_has_what_was_asked_for_alone(
    portal_with_client_programs: Portal, writer: tuple[str], name: str
) -> None:
    """It is written straight where it leads to a file, too, and no answer is mixed into it."""
    out = portal_with_client_programs.folder / "out"
    with out.open("w") as stream:
        ran = program.run(
            ["lmsctl", *writer, name],
            cwd=portal_with_client_programs.folder,
            env=portal_with_client_programs.environment(),
            stdout=stream,
        )
    assert ran.returncode == 0, ran.stderr
    lines = out.read_text().splitlines()
    assert lines
    assert "\t" not in out.read_text()  # which is how an answer is printed into a file
    assert lines[0].startswith("BEGIN:") or "," in lines[0] or writer[-1] == "--rejects"
    assert not portal_with_client_programs.folder.joinpath("-").exists()


def test_a_backup_goes_to_standard_output(portal_with_client_programs: Portal) -> None:
    """Its bytes, and nothing else."""
    ran = program.run(
        ["lmsctl", "db", "backup", "-"],
        cwd=portal_with_client_programs.folder,
        env=portal_with_client_programs.environment(),
        text=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(
        b"SQLite format 3" if portal_with_client_programs.is_sqlite else b"PGDMP"
    )
    assert not portal_with_client_programs.folder.joinpath("-").exists()


def test_what_was_minted_is_not_called_undone(portal_with_client_programs: Portal) -> None:
    """The tokens exist when their file fails, and the way to them is said."""
    ran = portal_with_client_programs.run(*WRITERS[6], "/dev/full")
    assert ran.status == 7
    assert "Made 1 token. This stands, but '/dev/full' could not be written" in ran.err
    assert "token template" in ran.err
    assert portal_with_client_programs.value("SELECT count(*) FROM tokens") == 1


def through_shell(
    portal_with_client_programs: Portal, line: str
) -> subprocess.CompletedProcess[str]:
    """Run a line of the shell in which `lmsctl` is the program."""
    path = f"{program.command()}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/bash", "-c", line],
        cwd=portal_with_client_programs.folder,
        env=portal_with_client_programs.environment(PATH=path),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
@pytest.mark.parametrize("writer", BATCHED, ids=" ".join)
def test_standard_output_may_not_lead_to_what_is_kept(
    portal_with_client_programs: Portal, writer: tuple[str], name: str
) -> None:
    """A redirection is a detour like any other."""
    before = portal_with_client_programs.folder.joinpath("kept.toml")
    before.write_text("")
    before.chmod(0o600)
    kept = "portal.db" if portal_with_client_programs.is_sqlite else "kept.toml"
    config = "" if portal_with_client_programs.is_sqlite else "LMSCTL_CONFIG=kept.toml "
    size = portal_with_client_programs.folder.joinpath(kept).stat().st_size
    words = " ".join(writer)
    ran = through_shell(portal_with_client_programs, f"{config}lmsctl {words} {name} >> {kept}")
    assert ran.returncode == 2, ran.stderr
    assert f"cannot write '{name}': that is the" in ran.stderr
    assert portal_with_client_programs.folder.joinpath(kept).stat().st_size == size


@pytest.mark.parametrize(
    "line",
    [
        "lmsctl user import people.csv --results /dev/stdout --rejects /dev/stdout | cat",
        "lmsctl user import people.csv --results - --rejects /dev/stdout | cat",
        "lmsctl user import people.csv --results pipe --rejects ./pipe",
        "lmsctl user import pipe --results pipe",
        "lmsctl user import people.csv --results - >> people.csv",
    ],
)
def test_no_stream_is_two_things_at_once(portal_with_client_programs: Portal, line: str) -> None:
    """Two reports would be mixed in one pipe; one that is read and written never ends."""
    os.mkfifo(portal_with_client_programs.folder / "pipe")
    ran = through_shell(
        portal_with_client_programs, f"set -o pipefail; {line}; status=$?; rm -f pipe; exit $status"
    )
    assert ran.returncode == 2, ran.stderr
    assert "cannot write" in ran.stderr
    assert portal_with_client_programs.folder.joinpath("people.csv").read_text() == CSV


def test_a_file_that_was_taken_out_of_its_folder_is_written_straight(
    portal_with_client_programs: Portal,
) -> None:
    """There is no name that it could be renamed to."""
    ran = through_shell(
        portal_with_client_programs,
        "exec 3<>gone; rm gone; lmsctl user export --to /dev/fd/3 && cat /dev/fd/3",
    )
    assert ran.returncode == 0, ran.stderr
    assert "kim" in ran.stdout
    assert not any(
        name.startswith("gone") for name in everything(portal_with_client_programs.folder)
    )


# Meanwhile ---------------------------------------------------------------------------------------


def test_a_file_that_comes_and_goes_is_kept(tmp_path: Path) -> None:
    """A journal is there only while somebody writes; its name is enough at any other moment."""
    journal = tmp_path / "portal.db-journal"
    journal.touch()
    files = writing.Files([(journal, "the database")])
    journal.unlink()
    with pytest.raises(writing.FilesClash):
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
    files = writing.Files([(other, "the database")] if is_kept else [])
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
    target = writing.Files([(kept, "the database")]).claim(place, "--to")
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
    target = writing.Files([(kept, "the database")]).claim(out / "portal.db", "--to")
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
    with writing.replacing(writing.Files().claim(place, "--to")) as file:
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
    with writing.replacing(writing.Files().claim(folder / "new", "--to")) as file:
        file.write("all")


def write_badly(folder: Path) -> None:
    """Begin a file that cannot be ended."""
    with writing.replacing(writing.Files().claim(folder / "new", "--to")):
        raise OSError(0, "no room")


def lend_spare(folder: Path) -> None:
    """Use a file that nobody else is to see."""
    with writing.spare() as file:
        file.write_text(str(folder))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("act", [write_well, write_badly, lend_spare])
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
    before = everything(portal_with_client_programs.folder)
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
            name.endswith(".part") for name in everything(portal_with_client_programs.folder)
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
    assert everything(portal_with_client_programs.folder) == before
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
    made = writing._made_beside

    def interrupted(*given: Any, **more: Any) -> Any:
        result = made(*given, **more)
        signal.raise_signal(signal.SIGINT)
        return result

    monkeypatch.setattr(writing, "_made_beside", interrupted)
    target = writing.Files().claim(tmp_path / "new", "--to")
    with pytest.raises(KeyboardInterrupt), writing.replacing(target):
        pass
    assert not list(tmp_path.iterdir())


def test_a_signal_between_two_reports_leaves_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes the first file away when only the last one is told of the interruption."""
    files = writing.Files()
    reports = writing.Reports("")

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
