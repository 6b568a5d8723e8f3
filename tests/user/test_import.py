"""Importing people: a spreadsheet in, one outcome for each row, and never half of it."""

import csv
from typing import Any

import pytest

from tests.conftest import Portal
from tests.statements import recorded_statements

HEADINGS = "Login,First name,Last name,Email,Department,Type,Status"


def write(portal: Portal, *lines: str, file: str = "people.csv") -> str:
    """Write a file into the portal's folder and return its name."""
    portal.folder.joinpath(file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def import_lines(portal: Portal, *lines: str, options: tuple[str, ...] = ()) -> dict[str, Any]:
    """Import lines that must be accepted and return the report."""
    ran = portal.ok("user", "import", write(portal, *lines), *options, "-o", "json")
    report: dict[str, Any] = ran.json
    return report


def numbers(report: dict[str, Any]) -> tuple[int, int, int, int]:
    """Return how many rows created, updated, left and failed."""
    return report["created"], report["updated"], report["unchanged"], report["failed"]


def faults(portal: Portal, *lines: str) -> list[tuple[int, str | None, str]]:
    """Return row, column and code of all that is wrong with lines that must be refused."""
    before = people(portal)
    ran = portal.run("user", "import", write(portal, *lines), "-o", "json")
    assert (ran.status, ran.code) == (6, "rows_rejected")
    assert people(portal) == before
    return [
        (detail["location"]["row"], detail["location"]["column"], detail["code"])
        for detail in ran.error["details"]
    ]


def results(portal: Portal, *lines: str, options: tuple[str, ...] = ()) -> list[dict[str, str]]:
    """Return the lines of --results, whatever becomes of the import."""
    portal.run("user", "import", write(portal, *lines), "--results", "results.csv", *options)
    with portal.folder.joinpath("results.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def people(portal: Portal) -> list[tuple[Any, ...]]:
    """Return everybody, with everything a file can change."""
    return portal.sql(
        """
        SELECT login, first_name, last_name, email, type, status, department_id, supervisor_mode,
               supervisor_id, version FROM users ORDER BY id
        """
    )


def show(portal: Portal, login: str) -> dict[str, Any]:
    """Return one person as `user show` shows them."""
    person: dict[str, Any] = portal.ok("user", "show", login, "-o", "json").json
    return person


@pytest.fixture
def department_tree(portal: Portal) -> Portal:
    """Return a portal with Sales, Sales/EMEA (code EM), HR and the group Readers; anna in Sales."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales", "--code", "EM")
    portal.ok("department", "create", "HR")
    portal.ok("group", "create", "Readers")
    names = ("--first-name", "Anna", "--last-name", "Bell", "--email", "anna@example.com")
    portal.ok("user", "create", "--login", "anna", *names, "--department", "Sales")
    return portal


# Who is meant ------------------------------------------------------------------------------------


def test_a_row_creates_or_updates_by_login(department_tree: Portal) -> None:
    """A known login is changed, an unknown one made; the rest of the person stays."""
    report = import_lines(
        department_tree, HEADINGS, "ANNA,,Bell-Cole,,,,", "ben,Ben,Cole,,EM,client,"
    )
    assert numbers(report) == (1, 1, 0, 0)
    assert (
        show(department_tree, "anna")["last_name"],
        show(department_tree, "anna")["first_name"],
    ) == (
        "Bell-Cole",
        "Anna",
    )
    ben = show(department_tree, "ben")
    assert (ben["type"], ben["department"], ben["status"]) == ("client", "Sales/EMEA", "active")
    assert (ben["origin"], ben["origin_detail"]) == ("import", str(report["run"]))
    assert ben["roles"] == ["learner"]


def test_without_a_login_the_address_decides(department_tree: Portal) -> None:
    """A blank login means whoever has the address, however it is written; else a new person."""
    report = import_lines(
        department_tree, HEADINGS, ",Hanna,,ANNA@EXAMPLE.COM,,,", ",Ben,Cole,ben@example.com,,,"
    )
    assert numbers(report) == (1, 1, 0, 0)
    assert show(department_tree, "anna")["first_name"] == "Hanna"
    assert show(department_tree, "ben")["email"] == "ben@example.com"


def test_made_up_logins_are_numbered_until_one_is_free(department_tree: Portal) -> None:
    """The local part, then 1, 2, … past logins of the portal, of the file and of rows before."""
    import_lines(
        department_tree,
        HEADINGS,
        ",A,A,anna@one.example,,,",
        ",A,A,anna@two.example,,,",
        "anna2,A,A,,,,",
        ",B,B,ben@one.example,,,",
        ",B,B,ben@two.example,,,",
        ",B,B,ben1@one.example,,,",
        "ben,C,C,,,,",
    )
    logins = dict(department_tree.sql("SELECT email, login FROM users WHERE email IS NOT NULL"))
    assert logins == {
        "anna@example.com": "anna",
        "anna@one.example": "anna1",
        "anna@two.example": "anna3",
        "ben@one.example": "ben2",
        "ben@two.example": "ben3",
        "ben1@one.example": "ben1",
    }


def test_the_same_file_twice_changes_nothing(department_tree: Portal) -> None:
    """Every row of a repeated import is unchanged, and nobody's version counts up."""
    department_tree.ok("field", "create", "Badge", "--kind", "unique-text")
    lines = (
        HEADINGS + ",Group,Add to group,Supervisor,Badge",
        "ben,Ben,Cole,ben@example.com,EM,client,inactive,Readers,,anna,B1",
        ",Cara,Dole,anna@one.example,Sales,,,none,Readers,ben,B2",
        "anna,Anna,Bell,,Sales,,active,,,none,",
    )
    assert numbers(import_lines(department_tree, *lines)) == (2, 1, 0, 0)
    before = people(department_tree)
    assert numbers(import_lines(department_tree, *lines)) == (0, 0, 3, 0)
    assert people(department_tree) == before


def test_a_blank_cell_and_a_missing_column_leave_things_as_they_are(
    department_tree: Portal,
) -> None:
    """What a file does not say is not changed."""
    before = people(department_tree)
    assert numbers(import_lines(department_tree, HEADINGS, "anna,,,,,,")) == (0, 0, 1, 0)
    assert numbers(import_lines(department_tree, "Username", "anna")) == (0, 0, 1, 0)
    assert people(department_tree) == before


def test_two_rows_for_one_person_are_errors_on_both(department_tree: Portal) -> None:
    """Each of the two names the other: by login, by address, and one by each."""
    assert faults(department_tree, HEADINGS, "ben,B,B,,,,", "x,X,X,,,,", "BEN,C,C,,,,") == [
        (1, "Login", "row_repeated"),
        (3, "Login", "row_repeated"),
    ]
    assert faults(
        department_tree, HEADINGS, "a,A,A,x@example.com,,,", "b,B,B,X@example.com,,,"
    ) == [
        (1, "Email", "row_repeated"),
        (2, "Email", "row_repeated"),
    ]
    assert faults(department_tree, HEADINGS, "anna,A,A,,,,", ",B,B,anna@example.com,,,") == [
        (1, "Login", "row_repeated"),
        (2, "Login", "row_repeated"),
    ]
    said = results(department_tree, HEADINGS, "ben,B,B,,,,", "x,X,X,,,,", "ben,C,C,,,,")
    assert [row["message"] for row in said] == [
        "Row 3 has the same login.",
        "",
        "Row 1 has the same login.",
    ]


def test_a_login_and_an_address_name_one_person(department_tree: Portal) -> None:
    """Within the file and beside who is there; one's own address is a login for everybody."""
    department_tree.ok(
        "user", "create", "--login", "ben@example.com", "--first-name", "B", "--last-name", "C"
    )
    assert faults(
        department_tree, HEADINGS, "anna@example.com,A,A,,,,", "x,X,X,ben@example.com,,,"
    ) == [
        (1, "Login", "login_taken"),
        (2, "Email", "email_taken"),
    ]
    assert faults(
        department_tree, HEADINGS, "c@example.com,C,C,,,,", "z,Z,Z,,,,", "d,D,D,C@example.com,,,"
    ) == [
        (1, "Login", "row_repeated"),
        (3, "Email", "row_repeated"),
    ]
    lines = (HEADINGS, "e@example.com,E,E,e@example.com,,,", "ben@example.com,,,ben@example.com,,,")
    assert numbers(import_lines(department_tree, *lines)) == (1, 1, 0, 0)
    assert numbers(import_lines(department_tree, *lines)) == (0, 0, 2, 0)


# What can be wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ben,Ben,Cole,,Slaes,,", ("Department", "department_unknown")),
        ("ben,Ben,Cole,,,stuff,", ("Type", "cell_word_unknown")),
        ("ben,Ben,Cole,,,,gone", ("Status", "cell_word_unknown")),
        ("ben,Ben,Cole,,,,pending", ("Status", "row_status_pending")),
        ("anna,,,,,,pending", ("Status", "row_status_pending")),
        ("ben,,Cole,,,,", ("First name", "row_name_missing")),
        ("ben,Ben,,,,,", ("Last name", "row_name_missing")),
        ("b en,Ben,Cole,,,,", ("Login", "login_invalid")),
        ("ben,Ben,Cole,ben@,,,", ("Email", "email_invalid")),
        ("ben,Ben,Cole,anna@example.com,,,", ("Email", "email_taken")),
        (",Ben,Cole,,,,", (None, "login_missing")),
        ("owner,,,,,,inactive", ("Status", "owner_protected")),
        ("owner,,,,,,ended", ("Status", "owner_protected")),
        ("ben,Ben,Cole,,,", (None, "csv_row_ragged")),
    ],
)
def test_a_wrong_row_stops_the_file(
    department_tree: Portal, line: str, expected: tuple[str | None, str]
) -> None:
    """One wrong cell is told by row and column, and no row of the file is written."""
    found = faults(department_tree, HEADINGS, "zoe,Zoe,Good,,,,", line)
    assert found == [(2, *expected)]


