"""Enrolling people in content by a file."""

from typing import Any

import pytest

from tests.conftest import CommandResult, Portal
from tests.content.test_items import create_item
from tests.statements import recorded_statements

HEADING = "Login,Content\n"


@pytest.fixture
def portal_with_pathway(portal: Portal) -> Portal:
    """Return a portal with four people and a pathway over `one`."""
    names = ("--first-name", "F", "--last-name", "L")
    for login in ("ann", "ben", "cyd", "dan"):
        portal.ok("user", "create", "--login", login, "--email", f"{login}@example.com", *names)
    portal.ok("user", "deactivate", "dan")
    create_item(portal, "one", "topic", "--due-days", "1")
    create_item(portal, "two")
    create_item(portal, "old")
    create_item(portal, "box", "folder")
    create_item(portal, "way", "pathway")
    portal.ok("content", "add-item", "way", "one")
    portal.ok("content", "archive", "old")
    return portal


def import_text(portal: Portal, text: str, *more: str) -> CommandResult:
    """Take in a file with this text."""
    (portal.folder / "pairs.csv").write_text(text, encoding="utf-8")
    return portal.run("enroll", "--from", "pairs.csv", *more, "-o", "json")


def row_counts(ran: CommandResult) -> tuple[int, int, int]:
    """Return how many rows made something, were so already, and failed."""
    return ran.json["created"], ran.json["unchanged"], ran.json["failed"]


def enrollments(portal: Portal) -> list[tuple[Any, ...]]:
    """Return who is in what, in which phase, and why."""
    return portal.sql(
        """
        SELECT u.login, i.code, e.phase, r.reason FROM enrollments e
        JOIN users u ON u.id = e.user_id JOIN content_items i ON i.id = e.item_id
        JOIN enrollment_reasons r ON r.enrollment_id = e.id
        WHERE e.canceled_at IS NULL ORDER BY u.login, i.code, r.reason
        """
    )


def test_a_file_enrolls_and_twice_changes_nothing(portal_with_pathway: Portal) -> None:
    """By login or address, in any case; the same pair twice is one enrollment."""
    portal_with_pathway.ok("enroll", "--user", "ben", "--content", "two")
    portal_with_pathway.ok("enroll", "--user", "cyd", "--content", "two")
    portal_with_pathway.ok("enrollment", "cancel", "--user", "cyd", "--content", "two")
    before = portal_with_pathway.ok("enrollment", "list", "--user", "ben", "-o", "json").json
    text = f"{HEADING}ANN,One\nben@example.com,two\nann,one\ncyd,TWO\n"
    ran = import_text(portal_with_pathway, text, "--results", "results.csv")
    assert ran.status == 0, ran.err
    assert row_counts(ran) == (2, 2, 0)
    assert ran.err.startswith("2 created, 0 updated, 2 unchanged.\n")
    assert "No notices were queued." in ran.err
    assert enrollments(portal_with_pathway) == [
        ("ann", "one", "enrolled", "import"),
        ("ben", "two", "enrolled", "administrator"),
        ("cyd", "two", "enrolled", "import"),
    ]
    assert (
        portal_with_pathway.ok("enrollment", "list", "--user", "ben", "-o", "json").json == before
    )
    (row,) = portal_with_pathway.ok("enrollment", "list", "--user", "ann", "-o", "json").json
    assert row["due_at"] == "2026-03-03T23:59:59Z"
    lines = (portal_with_pathway.folder / "results.csv").read_text().splitlines()
    outcomes = [line.split(",")[2:4] for line in lines[1:]]
    assert outcomes == [
        ["ANN One", "created"],
        ["ben@example.com two", "unchanged"],
        ["ann one", "unchanged"],
        ["cyd TWO", "created"],
    ]
    assert all(line.split(",")[4] for line in lines[1:])
    assert row_counts(import_text(portal_with_pathway, text)) == (0, 4, 0)
    assert portal_with_pathway.ok("db", "check", "-o", "json").json == []


