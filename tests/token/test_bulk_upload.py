"""Uploading tokens: a spreadsheet in, one outcome for each row, and never half of it."""

import csv
import io
from itertools import count
from typing import Any

import pytest

from lmsctl.bulk.actions import writing
from lmsctl.kit.work import Work
from tests.conftest import Portal
from tests.kills import interrupt_after
from tests.tokens import checked_uses, create_items, create_token, redeem, show_token

HEADINGS = "Token id,Knowledge,Knowledge code,Token,Token label,Creates,Limit,Expires,Active"


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with one item of each kind."""
    return create_items(portal)


def write(portal: Portal, *lines: str, file: str = "tokens.csv") -> str:
    """Write a file into the portal's folder and return its name."""
    portal.folder.joinpath(file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def upload(portal: Portal, *lines: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
    """Upload lines below the usual headings, which must succeed, and return the report."""
    ran = portal.ok("token", "bulk-upload", write(portal, HEADINGS, *lines), *options, "-o", "json")
    report: dict[str, Any] = ran.json
    return report


def numbers(report: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return how many rows created, updated, left and failed."""
    return report["created"], report["updated"], report["unchanged"], report["failed"]


def faults(portal: Portal, *lines: str, headings: str = HEADINGS) -> list[tuple[int, str, str]]:
    """Return row, column and code of all that is wrong with lines that must be refused whole."""
    before = tokens(portal)
    ran = portal.run("token", "bulk-upload", write(portal, headings, *lines), "-o", "json")
    assert (ran.status, ran.code, ran.out) == (6, "rows_rejected", "")
    assert tokens(portal) == before
    return [
        (detail["location"]["row"], detail["location"]["column"], detail["code"])
        for detail in ran.error["details"]
    ]


def tokens(portal: Portal) -> list[tuple[Any, ...]]:
    """Return everything about every token."""
    return portal.sql("SELECT * FROM tokens ORDER BY id")


def rows_of(text: str) -> list[dict[str, str]]:
    """Return the rows of a CSV text."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def template(portal: Portal, *options: str) -> str:
    """Return what `token template` prints."""
    return portal.ok("token", "template", *options).out


# The template ------------------------------------------------------------------------------------


def test_the_template_of_an_empty_portal_is_the_heading_row(portal_with_items: Portal) -> None:
    """It is a file to begin with, and uploading it as it is changes nothing and succeeds."""
    assert template(portal_with_items, "-o", "json").splitlines() == [HEADINGS]
    assert numbers(upload(portal_with_items)) == (0, 0, 0, 0)
    assert tokens(portal_with_items) == []


def test_the_template_uploads_unchanged(portal_with_items: Portal) -> None:
    """Whatever tokens there are, the file that shows them changes none of them."""
    create_token(portal_with_items, "plain")
    create_token(
        portal_with_items,
        "dated",
        "article",
        "--limit",
        "7",
        "--expires",
        "2026-05-31",
        "--nickname",
        "=1+1",
    )
    create_token(
        portal_with_items,
        "timed",
        "pathway",
        "--expires",
        "2026-05-31T10:30:00+02:00",
        "--creates",
        "staff",
    )
    create_token(portal_with_items, "+49 30", "topic", "--nickname", "a;b,'c' \"d\"")
    create_token(portal_with_items, "old", "article")
    portal_with_items.ok("token", "deactivate", "old")
    redeem(portal_with_items, "ann", "dated")
    portal_with_items.ok("content", "archive", "article")
    portal_with_items.ok("settings", "set", "time-zone=Europe/Berlin")
    before = tokens(portal_with_items)
    text = template(portal_with_items)
    portal_with_items.folder.joinpath("t.csv").write_text(text, encoding="utf-8", newline="")
    ran = portal_with_items.ok("token", "bulk-upload", "t.csv", "-o", "json")
    assert numbers(ran.json) == (0, 0, 5, 0)
    assert tokens(portal_with_items) == before
    rows = rows_of(text)
    assert [row["Expires"] for row in rows] == [
        "never",
        "2026-06-01T01:59:59+02:00",
        "2026-05-31T10:30:00+02:00",
        "never",
        "never",
    ]
    assert (rows[1]["Token label"], rows[3]["Token"]) == ("'=1+1", "'+49 30")
    assert rows[4]["Active"] == "No"
    assert template(portal_with_items, "--tz", "UTC").splitlines()[2].split(",")[-2] == "2026-05-31"


def test_writing_the_template_is_audited(portal_with_items: Portal) -> None:
    """It holds every code, so it is known who asked for it."""
    template(portal_with_items)
    assert portal_with_items.ok("audit", "list", "-o", "json").json[-1]["code"] == "tokens.exported"


# Making and changing -----------------------------------------------------------------------------


def test_one_file_makes_and_changes_tokens(portal_with_items: Portal) -> None:
    """Rows with a token id change that token and nothing else; rows without make one."""
    create_token(portal_with_items, "spring", "topic", "--limit", "10", "--nickname", "Old")
    redeem(portal_with_items, "ann")
    before = show_token(portal_with_items)
    report = upload(
        portal_with_items,
        f"{before['id']},Whatever,topic,,New label,Client,20,2026-04-01,No",
        ",,article,fair-1,Fair,prospect,5,01/04/2026,yes",
        ",,PATHWAY,,Made up,STAFF,,,",
    )
    assert numbers(report) == (2, 1, 0, 0)
    after = show_token(portal_with_items)
    assert after == {
        **before,
        "nickname": "New label",
        "creates": "client",
        "limit": 20,
        "expires_at": "2026-04-01T23:59:59Z",
        "ends_at": "2026-04-01T23:59:59Z",
        "active": False,
        "state": "disabled",
        "blocked_by": ["token_disabled"],
        "version": before["version"] + 1,
    }
    assert checked_uses(portal_with_items) == 1
    fair = show_token(portal_with_items, "fair-1")
    assert (fair["content"], fair["limit"], fair["creates"]) == ("article", 5, "prospect")
    assert (fair["nickname"], fair["expires_at"]) == ("Fair", "2026-04-01T23:59:59Z")
    made = portal_with_items.ok("token", "list", "--content", "pathway", "-o", "json").json[0]
    assert (made["nickname"], made["creates"], made["limit"]) == ("Made up", "staff", None)
    assert (made["expires_at"], made["active"], len(made["code"])) == (None, True, 12)
    redeem(portal_with_items, "ben", made["code"])
    assert len(portal_with_items.ok("db", "check", "-o", "json").json) == 0


def test_the_seven_columns_of_the_original_template(portal_with_items: Portal) -> None:
    """A sheet without Token and Active uploads as it is: codes are made, tokens work at once."""
    headings = "Token id;Knowledge;Knowledge code;Token label;Creates;Limit;Expires"
    file = write(portal_with_items, headings, ";The topic;topic;Booth 1;Prospect;100;31/03/26")
    assert numbers(portal_with_items.ok("token", "bulk-upload", file, "-o", "json").json) == (
        1,
        0,
        0,
        0,
    )
    (made,) = portal_with_items.ok("token", "list", "-o", "json").json
    assert (made["nickname"], made["active"], made["state"]) == ("Booth 1", True, "open")
    assert made["expires_at"] == "2026-03-31T23:59:59Z"


def test_labels_can_be_read_as_codes(portal_with_items: Portal) -> None:
    """--map "Token label=token" is all it takes; such tokens have no nickname."""
    headings = "Token id,Knowledge,Knowledge code,Token label,Creates,Limit,Expires"
    file = write(
        portal_with_items, headings, ",,topic,BOOTH-1,prospect,,", ",,topic,BOOTH-2,prospect,,"
    )
    mapping = ("--map", "Token label=token")
    ran = portal_with_items.ok("token", "bulk-upload", file, *mapping, "-o", "json")
    assert numbers(ran.json) == (2, 0, 0, 0)
    assert show_token(portal_with_items, "booth-1")["nickname"] is None
    again = portal_with_items.run("token", "bulk-upload", file, *mapping, "--again", "-o", "json")
    assert again.status == 6
    assert [detail["location"]["column"] for detail in again.error["details"]] == [
        "Token label",
        "Token label",
    ], "the heading is named as the file has it"


# Each row on its own -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        ("99,,topic,,L,prospect,,,", "Token id", "row_token_unknown"),
        ("x1,,topic,,L,prospect,,,", "Token id", "row_token_number_wrong"),
        (",,nothing,,L,prospect,,,", "Knowledge code", "content_unknown"),
        (",The topic,,,L,prospect,,,", "Knowledge code", "row_content_missing"),
        (",,folder,,L,prospect,,,", "Knowledge code", "token_content_wrong"),
        (",,course,,L,prospect,,,", "Knowledge code", "token_content_wrong"),
        (",,lib,,L,prospect,,,", "Knowledge code", "token_content_library"),
        (",,gone,,L,prospect,,,", "Knowledge code", "content_archived"),
        (",,topic,spring,L,prospect,,,", "Token", "row_token_exists"),
        (",,topic,SPRING ,L,prospect,,,", "Token", "row_token_exists"),
        (",,topic,ab,L,prospect,,,", "Token", "token_code_invalid"),
        (",,topic,,,prospect,,,", "Token label", "row_label_missing"),
        (",,topic,,L,prospects,,,", "Creates", "row_creates_unclear"),
        (",,topic,,L,prospect,0,,", "Limit", "token_limit_zero"),
        (",,topic,,L,prospect,1.5,,", "Limit", "token_limit_wrong"),
        (",,topic,,L,prospect,١٢,,", "Limit", "token_limit_wrong"),
        (",,topic,,L,prospect,,03/25/2026,", "Expires", "cell_date_month_first"),
        (",,topic,,L,prospect,,2026-03-31 25:00,", "Expires", "cell_time_invalid"),
        (",,topic,,L,prospect,,,maybe", "Active", "row_active_unclear"),
        ("1,,article,,L,prospect,,,", "Knowledge code", "row_content_moved"),
        ("1,,topic,autumn,L,prospect,,,", "Token", "row_code_changed"),
        ("1,,topic,,L,prospect,1,,", "Limit", "token_limit_below_uses"),
        ("1,,topic,,L,none,,,", "Creates", "row_creates_unclear"),
    ],
)
def test_what_is_wrong_with_a_row(
    portal_with_used_token: Portal, line: str, column: str, code: str
) -> None:
    """Each has its own reason and names its cell; nothing is written, good rows neither."""
    assert faults(portal_with_used_token, ",,topic,good,L,prospect,,,", line) == [(2, column, code)]


@pytest.fixture
def portal_with_used_token(portal_with_items: Portal) -> Portal:
    """Return the portal with one token, number 1, used twice, and library and archived content."""
    library = ("--kind", "topic", "--code", "lib", "--title", "L", "--source", "library")
    portal_with_items.ok("content", "create", *library)
    portal_with_items.ok("content", "create", "--kind", "topic", "--code", "gone", "--title", "G")
    portal_with_items.ok("content", "archive", "gone")
    create_token(portal_with_items)
    redeem(portal_with_items, "ann")
    redeem(portal_with_items, "ben")
    assert show_token(portal_with_items)["id"] == 1
    return portal_with_items


def test_rows_that_mean_the_same(portal_with_used_token: Portal) -> None:
    """Two rows for one token, or two that make the same code, are wrong on both rows."""
    found = faults(
        portal_with_used_token,
        "1,,topic,,A,prospect,,,",
        ",,topic,Twin,L,prospect,,,",
        "01,,topic,,B,prospect,,,",
        ",,topic,tWIN,L,prospect,,,",
    )
    assert found == [
        (1, "Token id", "row_repeated"),
        (2, "Token", "row_repeated"),
        (3, "Token id", "row_repeated"),
        (4, "Token", "row_repeated"),
    ]


def test_every_fault_of_a_row_is_told(portal_with_used_token: Portal) -> None:
    """Whoever mends the row mends it once."""
    assert faults(portal_with_used_token, "x,,,a,,none,0,soon,perhaps") == [
        (1, "Active", "row_active_unclear"),
        (1, "Creates", "row_creates_unclear"),
        (1, "Expires", "cell_time_invalid"),
        (1, "Knowledge code", "row_content_missing"),
        (1, "Limit", "token_limit_zero"),
        (1, "Token", "token_code_invalid"),
        (1, "Token id", "row_token_number_wrong"),
    ]


@pytest.mark.parametrize(
    "missing", ["Knowledge code", "Token label", "Creates", "Limit", "Expires"]
)
def test_columns_that_have_to_be_there(portal_with_items: Portal, missing: str) -> None:
    """Without one of them the file is stopped before a row is read."""
    headings = [heading for heading in HEADINGS.split(",") if heading != missing]
    file = write(portal_with_items, ",".join(headings), ",".join("" for _ in headings))
    ran = portal_with_items.run("token", "bulk-upload", file, "-o", "json")
    assert (ran.status, ran.code) == (6, "csv_column_missing")
    assert missing in ran.error["message"]


# The run -----------------------------------------------------------------------------------------


def test_the_same_bytes_make_tokens_once(portal_with_items: Portal) -> None:
    """Uploading a file a second time is refused and names the run that took it, unless --again."""
    report = upload(portal_with_items, ",,topic,,L,prospect,,,")
    file = write(portal_with_items, HEADINGS, ",,topic,,L,prospect,,,")
    for rehearsal in ((), ("--dry-run",), ("--keep-going",)):
        ran = portal_with_items.run("token", "bulk-upload", file, *rehearsal, "-o", "json")
        assert (ran.status, ran.code) == (6, "bytes_taken_already")
        assert ran.error["message"].startswith(f"Run {report['run']} of ")
    assert len(tokens(portal_with_items)) == 1
    portal_with_items.ok("token", "bulk-upload", file, "--again")
    assert len(tokens(portal_with_items)) == 2


def test_bytes_that_only_changed_tokens_may_come_again(portal_with_items: Portal) -> None:
    """Nothing is made twice by them."""
    create_token(portal_with_items)
    assert numbers(upload(portal_with_items, "1,,topic,,Label,prospect,,,")) == (0, 1, 0, 0)
    assert numbers(upload(portal_with_items, "1,,topic,,Label,prospect,,,")) == (0, 0, 1, 0)


def test_a_rehearsal_tells_and_writes_nothing(portal_with_items: Portal) -> None:
    """--dry-run has the numbers of a real upload and leaves nothing behind."""
    report = upload(portal_with_items, ",,topic,,L,prospect,,,", options=("--dry-run",))
    assert numbers(report) == (1, 0, 0, 0)
    assert (report["run"], tokens(portal_with_items)) == (None, [])
    assert numbers(upload(portal_with_items, ",,topic,,L,prospect,,,")) == (1, 0, 0, 0)


def test_the_results_list_the_codes_that_were_made(portal_with_items: Portal) -> None:
    """Nowhere else are they to be had together, in the order of the rows."""
    lines = (",,topic,given,L,prospect,,,", ",,topic,,L,prospect,,,")
    upload(portal_with_items, *lines, options=("--results", "r.csv"))
    rows = rows_of(portal_with_items.folder.joinpath("r.csv").read_text(encoding="utf-8"))
    made = portal_with_items.ok("token", "list", "-o", "json").json
    assert [(row["key"], row["outcome"], int(row["id"])) for row in rows] == [
        (item["code"], "created", item["id"]) for item in made
    ]


def test_results_of_a_refused_file_show_no_codes_that_never_were(portal_with_items: Portal) -> None:
    """What was made up for a row that made nothing means nothing."""
    file = write(
        portal_with_items, HEADINGS, ",,topic,,L,prospect,,,", ",,nothing,mine,L,prospect,,,"
    )
    portal_with_items.run("token", "bulk-upload", file, "--results", "r.csv")
    rows = rows_of(portal_with_items.folder.joinpath("r.csv").read_text(encoding="utf-8"))
    assert [(row["key"], row["outcome"]) for row in rows] == [
        ("", "not_attempted"),
        ("mine", "failed"),
    ]


def test_keep_going_takes_the_good_rows_and_the_rejects_come_back(
    portal_with_items: Portal,
) -> None:
    """The rejects file, mended, uploads like any other."""
    file = write(
        portal_with_items, HEADINGS, ",,topic,one,L,prospect,,,", ",,topic,two,L,prospect,0,,"
    )
    ran = portal_with_items.run(
        "token", "bulk-upload", file, "--keep-going", "--rejects", "mend.csv", "-o", "json"
    )
    assert (ran.status, numbers(ran.json)) == (7, (1, 0, 0, 1))
    mend = portal_with_items.folder / "mend.csv"
    text = mend.read_text(encoding="utf-8")
    assert rows_of(text)[0]["_error"].startswith("Limit: ")
    mend.write_text(text.replace("prospect,0", "prospect,3"), encoding="utf-8", newline="")
    assert numbers(portal_with_items.ok("token", "bulk-upload", "mend.csv", "-o", "json").json) == (
        1,
        0,
        0,
        0,
    )
    assert show_token(portal_with_items, "two")["limit"] == 3


def test_an_interrupted_run_is_resumed(
    portal_with_items: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens that the run has made are no obstacle to itself; nothing is made twice."""
    monkeypatch.setattr(writing, "_BATCH_ROWS", 2)
    create_token(portal_with_items, "taken")
    lines = [f",,topic,code-{number},L,prospect,,," for number in range(5)]
    lines[1] = ",,topic,TAKEN,L,prospect,,,"
    file = write(portal_with_items, HEADINGS, *lines)
    with monkeypatch.context() as patch:
        interrupt_after(patch, after=1)
        assert portal_with_items.run("token", "bulk-upload", file, "--keep-going").status == 130
    assert len(tokens(portal_with_items)) == 2
    assert (
        portal_with_items.refused("token", "bulk-upload", file, "--keep-going")
        == "bytes_taken_already"
    )
    ran = portal_with_items.run(
        "token", "bulk-upload", file, "--resume", "--results", "r.csv", "-o", "json"
    )
    assert (ran.status, ran.json["failed"]) == (7, 1)
    rows = rows_of(portal_with_items.folder.joinpath("r.csv").read_text(encoding="utf-8"))
    assert [row["outcome"] for row in rows] == ["skipped", "failed", *["created"] * 3]
    assert len(tokens(portal_with_items)) == 5
    assert (
        portal_with_items.refused("token", "bulk-upload", file, "--resume") == "run_not_interrupted"
    )


@pytest.mark.parametrize("is_one_deleted", [False, True])
def test_a_resumed_run_tells_the_codes_that_were_made_before(
    portal_with_items: Portal, monkeypatch: pytest.MonkeyPatch, *, is_one_deleted: bool
) -> None:
    """The file of results has the code of every row; where a token is gone it has none wrong."""
    monkeypatch.setattr(writing, "_BATCH_ROWS", 3)
    lines = [f",,topic,,L{number},prospect,,," for number in range(7)]
    lines[1] = ",,nothing,,L,prospect,,,"
    file = write(portal_with_items, HEADINGS, *lines)
    with monkeypatch.context() as patch:
        interrupt_after(patch, after=2)
        assert portal_with_items.run("token", "bulk-upload", file, "--keep-going").status == 130
    assert len(tokens(portal_with_items)) == 5
    if is_one_deleted:
        portal_with_items.ok("token", "delete", "1", "--yes")
    ran = portal_with_items.run("token", "bulk-upload", file, "--resume", "--results", "r.csv")
    assert ran.status == 7
    rows = rows_of(portal_with_items.folder.joinpath("r.csv").read_text(encoding="utf-8"))
    codes = dict(portal_with_items.sql("SELECT nickname, code FROM tokens"))
    assert [row["outcome"] for row in rows] == ["skipped", "failed", *["skipped"] * 4, "created"]
    known = [row["key"] for row in rows]
    if is_one_deleted:
        assert known == ["", "", "", "", "", "", codes["L6"]]
    else:
        assert known == [codes.get(f"L{n}", "") for n in range(7)]


def test_a_run_that_completes_another_one_can_be_resumed(
    portal_with_items: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row makes a second token, whichever of the three runs has taken it."""
    monkeypatch.setattr(writing, "_BATCH_ROWS", 2)
    portal = portal_with_items
    lines = [f",,{code},,L{n},prospect,,," for n, code in enumerate(["topic", "later"] * 3)]
    file = write(portal, HEADINGS, *lines)
    ran = portal.run("token", "bulk-upload", file, "--keep-going", "-o", "json")
    assert (ran.status, numbers(ran.json)) == (7, (3, 0, 0, 3))
    portal.ok("content", "create", "--kind", "topic", "--code", "later", "--title", "T")
    with monkeypatch.context() as patch:
        interrupt_after(patch, after=1)
        assert portal.run("token", "bulk-upload", file, "--keep-going").status == 130
    assert portal.refused("token", "bulk-upload", file) == "bytes_taken_already"
    ran = portal.ok("token", "bulk-upload", file, "--resume", "--results", "r.csv")
    made = dict(portal.sql("SELECT nickname, code FROM tokens"))
    assert sorted(row[0] for row in portal.sql("SELECT nickname FROM tokens")) == sorted(made)
    assert sorted(made) == [f"L{n}" for n in range(6)]
    rows = rows_of(portal.folder.joinpath("r.csv").read_text(encoding="utf-8"))
    assert [row["outcome"] for row in rows] == [
        *("skipped", "skipped", "skipped", "created", "skipped", "created")
    ]
    assert [row["key"] for row in rows] == ["", made["L1"], "", made["L3"], "", made["L5"]]


def test_a_resumed_run_judges_no_row_anew(
    portal_with_items: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What failed before it was interrupted failed; what was written does not fail later."""
    monkeypatch.setattr(writing, "_BATCH_ROWS", 2)
    portal_with_items.ok("content", "create", "--kind", "topic", "--code", "other", "--title", "T")
    lines = [",,later,one,L,prospect,,,", ",,other,,L,prospect,,,", ",,topic,three,L,prospect,,,"]
    file = write(portal_with_items, HEADINGS, *lines)
    with monkeypatch.context() as patch:
        interrupt_after(patch, after=1)
        assert portal_with_items.run("token", "bulk-upload", file, "--keep-going").status == 130
    portal_with_items.ok("content", "create", "--kind", "topic", "--code", "later", "--title", "T")
    portal_with_items.ok("content", "archive", "other")
    files = ("--results", "r.csv", "--rejects", "mend.csv")
    ran = portal_with_items.run("token", "bulk-upload", file, "--resume", *files, "-o", "json")
    assert (ran.status, numbers(ran.json)) == (7, (1, 0, 0, 1))
    rows = rows_of(portal_with_items.folder.joinpath("r.csv").read_text(encoding="utf-8"))
    assert [row["outcome"] for row in rows] == ["failed", "skipped", "created"]
    assert rows[0]["error code"] == "content_unknown"
    (mend,) = rows_of(portal_with_items.folder.joinpath("mend.csv").read_text(encoding="utf-8"))
    assert mend["Token"] == "one"
    assert portal_with_items.sql("SELECT row_no, code FROM run_faults") == [(1, "content_unknown")]


def test_what_becomes_of_items_meanwhile_counts(
    portal_with_items: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch looks anew: an item archived or deleted after an earlier one is refused."""
    monkeypatch.setattr(writing, "_BATCH_ROWS", 2)
    for code in ("early", "late"):
        portal_with_items.ok("content", "create", "--kind", "topic", "--code", code, "--title", "T")
    names = ["early", "topic", "topic", "topic", "early", "late"]
    lines = [f",,{name},code-{n},L,prospect,,," for n, name in enumerate(names)]
    file = write(portal_with_items, HEADINGS, *lines)
    begin, begun = Work.begin, count()

    def begin_late(work: Work) -> None:
        if work.command == "token bulk-upload" and not work.has_begun and next(begun) == 1:
            portal_with_items.ok("content", "archive", "early")
            portal_with_items.ok("content", "delete", "late", "--yes")
        begin(work)

    monkeypatch.setattr(Work, "begin", begin_late)
    ran = portal_with_items.run("token", "bulk-upload", file, "--keep-going", "--results", "r.csv")
    assert ran.status == 7
    rows = rows_of(portal_with_items.folder.joinpath("r.csv").read_text(encoding="utf-8"))
    assert [row["error code"] for row in rows[4:]] == ["content_archived", "content_unknown"]
    assert [row["outcome"] for row in rows[:4]] == ["created"] * 4


def test_no_code_gets_into_audit_log_or_runs(portal_with_items: Portal) -> None:
    """What may have to be destroyed one day is written down in one place only."""
    upload(portal_with_items, ",,topic,SECRET-CODE,L,prospect,,,")
    for table in ("audit_rows", "runs", "notifications"):
        assert "SECRET-CODE" not in repr(portal_with_items.sql(f"SELECT * FROM {table}"))


@pytest.mark.parametrize(
    "saved",
    [
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace(",", ";").encode(),
        lambda text: ("\n" + text.replace("\n", "\n\n")).strip("\n").encode(),
        lambda text: "".join(
            ",".join(reversed(line.split(","))) + "\n" for line in text.splitlines()
        ).encode(),
        lambda text: text.replace("topic", " topic ").encode(),
    ],
    ids=["line ends", "encoding", "delimiter", "blank rows", "order of columns", "blanks"],
)
def test_a_file_saved_anew_is_the_same_file(portal_with_items: Portal, saved: Any) -> None:
    """A spreadsheet writes it in its own way, and its tokens are not made a second time."""
    text = "Knowledge code,Token label,Creates,Limit,Expires\ntopic,Bööth,prospect,5,2027-01-31\n"
    portal_with_items.folder.joinpath("first.csv").write_text(text, encoding="utf-8")
    portal_with_items.ok("token", "bulk-upload", "first.csv")
    portal_with_items.folder.joinpath("again.csv").write_bytes(saved(text))
    ran = portal_with_items.run("token", "bulk-upload", "again.csv", "-o", "json")
    assert (ran.status, ran.code) == (6, "bytes_taken_already")
    portal_with_items.ok("token", "bulk-upload", "again.csv", "--again")
    assert len(tokens(portal_with_items)) == 2


def test_another_cell_makes_another_file(portal_with_items: Portal) -> None:
    """Two files that differ in what one row says, or in the order of their rows, are two."""
    heading = "Knowledge code,Token label,Creates,Limit,Expires"
    one, two = "topic,A,prospect,5,", "topic,B,prospect,5,"
    for lines in ((one, two), (two, one), (one,), (one, "topic,C,prospect,5,")):
        portal_with_items.ok("token", "bulk-upload", write(portal_with_items, heading, *lines))
    assert len(tokens(portal_with_items)) == 7