def test_all_that_is_wrong_with_a_row_is_told_at_once(department_tree: Portal) -> None:
    """Nobody has to upload a file once for each mistake."""
    found = faults(
        department_tree, HEADINGS + ",Supervisor", "ben,,Cole,anna@example.com,X,Y,Z,nobody"
    )
    assert sorted(str(column) for _, column, _ in found) == [
        "Department",
        "Email",
        "First name",
        "Status",
        "Supervisor",
        "Type",
    ]


def test_a_misspelled_name_gets_the_nearest_one(department_tree: Portal) -> None:
    """The hint of an unknown department, group or word names what was probably meant."""
    file = write(department_tree, "Login,Department,Group,Type", "anna,Sales/EMIA,Readrs,clint")
    told = department_tree.run("user", "import", file).err
    assert "Did you mean 'Sales/EMEA'?" in told
    assert "Did you mean 'Readers'?" in told
    assert "Did you mean 'client'?" in told


def test_an_ended_person_cannot_become_inactive(department_tree: Portal) -> None:
    """A file makes no change of status that no administrator can make."""
    department_tree.ok("user", "end-employment", "anna")
    assert faults(department_tree, HEADINGS, "anna,,,,,,inactive") == [
        (1, "Status", "status_wrong")
    ]
    assert numbers(import_lines(department_tree, HEADINGS, "anna,,,,,,active")) == (0, 1, 0, 0)


