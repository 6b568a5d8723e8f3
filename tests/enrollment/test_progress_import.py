"""Progress from files: CSV, and xAPI statements."""

import json
from typing import Any

import pytest

from lmsctl.enrollment.progress import xapi as statement_rules
from lmsctl.kit.errors import Refusal
from tests.conftest import CommandResult, Portal
from tests.content.test_items import create_item

HEADING = "Login,Content,Event,Score,Happened at\n"


@pytest.fixture
def portal_with_pathway(portal: Portal) -> Portal:
    """Return a portal with a pathway over `one`, and two people who are on it."""
    names = ("--first-name", "F", "--last-name", "L")
    for login in ("ann", "ben"):
        portal.ok("user", "create", "--login", login, "--email", f"{login}@example.com", *names)
    create_item(portal, "one", "topic", "--due-days", "1")
    create_item(portal, "two")
    create_item(portal, "box", "folder")
    create_item(portal, "way", "pathway")
    portal.ok("content", "add-item", "way", "one")
    portal.ok("enroll", "--user", "ann", "--user", "ben", "--content", "way")
    return portal


def import_text(portal: Portal, text: str, *more: str, name: str = "progress.csv") -> CommandResult:
    """Take in a file with this text."""
    file = portal.folder / name
    file.write_text(text, encoding="utf-8")
    return portal.run("progress", "import", str(file), *more, "-o", "json")


def recorded_events(portal: Portal) -> list[tuple[Any, ...]]:
    """Return what is recorded."""
    return portal.sql(
        """
        SELECT u.login, i.code, p.event, p.score FROM progress_events p
        JOIN users u ON u.id = p.user_id LEFT JOIN content_items i ON i.id = p.item_id
        ORDER BY u.login, p.happened_at, p.event
        """
    )


GOOD = (
    HEADING
    + "ann,one,viewed,,2026-03-01T09:00:00Z\n"
    + "ann,ONE,Passed,85,2026-03-01T10:00:00Z\n"
    + "ben@example.com,one,completed,,01/03/2026\n"
    + "ben,two,failed,0,2026-03-01T11:00:00+01:00\n"
    + "ben,,signed-in,,2026-03-01T08:00:00Z\n"
    + "ann,one,viewed,,2026-03-01T09:00:00Z\n"
)


def test_a_file_records_and_moves_enrollments_on(portal_with_pathway: Portal) -> None:
    """Views begin what was prepared, completions complete it; the same row twice is one event."""
    ran = import_text(portal_with_pathway, GOOD)
    assert ran.status == 0, ran.err
    assert (ran.json["created"], ran.json["unchanged"]) == (5, 1)
    assert recorded_events(portal_with_pathway) == [
        ("ann", "one", "viewed", None),
        ("ann", "one", "passed", 85),
        ("ben", "one", "completed", None),
        ("ben", None, "signed-in", None),
        ("ben", "two", "failed", 0),
    ]
    rows = portal_with_pathway.ok("enrollment", "list", "--content", "one", "-o", "json").json
    found = [(row["login"], row["phase"], row["enrolled_at"], row["due_at"]) for row in rows]
    assert found == [
        ("ann", "enrolled", "2026-03-01T09:00:00Z", "2026-03-02T23:59:59Z"),
        ("ben", "completed", "2026-03-01T00:00:00Z", "2026-03-02T23:59:59Z"),
    ]
    assert rows[1]["completed_at"] == "2026-03-01T00:00:00Z"
    assert portal_with_pathway.ok("db", "check", "-o", "json").json == []


def test_the_same_file_twice_changes_nothing(portal_with_pathway: Portal) -> None:
    """Every row is there already."""
    import_text(portal_with_pathway, GOOD)
    ran = import_text(portal_with_pathway, GOOD)
    assert (ran.json["created"], ran.json["unchanged"]) == (0, 6)
    assert len(recorded_events(portal_with_pathway)) == 5