def test_a_pathway_prepares_its_items(portal_with_pathway: Portal) -> None:
    """As when enrolling by hand; who is enrolled in the item in the same file stays so."""
    ran = import_text(portal_with_pathway, f"{HEADING}ann,way\nben,way\nben,one\n")
    assert row_counts(ran) == (3, 0, 0)
    assert enrollments(portal_with_pathway) == [
        ("ann", "one", "pre-enrolled", "pathway"),
        ("ann", "way", "enrolled", "import"),
        ("ben", "one", "enrolled", "import"),
        ("ben", "one", "enrolled", "pathway"),
        ("ben", "way", "enrolled", "import"),
    ]
    assert row_counts(import_text(portal_with_pathway, f"{HEADING}ann,one\n")) == (1, 0, 0)
    assert ("ann", "one", "enrolled", "import") in enrollments(portal_with_pathway)


BAD = (
    HEADING
    + "nobody,one\nnobody@example.com,one\ndan,one\nann,none\nann,box\nann,old\n,one\nann,\n"
    + "ann,one\n"
)


def test_every_fault_is_told_and_nothing_is_written(portal_with_pathway: Portal) -> None:
    """By row and column, all at once; a good row goes in with --keep-going."""
    ran = import_text(portal_with_pathway, BAD)
    assert ran.status == 6
    found = [
        (item["location"]["row"], item["location"]["column"], item["code"])
        for item in ran.error["details"]
    ]
    assert found == [
        (1, "Login", "user_unknown"),
        (2, "Login", "user_unknown"),
        (3, "Login", "person_not_active"),
        (4, "Content", "content_unknown"),
        (5, "Content", "content_is_folder"),
        (6, "Content", "content_archived"),
        (7, "Login", "login_missing"),
        (8, "Content", "item_unnamed"),
    ]
    assert ran.error["details"][2]["message"].endswith("'dan' is inactive and cannot be enrolled.")
    assert enrollments(portal_with_pathway) == []
    ran = import_text(portal_with_pathway, BAD, "--keep-going", "--rejects", "mend.csv")
    assert ran.status == 7
    assert row_counts(ran) == (1, 0, 8)
    assert (portal_with_pathway.folder / "mend.csv").read_text().count("\n") == 9
    assert enrollments(portal_with_pathway) == [("ann", "one", "enrolled", "import")]


def test_content_and_columns_come_from_the_command_line_too(portal_with_pathway: Portal) -> None:
    """An export of people with --content, headings of other programs, standard input."""
    portal_with_pathway.ok("user", "export", "--status", "active", "--to", "pairs.csv")
    exported = (portal_with_pathway.folder / "pairs.csv").read_text()
    ran = import_text(portal_with_pathway, exported, "--content", "one", "--ignore-unknown")
    assert row_counts(ran) == (4, 0, 0)
    ran = import_text(portal_with_pathway, f"{HEADING}ann,two\nben,\n", "--content", "one")
    assert row_counts(ran) == (1, 1, 0)
    text = "Mitarbeiter;Email;Kurs\n;cyd@example.com;two\n"
    mapped = ("--map", "Mitarbeiter=login", "--map", "Kurs=content")
    ran = portal_with_pathway.run("enroll", "--from", "-", *mapped, "-o", "json", stdin=text)
    assert row_counts(ran) == (1, 0, 0)
    assert import_text(portal_with_pathway, "Content\none\n").code == "csv_column_missing"
    assert import_text(portal_with_pathway, "Login\nann\n").code == "csv_column_missing"
    assert (
        import_text(portal_with_pathway, f"{HEADING}ann,one\n", "--expect-rows", "2").code
        == "rows_unexpected"
    )