# Groups, supervisors, custom fields --------------------------------------------------------------


def test_group_replaces_and_add_to_group_only_adds(department_tree: Portal) -> None:
    """`Group` is the whole list, with | between several and `none` for an empty one."""
    department_tree.ok("group", "create", "Writers")
    department_tree.ok("group", "create", "A|B")
    import_lines(department_tree, "Login,Add to group", "anna,Readers")
    assert show(department_tree, "anna")["groups"] == ["Readers"]
    import_lines(department_tree, "Login,Add to group", "anna,Writers")
    assert show(department_tree, "anna")["groups"] == ["Readers", "Writers"]
    import_lines(department_tree, "Login,Group", "anna,Writers|A||B")
    assert show(department_tree, "anna")["groups"] == ["A|B", "Writers"]
    import_lines(department_tree, "Login,Group,Add to group", "anna,A|B,Readers")
    assert show(department_tree, "anna")["groups"] == ["A|B", "Readers"]
    import_lines(department_tree, "Login,Group", "anna,none")
    assert show(department_tree, "anna")["groups"] == []
    assert faults(department_tree, "Login,Group", "anna,Nobody") == [
        (1, "Group", "row_group_unknown")
    ]


def test_a_supervisor_may_stand_further_down(department_tree: Portal) -> None:
    """Somebody named by login or address may be made by a later row; so may nobody be."""
    lines = (
        HEADINGS + ",Supervisor",
        "ben,Ben,Cole,,,,,dora",
        "cara,Cara,Cole,,,,,dora@example.com",
        ",Dora,Cole,dora@example.com,,,,none",
        "eve,Eve,Cole,,,,,anna",
    )
    import_lines(department_tree, *lines)
    found = {login: show(department_tree, login) for login in ("ben", "cara", "dora", "eve")}
    assert [found[login]["supervisor"] for login in found] == ["dora", "dora", None, "anna"]
    assert found["dora"]["supervisor_mode"] == "none"
    assert numbers(import_lines(department_tree, *lines)) == (0, 0, 4, 0)
    import_lines(department_tree, "Login,Supervisor", "ben,inherited")
    assert show(department_tree, "ben")["supervisor_mode"] == "inherited"
    assert faults(department_tree, "Login,Supervisor", "ben,BEN", "cara,nobody") == [
        (1, "Supervisor", "supervisor_is_self"),
        (2, "Supervisor", "user_unknown"),
    ]


