"""The edge: where options may stand and which wins, exit statuses, refusals, rehearsals, help."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from lmsctl.audit import actions as audit
from lmsctl.department import actions as departments
from lmsctl.kit import database, driver
from lmsctl.kit.work import Work
from tests import database_rows, program
from tests.conftest import Portal, Templates
from tests.terminals import END_OF_INPUT, on_terminal

ANNA = ("user", "create", "--email", "anna@example.com", "--first-name", "A", "--last-name", "B")


@pytest.fixture
def sqlite_portal(templates: Templates, tmp_path: Path) -> Portal:
    """Return a portal on SQLite, for what no database decides."""
    return templates.copy("sqlite", tmp_path)


# Where options stand, and which wins -------------------------------------------------------------


@pytest.mark.parametrize(
    "argv",
    [
        ("-o", "id", "department", "list"),
        ("department", "-o", "id", "list"),
        ("department", "list", "-o", "id"),
        ("department", "list", "-oid"),
        ("department", "list", "--output=id"),
        ("-o", "json", "department", "-o", "csv", "list", "-o", "id"),
        ("department", "list", "-o", "csv", "-o", "id"),
    ],
)
def test_global_options_stand_anywhere_and_the_later_wins(
    sqlite_portal: Portal, argv: tuple[str, ...]
) -> None:
    """Before the noun, between noun and verb, or after the verb."""
    assert sqlite_portal.ok(*argv).out == "/\n"


def test_an_option_wins_over_a_variable_over_the_file_over_the_default(
    sqlite_portal: Portal,
) -> None:
    """In this order, for output, zone and database alike."""
    file = sqlite_portal.folder / "mine.toml"
    file.write_text(f'output = "id"\n[contexts.default]\ndatabase-url = "{sqlite_portal.url}"\n')
    listing = ("department", "list", "--config", str(file))
    assert sqlite_portal.ok("department", "list").out.startswith("id\t")
    assert sqlite_portal.ok(*listing).out == "/\n"
    assert sqlite_portal.ok(*listing, LMSCTL_OUTPUT="jsonl").out.startswith('{"id"')
    assert sqlite_portal.ok(*listing, "-o", "csv", LMSCTL_OUTPUT="jsonl").out.startswith("id,")
    assert sqlite_portal.ok("department", "list", LMSCTL_CONFIG=str(file)).out == "/\n"


def test_flags_may_stand_anywhere_too(sqlite_portal: Portal) -> None:
    """-n before the noun is as good as behind the verb."""
    for argv in (("-n", *ANNA), ("user", "-n", *ANNA[1:]), (*ANNA, "--dry-run")):
        assert sqlite_portal.ok(*argv).err.startswith("Dry run, nothing was changed: Created anna")
    assert sqlite_portal.value("SELECT count(*) FROM users") == 1


# Exit statuses -----------------------------------------------------------------------------------


def status_and_code(portal: Portal, *argv: str, **variables: str) -> tuple[int, str]:
    """Return the exit status and the code of a refusal."""
    ran = portal.run(*argv, "-o", "json", **variables)
    assert ran.status == ran.error["exit_code"]
    assert ran.out == ""
    return ran.status, ran.code


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("nonsense",), (2, "usage")),
        (("department", "nonsense"), (2, "usage")),
        (("department",), (2, "usage")),
        (("department", "show"), (2, "usage")),
        (("department", "show", "/", "more"), (2, "usage")),
        (("department", "list", "--nonsense"), (2, "usage")),
        (("user", "list", "--status", "asleep"), (2, "usage")),
        (("department", "list", "--first", "x"), (2, "usage")),
        (("department", "list", "--first", "-1"), (2, "first_wrong")),
        (("department", "list", "--columns", "nam"), (2, "column_unknown")),
        (("department", "list", "--sort", "nam"), (2, "column_unknown")),
        (("department", "list", "--color", "pink"), (2, "color_unknown")),
        (("audit", "list", "--since", "5m"), (2, "time_unit_ambiguous")),
        (("department", "show", "Nowhere"), (4, "department_unknown")),
        (("user", "show", "nobody"), (4, "user_unknown")),
        (("user", "show", "owner", "--as", "nobody"), (4, "actor_unknown")),
        (("user", "create", "--login", "OWNER", *ANNA[4:]), (5, "login_taken")),
        (("user", "create", *ANNA[4:]), (2, "login_missing")),
        (("department", "delete", "/"), (6, "department_is_root")),
        (("user", "delete", "owner", "--yes"), (6, "owner_protected")),
        (("user", "list", "--config", "/nowhere/lmsctl.toml"), (10, "config_unreadable")),
        (("user", "list", "--database-url", "mysql://x"), (10, "database_url_unreadable")),
        (("user", "list", "--database-url", "sqlite:////nowhere/x.db"), (11, "database_missing")),
    ],
)  # fmt: skip
def test_every_class_of_refusal_has_its_exit_status(
    sqlite_portal: Portal, argv: tuple[str, ...], expected: tuple[int, str]
) -> None:
    """Scripts decide by the status, and by the code in the object."""
    assert status_and_code(sqlite_portal, *argv) == expected


def test_whoever_lacks_the_right_ends_with_8(portal: Portal) -> None:
    """Before anything is looked up: rights come first."""
    portal.ok(*ANNA)
    for argv in (("department", "create", "X"), ("user", "show", "nobody"), ("audit", "list")):
        assert status_and_code(portal, *argv, "--as", "anna") == (8, "permission_missing")


def test_exit_code_tells_changes_from_none(portal: Portal) -> None:
    """3 when something changed or would change, 0 otherwise; without the option always 0."""
    making = ("department", "create", "Sales", "--if-exists", "skip")
    assert portal.run(*making, "--exit-code", "-n").status == 3
    assert portal.run(*making, "--exit-code").status == 3
    assert portal.run(*making, "--exit-code").status == 0
    assert portal.run("department", "list", "--exit-code").status == 0
    assert portal.run("department", "move", "Sales", "--parent", "/", "--exit-code").status == 0


def test_an_output_nobody_knows_is_refused_before_anything_changes(sqlite_portal: Portal) -> None:
    """Also by variable; and so is a column that the answer does not have."""
    before = database_rows.all_rows(sqlite_portal)
    for more, variables in (
        (("-o", "xml"), {}),
        ((), {"LMSCTL_OUTPUT": "xml"}),
        (("--color", "pink"), {}),
        (("--columns", "nam"), {}),
        (("--sort", "nam"), {}),
    ):
        ran = sqlite_portal.run("department", "create", "Sales", *more, **variables)
        assert (ran.status, ran.out) == (2, ""), more
    assert database_rows.all_rows(sqlite_portal) == before


def test_ctrl_c_undoes_the_change_and_ends_with_130(portal: Portal) -> None:
    """A real signal to a real process that waits for a lock it will get."""
    before = database_rows.all_rows(portal)
    holder = driver.open_database(portal.url, patience=10)
    holder.begin_writing()
    database.execute(holder, "UPDATE departments SET name = name")
    process = portal.start("department", "create", "Sales", LMSCTL_OUTPUT="plain")
    with pytest.raises(subprocess.TimeoutExpired):
        process.communicate(timeout=2)
    process.send_signal(signal.SIGINT)
    holder.rollback()
    holder.close()
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "Interrupted. Nothing was changed.\n"
    assert database_rows.all_rows(portal) == before


def test_a_reader_who_leaves_ends_it_with_141(sqlite_portal: Portal) -> None:
    """As `| head -1` does: no traceback, no complaint."""
    # More than a pipe holds, so that writing goes on after the reader has left.
    for number in range(40):
        sqlite_portal.ok("department", "create", f"{number}-{'x' * 240}")
    for command in ("department list -o jsonl --sort id", "help errors"):
        script = (
            f"set -o pipefail; ({sys.executable} -m lmsctl {command};"
            " echo $? >&2) | (exec 0<&-; sleep 0.5)"
        )
        ran = subprocess.run(
            ["bash", "-c", script],
            env=sqlite_portal.environment(PYTHONPATH=str(Path(__file__).parent.parent)),
            cwd=sqlite_portal.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.stderr.strip() == "141", ran.stderr


def test_an_output_that_takes_no_more_is_said_in_a_sentence(sqlite_portal: Portal) -> None:
    """A full disk behind standard output; what was committed before is not denied."""
    with Path("/dev/full").open("w") as full:
        for argv, already in (
            (("department", "list"), "Nothing was changed."),
            (("department", "create", "Sales"), "The change was made."),
        ):
            ran = program.run(["lmsctl", *argv], env=sqlite_portal.environment(), stdout=full)
            assert ran.returncode == 11
            assert f"No space left on device. {already}\nhint: " in ran.stderr
            assert "Traceback" not in ran.stderr
    assert sqlite_portal.ok("department", "list", "-o", "id").out == "/\nSales\n"


# Refusals ----------------------------------------------------------------------------------------


def test_a_refusal_is_two_lines_on_standard_error(sqlite_portal: Portal) -> None:
    """What is wrong, and what to do next."""
    ran = sqlite_portal.run("department", "show", "Nowhere")
    assert ran.out == ""
    assert ran.err == (
        "error: There is no department 'Nowhere'.\n"
        "hint: 'lmsctl department list' shows the paths, written like Sales/EMEA.\n"
    )


@pytest.mark.parametrize(
    "argv",
    [
        ("department", "show", "Nowhere", "-o", "json"),
        ("department", "show", "-ojson"),
        ("-o", "csv", "department", "--output", "jsonl", "show"),
        ("nonsense", "--output=json"),
        ("department", "-o", "json"),
    ],
)
def test_a_refusal_with_json_is_one_object(sqlite_portal: Portal, argv: tuple[str, ...]) -> None:
    """Also when the command line itself is not understood, and nothing beside it."""
    ran = sqlite_portal.run(*argv)
    assert ran.out == ""
    error = json.loads(ran.err)["error"]
    assert list(error) == [
        *("code", "class", "exit_code", "message", "hint"),
        *("retryable", "field", "location", "details"),
    ]
    assert list(error["location"]) == ["file", "row", "line", "column"]


def test_a_refusal_with_json_by_variable_or_file_is_one_object_too(sqlite_portal: Portal) -> None:
    """Wherever the format was asked for."""
    file = sqlite_portal.folder / "lmsctl.toml"
    assert (
        json.loads(sqlite_portal.run("nonsense", LMSCTL_OUTPUT="json").err)["error"]["code"]
        == "usage"
    )
    file.write_text('output = "json"\n')
    assert json.loads(sqlite_portal.run("nonsense").err)["error"]["code"] == "usage"
    assert sqlite_portal.run("nonsense", "-o", "plain").err.startswith("error: ")


def test_a_noun_without_a_verb_shows_its_help(sqlite_portal: Portal) -> None:
    """On standard error, because it is a refusal all the same."""
    ran = sqlite_portal.run("department")
    assert (ran.status, ran.out) == (2, "")
    assert "Commands:\n  create" in ran.err
    assert ran.err.endswith("error: A command is missing.\nhint: See 'lmsctl department --help'.\n")
    assert sqlite_portal.run().status == 0


def test_a_misspelled_word_gets_the_nearest_one(sqlite_portal: Portal) -> None:
    """Nouns, verbs and options."""
    assert "Did you mean" in sqlite_portal.run("departmen", "list").err
    assert (
        "Did you mean 'lmsctl department create'?" in sqlite_portal.run("department", "creat").err
    )
    assert "--under" in sqlite_portal.run("department", "list", "--unde", "x").err


def test_quiet_says_nothing_and_verbose_says_more(sqlite_portal: Portal) -> None:
    """What was asked for is printed all the same; passwords never."""
    ran = sqlite_portal.ok("department", "create", "Sales", "-q", "-o", "id")
    assert (ran.out, ran.err) == ("Sales\n", "")
    assert sqlite_portal.url in sqlite_portal.ok("department", "list", "-v").err


# A bug of ours -----------------------------------------------------------------------------------


def failing_create(monkeypatch: pytest.MonkeyPatch, *, late: bool = False) -> None:
    """Let making a department fail with secrets in the message."""

    def create(_: Work, name: str, **_more: Any) -> None:
        message = f"bug with {name} at postgresql://anna:s3cret@host/db?password=s3cret"
        raise RuntimeError(message)

    monkeypatch.setattr(audit if late else departments, "record" if late else "create", create)


def test_a_bug_of_ours_leaves_a_traceback_file_and_no_trace_on_the_terminal(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Status 1, the file's path, nothing changed; neither passwords nor what was typed in it."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    failing_create(monkeypatch)
    before = database_rows.all_rows(portal)
    ran = portal.run("department", "create", "SecretLink123", "--code=Another-Secret")
    assert ran.status == 1
    (file,) = tmp_path.glob("lmsctl-*.traceback")
    assert ran.err == (
        "error: Something went wrong inside lmsctl (RuntimeError). Nothing was changed.\n"
        f"hint: Please report it with the file {file}.\n"
    )
    text = file.read_text()
    assert "RuntimeError: bug with *** at postgresql://anna:***@host/db?password=***" in text
    assert "lmsctl/department/cli.py" in text
    assert "Secret" not in text
    assert file.stat().st_mode & 0o077 == 0
    assert database_rows.all_rows(portal) == before


def test_debug_shows_the_traceback_and_a_full_disk_does_not_hide_a_bug(
    sqlite_portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--debug also shows where a refusal came from."""
    refused = sqlite_portal.run("department", "show", "Nowhere", "--debug").err
    assert "Traceback" in refused
    assert "department_unknown" in refused or "DepartmentUnknown" in refused
    failing_create(monkeypatch)

    def full(**_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    ran = sqlite_portal.run("department", "create", "SecretLink123", "--debug")
    assert ran.status == 1
    assert "RuntimeError: bug with ***" in ran.err
    assert "what --debug shows" in ran.err


# Asking ------------------------------------------------------------------------------------------


def test_a_confirmation_is_asked_on_a_terminal(portal: Portal) -> None:
    """Yes does it; no and the end of the input leave everything as it is, with status 9."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    before = database_rows.all_rows(portal)
    deletion = ("department", "delete", "Sales")
    question = "goes too: department Sales/EMEA\nDelete the department 'Sales'? [y/N] "
    for answer in ("no", "", END_OF_INPUT, "yess"):
        ran = on_terminal(portal, *deletion, types=answer)
        assert ran.status == 9, ran.out
        assert question in ran.out
        assert "error: Not confirmed; nothing was changed.\n" in ran.out
    assert database_rows.all_rows(portal) == before
    ran = on_terminal(portal, *deletion, types="Y")
    assert ran.status == 0, ran.out
    assert ran.out.count("Delete the department") == 1
    assert portal.refused("department", "show", "Sales") == "department_unknown"


@pytest.mark.parametrize(
    ("more", "variables"),
    [(("--no-input",), {}), ((), {"LMSCTL_NO_INPUT": "1"}), ((), {"CI": "true"})],
)
def test_nobody_is_asked_who_does_not_want_to_be(
    sqlite_portal: Portal, more: tuple[str, ...], variables: dict[str, str]
) -> None:
    """By option, by variable, or in continuous integration; --yes answers everywhere."""
    sqlite_portal.ok("department", "create", "Sales")
    env = {"CI": "", **variables}
    ran = sqlite_portal.run("department", "delete", "Sales", *more, **env)
    assert (ran.status, ran.out) == (9, "")
    assert ran.err == (
        "error: Not confirmed: Delete the department 'Sales'?\n"
        "hint: Answer the question on a terminal, or give --yes.\n"
    )
    assert sqlite_portal.ok("department", "delete", "Sales", "--yes", *more, **env)


def test_what_hangs_on_a_confirmation_is_listed_for_programs_too(sqlite_portal: Portal) -> None:
    """As details, one each."""
    sqlite_portal.ok("department", "create", "Sales")
    sqlite_portal.ok("department", "create", "EMEA", "--parent", "Sales")
    error = sqlite_portal.run("department", "delete", "Sales", "-o", "json").error
    assert error["code"] == "confirmation_needed"
    assert [item["message"] for item in error["details"]] == ["goes too: department Sales/EMEA"]


def test_a_refusal_after_the_confirmation_is_audited_with_what_it_is_about(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second unit of work, the one that was confirmed, is the one to be spoken of."""
    portal.ok("department", "create", "Sales")
    portal.ok(*ANNA, "--department", "Sales")
    assert portal.run("department", "delete", "Sales", "--yes").status == 6
    entry = portal.ok("audit", "list", "--verdict", "refused", "-o", "json").json[-1]
    assert (entry["code"], entry["target"]) == ("department_in_use", "department Sales")


# Rehearsing --------------------------------------------------------------------------------------

# Each changes something when it is really run, in this order.
CHANGES: list[tuple[str, ...]] = [
    ("settings", "set", "plan.max-active-users=20", "name=Academy"),
    ("department", "create", "Sales", "--code", "S"),
    ("department", "create", "EMEA", "--parent", "Sales"),
    ("department", "edit", "Sales", "--name", "Selling", "--supervisor", "owner"),
    ("department", "move", "Selling/EMEA", "--parent", "/"),
    ("field", "create", "Badge", "--kind", "unique-text"),
    ("field", "edit", "Badge", "--name", "Card"),
    ANNA,
    ("user", "edit", "anna", "--field", "Card=7", "--supervisor", "owner"),
    ("user", "move", "anna", "--department", "Selling"),
    ("user", "deactivate", "anna", "--on", "+2d"),
    ("user", "deactivate", "anna"),
    ("user", "activate", "anna"),
    ("user", "import", "people.csv"),
    ("group", "create", "Crew"),
    ("group", "add", "Crew", "anna"),
    ("group", "edit", "Crew", "--name", "Team"),
    ("group", "remove", "Team", "anna"),
    ("role", "create", "helper", "--permission", "user.view"),
    ("role", "edit", "helper", "--add", "group.view"),
    ("role", "grant", "anna", "helper", "--department", "Selling"),
    ("role", "revoke", "anna", "helper"),
    ("registration", "enable", "--confirm-email", "--any-domain"),
    ("signup-profile", "create", "Spring", "--code", "spring", "--department", "EMEA",
     "--starts", "now", "--ends", "never", "--activations", "5"),
    ("signup-profile", "edit", "spring", "--name", "Summer"),
    ("signup-profile", "rotate", "spring"),
    ("signup-profile", "sign-up", "spring", "--email", "ben@example.com",
     "--first-name", "B", "--last-name", "C", "--field", "Card=8"),
    ("registration", "release", "ben@example.com"),
    ("registration", "disable"),
    ("user", "end-employment", "anna"),
    ("user", "delete", "anna", "--yes"),
    ("signup-profile", "delete", "spring", "--yes"),
    ("role", "delete", "helper", "--yes"),
    ("group", "delete", "Team", "--yes"),
    ("field", "delete", "Card", "--yes"),
    ("department", "delete", "EMEA", "--yes"),
]  # fmt: skip


@pytest.mark.usefixtures("kept_connections")
def test_a_rehearsal_tells_the_same_and_changes_nothing(portal: Portal) -> None:
    """Every changing command, first with --dry-run and then without: same status, same sentence."""
    people = "login,first name,last name\ncyd,Cyd,Doe\n"
    (portal.folder / "people.csv").write_text(people, encoding="utf-8")
    before = database_rows.all_rows(portal)
    for argv in CHANGES:
        rehearsed = portal.run(*argv, "-n", "--exit-code", "-o", "json")
        assert rehearsed.status == 3, (argv, rehearsed.err)
        assert rehearsed.err.startswith("Dry run, nothing was changed: "), argv
        assert database_rows.all_rows(portal) == before, argv
        done = portal.run(*argv, "--exit-code", "-o", "json")
        assert done.status == 3, (argv, done.err)
        after = database_rows.all_rows(portal)
        assert after != before, argv
        before = after
        said = rehearsed.err.splitlines()[0].removeprefix("Dry run, nothing was changed: ")
        # A rehearsal says besides what each field is and would be.
        assert said.partition(" Changes: ")[0] == done.err.splitlines()[0], argv


def test_a_refused_rehearsal_is_not_even_written_down(portal: Portal) -> None:
    """No audit row under --dry-run; one without."""
    before = database_rows.all_rows(portal)
    assert portal.refused("department", "delete", "/", "-n") == "department_is_root"
    assert database_rows.all_rows(portal) == before
    assert portal.refused("department", "delete", "/") == "department_is_root"
    after = database_rows.all_rows(portal)
    assert {name for name, rows in after.items() if rows != before[name]} <= {
        "audit_rows",
        "audit_heads",
        "sqlite_sequence",
    }
    assert database_rows.refusals(portal) == 1


# Terminals ---------------------------------------------------------------------------------------


def test_times_on_a_terminal_are_in_the_zone_of_the_portal(portal: Portal) -> None:
    """Or in that of --tz, the variable or the file; everywhere else they are UTC."""
    portal.ok("settings", "set", "time-zone=Europe/Berlin")
    assert "2026-03-02 13:00" in on_terminal(portal, "user", "show", "owner").out
    assert (
        "2026-03-02 07:00"
        in on_terminal(portal, "user", "show", "owner", "--tz=America/New_York").out
    )
    assert (
        "2026-03-02 21:00"
        in on_terminal(portal, "user", "show", "owner", LMSCTL_TZ="Asia/Tokyo").out
    )
    assert '"2026-03-02T12:00:00Z"' in portal.ok("user", "show", "owner", "-o", "json").out


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_table_fits_its_terminal(sqlite_portal: Portal, width: int) -> None:
    """A list cuts long texts and says so; of one thing not a character is lost."""
    sqlite_portal.ok(
        "user", "create", "--login", "x" * 90, "--first-name", "山田" * 20, "--last-name", "🙂"
    )
    for argv in (("user", "list"), ("user", "show", "x" * 90)):
        text = on_terminal(sqlite_portal, *argv, width=width).out
        lines = [line for line in text.splitlines() if "There is no room" not in line]
        assert max(map(cell_len, lines)) <= width
        assert "\x1b" not in text
    assert text.count("山") == text.count("田") == 20
    assert text.count("x") == 90


def test_a_moment_is_never_broken(sqlite_portal: Portal) -> None:
    """The audit log, which has the most columns, on a terminal of the usual width."""
    text = on_terminal(sqlite_portal, "audit", "list", width=80).out
    assert "2026-03-02 12:00 " in text
    assert "portal.created" in text


def test_color_is_for_those_who_want_it(sqlite_portal: Portal) -> None:
    """NO_COLOR holds, --color always wins over it, and a pipe never gets any."""
    assert "\x1b[" in on_terminal(sqlite_portal, "user", "show", "owner", NO_COLOR="").out
    assert "\x1b[" not in on_terminal(sqlite_portal, "user", "show", "owner").out
    assert "\x1b[" in on_terminal(sqlite_portal, "user", "show", "owner", "--color=always").out
    assert (
        "\x1b[" not in on_terminal(sqlite_portal, "user", "list", "--color=never", NO_COLOR="").out
    )
    assert "\x1b" not in sqlite_portal.ok("user", "list", "--color=always").out
