"""Enrolling people in content: whom, in what, all or nothing, and ending it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, event

from lmsctl.content.store import items as content
from lmsctl.enrollment.items.actions import enrolling
from lmsctl.enrollment.results import Reason
from lmsctl.kit import clock, driver
from lmsctl.kit.work import Work, run_write
from tests.conftest import NOON, Portal
from tests.content.test_items import create_item
from tests.refusals import refused
from tests.statements import statements_of


def create_person(portal: Portal, login: str, *more: str) -> None:
    """Make a person with an address that is not their login."""
    who = ("--login", login, "--email", f"{login}.x@example.com")
    portal.ok("user", "create", *who, "--first-name", "F", "--last-name", "L", *more)


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with two departments, a group, four people and three items."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    create_person(portal, "ann", "--department", "Sales")
    create_person(portal, "ben", "--department", "Sales/EMEA", "--type", "client")
    create_person(portal, "cyd", "--department", "Other")
    create_person(portal, "dan", "--department", "Sales")
    portal.ok("user", "deactivate", "dan")
    portal.ok("group", "create", "Pilots")
    portal.ok("group", "add", "Pilots", "ben", "cyd")
    for code in ("one", "two", "old"):
        create_item(portal, code)
    portal.ok("content", "archive", "old")
    create_item(portal, "box", "folder")
    return portal


@pytest.fixture
def run_in_transaction(portal_with_items: Portal) -> Iterator[Any]:
    """Return what does something in a transaction of its own, at noon."""
    connection = driver.open_database(portal_with_items.url, patience=5)

    def do(verb: Any) -> Any:
        return run_write(lambda: Work(connection, clock.read(NOON), "tester", "test"), verb)

    yield do
    connection.close()


def outcomes(portal: Portal, *words: str, status: int = 0) -> list[tuple[str, str, str]]:
    """Run a command on pairs and return what became of each."""
    ran = portal.run(*words, "-o", "json")
    assert ran.status == status, ran.err
    return [(row["login"], row["content"], row["outcome"]) for row in ran.json]


def enrollments(portal: Portal, *words: str) -> list[tuple[str, str, str]]:
    """Return who is enrolled in what, and how far."""
    rows = portal.ok("enrollment", "list", *words, "-o", "json").json
    return [(row["login"], row["content"], row["phase"]) for row in rows]


def test_people_times_items_is_one_outcome_each(portal_with_items: Portal) -> None:
    """Named by login, address and number, each pair once however often it is named."""
    number = str(portal_with_items.value("SELECT id FROM users WHERE login = 'cyd'"))
    users = [
        word for name in ("ann", "ben.x@example.com", number, "ANN") for word in ("--user", name)
    ]
    words = ("enroll", *users, "--content", "one", "--content", "TWO")
    expected = [(who, what, "created") for what in ("one", "two") for who in ("ann", "ben", "cyd")]
    assert outcomes(portal_with_items, *words) == expected
    assert len(enrollments(portal_with_items)) == 6
    again = [(who, what, "unchanged") for who, what, _ in expected]
    assert outcomes(portal_with_items, *words) == again
    assert portal_with_items.run(*words, "--exit-code").status == 0


def test_a_rehearsal_enrolls_nobody(portal_with_items: Portal) -> None:
    """The same outcomes, and nothing stays."""
    words = ("enroll", "--user", "ann", "--content", "one", "--dry-run")
    assert outcomes(portal_with_items, *words) == [("ann", "one", "created")]
    assert enrollments(portal_with_items) == []


def test_departments_groups_and_filters_choose_people(portal_with_items: Portal) -> None:
    """A department brings in everybody under it; who is not active is skipped and named."""
    sales = outcomes(
        portal_with_items, "enroll", "--department", "Sales", "--content", "one", "--dry-run"
    )
    assert sales == [
        ("ann", "one", "created"),
        ("ben", "one", "created"),
        ("dan", "one", "skipped"),
    ]
    both = ("enroll", "--department", "Sales/EMEA", "--group", "Pilots", "--content", "one")
    assert [row[0] for row in outcomes(portal_with_items, *both, "--dry-run")] == ["ben", "cyd"]
    narrowed = ("enroll", "--group", "Pilots", "--filter", "type=Client", "--content", "one")
    assert [row[0] for row in outcomes(portal_with_items, *narrowed, "--dry-run")] == ["ben"]
    alone = ("enroll", "--filter", "status=inactive", "--filter", "type=staff", "--content", "one")
    assert outcomes(portal_with_items, *alone, "--dry-run") == [("dan", "one", "skipped")]
    either = ("enroll", "--filter", "type=client", "--filter", "type=staff", "--content", "one")
    assert len(outcomes(portal_with_items, *either, "--dry-run")) == 5


def test_custom_fields_filter_people(portal_with_items: Portal) -> None:
    """By the field's name, in any case; keys combine."""
    portal_with_items.ok("field", "create", "Country")
    for login, country in (("ann", "DE"), ("ben", "DE"), ("cyd", "FR")):
        portal_with_items.ok("user", "edit", login, "--field", f"Country={country}")
    words = ("enroll", "--filter", "country=DE", "--content", "one")
    assert [row[0] for row in outcomes(portal_with_items, *words, "--dry-run")] == ["ann", "ben"]
    narrower = (*words, "--filter", "type=staff")
    assert [row[0] for row in outcomes(portal_with_items, *narrower, "--dry-run")] == ["ann"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), "selection_missing"),
        (("--user", "ann", "--filter", "type=staff"), "filter_on_names"),
        (("--filter", "type"), "filter_wrong"),
        (("--filter", "type=wizard"), "filter_wrong"),
        (("--filter", "shoe=44"), "filter_wrong"),
    ],
)
def test_a_selection_that_means_nothing_is_a_mistake(
    portal_with_items: Portal, words: tuple[str, ...], code: str
) -> None:
    """The command line is wrong, whatever is in the portal."""
    refused(portal_with_items, "enroll", *words, "--content", "one", code=code, status=2, audited=0)


