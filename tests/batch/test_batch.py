"""Many commands in one run: each by itself or all in one, and what is told about each."""

import json
import subprocess
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from lmsctl import commands
from lmsctl.batch import rules
from lmsctl.department import actions as departments
from lmsctl.kit import clock, driver
from lmsctl.kit.database_errors import DatabaseLocked, RetryTransaction
from lmsctl.kit.errors import Refusal
from lmsctl.kit.invocation import Invocation, Options
from lmsctl.kit.work import Work
from lmsctl.nouns import NOUNS
from tests import database_rows, program, refusals
from tests.conftest import CommandResult, Portal, Templates
from tests.kills import run_killed
from tests.terminals import on_terminal

GOOD = (
    "# the tree, and who is in it\n"
    "department create Sales\n"
    "\n"
    "lmsctl department create 'North America' --parent Sales\n"
    '["user", "create", "--login", "ann", "--first-name", "Ann", "--last-name", "O\'Hara"]\n'
    "user move ann --department 'Sales/North America'\n"
    "user show ann\n"
    "user list --department Sales\n"
)
BAD = "department create Sales\ndepartment show Nowhere\ndepartment create EMEA\n"


@pytest.fixture
def sqlite_portal(templates: Templates, tmp_path: Path) -> Portal:
    """Return a portal on SQLite, for what no database decides."""
    return templates.copy("sqlite", tmp_path)


def run_batch(portal: Portal, text: str, *more: str, **variables: str) -> CommandResult:
    """Run a file with this text."""
    (portal.folder / "batch.txt").write_text(text, encoding="utf-8")
    return portal.run("batch", "batch.txt", *more, **variables)


def line_outcomes(ran: CommandResult) -> list[tuple[Any, ...]]:
    """Return line, outcome, exit status and code of every row."""
    return [
        (row["line"], row["outcome"], row["exit_status"], row["code"])
        for row in map(json.loads, ran.out.splitlines())
    ]


# Each by itself ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [(), ("--atomic",)])
def test_every_command_is_done_and_told(portal: Portal, how: tuple[str, ...]) -> None:
    """With the number of its line, its name without arguments, and what it would print itself."""
    ran = run_batch(portal, GOOD, *how, "-o", "json")
    assert ran.status == 0, ran.err
    rows = ran.json
    assert [(row["line"], row["command"], row["outcome"]) for row in rows] == [
        (2, "department create", "changed"),
        (4, "department create", "changed"),
        (5, "user create", "changed"),
        (6, "user move", "changed"),
        (7, "user show", "unchanged"),
        (8, "user list", "unchanged"),
    ]
    assert {row["exit_status"] for row in rows} == {0}
    assert rows[0]["message"] == "Created the department Sales."
    assert rows[4]["result"] == portal.ok("user", "show", "ann", "-o", "json").json
    assert rows[4]["result"]["department"] == "Sales/North America"
    assert [row["login"] for row in rows[5]["result"]] == ["ann"]
    assert ran.err == "6 commands: 4 changed, 2 unchanged.\n"


def test_a_failing_command_leaves_nothing_and_the_others_go_on(portal: Portal) -> None:
    """The exit status is 7; the refusal is told in the row, and written down as it would be."""
    ran = run_batch(portal, f"{BAD}department create Sales\n", "-o", "jsonl")
    assert ran.status == 7
    assert line_outcomes(ran) == [
        (1, "changed", 0, None),
        (2, "failed", 4, "department_unknown"),
        (3, "changed", 0, None),
        (4, "failed", 5, "department_exists"),
    ]
    row = json.loads(ran.out.splitlines()[3])
    assert "'Sales'" in row["message"]
    assert row["hint"].endswith(".")
    assert portal.ok("department", "list", "-o", "id").out == "/\nEMEA\nSales\n"
    assert database_rows.refusals(portal) == 1
    assert ran.err == "4 commands: 2 changed, 2 failed.\n"


