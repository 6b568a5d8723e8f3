"""The report of who takes part in trainings."""

import csv
import io
from typing import Any

import pytest

from tests.conftest import Portal
from tests.refusals import refused, unchanged
from tests.statements import statements_of
from tests.trainings import create_person, create_session, create_training

REPORT = ("report", "participants")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with people of two departments in two trainings, one of them canceled."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    create_person(portal, "ann", "--department", "Sales/EMEA", "--type", "client")
    create_person(portal, "ben", "--department", "Sales")
    portal.ok("user", "import", "-", stdin="Login,First name,Last name\ncyd,=C,Y\n")
    create_training(portal, "aid")
    create_training(portal, "fire")
    create_session(portal, "spring")
    portal.ok("enroll", "--user", "ann", "--user", "ben", "--training", "aid:spring")
    april = {"LMSCTL_NOW": "2026-04-01T10:00:00Z"}
    create_session(portal, "late", of="fire", starts="2026-06-30T09:00")
    for login, target in (("ann", "fire:late"), ("cyd", "fire")):
        portal.ok("enroll", "--user", login, "--training", target, **april)
    portal.ok("session", "attendance", "aid", "spring", "--user", "ann", **april)
    result = ("--points", "87", "--certificate", "A-1")
    portal.ok("enrollment", "result", "--user", "ann", "--training", "aid", *result)
    portal.ok("enrollment", "confirm", "--user", "ben", "--training", "aid")
    portal.ok("user", "deactivate", "ben")
    portal.ok("enroll", "--user", "cyd", "--training", "aid")
    portal.ok("enrollment", "cancel", "--user", "cyd", "--training", "aid")
    portal.now = "2026-04-02T10:00:00Z"
    return portal


def read_report(portal: Portal, *words: str) -> list[dict[str, Any]]:
    """Return the rows of the report."""
    found: list[dict[str, Any]] = portal.ok(*REPORT, *words, "-o", "json").json
    return found


def reported_pairs(portal: Portal, *words: str) -> list[tuple[str, str]]:
    """Return who is in what by the report."""
    return [(row["login"], row["training"]) for row in read_report(portal, *words)]


def audited_reports(portal: Portal) -> list[dict[str, Any]]:
    """Return what the audit log holds about reports."""
    found: list[dict[str, Any]] = portal.ok(
        "audit", "list", "--code", "report.exported", "-o", "json"
    ).json
    return found


EVERYBODY = [("ann", "aid"), ("ben", "aid"), ("cyd", "fire"), ("ann", "fire")]


def test_every_enrollment_in_a_training_is_one_row(training_portal: Portal) -> None:
    """With the person as they are now; what was canceled is no participation."""
    rows = read_report(training_portal)
    assert [(row["login"], row["training"]) for row in rows] == EVERYBODY
    assert rows[0] == {
        "login": "ann",
        "name": "F L",
        "email": "ann.x@example.com",
        "type": "client",
        "status": "active",
        "department": "Sales/EMEA",
        "origin": "administrator",
        "training": "aid",
        "session": "spring",
        "state": "enrolled",
        "side": "administrator",
        "enrolled_at": "2026-03-02T12:00:00Z",
        "access_at": "2026-03-02T12:00:00Z",
        "days_attended": 1,
        "points": 87,
        "certificate": "A-1",
    }
    assert (rows[1]["state"], rows[1]["status"]) == ("confirmed", "inactive")
    text = training_portal.ok(*REPORT, "-o", "csv").out
    cells = list(csv.DictReader(io.StringIO(text)))
    assert [(row["login"], row["name"], row["session"]) for row in cells][2] == (
        "cyd",
        "'=C Y",
        "",
    )
    assert training_portal.ok(*REPORT, "--columns", "login,points", "--first", "1").out == (
        "login\tpoints\nann\t87\n"
    )


FILTERS: list[tuple[tuple[str, ...], list[int]]] = [
    (("--training", "AID"), [0, 1]),
    (("--type", "client"), [0, 3]),
    (("--department", "Sales"), [0, 1, 3]),
    (("--department", "Sales/EMEA"), [0, 3]),
    (("--status", "inactive"), [1]),
    (("--origin", "import"), [2]),
    (("--since", "2026-04-01T10:00:00Z"), [2, 3]),
    (("--since", "2026-03-03"), [2, 3]),
    (("--until", "2026-03-02"), [0, 1]),
    (("--until", "2026-03-02T11:59:59Z"), []),
    (("--since", "-3w", "--until", "2026-04-01", "--type", "client"), [3]),
    (("--training", "fire", "--department", "Sales"), [3]),
]


def test_filters_combine(training_portal: Portal) -> None:
    """All must fit; departments mean those below them, periods both their days."""
    for words, expected in FILTERS:
        assert reported_pairs(training_portal, *words) == [
            EVERYBODY[place] for place in expected
        ], words


def test_a_supervisor_of_a_department_sees_it_alone(training_portal: Portal) -> None:
    """Of rows and of the number that is logged; who may read no reports is refused."""
    create_person(training_portal, "eve")
    training_portal.ok("role", "grant", "eve", "supervisor", "--department", "Sales/EMEA")
    eve = ("--as", "eve")
    assert reported_pairs(training_portal, *eve) == [("ann", "aid"), ("ann", "fire")]
    assert audited_reports(training_portal)[-1]["detail"]["rows"] == 2
    refused(
        training_portal, *REPORT, *eve, "--department", "Sales", code="department_unknown", status=4
    )
    refused(training_portal, *REPORT, "--as", "cyd", code="permission_missing", status=8)


def test_every_report_is_logged_before_it_is_shown(training_portal: Portal) -> None:
    """With its filters and how many rows; what is not logged, as in a rehearsal, is not shown."""
    with unchanged(training_portal, audited=0):
        ran = training_portal.ok(*REPORT, "--dry-run", "-o", "json")
        assert (ran.json, "4 rows would be reported." in ran.err) == ([], True)
        ran = training_portal.run(*REPORT, "--columns", "nosuch", "-o", "json")
        assert (ran.status, ran.code) == (2, "column_unknown")
    with unchanged(training_portal, audited=1):
        training_portal.ok(
            *REPORT, "--training", "aid", "--since", "-2mo", "--status", "active", "-o", "csv"
        )
    (entry,) = audited_reports(training_portal)
    assert (entry["target"], entry["verdict"]) == ("report participants", "done")
    filters = {"training": "aid", "since": "-2mo", "status": "active"}
    assert entry["detail"] == {"rows": 1, "filters": filters}
    read_report(training_portal, "--first", "3")
    assert audited_reports(training_portal)[-1]["detail"] == {"rows": 3, "filters": {}}


def test_a_report_of_nothing_that_is_there_is_refused(training_portal: Portal) -> None:
    """An unknown training, and a period that ends before it begins."""
    refused(training_portal, *REPORT, "--training", "none", code="training_unknown", status=4)
    period = ("--since", "2026-03-02", "--until", "2026-03-01")
    refused(training_portal, *REPORT, *period, code="period_reversed")


def test_a_report_takes_the_same_statements_for_any_number_of_rows(training_portal: Portal) -> None:
    """No row costs one of its own."""
    few = statements_of(training_portal, *REPORT)
    people = "".join(f"p{number},F,L\n" for number in range(200))
    training_portal.ok("user", "import", "-", stdin="Login,First name,Last name\n" + people)
    training_portal.ok("enroll", "--training", "fire", "--filter", "origin=import")
    many = statements_of(training_portal, *REPORT)
    assert len(read_report(training_portal)) == 204
    assert len(few) == len(many)