def test_nobody_in_a_group_is_no_failure(portal_with_items: Portal) -> None:
    """An empty selection enrolls nobody and succeeds."""
    portal_with_items.ok("group", "create", "Empty")
    assert outcomes(portal_with_items, "enroll", "--group", "Empty", "--content", "one") == []


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (("--user", "dan", "--content", "one"), "person_not_active", 6),
        (("--user", "nobody", "--content", "one"), "user_unknown", 4),
        (("--user", "ann", "--content", "nothing"), "content_unknown", 4),
        (("--user", "ann", "--content", "old"), "content_archived", 6),
        (("--user", "ann", "--content", "box"), "content_is_folder", 6),
        (("--user", "ann", "--user", "nobody", "--content", "old"), "pairs_refused", 6),
        (("--department", "Nowhere", "--content", "one"), "department_unknown", 4),
        (("--group", "Nowhere", "--content", "one"), "group_unknown", 4),
    ],
)
def test_one_wrong_pair_stops_all(
    portal_with_items: Portal, words: tuple[str, ...], code: str, status: int
) -> None:
    """The good ones beside it are not enrolled either."""
    good = ("--user", "cyd", "--content", "two")
    refused(portal_with_items, "enroll", *good, *words, code=code, status=status)


def test_pending_people_are_not_enrolled(portal_with_items: Portal) -> None:
    """Who has not confirmed their address waits."""
    portal_with_items.ok("registration", "enable", "--confirm-email")
    made = ("signup-profile", "create", "P", "--code", "p", "--department", "Sales")
    portal_with_items.ok(*made, "--ends", "never", "--activations", "unlimited")
    names = ("--first-name", "F", "--last-name", "L")
    portal_with_items.ok("signup-profile", "sign-up", "p", "--email", "eve@example.com", *names)
    refused(
        portal_with_items, "enroll", "--user", "eve", "--content", "one", code="not_confirmed_yet"
    )


def test_with_keep_going_the_rest_is_enrolled(portal_with_items: Portal) -> None:
    """Each failed pair says why, and the exit status is that of a partial success."""
    users = [word for name in ("ann", "dan", "nobody") for word in ("--user", name)]
    words = ("enroll", *users, "--content", "one", "--content", "old", "--keep-going")
    ran = portal_with_items.run(*words, "-o", "json")
    assert ran.status == 7
    found = {(row["login"], row["content"]): (row["outcome"], row["code"]) for row in ran.json}
    assert found == {
        ("ann", "one"): ("created", None),
        ("dan", "one"): ("failed", "person_not_active"),
        ("nobody", "one"): ("failed", "user_unknown"),
        ("ann", "old"): ("failed", "content_archived"),
        ("dan", "old"): ("failed", "content_archived"),
        ("nobody", "old"): ("failed", "content_archived"),
    }
    assert enrollments(portal_with_items) == [("ann", "one", "enrolled")]