def test_after_stop_nothing_more_is_attempted(sqlite_portal: Portal) -> None:
    """What was done before stays."""
    ran = run_batch(sqlite_portal, BAD + "nonsense\n", "--stop", "-o", "jsonl")
    assert ran.status == 7
    assert [row[1] for row in line_outcomes(ran)] == [
        "changed",
        "failed",
        "not_attempted",
        "not_attempted",
    ]
    assert sqlite_portal.ok("department", "list", "-o", "id").out == "/\nSales\n"


def test_a_rehearsal_undoes_every_command_by_itself(portal: Portal) -> None:
    """None sees what those before it would have done, and nothing is written down."""
    before = database_rows.all_rows(portal)
    ran = run_batch(portal, GOOD, "--dry-run", "-o", "jsonl", "--exit-code")
    assert ran.status == 7
    assert [row[1] for row in line_outcomes(ran)] == [
        "changed",
        "failed",
        "changed",
        *["failed"] * 3,
    ]
    assert ran.err.startswith("Dry run, nothing was changed: 6 commands: ")
    assert database_rows.all_rows(portal) == before
    assert run_batch(portal, "-n department create Sales\n", "--exit-code").status == 3
    assert database_rows.all_rows(portal) == before


def test_a_line_has_its_own_actor_zone_and_confirmation(portal: Portal) -> None:
    """--as, --tz and --yes hold for the line; without --yes nothing is destroyed."""
    portal.ok("user", "create", "--login", "ann", "--first-name", "A", "--last-name", "N")
    text = (
        "department create Sales\n"
        "department create EMEA --as ann\n"
        "department delete Sales\n"
        "department delete Sales --yes\n"
        "department create Sales --no-input\n"
        "user deactivate ann --on 2026-12-31T09:00 --tz Asia/Tokyo\n"
    )
    ran = run_batch(portal, text, "-o", "jsonl")
    assert portal.ok("user", "show", "ann", "-o", "json").json["scheduled_at"] == (
        "2026-12-31T00:00:00Z"
    )
    assert line_outcomes(ran)[1:-1] == [
        (2, "failed", 8, "permission_missing"),
        (3, "failed", 9, "confirmation_needed"),
        (4, "changed", 0, None),
        (5, "changed", 0, None),
    ]
    assert (
        line_outcomes(run_batch(portal, "department delete Sales", "-y", "-o", "jsonl"))[0][1]
        == "changed"
    )
    ran = run_batch(portal, "user list\nuser list --as owner\n", "--as", "ann", "-o", "jsonl")
    assert [row[3] for row in line_outcomes(ran)] == ["permission_missing", "actor_of_batch"]
    actors = portal.ok("audit", "list", "--verdict", "refused", "-o", "json").json
    assert [(row["actor"], row["command"]) for row in actors] == [
        ("ann", "department create"),
        ("ann", "user list"),
    ]


