"""Completion in the three shells themselves, at a terminal."""

from pathlib import Path

import pytest

from tests import shells
from tests.conftest import Portal, Templates


@pytest.fixture
def sqlite_portal(templates: Templates, tmp_path: Path) -> Portal:
    """Return a portal on SQLite: what a shell puts in is decided by no database."""
    return templates.copy("sqlite", tmp_path)


@pytest.fixture(params=shells.SHELLS)
def shell(request: pytest.FixtureRequest) -> str:
    """Return each shell in turn, if it is installed."""
    if not shells.is_here(request.param):
        pytest.skip(f"{request.param} is not installed")
    return str(request.param)


def test_a_login_is_completed(sqlite_portal: Portal, shell: str) -> None:
    """One that begins so is put in whole; several are shown."""
    for login in ("adam", "ada.lovelace", "bert"):
        sqlite_portal.ok(
            "user", "create", "--login", login, "--email", f"{login}@example.com",
            "--first-name", "A", "--last-name", "B",
        )  # fmt: skip
    words = shells.complete(shell, sqlite_portal, "lmsctl user show be")
    assert words == ["lmsctl", "user", "show", "bert"]
    shown = shells.look(shell, sqlite_portal, "lmsctl user show a")
    assert "adam" in shown
    assert "ada.lovelace" in shown


AWKWARD = (
    "Max & Söhne",
    "O'Brien (Ltd)",
    'Say "hi"',
    "Cash $HOME `x`",
    "Time: 9=10;11",
    "Über/Größe 1",
    "~tilde*?[a]{b,c}!",
)


@pytest.fixture
def awkward_portal(sqlite_portal: Portal) -> Portal:
    """Return a portal with groups and departments whose names a shell may misunderstand."""
    for name in AWKWARD:
        kind = ("department", "create") if "/" in name else ("group", "create")
        for depth in range(1, name.count("/") + 2):
            path = name.split("/")[:depth]
            parent = ["--parent", "/".join(path[:-1])] if path[:-1] else []
            sqlite_portal.ok(*kind, path[-1], *parent)
    return sqlite_portal


def test_awkward_names_are_quoted_as_the_shell_wants_it(awkward_portal: Portal, shell: str) -> None:
    """Whatever is in a name, the program gets it as it is, also behind an equals sign."""
    for name in AWKWARD:
        line = "lmsctl department show " if "/" in name else "lmsctl group show "
        words = shells.complete(
            shell, awkward_portal, line + shells.quoted(name[: name.find("/") + 2])
        )
        assert words == [*line.split(), name]
    words = shells.complete(shell, awkward_portal, "lmsctl user list --group=Max")
    assert words == ["lmsctl", "user", "list", "--group=Max & Söhne"]


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_name_goes_on_in_quotes(awkward_portal: Portal, shell: str, quote: str) -> None:
    """The quotation mark that was typed stays and is closed."""
    for name in AWKWARD:
        if name.startswith("~") or "/" in name:
            continue
        words = shells.complete(shell, awkward_portal, f"lmsctl group show {quote}{name[0]}")
        assert words == ["lmsctl", "group", "show", name]


def test_a_session_is_completed_behind_its_training(sqlite_portal: Portal, shell: str) -> None:
    """A colon separates words for bash, and the training stays in front of it."""
    sqlite_portal.ok("training", "create", "Aid", "--code", "aid")
    starts = ("--starts", "2026-04-01T09:00", "--duration", "90min")
    sqlite_portal.ok("session", "create", "aid", "--code", "monday", *starts)
    words = shells.complete(shell, sqlite_portal, "lmsctl enroll --training aid:m")
    assert words == ["lmsctl", "enroll", "--training", "aid:monday"]


def test_settings_go_on_behind_the_equals_sign(sqlite_portal: Portal, shell: str) -> None:
    """No blank is put in before the value."""
    words = shells.complete(shell, sqlite_portal, "lmsctl settings set priv\toff")
    assert words == ["lmsctl", "settings", "set", "privacy-policy=off"]


def test_files_are_completed_where_files_are_meant(sqlite_portal: Portal, shell: str) -> None:
    """And nowhere else, not even where nothing fits."""
    (sqlite_portal.folder / "our people.csv").touch()
    for line in ("lmsctl user import our", "lmsctl user export --to our"):
        words = shells.complete(shell, sqlite_portal, line)
        assert words == [*line.split()[:-1], "our people.csv"]
    words = shells.complete(shell, sqlite_portal, "lmsctl user export --to=our")
    assert words == ["lmsctl", "user", "export", "--to=our people.csv"]
    words = shells.complete(shell, sqlite_portal, "lmsctl user show our")
    assert words == ["lmsctl", "user", "show", "our"]


def test_nothing_is_said_without_a_database(sqlite_portal: Portal, shell: str) -> None:
    """The line stays as it is."""
    shown = shells.look(
        shell, sqlite_portal, "lmsctl user show a", LMSCTL_DATABASE_URL="sqlite:///absent.db"
    )
    assert shown.strip().splitlines()[-1].endswith("lmsctl user show a")
    assert "rror" not in shown


def test_options_and_commands_are_shown(sqlite_portal: Portal, shell: str) -> None:
    """Global ones behind a verb too."""
    words = shells.complete(shell, sqlite_portal, "lmsctl depart\tli\t--colu\tna")
    assert words == ["lmsctl", "department", "list", "--columns", "name"]
    assert "--no-headers" in shells.look(shell, sqlite_portal, "lmsctl department list --no-")