def test_a_draft_takes_people_in(portal_with_items: Portal) -> None:
    """Only archived items do not."""
    create_item(portal_with_items, "sketch", "topic", "--draft")
    portal_with_items.ok("enroll", "--user", "ann", "--content", "sketch")
    assert enrollments(portal_with_items) == [("ann", "sketch", "enrolled")]


def test_a_selection_never_reaches_beyond_the_actors_departments(portal_with_items: Portal) -> None:
    """By name others are unknown, by department, group or filter they are left out."""
    create_person(portal_with_items, "boss", "--department", "Sales")
    where = ("--department", "Sales")
    portal_with_items.ok("role", "grant", "boss", "department-administrator", *where)
    portal_with_items.ok("group", "edit", "Pilots", *where)
    as_boss = ("--content", "one", "--dry-run", "--as", "boss")
    assert portal_with_items.refused("enroll", "--user", "cyd", *as_boss) == "user_unknown"
    assert (
        portal_with_items.refused("enroll", "--department", "Other", *as_boss)
        == "department_unknown"
    )
    for words in (
        ("--group", "Pilots"),
        ("--filter", "type=client"),
        ("--department", "Sales/EMEA"),
    ):
        assert [row[0] for row in outcomes(portal_with_items, "enroll", *words, *as_boss)] == [
            "ben"
        ]
    whole = outcomes(portal_with_items, "enroll", "--department", "/", *as_boss)
    assert [row[0] for row in whole] == ["ann", "ben", "boss", "dan"]


def test_the_number_of_statements_does_not_grow_with_people(portal_with_items: Portal) -> None:
    """Three people take as many as sixty."""
    create_item(portal_with_items, "way", "pathway")
    portal_with_items.ok("content", "add-item", "way", "one")
    rows = "".join(f"p{number},F,L,Other\n" for number in range(60))
    file = portal_with_items.folder / "people.csv"
    file.write_text("Login,First name,Last name,Department\n" + rows, encoding="utf-8")
    portal_with_items.ok("user", "import", str(file))
    counts = [
        len(statements_of(portal_with_items, "enroll", *words, "--content", "way"))
        for words in (("--group", "Pilots"), ("--department", "Other"))
    ]
    assert len(enrollments(portal_with_items, "--content", "way")) == 62
    assert abs(counts[0] - counts[1]) <= 2


# Due dates ---------------------------------------------------------------------------------------


def due_date(portal: Portal, login: str, code: str) -> Any:
    """Return when somebody's enrollment is due."""
    return portal.ok("enrollment", "show", "--user", login, "--content", code, "-o", "json").json[
        "due_at"
    ]


def test_what_is_due_is_fixed_at_the_moment_of_enrollment(portal_with_items: Portal) -> None:
    """Never, N days later or on a day: at the end of that day in the portal's zone."""
    portal_with_items.ok("settings", "set", "time-zone=America/New_York")
    create_item(portal_with_items, "soon", "topic", "--due-days", "1")
    create_item(portal_with_items, "then", "topic", "--due-on", "2026-12-31")
    for code in ("one", "soon", "then"):
        portal_with_items.ok("enroll", "--user", "ann", "--content", code, "--tz", "Asia/Tokyo")
    assert due_date(portal_with_items, "ann", "one") is None
    assert due_date(portal_with_items, "ann", "soon") == "2026-03-04T04:59:59Z"
    assert due_date(portal_with_items, "ann", "then") == "2027-01-01T04:59:59Z"
    portal_with_items.ok("content", "edit", "soon", "--no-due")
    portal_with_items.ok("content", "edit", "then", "--due-days", "3")
    portal_with_items.ok("settings", "set", "time-zone=UTC")
    assert due_date(portal_with_items, "ann", "soon") == "2026-03-04T04:59:59Z"
    assert due_date(portal_with_items, "ann", "then") == "2027-01-01T04:59:59Z"
    later = "2026-03-05T00:00:00Z"
    portal_with_items.ok(
        "enroll", "--user", "ann", "--user", "ben", "--content", "then", LMSCTL_NOW=later
    )
    assert due_date(portal_with_items, "ann", "then") == "2027-01-01T04:59:59Z"
    assert due_date(portal_with_items, "ben", "then") == "2026-03-08T23:59:59Z"


def test_a_due_date_beyond_the_calendar_is_refused(portal_with_items: Portal) -> None:
    """Instead of failing somewhere inside."""
    create_item(portal_with_items, "late", "topic", "--due-days", "9999")
    words = ("enroll", "--user", "ann", "--content", "late")
    assert (
        portal_with_items.refused(*words, LMSCTL_NOW="9998-01-01T00:00:00Z") == "time_out_of_range"
    )


