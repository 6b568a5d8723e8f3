"""What every command promises about the files it writes, and about those it must not."""

import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest

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


def file_contents(folder: Path) -> dict[str, bytes]:
    """Return the name and content of every file in `folder`; SQLite's log aside."""
    return {
        path.name: path.read_bytes()
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith("portal.db")
    }


def check_not_written(portal_with_client_programs: Portal, path: str, *words: str) -> None:
    """Check that a command refuses to write at `path`, and touches nothing, rehearsed or not."""
    before = file_contents(portal_with_client_programs.folder)
    state = (
        portal_with_client_programs.folder.joinpath("portal.db").read_bytes()
        if portal_with_client_programs.is_sqlite
        else b""
    )
    for rehearsal in ((), ("--dry-run",)):
        ran = portal_with_client_programs.run(*words, path, *rehearsal, "-o", "json")
        assert (ran.status, ran.code) == (2, "files_clash"), ran.err
    assert file_contents(portal_with_client_programs.folder) == before
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
        check_not_written(portal_with_client_programs, name, *writer)


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
    before = file_contents(portal_with_client_programs.folder)
    portal_with_client_programs.run(*writer, "new", "--dry-run")
    assert file_contents(portal_with_client_programs.folder) == before
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
        name.startswith("gone") for name in file_contents(portal_with_client_programs.folder)
    )
