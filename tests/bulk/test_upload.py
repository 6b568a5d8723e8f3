"""The contract of every file that changes many things, shown with files of people."""

import csv
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lmsctl.bulk.actions import importing as bulk
from lmsctl.bulk.actions import telling, writing
from lmsctl.kit import database_errors
from tests.conftest import Portal
from tests.kills import interrupt_after, run_killed
from tests.refusals import unchanged
from tests.waiting import run_during

HEADINGS = "Login,First name,Last name,Email"


def write(portal: Portal, *lines: str, file: str = "people.csv") -> str:
    """Write a file into the portal's folder and return its name."""
    portal.folder.joinpath(file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def people_lines(prefix: str, count: int) -> list[str]:
    """Return the lines of a file of new people."""
    return [HEADINGS, *(f"{prefix}-{number},N,N," for number in range(count))]


def count_people(portal: Portal, prefix: str = "") -> int:
    """Return how many people have a login that begins like this, the owner aside."""
    return int(
        portal.value(
            "SELECT count(*) FROM users WHERE login LIKE :like AND id > 1", like=f"{prefix}%"
        )
    )


def rows_of(portal: Portal, file: str) -> list[dict[str, str]]:
    """Return what a CSV file in the portal's folder holds."""
    with portal.folder.joinpath(file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs that keep going commit every ten rows."""
    monkeypatch.setattr(writing, "_BATCH_ROWS", 10)


# All or nothing, or what is good -----------------------------------------------------------------


def test_one_wrong_row_and_nothing_is_written(portal: Portal) -> None:
    """By default a file is taken whole or not at all, and the refusal says where it is wrong."""
    file = write(portal, HEADINGS, "a,A,A,", "b,,B,", "c,C,C,c@")
    ran = portal.run("user", "import", file, "-o", "json")
    assert (ran.status, ran.code, ran.out) == (6, "rows_rejected", "")
    assert ran.error["message"] == "2 of 3 rows in people.csv cannot be taken; nothing was written."
    assert [detail["location"] for detail in ran.error["details"]] == [
        {"file": "people.csv", "row": 2, "line": 3, "column": "First name"},
        {"file": "people.csv", "row": 3, "line": 4, "column": "Email"},
    ]
    assert count_people(portal) == 0
    assert portal.value("SELECT count(*) FROM runs") == 0


def test_fifty_faults_are_listed_and_all_are_counted(portal: Portal) -> None:
    """A file full of faults does not flood the terminal; --results has every one."""
    file = write(portal, HEADINGS, *(f"p{number},,N," for number in range(60)))
    ran = portal.run("user", "import", file, "--results", "r.csv", "-o", "json")
    assert ran.error["message"].startswith("60 of 60 rows")
    assert "first 50" in ran.error["message"]
    assert len(ran.error["details"]) == 50
    assert {row["outcome"] for row in rows_of(portal, "r.csv")} == {"failed"}
    assert len(rows_of(portal, "r.csv")) == 60


def test_keep_going_writes_the_good_rows(portal: Portal) -> None:
    """With --keep-going the exit status tells that some rows failed."""
    file = write(portal, HEADINGS, "a,A,A,", "b,,B,", "c,C,C,")
    ran = portal.run("user", "import", file, "--keep-going", "-o", "json")
    assert ran.status == 7
    assert (ran.json["created"], ran.json["failed"]) == (2, 1)
    assert count_people(portal) == 2


def test_keep_going_without_a_fault_is_a_plain_success(portal: Portal) -> None:
    """Nothing failed: exit 0."""
    assert portal.ok("user", "import", write(portal, *people_lines("a", 3)), "--keep-going")


@pytest.mark.usefixtures("small_batches")
def test_batches_add_up(portal: Portal) -> None:
    """Several batches make one run with one report, and the ledger agrees with it."""
    portal.ok("settings", "set", "plan.max-active-users=100")
    lines = people_lines("a", 35)
    lines[13] = "a-12,,N,"
    ran = portal.run("user", "import", write(portal, *lines), "--keep-going", "-o", "json")
    assert (ran.json["rows"], ran.json["created"], ran.json["failed"]) == (35, 34, 1)
    assert portal.sql("SELECT state, rows_done, created, failed FROM runs") == [
        ("finished", 35, 34, 1)
    ]
    assert portal.value("SELECT seats_taken FROM portals") == 35


@pytest.mark.usefixtures("small_batches")
def test_supervisors_reach_over_batches(portal: Portal) -> None:
    """Who supervises may be made by a later batch, or have been made by an earlier one."""
    lines = [f"a-{number},N,N,,a-{34 - number}" for number in range(35) if number != 17]
    file = write(portal, HEADINGS + ",Supervisor", *lines, "a-17,N,N,,none")
    portal.ok("user", "import", file, "--keep-going")
    found = dict(
        portal.sql("SELECT u.login, b.login FROM users u JOIN users b ON b.id = u.supervisor_id")
    )
    assert found == {f"a-{number}": f"a-{34 - number}" for number in range(35) if number != 17}


@pytest.mark.usefixtures("small_batches")
def test_seats_freed_further_down_are_not_given_before(portal: Portal) -> None:
    """In a run of several batches a seat is taken only once it is free; the ledger stays right."""
    portal.ok("user", "import", write(portal, HEADINGS, "old,O,O,"))
    portal.ok("settings", "set", "plan.max-active-users=11")
    lines = [f"a-{number},N,N,," for number in range(11)]
    file = write(portal, HEADINGS + ",Status", *lines, "old,,,,inactive")
    portal.ok("user", "import", file, "--keep-going")
    active = portal.value("SELECT count(*) FROM users WHERE status = 'active'")
    assert portal.value("SELECT seats_taken FROM portals") == active
    states = dict(portal.sql("SELECT login, status FROM users"))
    assert [states["a-8"], states["a-9"], states["old"]] == ["active", "inactive", "inactive"]


def test_the_number_of_rows_can_be_demanded(portal: Portal) -> None:
    """--expect-rows refuses a file that was cut short."""
    file = write(portal, *people_lines("a", 3))
    assert portal.refused("user", "import", file, "--expect-rows", "4") == "rows_unexpected"
    assert count_people(portal) == 0
    portal.ok("user", "import", file, "--expect-rows", "3")


def test_a_file_with_nothing_but_headings_is_a_success(portal: Portal) -> None:
    """It changes nothing."""
    ran = portal.ok("user", "import", write(portal, HEADINGS), "-o", "json", "--results", "r.csv")
    assert (ran.json["rows"], ran.json["created"]) == (0, 0)
    assert rows_of(portal, "r.csv") == []


def test_standard_input_is_a_file(portal: Portal) -> None:
    """`-` reads what is piped in."""
    portal.ok("user", "import", "-", stdin="\n".join(people_lines("a", 2)))
    assert count_people(portal) == 2


def test_standard_input_outlives_a_repeated_transaction(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When another writer comes between, all is done again although the pipe has run dry."""
    checked = telling.build_answer
    calls: list[int] = []

    def interrupted(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise database_errors.RetryTransaction
        return checked(*given)

    monkeypatch.setattr(bulk, "build_answer", interrupted)
    ran = portal.ok(
        "user", "import", "-", "--results", "r.csv", stdin="\n".join(people_lines("a", 2))
    )
    assert ran.status == 0
    assert len(calls) == 2
    assert count_people(portal) == 2
    assert len(rows_of(portal, "r.csv")) == 2


# The files about the rows ------------------------------------------------------------------------


def test_results_have_one_line_for_each_row(portal: Portal) -> None:
    """Which row, what became of it, whom it means, what changed, and why it failed."""
    portal.ok("user", "import", write(portal, HEADINGS, "a,A,A,", "b,B,B,"))
    file = write(portal, HEADINGS, "a,A,X,a@example.com", "", "b,B,B,", "c,C,C,", "d,,D,")
    portal.run("user", "import", file, "--keep-going", "--results", "r.csv")
    ids = dict(portal.sql("SELECT login, id FROM users"))
    assert [list(row.values()) for row in rows_of(portal, "r.csv")] == [
        ["1", "2", "a", "updated", str(ids["a"]), "email,last_name", "", "", ""],
        ["2", "4", "b", "unchanged", str(ids["b"]), "", "", "", ""],
        ["3", "5", "c", "created", str(ids["c"]), "", "", "", ""],
        [
            *("4", "6", "d", "failed", "", "", "row_name_missing", "First name"),
            "A new person needs a first name.",
        ],
    ]


def test_rejects_can_be_mended_and_taken_in(portal: Portal) -> None:
    """The failed rows come back as they were, with the reason in a last column that is ignored."""
    file = write(portal, "User;First name;Surname", "a;A;A", 'b;;"B; jr"', "c;C")
    ran = portal.run("user", "import", file, "--keep-going", "--rejects", "mend.csv")
    assert ran.status == 7
    text = portal.folder.joinpath("mend.csv").read_text(encoding="utf-8")
    assert text.splitlines()[0] == "User,First name,Surname,_error"
    assert "A new person needs a first name." in text.splitlines()[1]
    assert "2 cells" in text.splitlines()[2]
    mended = text.replace("b,,", "b,Ben,").replace("c,C,", "c,C,Cole,")
    portal.folder.joinpath("mend.csv").write_text(mended, encoding="utf-8")
    assert portal.ok("user", "import", "mend.csv", "-o", "json").json["created"] == 2


def test_the_files_are_written_when_everything_is_refused_too(portal: Portal) -> None:
    """A refused file tells of every row: failed, or not attempted."""
    file = write(portal, HEADINGS, "a,A,A,", "b,,B,")
    portal.run("user", "import", file, "--results", "r.csv", "--rejects", "j.csv")
    assert [row["outcome"] for row in rows_of(portal, "r.csv")] == ["not_attempted", "failed"]
    assert [row["Login"] for row in rows_of(portal, "j.csv")] == ["b"]


def test_a_file_that_could_not_be_written_stops_everything(portal: Portal) -> None:
    """What cannot be told afterwards is not done."""
    file = write(portal, *people_lines("a", 2))
    given = ("user", "import", file, "--results", "nowhere/r.csv")
    assert portal.refused(*given) == "csv_file_unwritable"
    assert count_people(portal) == 0


# Resuming ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("small_batches")
def test_an_interrupted_run_is_resumed_where_it_stopped(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole batches stay; --resume skips their rows, finishes the rest, keeps the number."""
    file = write(portal, *people_lines("a", 35))
    with monkeypatch.context() as patch:
        interrupt_after(patch, after=2)
        assert portal.run("user", "import", file, "--keep-going").status == 130
    assert count_people(portal) == 20
    ran = portal.ok("user", "import", file, "--resume", "--results", "r.csv", "-o", "json")
    assert (ran.json["run"], ran.json["created"], ran.json["skipped"]) == (1, 15, 20)
    assert [row["outcome"] for row in rows_of(portal, "r.csv")] == ["skipped"] * 20 + [
        "created"
    ] * 15
    assert portal.sql("SELECT state, created FROM runs") == [("finished", 35)]
    assert portal.refused("user", "import", file, "--resume") == "run_not_interrupted"


@pytest.mark.usefixtures("small_batches")
def test_a_run_that_is_being_finished_is_not_resumed(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever resumes it waits for that, and is told that nothing is left to do."""
    file = write(portal, *people_lines("a", 35))
    with monkeypatch.context() as patch:
        interrupt_after(patch, after=2)
        portal.run("user", "import", file, "--keep-going")
    finish = "UPDATE runs SET state = 'finished', failed = 0, finished_at = started_at"
    resume = ("user", "import", file, "--resume", "-o", "json")
    ran = run_during(portal, resume, finish)
    assert (ran.status, ran.code) == (4, "run_not_interrupted")
    assert count_people(portal) == 20


@pytest.mark.usefixtures("small_batches")
def test_an_interrupted_run_may_simply_be_run_again(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --resume rows that were written are unchanged, and nothing is left to resume."""
    file = write(portal, *people_lines("a", 35))
    with monkeypatch.context() as patch:
        interrupt_after(patch, after=1)
        portal.run("user", "import", file, "--keep-going")
    ran = portal.ok("user", "import", file, "-o", "json")
    assert (ran.json["created"], ran.json["unchanged"]) == (25, 10)
    assert portal.refused("user", "import", file, "--resume") == "run_not_interrupted"


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (("--results", "PEOPLE"), "the file that is read"),
        (("--rejects", "./PEOPLE"), "the file that is read"),
        (("--results", "r.csv", "--rejects", "r.csv"), "what --results writes"),
        (("--results", "-", "--rejects", "-"), "what --results writes"),
    ],
)
def test_no_file_is_two_things_at_once(portal: Portal, more: tuple[str, ...], what: str) -> None:
    """Neither is what is read written over, nor one report by the other; nothing is touched."""
    file = write(portal, *people_lines("a", 2))
    before = portal.folder.joinpath(file).read_bytes()
    words = [word.replace("PEOPLE", file) for word in more]
    with unchanged(portal, audited=0):
        ran = portal.run("user", "import", file, *words, "-o", "json")
    assert (ran.status, ran.code) == (2, "files_clash")
    assert ran.error["message"].endswith(f"that is {what}.")
    assert portal.folder.joinpath(file).read_bytes() == before


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_a_report_about_rows_takes_the_place_of_the_answer(portal: Portal, name: str) -> None:
    """Standard output then holds the report alone, and the numbers are in the sentence."""
    file = write(portal, *people_lines("a", 2))
    ran = portal.ok("user", "import", file, "--results", name)
    assert ran.out.splitlines()[0].startswith("row,line,key,outcome")
    assert len(ran.out.splitlines()) == 3
    assert "2 created" in ran.err
    assert not portal.folder.joinpath("-").exists()


@pytest.mark.parametrize("report", ["--results", "--rejects"])
@pytest.mark.parametrize("how", [(), ("--keep-going",)])
def test_a_report_that_fails_afterwards_takes_nothing_back(
    portal: Portal, report: str, how: tuple[str, ...]
) -> None:
    """The change is made and said, with the status of a partial success; other reports are there.

    A device that is full is written when all is committed, so that it tells no more than is true.
    """
    file = write(portal, *people_lines("a", 2), *(["b,,B,"] if how else []))
    other = "--rejects" if report == "--results" else "--results"
    ran = portal.run("user", "import", file, *how, report, "/dev/full", other, "o.csv")
    assert (ran.status, count_people(portal)) == (7, 2)
    assert "2 created" in ran.err
    assert "This stands, but '/dev/full' could not be written: No space left" in ran.err
    assert portal.folder.joinpath("o.csv").exists() or (report == "--rejects" and how == ())


@pytest.mark.usefixtures("small_batches")
def test_a_report_that_fails_after_some_batches_does_not_stop_the_last(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was going to be written is, whatever becomes of the files about it."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    file = write(portal, *people_lines("a", 35))
    monkeypatch.setattr("lmsctl.kit.csvout.CsvFile.write_all", fail)
    ran = portal.run("user", "import", file, "--keep-going", "--results", "r.csv")
    assert (ran.status, count_people(portal)) == (7, 35)
    assert "This stands, but 'r.csv' could not be written" in ran.err
    assert report_files(portal) == set()


def report_files(portal: Portal) -> set[str]:
    """Return the reports in the folder, and their halves."""
    names = {path.name for path in portal.folder.iterdir()}
    return {name for name in names if name.endswith(".part") or name == "r.csv"}


def test_a_rehearsal_writes_no_report(portal: Portal) -> None:
    """There is nothing to tell of, and what cannot be written is refused all the same."""
    file = write(portal, *people_lines("a", 2))
    portal.folder.joinpath("r.csv").write_text("old")
    portal.ok("user", "import", file, "-n", "--results", "r.csv", "--rejects", "j.csv")
    assert portal.folder.joinpath("r.csv").read_text() == "old"
    assert not portal.folder.joinpath("j.csv").exists()
    words = ("user", "import", file, "-n", "--results", "nowhere/r.csv")
    assert portal.refused(*words) == "csv_file_unwritable"


@pytest.mark.parametrize("path", ["-", "/dev/zero"])
def test_an_endless_input_is_refused_before_the_disk_is_full(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """What is no file is put aside up to a limit; the refusal names what was read."""
    monkeypatch.setattr("lmsctl.kit.csvbytes._SPOOL_LIMIT", 1 << 20)
    ran = portal.run("user", "import", path, "-o", "json", stdin="x" * ((1 << 20) + 1))
    assert (ran.status, ran.code) == (6, "csv_file_endless")
    assert ran.error["location"]["file"] == path.replace("-", "<stdin>")
    assert "1 MiB" in ran.error["message"]


def test_other_bytes_are_no_resumption(portal: Portal) -> None:
    """A run belongs to the very bytes it read."""
    file = write(portal, *people_lines("a", 3))
    assert portal.refused("user", "import", file, "--resume") == "run_not_interrupted"
    assert count_people(portal) == 0


# Killed ------------------------------------------------------------------------------------------


@pytest.fixture
def counted_seats(portal: Portal) -> None:
    """Let seats be counted, as they are where the plan has a limit."""
    portal.ok("settings", "set", "plan.max-active-users=100000")


def is_ledger_right(portal: Portal) -> bool:
    """Say whether the ledger of seats agrees with the people."""
    return bool(
        portal.value(
            """
            SELECT seats_taken = (SELECT count(*) FROM users WHERE status = 'active') FROM portals
            """
        )
    )


@pytest.mark.parametrize("step", [2, pytest.param(1, marks=pytest.mark.heavy)])
@pytest.mark.usefixtures("counted_seats")
def test_killed_before_any_database_call_all_rows_or_none(portal: Portal, step: int) -> None:
    """Before each second call of the database, or before each: all rows, or none of them.

    After some of the kills the file is imported again, and every row is there.
    """
    kills = 0
    at = 1
    while run_killed(portal, ["user", "import", write(portal, *people_lines(f"k{at}", 5))], at):
        kills += 1
        assert count_people(portal, f"k{at}-") in {0, 5}
        assert is_ledger_right(portal)
        if kills % 5 == 0:
            portal.ok("user", "import", "people.csv")
            assert count_people(portal, f"k{at}-") == 5
        at += step
    assert count_people(portal, f"k{at}-") == 5
    assert kills >= 25 // step


@pytest.mark.parametrize("step", [9, pytest.param(4, marks=pytest.mark.heavy)])
@pytest.mark.usefixtures("small_batches", "counted_seats")
def test_killed_while_keeping_going_whole_batches_stay(portal: Portal, step: int) -> None:
    """One kill in some of the calls: batches of ten stay whole, and running again completes."""
    kills = 0
    at = 10
    while run_killed(
        portal, ["user", "import", write(portal, *people_lines(f"k{at}", 25)), "--keep-going"], at
    ):
        kills += 1
        assert count_people(portal, f"k{at}-") in {0, 10, 20, 25}
        assert is_ledger_right(portal)
        is_unfinished = portal.value("SELECT count(*) FROM runs WHERE state = 'running'") > 0
        portal.ok("user", "import", "people.csv", "--resume" if is_unfinished else "--keep-going")
        assert count_people(portal, f"k{at}-") == 25
        at += step
    assert kills >= 48 // step


@pytest.mark.usefixtures("counted_seats")
def test_killed_at_any_moment_all_rows_or_none(portal: Portal) -> None:
    """Real processes killed after ever longer times leave all rows or none, and can run again."""
    started = time.monotonic()
    portal.start("user", "import", write(portal, *people_lines("first", 1500))).communicate()
    whole = time.monotonic() - started
    assert count_people(portal, "first-") == 1500
    for step in range(8):
        file = write(portal, *people_lines(f"k{step}", 1500), file=f"k{step}.csv")
        process = portal.start("user", "import", file)
        time.sleep(whole * (0.35 + 0.07 * step))
        process.kill()
        process.communicate()
        assert count_people(portal, f"k{step}-") in {0, 1500}
        assert is_ledger_right(portal)
    for step in range(8):
        portal.ok("user", "import", f"k{step}.csv")
    assert count_people(portal, "k") == 12000
    assert is_ledger_right(portal)


# Size --------------------------------------------------------------------------------------------

_PEAK = """
import resource, sys
from lmsctl.cli import main
status = main(sys.argv[1:])
sys.stderr.write(f"peak {status} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
"""


def peak_kib(portal: Portal, file: str) -> int:
    """Import a file in a process of its own and return the most memory it had."""
    ran = subprocess.run(
        [sys.executable, "-c", _PEAK, "user", "import", file],
        cwd=portal.folder,
        env={**portal.environment(), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    _, status, peak = ran.stderr.rsplit(" ", 2)
    assert status == "0"
    return int(peak)


def test_memory_does_not_grow_with_the_file(portal: Portal) -> None:
    """Thirty thousand rows need hardly more than three thousand."""
    small = peak_kib(portal, write(portal, *people_lines("small", 3_000)))
    large = peak_kib(portal, write(portal, *people_lines("large", 30_000)))
    assert large < small + 40 * 1024