def test_one_connection_serves_all_and_each_command_reads_the_clock(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is read once for an atomic batch, which is one moment."""
    portal.now = None
    opened, seconds = count(), iter(range(1000))
    open_database, read = driver.open_database, clock.read
    monkeypatch.setattr(
        driver, "open_database", lambda *a, **k: (next(opened), open_database(*a, **k))[1]
    )
    monkeypatch.setattr(
        clock, "read", lambda _=None: read(f"2026-03-02T12:{next(seconds) // 2 % 60:02}:00Z")
    )
    people = "".join(
        f"user create --login p{number} --first-name P --last-name P\n" for number in range(6)
    )
    moments = "SELECT count(DISTINCT created_at) FROM users WHERE login LIKE :like"
    assert run_batch(portal, people).status == 0
    assert next(opened) == 1
    assert portal.value(moments, like="p%") > 1
    assert run_batch(portal, people.replace(" p", " q"), "--atomic").status == 0
    assert portal.value(moments, like="q%") == 1


def test_what_every_line_would_meet_ends_the_batch(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the status of its class and the line; what was done before stays, unless --atomic."""
    create = departments.create

    def busy(work: Work, name: str, **more: Any) -> Any:
        if name == "EMEA":
            raise DatabaseLocked(seconds=10)
        return create(work, name, **more)

    monkeypatch.setattr(departments, "create", busy)
    text = "department create Sales\ndepartment create EMEA\ndepartment create APAC\n"
    ran = run_batch(portal, text, "--atomic", "-o", "json")
    assert (ran.status, ran.code, ran.out) == (11, "database_locked", "")
    assert portal.ok("department", "list", "-o", "id").out == "/\n"
    ran = run_batch(portal, text, "-o", "jsonl")
    assert (ran.status, ran.error["location"]["line"]) == (11, 2)
    assert [row[1] for row in line_outcomes(ran)] == ["changed"]
    assert portal.ok("department", "list", "-o", "id").out == "/\nSales\n"


def test_ctrl_c_says_what_stays(sqlite_portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done before it, unless all is one."""
    create = departments.create

    def interrupted(work: Work, name: str, **more: Any) -> Any:
        if name == "EMEA":
            raise KeyboardInterrupt
        return create(work, name, **more)

    monkeypatch.setattr(departments, "create", interrupted)
    text = "department create Sales\ndepartment create EMEA\n"
    ran = run_batch(sqlite_portal, text, "--atomic")
    assert (ran.status, ran.err) == (130, "Interrupted. Nothing was changed.\n")
    ran = run_batch(sqlite_portal, text)
    said = "Interrupted. What was written before stays. Line 1: The change was made.\n"
    assert (ran.status, ran.err) == (130, said)
    assert sqlite_portal.ok("department", "list", "-o", "id").out == "/\nSales\n"


# All in one --------------------------------------------------------------------------------------


def test_one_failure_undoes_an_atomic_batch(portal: Portal) -> None:
    """Status 6, nothing but one audit row, and every line is told what became of it."""
    with refusals.unchanged(portal):
        ran = run_batch(portal, "department create Sales\ndepartment delete /\nuser list\n",
                    "--atomic", "-o", "jsonl")  # fmt: skip
    assert ran.status == 6
    assert line_outcomes(ran) == [
        (1, "rolled_back", None, None),
        (2, "failed", 6, "department_is_root"),
        (3, "not_attempted", None, None),
    ]
    assert ran.err == "3 commands: 1 failed, 1 rolled back, 1 not attempted.\n"


def test_an_answer_other_than_0_undoes_an_atomic_batch_too(portal: Portal) -> None:
    """So that a question can stand guard."""
    portal.ok("user", "create", "--login", "ann", "--first-name", "A", "--last-name", "N")
    text = "department create Sales\ncan-i user.manage --as ann\ndepartment create EMEA\n"
    with refusals.unchanged(portal, audited=0):
        ran = run_batch(portal, text, "--atomic", "-o", "jsonl")
    assert ran.status == 6
    assert [row[1] for row in line_outcomes(ran)] == ["rolled_back", "failed", "not_attempted"]
    assert line_outcomes(run_batch(portal, text, "-o", "jsonl"))[1] == (2, "failed", 8, None)


def test_lines_of_an_atomic_batch_are_understood_before_anything_is_done(
    sqlite_portal: Portal,
) -> None:
    """All that are wrong are told at once."""
    text = "department create Sales\nnonsense\ntoken delete X --yes\nuser show 'x\nuser list\n"
    with refusals.unchanged(sqlite_portal, audited=0):
        ran = run_batch(sqlite_portal, text, "--atomic", "-o", "jsonl")
    assert ran.status == 6
    assert line_outcomes(ran) == [
        (1, "not_attempted", None, None),
        (2, "failed", 2, "usage"),
        (3, "failed", 2, "command_not_atomic"),
        (4, "failed", 6, "line_unreadable"),
        (5, "not_attempted", None, None),
    ]


def test_a_line_that_is_wrong_anyhow_is_told_before_one_that_fails(sqlite_portal: Portal) -> None:
    """Nothing was attempted then, and nobody was refused anything."""
    text = "department delete /\ndepartment create Sales\nnonsense\n"
    with refusals.unchanged(sqlite_portal, audited=0):
        ran = run_batch(sqlite_portal, text, "--atomic", "-o", "jsonl")
    assert line_outcomes(ran) == [
        (1, "not_attempted", None, None),
        (2, "not_attempted", None, None),
        (3, "failed", 2, "usage"),
    ]


def test_a_line_of_an_atomic_batch_is_understood_once(sqlite_portal: Portal) -> None:
    """To understand a command line takes longer than many a command."""
    with mock.patch.object(rules, "check", wraps=rules.check) as check:
        assert run_batch(sqlite_portal, "user list\n" * 7, "--atomic").status == 0
    assert check.call_count == 7


def test_an_atomic_rehearsal_sees_its_own_changes(portal: Portal) -> None:
    """And leaves nothing; a line cannot be rehearsed alone."""
    before = database_rows.all_rows(portal)
    ran = run_batch(portal, GOOD, "--atomic", "--dry-run", "-o", "jsonl", "--exit-code")
    assert ran.status == 3, ran.out
    assert {row[1] for row in line_outcomes(ran)} == {"changed", "unchanged"}
    assert database_rows.all_rows(portal) == before
    ran = run_batch(portal, "user list -n\n", "--atomic", "-o", "jsonl")
    assert line_outcomes(ran)[0][3] == "option_of_batch"


def test_an_atomic_batch_is_done_again_as_a_whole(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When somebody else's transaction came between, from standard input too; told once."""
    create, conflicts = departments.create, [1, 1]

    def conflicting(work: Work, name: str, **more: Any) -> Any:
        if name == "EMEA" and conflicts:
            conflicts.pop()
            raise RetryTransaction
        return create(work, name, **more)

    monkeypatch.setattr(departments, "create", conflicting)
    text = "department create Sales\ndepartment create EMEA\n"
    ran = portal.run("batch", "-", "--atomic", "-o", "jsonl", stdin=text)
    assert ran.status == 0, ran.err
    assert [row[0] for row in line_outcomes(ran)] == [1, 2]
    assert portal.ok("department", "list", "-o", "id").out == "/\nEMEA\nSales\n"


def test_an_atomic_batch_that_is_killed_left_all_or_nothing(portal: Portal) -> None:
    """At whichever of its calls to the database it dies."""
    (portal.folder / "batch.txt").write_text(GOOD, encoding="utf-8")
    argv = ["batch", "batch.txt", "--atomic"]
    people = "SELECT count(*) FROM users"
    before = database_rows.all_rows(portal)
    at = 1
    while run_killed(portal, argv, at):
        if portal.value(people) > 1:
            assert portal.ok("department", "list", "-o", "id").out.count("\n") == 3
            break
        assert database_rows.all_rows(portal) == before
        at += 17
    assert at > 20
    assert portal.value(people) == 2


# Lines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"user list", ["user", "list"]),
        (b"  lmsctl user list \r\n", ["user", "list"]),
        (b"user show 'a b' \"c'd\" e\\ f", ["user", "show", "a b", "c'd", "e f"]),
        (b"token redeem A#1 # no comment", ["token", "redeem", "A#1", "#", "no", "comment"]),
        (b'["user", "show", "a\\nb"]', ["user", "show", "a\nb"]),
        ("user show Zoë".encode(), ["user", "show", "Zoë"]),
        (b"", None),
        (b"   \n", None),
        (b" # user list", None),
    ],
)
def test_a_line_reads_like_a_shell_or_as_json(line: bytes, words: list[str] | None) -> None:
    """Blank lines and comments are nothing."""
    assert rules.words(line) == words


