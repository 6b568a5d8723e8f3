"""What the world can do to a command: each failure with its status, sentence, hint and code."""

import contextlib
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lmsctl.kit import database, dburl, driver
from tests import program
from tests.conftest import Portal, Templates

CHANGE = ("department", "create", "Sales")
LOOK = ("department", "list")


@pytest.fixture
def sqlite_portal(templates: Templates, tmp_path: Path) -> Portal:
    """Return a portal on SQLite."""
    folder = tmp_path / "place"
    folder.mkdir()
    return templates.copy("sqlite", folder)


def refusal(portal: Portal, *argv: str, **variables: str) -> tuple[int, str, bool]:
    """Return status, code, and whether to repeat; a sentence and a hint must be there."""
    ran = portal.run(*argv, "-o", "json", **variables)
    assert ran.out == ""
    error = ran.error
    assert error["exit_code"] == ran.status
    assert error["message"].endswith((".", "?"))
    assert error["hint"].endswith((".", "?", "chmod 600 lmsctl.toml"))
    assert "\n" not in error["message"] + error["hint"]
    return ran.status, error["code"], error["retryable"]


def config(portal: Portal, text: str, mode: int = 0o600) -> None:
    """Write the configuration in the portal's folder."""
    file = portal.folder / "lmsctl.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def by_file(portal: Portal, *argv: str) -> tuple[int, str, bool]:
    """Run with the configuration in the folder instead of a variable."""
    return refusal(portal, *argv, LMSCTL_DATABASE_URL="")


# The database file -------------------------------------------------------------------------------


def _gone(path: Path) -> None:
    path.unlink()


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database, and never was one\n" * 100)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (_gone, (11, "database_missing", False)),
        (_garbage, (11, "database_damaged", False)),
        (_cut, (11, "database_damaged", False)),
        (_empty, (12, "schema_absent", False)),
        (_folder, (11, "database_damaged", False)),
    ],
)
@pytest.mark.parametrize("argv", [CHANGE, LOOK], ids=["change", "look"])
def test_a_file_that_is_no_portal(
    sqlite_portal: Portal,
    harm: Callable[[Path], None],
    expected: tuple[int, str, bool],
    argv: tuple[str, ...],
) -> None:
    """Missing, garbage, cut off, empty, or a folder: said so, and the file stays as it is."""
    path = dburl.sqlite_path(sqlite_portal.url)
    harm(path)
    before = path.read_bytes() if path.is_file() else None
    assert refusal(sqlite_portal, *argv) == expected
    assert (path.read_bytes() if path.is_file() else None) == before


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make a folder read-only, for root too; skips where that cannot be done."""
    if os.getuid() == 0:
        done = subprocess.run(
            f"mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}",
            shell=True,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.skip("a folder cannot be made read-only for root here")
        try:
            yield
        finally:
            subprocess.run(["umount", str(folder)], check=True)
        return
    modes = {path: path.stat().st_mode for path in [*folder.iterdir(), folder]}
    for path in modes:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path, mode in reversed(modes.items()):
            path.chmod(mode)


def test_a_read_only_folder_can_be_read(sqlite_portal: Portal) -> None:
    """Looking works, changing is refused, and who was refused for a right is still told that."""
    sqlite_portal.ok("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")
    with read_only(sqlite_portal.folder):
        assert sqlite_portal.ok(*LOOK, "-o", "id").out == "/\n"
        assert refusal(sqlite_portal, *CHANGE) == (11, "database_read_only", False)
        assert refusal(sqlite_portal, "audit", "list", "--as", "anna") == (
            8,
            "permission_missing",
            False,
        )
    sqlite_portal.ok(*CHANGE)


def test_a_full_disk_changes_nothing(templates: Templates, tmp_path: Path) -> None:
    """The sentence says so, and with room again the same command works."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be made here")
    try:
        portal = templates.copy("sqlite", folder)
        filler = folder / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while True:
                file.write(b"\0" * 4096)
        people = folder.parent / "people.csv"
        rows = "".join(f"l{number},F,{'x' * 200}\n" for number in range(500))
        people.write_text(f"login,first name,last name\n{rows}", encoding="utf-8")
        command = ("user", "import", str(people))
        assert refusal(portal, *command) == (11, "database_full", True)
        assert portal.ok("user", "list", "-o", "id").out == "owner\n"
        filler.unlink()
        portal.ok(*command)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