# Canceling ---------------------------------------------------------------------------------------


def test_a_canceled_enrollment_leaves_the_list_and_can_come_back(portal_with_items: Portal) -> None:
    """Twice is once; completion survives."""
    portal_with_items.ok("enroll", "--user", "ann", "--content", "one")
    portal_with_items.ok(
        "progress", "record", "--user", "ann", "--content", "one", "--event", "completed"
    )
    words = ("enrollment", "cancel", "--user", "ann", "--content", "one")
    assert outcomes(portal_with_items, *words) == [("ann", "one", "deleted")]
    assert outcomes(portal_with_items, *words) == [("ann", "one", "unchanged")]
    assert enrollments(portal_with_items) == []
    assert enrollments(portal_with_items, "--phase", "canceled") == [("ann", "one", "canceled")]
    back = ("enroll", "--user", "ann", "--content", "one")
    assert outcomes(portal_with_items, *back) == [("ann", "one", "created")]
    shown = portal_with_items.ok(
        "enrollment", "show", "--user", "ann", "--content", "one", "-o", "json"
    ).json
    assert (shown["phase"], shown["completed_at"]) == ("completed", NOON)
    assert shown["canceled_at"] is None
    assert portal_with_items.value("SELECT count(*) FROM enrollments") == 1


def test_who_never_was_enrolled_cannot_be_taken_out(portal_with_items: Portal) -> None:
    """By name that is refused; of a department they are skipped."""
    portal_with_items.ok("enroll", "--user", "ann", "--content", "one")
    words = ("enrollment", "cancel", "--user", "ann", "--user", "ben", "--content", "one")
    refused(portal_with_items, *words, code="enrollment_unknown", status=4)
    whole = ("enrollment", "cancel", "--department", "Sales", "--content", "one")
    assert outcomes(portal_with_items, *whole) == [
        ("ann", "one", "deleted"),
        ("ben", "one", "skipped"),
        ("dan", "one", "skipped"),
    ]


def test_taking_one_reason_away_leaves_the_others(
    portal_with_items: Portal, run_in_transaction: Any
) -> None:
    """Only when the last one goes is the enrollment canceled."""
    user_id = portal_with_items.value("SELECT id FROM users WHERE login = 'ann'")

    def enroll(reason: Reason, reference: str) -> Any:
        return run_in_transaction(
            lambda work: enrolling.enroll_one(
                work, user_id, content.get(work, "one"), reason, reference
            )
        )

    first, is_new = enroll(Reason.TOKEN, "fair")
    assert is_new
    assert enroll(Reason.TOKEN, "fair") == (first, False)
    assert enroll(Reason.RULE, "7") == (first, False)
    assert outcomes(portal_with_items, "enroll", "--user", "ann", "--content", "one") == [
        ("ann", "one", "updated")
    ]
    shown = portal_with_items.ok(
        "enrollment", "show", "--user", "ann", "--content", "one", "-o", "json"
    ).json
    found = {(reason["reason"], reason["reference"]) for reason in shown["reasons"]}
    assert found == {("token", "fair"), ("rule", "7"), ("administrator", "")}
    cancel = ("enrollment", "cancel", "--user", "ann", "--content", "one", "--reason")
    assert outcomes(portal_with_items, *cancel, "token", "--reference", "x") == [
        ("ann", "one", "unchanged")
    ]
    assert outcomes(portal_with_items, *cancel, "token", "--reference", "fair") == [
        ("ann", "one", "updated")
    ]
    assert outcomes(portal_with_items, *cancel, "administrator") == [("ann", "one", "updated")]
    assert enrollments(portal_with_items) == [("ann", "one", "enrolled")]
    assert outcomes(portal_with_items, *cancel, "rule") == [("ann", "one", "deleted")]
    assert enrollments(portal_with_items) == []