@pytest.mark.parametrize(
    "line",
    [b"user show 'x", b"user show x\\", b"user show \xff", b'["user"', b'["user", 1]', b"[[]]",
     b"x" * (rules.LINE_BYTES_LIMIT + 1)],
)  # fmt: skip
def test_a_line_that_makes_no_words_is_refused(line: bytes) -> None:
    """Quotes left open, bytes that are no text, JSON that is no list of words, endless lines."""
    with pytest.raises(Refusal) as caught:
        rules.words(line)
    assert caught.value.code == "line_unreadable"
    assert caught.value.format_message().endswith(".")


def test_every_command_is_known_that_does_not_run_in_a_batch() -> None:
    """None of them has been renamed meanwhile."""
    for command in rules.ALONE | rules.NOT_ATOMIC:
        noun, _, verb = command.partition(" ")
        assert noun in NOUNS
        assert not verb or verb in commands.load_noun(noun).commands


@pytest.mark.parametrize(
    ("command", "given", "code"),
    [
        ("batch", {}, "command_alone"),
        ("config set", {}, "command_alone"),
        ("db restore", {}, "command_alone"),
        ("init", {}, "command_alone"),
        ("user list", {"output": "json"}, "option_of_batch"),
        ("user list", {"database_url": "x"}, "option_of_batch"),
        ("user list", {"context": "x"}, "option_of_batch"),
        ("user list", {"first": 3}, "option_of_batch"),
    ],
)
def test_what_is_not_one_of_many_is_refused(command: str, given: Any, code: str) -> None:
    """Commands about the program or the whole database, and options of the whole batch."""
    call = Invocation(command, given, lambda _: None)
    with pytest.raises(Refusal) as caught:
        rules.check(call, Options(), is_atomic=False)
    assert caught.value.code == code