def test_a_file_goes_with_no_other_choice_of_people(portal_with_pathway: Portal) -> None:
    """Nor do options of files with people who are named; something to enroll in is needed."""
    for more in (("--user", "ann"), ("--department", "/"), ("--group", "x"), ("--filter", "a=b"),
                 ("--content", "one", "--content", "two")):  # fmt: skip
        ran = import_text(portal_with_pathway, f"{HEADING}ann,one\n", *more)
        assert (ran.status, ran.code) == (2, "file_not_alone"), more
    named = ("enroll", "--user", "ann")
    assert portal_with_pathway.refused(*named, "--content", "one", "--notify") == "file_not_alone"
    assert (
        portal_with_pathway.refused(*named, "--content", "one", "--encoding", "cp1252")
        == "file_not_alone"
    )
    assert portal_with_pathway.refused(*named) == "content_unnamed"
    assert portal_with_pathway.refused("enroll", "--content", "one") == "selection_missing"
    assert enrollments(portal_with_pathway) == []


def test_people_out_of_scope_are_unknown(portal_with_pathway: Portal) -> None:
    """A department-administrator enrolls their own."""
    portal_with_pathway.ok("department", "create", "Sales")
    portal_with_pathway.ok("user", "move", "ann", "--department", "Sales")
    names = ("--first-name", "F", "--last-name", "L")
    portal_with_pathway.ok("user", "create", "--login", "eve", *names, "--department", "Sales")
    portal_with_pathway.ok(
        "role", "grant", "eve", "department-administrator", "--department", "Sales"
    )
    ran = import_text(portal_with_pathway, f"{HEADING}ann,one\nben,one\n", "--as", "eve")
    assert [item["code"] for item in ran.error["details"]] == ["user_unknown"]
    assert row_counts(import_text(portal_with_pathway, f"{HEADING}ann,one\n", "--as", "eve")) == (
        1,
        0,
        0,
    )
    assert import_text(portal_with_pathway, f"{HEADING}ann,one\n", "--as", "ann").status == 8


def test_notify_writes_to_who_is_new(portal_with_pathway: Portal) -> None:
    """A notice for each new enrollment and a mail where there is an address; only with --notify."""
    told = "SELECT address, subject FROM notifications WHERE kind = 'enrolled' ORDER BY address"
    text = f"{HEADING}ann,one\nben,two\nowner,one\n"
    before = portal_with_pathway.value("SELECT count(*) FROM notifications")
    assert import_text(portal_with_pathway, text, "--dry-run").status == 0
    assert import_text(portal_with_pathway, f"{HEADING}cyd,one\n").status == 0
    assert portal_with_pathway.value("SELECT count(*) FROM notifications") == before
    ran = import_text(portal_with_pathway, f"{text}cyd,one\n", "--notify")
    assert ran.json["notices"] == 5
    assert "5 notices were queued." in ran.err
    found = [
        (address, subject.split()[-1])
        for address, subject in portal_with_pathway.sql(told)
        if address
    ]
    assert found == [("ann@example.com", "One"), ("ben@example.com", "Two")]
    assert ("Two", "enrolled") in [
        (row["subject"].split()[-1], row["kind"])
        for row in portal_with_pathway.ok("learner", "notifications", "ben", "-o", "json").json
    ]


def test_the_number_of_statements_does_not_grow_with_the_file(portal_with_pathway: Portal) -> None:
    """No row costs one of its own."""
    counts = []
    for rows in (3, 300):
        with recorded_statements() as said:
            assert (
                import_text(
                    portal_with_pathway, HEADING + "ann,one\nben,two\ncyd,nothing\n" * rows
                ).status
                == 6
            )
        counts.append(len(said))
    assert counts[0] == counts[1]


def test_a_run_that_keeps_going_goes_on_in_batches(
    portal_with_pathway: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pairs that come again in a later batch are enrolled already."""
    monkeypatch.setattr("lmsctl.bulk.actions.writing._BATCH_ROWS", 2)
    text = f"{HEADING}ann,one\nben,one\nann,one\nnobody,one\ncyd,way\nben,way\n"
    ran = import_text(portal_with_pathway, text, "--keep-going")
    assert row_counts(ran) == (4, 1, 1)
    assert len(enrollments(portal_with_pathway)) == 6
