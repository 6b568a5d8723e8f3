"""Runs that kept going tell why rows failed, can be completed, and can be read again later."""

from typing import Any

import pytest

from lmsctl.bulk.store import runs
from tests.conftest import Portal

TOKENS = "Knowledge code,Token,Token label,Creates,Limit,Expires"
PEOPLE = "Login,First name,Last name,Email,Supervisor"


@pytest.fixture
def portal_with_topic(portal: Portal) -> Portal:
    """Return a portal with an item."""
    portal.ok("content", "create", "--kind", "topic", "--code", "topic", "--title", "T")
    return portal


def write(portal: Portal, *lines: str) -> str:
    """Write a file into the portal's folder and return its name."""
    portal.folder.joinpath("rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return "rows.csv"


def keep_going(portal: Portal, *argv: str, status: int = 7) -> dict[str, Any]:
    """Take in a file of which some rows fail, and return the report."""
    ran = portal.run(*argv, "--keep-going", "-o", "json")
    assert ran.status == status, ran.err
    report: dict[str, Any] = ran.json
    return report


def nicknames(portal: Portal) -> list[str]:
    """Return the labels of all tokens."""
    return [row[0] for row in portal.sql("SELECT nickname FROM tokens ORDER BY id")]


def test_keeping_going_tells_why_rows_failed(portal: Portal) -> None:
    """The first faults are told as for a file that is refused, and so does `_error`."""
    rows = ("ceo,C,Eo,ceo@bad,", "u,U,N,u@example.com,ceo", "ok,O,K,,")
    file = write(portal, PEOPLE, *rows)
    ran = portal.run("user", "import", file, "--keep-going", "--rejects", "rejects.csv")
    assert ran.status == 7
    told = [line for line in ran.err.splitlines() if line.startswith("  - ")]
    assert told[0].startswith("  - rows.csv, row 1, line 2, column Email: ceo@bad is not")
    assert told[0].endswith("without name, quotes or comments.")
    assert told[1].endswith("Fix row 1; nothing else is wrong with this one.")
    assert "1 of them fails only because of another row." in ran.err
    assert "lmsctl run show 1" in ran.err
    rejected = portal.folder.joinpath("rejects.csv").read_text(encoding="utf-8")
    assert "Fix row 1; nothing else" in rejected
    refused = portal.run("user", "import", file).err
    assert all(line in refused for line in told)


def test_a_rehearsal_names_no_run(portal_with_topic: Portal) -> None:
    """What a dry run tells cannot be read again, because nothing of it is kept."""
    file = write(portal_with_topic, TOKENS, "nix,,A,,,", "topic,,B,,,")
    ran = portal_with_topic.run("token", "bulk-upload", file, "--keep-going", "--dry-run")
    assert ran.status == 7
    assert "There is no content 'nix'" in ran.err
    assert "run show" not in ran.err
    assert portal_with_topic.ok("run", "list", "-o", "json").json == []


def test_the_same_file_again_takes_the_rows_that_failed(portal_with_topic: Portal) -> None:
    """Tokens that were made are not made again; what is right meanwhile is; then it is over."""
    portal = portal_with_topic
    file = write(portal, TOKENS, "topic,,A,,,", "later,,B,,,", "topic,,C,,0,", "topic,four,D,,,")
    upload = ("token", "bulk-upload", file)
    assert keep_going(portal, *upload)["created"] == 2
    again = keep_going(portal, *upload)
    assert (again["created"], again["failed"], again["skipped"]) == (0, 2, 2)
    portal.ok("content", "create", "--kind", "topic", "--code", "later", "--title", "T")
    assert portal.refused(*upload) == "rows_rejected"
    again = keep_going(portal, *upload, "--results", "results.csv")
    assert (again["created"], again["failed"], again["skipped"]) == (1, 1, 2)
    assert nicknames(portal) == ["A", "D", "B"]
    lines = portal.folder.joinpath("results.csv").read_text(encoding="utf-8").splitlines()
    told = [line.split(",") for line in lines[1:]]
    assert [one[3] for one in told] == ["skipped", "created", "failed", "skipped"]
    assert [one[2] for one in told][0::2] == ["", ""], "codes that no token has"
    assert told[3][2] == "four"


def test_the_rejects_once_fixed_complete_the_file(portal_with_topic: Portal) -> None:
    """What a run left out can be fixed in the rejects and uploaded, once."""
    portal = portal_with_topic
    file = write(portal, TOKENS, "topic,,A,,,", "topic,,B,,0,")
    ran = portal.run("token", "bulk-upload", file, "--keep-going", "--rejects", "rejects.csv")
    assert "Fix these rows in a file of their own" in ran.err
    rejects = portal.folder / "rejects.csv"
    rejects.write_text(rejects.read_text(encoding="utf-8").replace(",0,", ",1,"), encoding="utf-8")
    portal.ok("token", "bulk-upload", "rejects.csv")
    assert nicknames(portal) == ["A", "B"]
    assert portal.refused("token", "bulk-upload", "rejects.csv") == "bytes_taken_already"


def test_a_file_of_which_too_much_failed_is_not_guessed_at(
    portal_with_topic: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is not known of every row that it failed, the file is refused without --again."""
    portal = portal_with_topic
    monkeypatch.setattr(runs, "_FAULTS_KEPT", 1)
    file = write(portal, TOKENS, "topic,,A,,,", "nix,,B,,,", "nix,,C,,,")
    keep_going(portal, "token", "bulk-upload", file)
    assert portal.refused("token", "bulk-upload", file, "--keep-going") == "bytes_taken_already"
    again = keep_going(portal, "token", "bulk-upload", file, "--again")
    assert (again["created"], again["skipped"]) == (1, 0)
    assert portal.ok("run", "show", "2", "-o", "json").json["faults_kept"] == 1


def test_a_run_can_be_read_again(portal: Portal) -> None:
    """Its kind, file, state, numbers and faults, causes first, in every format."""
    rows = ("u,U,N,u@example.com,ceo", "ceo,C,Eo,ceo@bad,", "ok,O,K,,")
    keep_going(portal, "user", "import", write(portal, PEOPLE, *rows))
    (listed,) = portal.ok("run", "list", "-o", "json").json
    assert (listed["kind"], listed["file"], listed["state"]) == (
        "user import",
        "rows.csv",
        "finished",
    )
    assert (listed["created"], listed["failed"], listed["faults_kept"]) == (1, 2, 2)
    shown = portal.ok("run", "show", "1", "-o", "json").json
    assert [(one["row"], one["column"], one["code"]) for one in shown["faults"]] == [
        (2, "Email", "email_invalid"),
        (1, "Supervisor", "row_supervisor_failed"),
    ]
    assert shown["faults"][1]["hint"] == "Fix row 2; nothing else is wrong with this one."
    assert shown["operator"]
    assert shown["finished_at"]
    for form in ("table", "plain", "csv", "jsonl"):
        ran = portal.ok("run", "show", "1", "-o", form)
        assert "email_invalid" in ran.out, form
    assert "Run 1 of rows.csv (user import) is finished: 1 created" in ran.err
    assert portal.refused("run", "show", "2") == "run_unknown"
    assert portal.refused("run", "show", str(10**30)) == "run_unknown"


def test_what_was_wrong_is_kept_of_the_last_runs(
    portal_with_topic: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the last run of the same rows, and of a few others."""
    portal = portal_with_topic
    monkeypatch.setattr(runs, "_RUNS_EXPLAINED", 2)
    for label in "AABCD":
        keep_going(portal, "token", "bulk-upload", write(portal, TOKENS, f"nix,,{label},,,"))
    kept = [run["faults_kept"] for run in portal.ok("run", "list", "-o", "json").json]
    assert kept == [0, 0, 0, 1, 1]
    ran = portal.ok("run", "show", "1", "-o", "csv", "-v")
    assert "Why is not kept any more." in ran.err


def test_runs_are_seen_by_who_may_run_them_or_sees_the_log(portal: Portal) -> None:
    """Who imports in one department sees what they ran themselves, and nothing of others."""
    portal.ok("department", "create", "Sales")
    names = ("--first-name", "K", "--last-name", "L")
    portal.ok("user", "create", "--login", "local", *names)
    portal.ok("role", "grant", "local", "department-administrator", "--department", "Sales")
    keep_going(portal, "user", "import", write(portal, PEOPLE, "a,A,,,", "b,B,B,,"))
    head = "Login,First name,Last name,Department"
    file = write(portal, head, "c,C,,Sales", "d,D,D,Sales")
    keep_going(portal, "user", "import", file, "--as", "local")
    seen = portal.ok("run", "list", "-o", "json", "--as", "local").json
    assert [run["id"] for run in seen] == [2]
    assert portal.refused("run", "show", "1", "--as", "local") == "run_unknown"
    assert portal.ok("run", "show", "2", "-o", "json", "--as", "local").json["failed"] == 1
    assert portal.refused("run", "list", "--as", "d") == "permission_missing"
