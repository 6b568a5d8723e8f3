"""The standard streams, closed, broken and full: what the program then does, says and leaves."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import Portal, Templates

LOOK = ("department", "list", "-o", "id")
CHANGE = ("department", "create", "Sales", "-o", "id")
REFUSED = ("department", "show", "nowhere")
FULL = "error: The output could not be written: No space left on device."


@pytest.fixture
def sqlite_portal(templates: Templates, tmp_path: Path) -> Portal:
    """Return a portal on SQLite."""
    return templates.copy("sqlite", tmp_path)


def through_shell(
    portal: Portal, redirection: str, argv: Sequence[str], **variables: str
) -> tuple[int, str, str]:
    """Run a command line with its streams as a shell redirects them."""
    ran = subprocess.run(
        ["sh", "-c", f'exec "$@" {redirection}', "sh", sys.executable, "-m", "lmsctl", *argv],
        env=portal.environment(PYTHONPATH=str(Path(__file__).parents[2]), **variables),
        cwd=portal.folder,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout, ran.stderr


@pytest.mark.parametrize(
    ("redirection", "argv", "expected"),
    [
        (">&-", LOOK, (0, "", "")),
        (">&-", CHANGE, (0, "", "Created the department Sales.\n")),
        ("2>&-", LOOK, (0, "/\n", "")),
        ("2>&-", CHANGE, (0, "Sales\n", "")),
        ("2>&-", REFUSED, (4, "", "")),
        ("2>&-", ("no-such-noun",), (2, "", "")),
        ("<&- >&- 2>&-", LOOK, (0, "", "")),
        ("<&- >&- 2>&-", CHANGE, (0, "", "")),
        ("<&- >&- 2>&-", REFUSED, (4, "", "")),
        ("<&-", LOOK, (0, "/\n", "")),
        (">&-", ("--help",), (0, "", "")),
        (">&-", ("--version",), (0, "", "")),
        (">&- 2>&-", (), (0, "", "")),
        ("<&-", ("batch", "-", "-o", "id"), (0, "", "0 commands.\n")),
        ("2>/dev/full", LOOK, (0, "/\n", "")),
        ("2>/dev/full", CHANGE, (0, "Sales\n", "")),
        ("2>/dev/full", REFUSED, (4, "", "")),
        (">/dev/full 2>/dev/full", LOOK, (11, "", "")),
    ],
)
def test_who_closes_or_breaks_a_stream_wants_nothing_of_it(
    portal: Portal, redirection: str, argv: tuple[str, ...], expected: tuple[int, str, str]
) -> None:
    """What is done and how it ends stay the same, but for an answer that nobody can get."""
    assert through_shell(portal, redirection, argv) == expected
    assert portal.ok(*LOOK).out == ("/\nSales\n" if argv == CHANGE else "/\n")
    assert portal.ok("db", "check", "-o", "off").status == 0


@pytest.mark.parametrize(
    ("redirection", "is_done"), [("2>/dev/full", False), ("2>&-", True), ("2>there", True)]
)
@pytest.mark.parametrize(
    "argv", [("token", "template", "--to"), ("db", "backup", "--force")], ids=" ".join
)
def test_what_goes_to_standard_error_is_written_or_fails(
    sqlite_portal: Portal, redirection: str, argv: tuple[str, ...], *, is_done: bool
) -> None:
    """A file that was asked for is no talk: what cannot be written does not count as written."""
    name = "/dev/null" if redirection == "2>&-" else "/dev/stderr"
    assert (through_shell(sqlite_portal, redirection, [*argv, name])[0] == 0) is is_done
    if redirection == "2>there":
        first = sqlite_portal.folder.joinpath("there").read_bytes()
        assert first.startswith(b"SQLite format 3" if argv[0] == "db" else b"Token id,")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_no_file_gets_the_number_of_a_closed_stream(portal: Portal, closed: str) -> None:
    """What is said would otherwise be written into the database, a backup or a report."""
    for argv in (
        ("user", "export", "--to", "people.csv"),
        ("db", "backup", "copy"),
        ("--debug", "department", "show", "nowhere"),
        ("department", "create", "Sales"),
    ):
        through_shell(portal, closed, argv)
    assert (portal.folder / "people.csv").read_text().splitlines()[0].startswith("Login,")
    assert portal.ok("db", "check", "-o", "off").status == 0
    assert portal.ok(*LOOK).out == "/\nSales\n"


@pytest.mark.parametrize(
    "argv",
    [
        ("--help",),
        ("--version",),
        ("version",),
        ("help", "errors"),
        ("user", "create", "--help"),
        ("completion", "bash"),
        LOOK,
    ],
)
def test_an_answer_without_room_is_refused_in_words(
    sqlite_portal: Portal, argv: tuple[str, ...]
) -> None:
    """Help and versions are answers like any other."""
    status, _, err = through_shell(sqlite_portal, ">/dev/full", argv)
    assert (status, err.partition(" Nothing was changed.")[0].splitlines()[0]) == (11, FULL)
    assert err.splitlines()[1].startswith("hint: ")


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}])
def test_text_is_utf_8_whatever_the_locale(portal: Portal, variables: dict[str, str]) -> None:
    """Accents and other scripts neither fail nor change."""
    portal.ok("department", "create", "Zoë 山")
    ran = through_shell(portal, "", ("department", "list", "-o", "id"), **variables)
    assert ran == (0, "/\nZoë 山\n", "")