def test_a_row_fails_with_the_row_its_supervisor_comes_from(department_tree: Portal) -> None:
    """With --keep-going nobody is left without the supervisor the file gives them."""
    said = results(
        department_tree,
        HEADINGS + ",Supervisor",
        "a,A,A,,,,,b",
        "b,B,B,,,,,c",
        "c,,C,,,,,",
        "d,D,D,,,,,anna",
        options=("--keep-going",),
    )
    assert [(row["key"], row["outcome"]) for row in said] == [
        ("a", "failed"),
        ("b", "failed"),
        ("c", "failed"),
        ("d", "created"),
    ]


def test_custom_fields_are_columns(department_tree: Portal) -> None:
    """Values are read as their kind wants; required and unique ones are held to it."""
    department_tree.ok("field", "create", "Badge", "--kind", "unique-text", "--required")
    department_tree.ok("field", "create", "Born", "--kind", "date")
    heading = HEADINGS + ",badge,BORN"
    import_lines(department_tree, heading, "ben,B,B,,,,,7,2000-01-31", "anna,,,,,,,8,")
    assert show(department_tree, "ben")["fields"] == {"Badge": "7", "Born": "2000-01-31"}
    assert faults(department_tree, heading, "cara,C,C,,,,,,") == [(1, "badge", "field_missing")]
    assert faults(department_tree, heading, "cara,C,C,,,,,7,") == [
        (1, "badge", "field_value_taken")
    ]
    assert faults(department_tree, heading, "cara,C,C,,,,,9,31.31.2000") == [
        (1, "BORN", "field_value_wrong")
    ]
    assert faults(department_tree, heading, "cara,C,C,,,,,9,", "dora,D,D,,,,,9,") == [
        (1, "badge", "row_repeated"),
        (2, "badge", "row_repeated"),
    ]
    assert numbers(import_lines(department_tree, heading, "anna,,,,,,,9,")) == (0, 1, 0, 0)


def test_a_field_named_like_a_list_of_columns_is_only_itself(department_tree: Portal) -> None:
    """A file that fills `a,type` gives nobody another type, and says which name it means."""
    department_tree.ok("field", "create", "a,type")
    department_tree.ok(
        "content", "create", "--kind", "topic", "--code", "robot", "--title", "Robot"
    )
    department_tree.ok("autoenroll", "create", "--content", "robot", "--type", "staff")
    said = results(department_tree, 'Login,"a,type"', "anna,x")
    assert department_tree.value("SELECT count(*) FROM enrollments") == 0
    assert (said[0]["outcome"], said[0]["changed"]) == ("updated", '"a,type"')