def test_enrolling_one_person_at_the_same_time_makes_one_enrollment(
    portal_with_items: Portal,
) -> None:
    """Eight at once: one of them is new, the others find it."""
    user_id = portal_with_items.value("SELECT id FROM users WHERE login = 'ann'")

    def enroll(number: int) -> Any:
        connection = driver.open_database(portal_with_items.url, patience=30)
        try:
            return run_write(
                lambda: Work(connection, clock.read(NOON), "tester", "test"),
                lambda work: enrolling.enroll_one(
                    work, user_id, content.get(work, "one"), Reason.TOKEN, f"t{number}"
                ),
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        came = list(pool.map(enroll, range(8)))
    assert len({number for number, _ in came}) == 1
    assert sorted(is_new for _, is_new in came) == [False] * 7 + [True]
    assert portal_with_items.value("SELECT count(*) FROM enrollment_reasons") == 8


def test_enrollments_are_listed_by_person_item_department_phase_and_reason(
    portal_with_items: Portal,
) -> None:
    """Filters combine."""
    portal_with_items.ok("enroll", "--group", "Pilots", "--user", "ann", "--content", "one")
    portal_with_items.ok("enroll", "--user", "ann", "--content", "two")
    portal_with_items.ok(
        "progress", "record", "--user", "cyd", "--content", "one", "--event", "completed"
    )
    assert [row[1] for row in enrollments(portal_with_items, "--user", "ann")] == ["one", "two"]
    assert [row[0] for row in enrollments(portal_with_items, "--content", "one")] == [
        "ann",
        "ben",
        "cyd",
    ]
    assert [row[0] for row in enrollments(portal_with_items, "--department", "Sales/EMEA")] == [
        "ben"
    ]
    assert enrollments(portal_with_items, "--phase", "completed") == [("cyd", "one", "completed")]
    assert enrollments(portal_with_items, "--reason", "token") == []
    assert len(enrollments(portal_with_items, "--reason", "administrator")) == 4


def test_deleting_a_person_takes_their_enrollments_and_events(portal_with_items: Portal) -> None:
    """Groups and departments take none with them."""
    portal_with_items.ok("enroll", "--group", "Pilots", "--content", "one")
    portal_with_items.ok(
        "progress", "record", "--user", "ben", "--content", "one", "--event", "viewed"
    )
    portal_with_items.ok("group", "delete", "Pilots", "--yes")
    assert len(enrollments(portal_with_items)) == 2
    portal_with_items.ok("user", "delete", "ben", "--yes")
    assert enrollments(portal_with_items) == [("cyd", "one", "enrolled")]
    assert portal_with_items.value("SELECT count(*) FROM progress_events") == 0
    assert portal_with_items.ok("db", "check", "-o", "json").json == []


def test_enrolling_is_written_down(portal_with_items: Portal) -> None:
    """The log names item and people, for enrolling and for canceling."""
    portal_with_items.ok("enroll", "--group", "Pilots", "--content", "one")
    portal_with_items.ok("enrollment", "cancel", "--user", "ben", "--content", "one")
    rows = portal_with_items.ok("audit", "list", "--target", "content one", "-o", "json").json
    found = [(row["code"], row["detail"].get("people")) for row in rows if "enroll" in row["code"]]
    assert found == [("enrollment.created", ["ben", "cyd"]), ("enrollment.canceled", ["ben"])]


def test_deleting_a_person_says_what_they_were_enrolled_in_goes_too(
    portal_with_items: Portal,
) -> None:
    """The records that go with a person are counted, enrollments and progress among them."""
    portal_with_items.ok("enroll", "--user", "ann", "--content", "one")
    portal_with_items.ok(
        "progress", "record", "--user", "ann", "--content", "one", "--event", "viewed"
    )
    gone = portal_with_items.ok("user", "delete", "ann", "--yes", "-o", "json").json["removed"]
    assert (gone["enrollments"], gone["progress_events"]) == (1, 1)
    assert portal_with_items.value("SELECT count(*) FROM enrollments") == 0


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_enrolling_one_person_reads_no_enrollment_of_others(portal_with_items: Portal) -> None:
    """However many are in the item: the unique key finds rows, not the index of items."""
    connection = driver.open_database(portal_with_items.url, patience=5)
    said: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        said.append((given[2], given[3]))

    def enroll(work: Work) -> None:
        item = content.get(work, "one")
        event.listen(Engine, "before_cursor_execute", note)
        for _ in range(2):
            enrolling.enroll_one(work, 2, item, Reason.TOKEN, "1")
        event.remove(Engine, "before_cursor_execute", note)

    run_write(lambda: Work(connection, clock.read(NOON), "tester", "test"), enroll)
    plan = [
        row[3]
        for sql, values in said
        for row in connection.raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        if "enrollments" in row[3]
    ]
    connection.close()
    assert any("user_id=? AND item_id=?" in step for step in plan)
    assert [step for step in plan if "SCAN" in step or "ix_enrollments_item_id" in step] == []