def test_every_fault_is_told_and_nothing_is_written(portal_with_pathway: Portal) -> None:
    """By row and column, all at once."""
    bad = (
        GOOD
        + "nobody,one,viewed,,2026-03-01\n"
        + "ann,none,viewed,,2026-03-01\n"
        + "ann,box,viewed,,2026-03-01\n"
        + "ann,one,danced,,2026-03-01\n"
        + "ann,one,viewed,5,2026-03-01\n"
        + "ann,one,passed,101,2026-03-01\n"
        + "ann,,viewed,,2026-03-01\n"
        + "ann,one,viewed,,2026-03-09\n"
        + "ann,one,viewed,,\n"
        + ",one,viewed,,2026-03-01\n"
    )
    ran = import_text(portal_with_pathway, bad)
    assert ran.status == 6
    found = [
        (item["location"]["row"], item["location"]["column"], item["code"])
        for item in ran.error["details"]
    ]
    assert found == [
        (7, "Login", "user_unknown"),
        (8, "Content", "content_unknown"),
        (9, "Content", "content_is_folder"),
        (10, "Event", "event_unknown"),
        (11, "Score", "score_wrong"),
        (12, "Score", "score_wrong"),
        (13, "Content", "event_needs_content"),
        (14, "Happened at", "event_in_future"),
        (15, "Happened at", "event_moment_blank"),
        (16, "Login", "login_missing"),
    ]
    assert recorded_events(portal_with_pathway) == []
    ran = import_text(portal_with_pathway, bad, "--keep-going")
    assert (ran.status, ran.json["created"], ran.json["failed"]) == (7, 5, 10)


def test_only_people_in_scope_are_there(portal_with_pathway: Portal) -> None:
    """Whoever may record progress in one department knows nobody else."""
    portal_with_pathway.ok("department", "create", "Sales")
    names = ("--first-name", "F", "--last-name", "L", "--department", "Sales")
    for login in ("cyd", "boss"):
        portal_with_pathway.ok("user", "create", "--login", login, *names)
    portal_with_pathway.ok("role", "create", "recorder", "--permission", "progress.manage")
    portal_with_pathway.ok("role", "grant", "boss", "recorder", "--department", "Sales")
    own = HEADING + "cyd,one,viewed,,2026-03-01\n"
    assert import_text(portal_with_pathway, own, "--as", "boss").json["created"] == 1
    ran = import_text(portal_with_pathway, own + "ann,one,viewed,,2026-03-01\n", "--as", "boss")
    assert (ran.status, ran.error["details"][0]["code"]) == (6, "user_unknown")
    assert import_text(portal_with_pathway, own, "--as", "cyd").code == "permission_missing"


def statement_of_ann(verb: str = "passed", **more: Any) -> str:
    """Return one statement about ann and `one`."""
    whole = {
        "actor": {"mbox": "mailto:ann@example.com"},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": "https://learn.example.com/content/one"},
        "timestamp": "2026-03-01T09:00:00.123Z",
        **more,
    }
    return json.dumps(whole) + "\n"


def test_statements_are_taken_from_json_lines(portal_with_pathway: Portal) -> None:
    """One on each line; the file's name or --format says what it is."""
    text = (
        statement_of_ann("experienced")
        + "\n"
        + statement_of_ann("passed", result={"score": {"scaled": 0.845}})
        + statement_of_ann("completed", actor={"account": {"name": "ben", "homePage": "https://x"}})
        + statement_of_ann("failed", result={"score": {"raw": 3, "min": 1, "max": 5}})
    )
    ran = import_text(portal_with_pathway, text, name="statements.jsonl")
    assert ran.status == 0, ran.err
    assert ran.json["created"] == 4
    assert ran.json["blank_rows"] == 1
    assert sorted(recorded_events(portal_with_pathway), key=str) == [
        ("ann", "one", "failed", 50),
        ("ann", "one", "passed", 85),
        ("ann", "one", "viewed", None),
        ("ben", "one", "completed", None),
    ]
    again = portal_with_pathway.ok(
        "progress", "import", "-", "--format", "xapi", "-o", "json", stdin=text
    )
    assert (again.json["created"], again.json["unchanged"]) == (0, 4)