# What follows ------------------------------------------------------------------------------------


def test_notices_only_when_asked_for(department_tree: Portal) -> None:
    """File commands queue nothing by themselves; with --notify new people are written to."""
    import_lines(department_tree, HEADINGS, "a,A,A,a@example.com,,,")
    assert department_tree.value("SELECT count(*) FROM notifications") == 0
    report = import_lines(
        department_tree,
        HEADINGS,
        "b,B,B,b@example.com,,,",
        "c,C,C,,,,",
        "anna,An,,,,,",
        options=("--notify",),
    )
    assert report["notices"] == 1
    assert department_tree.sql("SELECT address FROM notifications") == [("b@example.com",)]


def test_thresholds_of_the_plan_are_told_when_asked_for(department_tree: Portal) -> None:
    """Without --notify the next seat that is taken by itself tells of them."""
    department_tree.ok("settings", "set", "plan.max-active-users=4")
    import_lines(department_tree, HEADINGS, "a,A,A,,,,", "b,B,B,,,,")
    notices = "SELECT reason FROM notifications WHERE kind = 'plan_threshold'"
    assert department_tree.sql(notices) == []
    department_tree.ok("user", "deactivate", "a")
    report = import_lines(
        department_tree, HEADINGS, "c,C,C,c@example.com,,,", options=("--notify",)
    )
    assert report["notices"] == 2
    assert department_tree.sql(notices) == [("the plan reached 100 percent",)]


def test_a_run_is_audited_once(department_tree: Portal) -> None:
    """However many rows: one entry, with the number of the run."""
    report = import_lines(department_tree, HEADINGS, "a,A,A,,,,", "b,B,B,,,,")
    rows = department_tree.sql("SELECT target FROM audit_rows WHERE code = 'users.imported'")
    assert rows == [(f"run {report['run']}",)]


def test_a_rehearsal_tells_the_same_and_keeps_nothing(department_tree: Portal) -> None:
    """--dry-run reports the same numbers and outcomes, and nothing stays."""
    lines = (HEADINGS, "a,A,A,,,,", "anna,An,,,,,")
    before = people(department_tree)
    file = write(department_tree, *lines)
    ran = department_tree.ok("user", "import", file, "--dry-run", "--results", "-")
    assert people(department_tree) == before
    assert department_tree.value("SELECT count(*) FROM runs") == 0
    assert [row["outcome"] for row in csv.DictReader(ran.out.splitlines())] == [
        "created",
        "updated",
    ]
    assert [row["outcome"] for row in results(department_tree, *lines)] == ["created", "updated"]


def test_a_scheduled_end_that_the_file_overrules_is_forgotten(department_tree: Portal) -> None:
    """Ending somebody now leaves nothing scheduled."""
    department_tree.ok("settings", "set", "plan.max-active-users=2")
    department_tree.ok("user", "deactivate", "anna", "--on", "2026-12-31")
    import_lines(department_tree, HEADINGS, "anna,,,,,,ended")
    assert show(department_tree, "anna")["scheduled_status"] is None
    assert department_tree.value("SELECT seats_taken FROM portals") == 1


# How much it costs -------------------------------------------------------------------------------


def test_the_number_of_statements_does_not_grow_with_the_file(department_tree: Portal) -> None:
    """A hundred rows and fifteen hundred take the same number of statements, updates included."""
    department_tree.ok("field", "create", "Badge", "--kind", "unique-text")
    counted = {}
    for rows in (100, 1500):
        for name in ("First", "Changed"):
            lines = [
                f",{name},L,p{at}x{rows}@d{at % 7}.example,EM,,,Readers,anna,{rows}.{at}"
                for at in range(rows)
            ]
            with recorded_statements() as said:
                report = import_lines(department_tree, HEADINGS + ",Group,Supervisor,Badge", *lines)
            assert report["created"] + report["updated"] == rows
            counted[rows, name] = len([sql for sql in said if "load: " not in sql])
    assert counted[100, "First"] == counted[1500, "First"]
    assert counted[100, "Changed"] == counted[1500, "Changed"]