# Others at work ----------------------------------------------------------------------------------


def test_a_lock_is_waited_for_as_long_as_configured(portal: Portal) -> None:
    """Then the command says that it is worth repeating; and repeated it works."""
    config(portal, f'[contexts.default]\ndatabase-url = "{portal.url}"\nlock-timeout = 1\n')
    other = driver.open_database(portal.url, patience=5)
    try:
        other.begin_writing()
        if not portal.is_sqlite:
            database.execute(other, "LOCK TABLE departments IN ACCESS EXCLUSIVE MODE")
        assert by_file(portal, *CHANGE) == (11, "database_locked", True)
    finally:
        other.rollback()
        other.close()
    portal.ok(*CHANGE, LMSCTL_DATABASE_URL="")


# Versions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "code"), [("9999", "schema_newer"), ("0000", "schema_outdated")]
)
def test_a_database_of_another_version_is_left_alone(
    portal: Portal, version: str, code: str
) -> None:
    """Looked at or changed: the command says which side is to be upgraded."""
    portal.sql("UPDATE alembic_version SET version_num = :version", version=version)
    for argv in (CHANGE, LOOK):
        assert refusal(portal, *argv) == (12, code, False)
    assert refusal(portal, "init", "--sandbox") == (5, "portal_exists", False)
    assert portal.value("SELECT version_num FROM alembic_version") == version


def test_a_database_without_a_portal_says_how_to_make_one(empty_database: Portal) -> None:
    """On PostgreSQL it is there and empty; on SQLite there is no file."""
    expected = (
        (11, "database_missing", False)
        if empty_database.is_sqlite
        else (12, "schema_absent", False)
    )
    for argv in (CHANGE, LOOK):
        assert refusal(empty_database, *argv) == expected
    assert "lmsctl init" in empty_database.run(*LOOK).err


# PostgreSQL --------------------------------------------------------------------------------------


def test_a_server_that_is_not_there(sqlite_portal: Portal) -> None:
    """Worth repeating; the password in the address is not shown."""
    url = "postgresql://anna:s3cret@127.0.0.1:1/portal"
    assert refusal(sqlite_portal, *LOOK, LMSCTL_DATABASE_URL=url) == (
        11,
        "database_unreachable",
        True,
    )
    assert "s3cret" not in sqlite_portal.run(*LOOK, "--debug", LMSCTL_DATABASE_URL=url).err


def test_a_server_that_does_not_let_us_in(sqlite_portal: Portal) -> None:
    """A wrong password is a matter of configuration: repeating does not help."""
    with _unfriendly("28P01", 'password authentication failed for user "anna"') as port:
        url = f"postgresql://anna:s3cret@127.0.0.1:{port}/portal?sslmode=disable&gssencmode=disable"
        assert refusal(sqlite_portal, *LOOK, LMSCTL_DATABASE_URL=url) == (
            10,
            "database_refuses",
            False,
        )
        assert "s3cret" not in sqlite_portal.run(*LOOK, "--debug", LMSCTL_DATABASE_URL=url).err


def test_a_database_that_the_server_does_not_have(portal: Portal) -> None:
    """A matter of configuration too."""
    if portal.is_sqlite:
        pytest.skip("SQLite has no server")
    address, _, query = portal.url.partition("?")
    url = f"{address.rpartition('/')[0]}/nowhere?{query}"
    assert refusal(portal, *LOOK, LMSCTL_DATABASE_URL=url) == (10, "database_refuses", False)


@pytest.mark.parametrize(
    "address",
    [
        "localhost/portal?sslmode=nonsense",
        "localhost:word/portal",
        "localhost:70000/portal",
        "localhost:0/portal",
        "localhost/portal?port=-1",
        "localhost/portal?connect_timeout=abc&sslmode=nonsense",
        "localhost/portal?target_session_attrs=nonsense",
        "localhost/portal?gssencmode=nonsense",
        "localhost/portal?no-such-word=1",
        "localhost/portal?service=no-such",
        "127.0.0.1:1/portal?keepalives=word&sslmode=disable&gssencmode=disable",
        "localhost/portal?replication=1",
        "localhost/portal?%72eplication=true",
        "localhost/%00",
        "localhost/%zz",
        "[::1/portal",
        "exa..mple/portal",
        "/portal?hostaddr=nonsense",
        "\udcff/portal",
    ],
)
def test_an_address_that_cannot_be_right_is_a_matter_of_configuration(
    sqlite_portal: Portal, address: str
) -> None:
    """Trying again does not help, and nobody is told to."""
    url = f"postgresql://{address}"
    assert refusal(sqlite_portal, *LOOK, LMSCTL_DATABASE_URL=url) == (
        10,
        "database_url_unreadable",
        False,
    )