def test_a_wrong_statement_is_a_wrong_row(portal_with_pathway: Portal) -> None:
    """It is named by its line, and the good ones can be taken alone."""
    text = (
        statement_of_ann()
        + "{\n"
        + statement_of_ann("launched")
        + statement_of_ann(actor={"name": "Ann"})
    )
    ran = import_text(portal_with_pathway, text, name="statements.jsonl")
    assert ran.status == 6
    found = [(item["location"]["line"], item["code"]) for item in ran.error["details"]]
    assert found == [
        (2, "statement_unreadable"),
        (3, "verb_unknown"),
        (4, "statement_part_missing"),
    ]
    mend = portal_with_pathway.folder / "mend.jsonl"
    ran = import_text(
        portal_with_pathway, text, "--keep-going", "--rejects", str(mend), name="statements.jsonl"
    )
    assert (ran.status, ran.json["created"], ran.json["failed"]) == (7, 1, 3)
    broken, verb, _ = map(json.loads, mend.read_text(encoding="utf-8").splitlines())
    assert broken["_line"] == "{"
    assert "means no event" in verb["_error"]
    mended = json.dumps(verb).replace("launched", "completed")
    assert import_text(portal_with_pathway, mended, name="again.jsonl").json["created"] == 1


@pytest.mark.parametrize(
    ("result", "score"),
    [
        ({}, ""),
        ({"score": {}}, ""),
        ({"score": {"scaled": 1}}, "100"),
        ({"score": {"scaled": 0.005}}, "1"),
        ({"score": {"raw": 42}}, "42"),
        ({"score": {"raw": 15, "max": 20}}, "75"),
        ({"score": {"scaled": 0.5, "raw": 99}}, "50"),
    ],
)
def test_scores_become_whole_percent(result: dict[str, Any], score: str) -> None:
    """Scaled goes first, halves go up, and no score is none."""
    assert statement_rules.read_statement(statement_of_ann(result=result))[3] == score


@pytest.mark.parametrize(
    "line",
    [
        "[]",
        "null",
        '"text"',
        "[" * 100_000,
        statement_of_ann(result={"score": {"scaled": -0.5}}),
        statement_of_ann(result={"score": {"scaled": 1.01}}),
        statement_of_ann(result={"score": {"scaled": "many"}}),
        statement_of_ann(result={"score": {"raw": 1, "min": 1, "max": 1}}),
        statement_of_ann(result={"score": {"scaled": {"deep": 1}}}),
        statement_of_ann().replace('"http://adlnet.gov/expapi/verbs/passed"', "5"),
        statement_of_ann(result={"score": {"scaled": 1}}).replace("1}", "1e999999999}"),
        statement_of_ann(result={"score": {"raw": float("inf")}}),
        statement_of_ann(result={"score": {"scaled": float("nan")}}),
        statement_of_ann(object={"id": "https://learn.example.com/"}),
        statement_of_ann(timestamp=None),
        statement_of_ann(actor=[]),
        '{"actor": NaN}',
    ],
)
def test_nonsense_is_refused_and_never_fails(line: str) -> None:
    """Whatever a file holds, it is told what is wrong with it."""
    with pytest.raises(Refusal):
        statement_rules.read_statement(line)


@pytest.mark.parametrize("hidden", ["\\u0000", "\\ud800"])
def test_a_statement_with_what_is_no_character_is_a_wrong_row(
    portal_with_pathway: Portal, hidden: str
) -> None:
    """JSON can write it; nothing can keep it. What JSON writes in two halves is one character."""
    bad = statement_of_ann(actor={"account": {"name": "annX", "homePage": "https://x"}})
    ran = import_text(
        portal_with_pathway, bad.replace("annX", f"ann{hidden}"), name="statements.jsonl"
    )
    assert ran.status == 6
    assert [item["code"] for item in ran.error["details"]] == ["statement_unreadable"]
    other = bad.replace("annX", "ann\\ud83d\\ude00")
    ran = import_text(portal_with_pathway, other, name="statements.jsonl")
    assert [item["code"] for item in ran.error["details"]] == ["user_unknown"]