def test_the_streams_of_the_batch_are_not_for_its_commands(sqlite_portal: Portal) -> None:
    """No command eats the lines after it, or writes between the rows."""
    text = "user import -\nuser export\ndepartment create Sales\nuser list --help\n"
    ran = sqlite_portal.run("batch", "-", "-o", "jsonl", stdin=text)
    assert line_outcomes(ran) == [
        (1, "failed", 2, "stream_of_batch"),
        (2, "failed", 2, "stream_of_batch"),
        (3, "changed", 0, None),
        (4, "failed", 2, "usage"),
    ]
    people = "login,first name,last name\nann,A,N\n"
    (sqlite_portal.folder / "batch.txt").write_text("user import -\n", encoding="utf-8")
    assert sqlite_portal.ok("batch", "batch.txt", stdin=people)
    assert sqlite_portal.ok("user", "show", "ann")


def test_files_are_taken_in_and_written_by_a_batch(portal: Portal) -> None:
    """Each in transactions of its own; with --atomic they are refused where they would begin."""
    (portal.folder / "people.csv").write_text("login,first name,last name\nann,A,N\n")
    (portal.folder / "pairs.csv").write_text("login,content\nann,one\nnobody,one\n")
    text = (
        "user import people.csv\n"
        "user export --to out.csv\n"
        "content create --kind topic --code one --title One\n"
        "enroll --from pairs.csv --keep-going\n"
    )
    ran = run_batch(portal, text, "-o", "jsonl")
    assert line_outcomes(ran) == [
        (1, "changed", 0, None),
        (2, "unchanged", 0, None),
        (3, "changed", 0, None),
        (4, "failed", 7, None),
    ]
    assert (portal.folder / "out.csv").read_text().count("\n") == 3
    ran = run_batch(portal, "enroll --from pairs.csv\n", "--atomic", "-o", "jsonl")
    assert line_outcomes(ran) == [(1, "failed", 2, "command_not_atomic")]


# Input and output --------------------------------------------------------------------------------


def test_every_row_is_told_before_the_next_line_is_read(sqlite_portal: Portal) -> None:
    """A program that feeds the batch through a pipe can wait for each answer."""
    process = program.start(
        ["lmsctl", "batch", "-", "-o", "jsonl"],
        env=sqlite_portal.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for number, name in enumerate(("Sales", "EMEA"), start=1):
        process.stdin.write(f"department create {name}\n")
        row = json.loads(process.stdout.readline())
        assert (row["line"], row["outcome"]) == (number, "changed")
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "2 commands: 2 changed.\n")