@contextlib.contextmanager
def _unfriendly(state: str, message: str) -> Iterator[int]:
    """Listen as a PostgreSQL that refuses everybody who comes; yields the port."""
    fields = b"SFATAL\0VFATAL\0C%s\0M%s\0\0" % (state.encode(), message.encode())
    reply = b"E" + (len(fields) + 4).to_bytes(4, "big") + fields

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                guest, _ = server.accept()
                with guest:
                    guest.recv(1000)
                    guest.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


# Configuration -----------------------------------------------------------------------------------

PASSWORD = '[contexts.default]\ndatabase-url = "postgresql://a:pw@h/db"\n'


@pytest.mark.parametrize(
    ("text", "mode", "code"),
    [
        ("nonsense", 0o600, "config_unreadable"),
        ("a = 1\na = 2\n", 0o600, "config_unreadable"),
        ("a = " + "[" * 1_000 + "]" * 1_000, 0o600, "config_unreadable"),
        ('colour = "auto"\n', 0o600, "config_key_unknown"),
        ('[contexts.a]\ndatabase_url = "x"\n', 0o600, "config_key_unknown"),
        ("output = 1\n", 0o600, "config_value_wrong"),
        ('output = "xml"\n', 0o600, "config_value_wrong"),
        ('color = "pink"\n', 0o600, "config_value_wrong"),
        ("contexts = 1\n", 0o600, "config_value_wrong"),
        ("[contexts]\na = 1\n", 0o600, "config_value_wrong"),
        ("[contexts.a]\nlock-timeout = 0\n", 0o600, "config_value_wrong"),
        ("[contexts.a]\nlock-timeout = true\n", 0o600, "config_value_wrong"),
        ("[contexts.default]\nlock-timeout = 1\n", 0o600, "no_database_named"),
        ("", 0o600, "no_database_named"),
        ('[contexts.default]\ndatabase-url = "oracle://x"\n', 0o600, "database_url_unreadable"),
        ('[contexts.default]\ndatabase-url = "sqlite:///~no-such/x"\n', 0o600,
         "database_url_unreadable"),
        ('[contexts.default]\ndatabase-url-file = "gone"\n', 0o600, "config_unreadable"),
        (PASSWORD, 0o640, "config_exposed"),
        (PASSWORD, 0o604, "config_exposed"),
        ("", 0o622, "config_untrusted"),
        ("", 0o602, "config_untrusted"),
    ],
)  # fmt: skip
def test_a_configuration_that_is_not_in_order(
    sqlite_portal: Portal, text: str, mode: int, code: str
) -> None:
    """Exit status 10, before the database is touched."""
    config(sqlite_portal, text, mode)
    assert by_file(sqlite_portal, *CHANGE) == (10, code, False)


def test_an_unknown_context_names_the_known_ones(sqlite_portal: Portal) -> None:
    """As any other thing that does not exist: exit status 4."""
    config(sqlite_portal, f'[contexts.test]\ndatabase-url = "{sqlite_portal.url}"\n')
    assert by_file(sqlite_portal, *LOOK, "-C", "tset") == (4, "context_unknown", False)
    assert "Known contexts: test." in sqlite_portal.run(*LOOK, "-C", "tset").err
    assert (
        sqlite_portal.ok(*LOOK, "-C", "test", "-o", "id", LMSCTL_DATABASE_URL="sqlite:////x").out
        == "/\n"
    )


def test_a_failure_on_a_terminal_is_a_sentence_and_a_hint(sqlite_portal: Portal) -> None:
    """As a process of its own, with nothing but these two lines."""
    dburl.sqlite_path(sqlite_portal.url).unlink()
    ran = program.run(["lmsctl", *LOOK], env=sqlite_portal.environment(), cwd=sqlite_portal.folder)
    assert (ran.returncode, ran.stdout) == (11, "")
    assert [line.partition(":")[0] for line in ran.stderr.splitlines()] == ["error", "hint"]