def test_rows_come_in_every_format_and_all_lines_are_done(sqlite_portal: Portal) -> None:
    """Also when nobody wants to see them; only JSON has results, and no format has arguments."""
    text = "department create {0}A\ndepartment create {0}B\n"
    plain = run_batch(sqlite_portal, text.format("P"), "-o", "plain").out.splitlines()
    assert plain[0].split("\t") == [
        "line", "command", "outcome", "exit_status", "code", "message", "hint",
    ]  # fmt: skip
    assert plain[1].startswith("1\tdepartment create\tchanged\t0\t\tCreated the department PA.")
    assert run_batch(
        sqlite_portal, text.format("C"), "-o", "csv", "--columns", "line,outcome"
    ).out == ("line,outcome\r\n1,changed\r\n2,changed\r\n")
    assert run_batch(sqlite_portal, text.format("I"), "-o", "id").out == "1\n2\n"
    assert run_batch(sqlite_portal, text.format("O"), "-o", "off").out == ""
    assert run_batch(sqlite_portal, text.format("F"), "-o", "id", "--first", "1").out == "1\n"
    assert sqlite_portal.ok("department", "list", "-o", "id").out.count("\n") == 11
    assert run_batch(sqlite_portal, "department create X\n", "--columns", "nothing").status == 2
    assert run_batch(sqlite_portal, "", "-o", "json").json == []


def test_a_terminal_shows_the_first_rows_and_counts_all(sqlite_portal: Portal) -> None:
    """Everything is done, however few rows are asked for."""
    (sqlite_portal.folder / "batch.txt").write_text("user show owner\n" * 600, encoding="utf-8")
    ran = on_terminal(sqlite_portal, "batch", "batch.txt", "--atomic", "--first", "2")
    assert ran.status == 0, ran.out
    assert ran.out.count("user show") == 2
    assert ran.out.endswith("600 commands: 600 unchanged.\n")


def test_a_file_that_cannot_be_read_is_refused(sqlite_portal: Portal) -> None:
    """By name; a byte-order mark does not matter."""
    assert sqlite_portal.refused("batch", "nowhere.txt") == "batch_missing"
    assert sqlite_portal.refused("batch", ".") == "batch_unreadable"
    (sqlite_portal.folder / "marked.txt").write_bytes(b"\xef\xbb\xbfdepartment create Sales\n")
    assert sqlite_portal.ok("batch", "marked.txt").err == "1 command: 1 changed.\n"


def test_a_line_tells_what_it_queued_and_whether_it_was_rehearsed(sqlite_portal: Portal) -> None:
    """As the command itself would."""
    sqlite_portal.ok("content", "create", "--kind", "topic", "--code", "one", "--title", "One")
    text = "enroll --user owner --content one --dry-run\nenroll --user owner --content one\n"
    rows = run_batch(sqlite_portal, text, "-o", "json").json
    assert [row["message"] for row in rows] == [
        "Dry run, nothing was changed: 1 enrolled, 0 enrolled already. 1 notice would be queued.",
        "1 enrolled, 0 enrolled already. 1 notice was queued.",
    ]


# Endless input -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [(), ("--atomic",)])
@pytest.mark.parametrize("path", ["/dev/zero", "-"])
def test_a_line_without_end_is_refused(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, path: str, how: tuple[str, ...]
) -> None:
    """It is passed over up to a limit, and nothing is done."""
    monkeypatch.setattr("lmsctl.batch.actions.lines._LINE_PASSED_LIMIT", 3 << 20)
    given = "" if path != "-" else "x" * (5 << 20)
    ran = portal.run("batch", path, *how, "-o", "json", stdin=given)
    assert ran.code == "batch_unreadable"
    assert "line 1 does not end after 3 MiB" in ran.error["message"]


def test_an_atomic_batch_is_put_aside_up_to_a_limit(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines without end are refused by name before the disk is full, and none is done."""
    monkeypatch.setattr("lmsctl.kit.csvbytes._SPOOL_LIMIT", 1 << 20)
    line = "user create --login a --first-name A --last-name A\n"
    ran = portal.run("batch", "-", "--atomic", "-o", "json", stdin=line * 20_000)
    assert (ran.status, ran.code) == (6, "batch_too_large")
    assert "'<stdin>' comes to more than 1 MiB" in ran.error["message"]
    assert portal.value("SELECT count(*) FROM users WHERE login = 'a'") == 0
