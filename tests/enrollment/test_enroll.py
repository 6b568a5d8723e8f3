"""Enrolling people in content: whom, in what, all or nothing, and ending it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, event

from lmsctl.content import store as content
from lmsctl.enrollment.items.actions import enrolling
from lmsctl.enrollment.results import Reason
from lmsctl.kit import clock, driver
from lmsctl.kit.work import Work, carry_out
from tests.conftest import NOON, Portal
from tests.content.test_items import create
from tests.refusals import refused
from tests.statements import statements


def person(portal: Portal, login: str, *more: str) -> None:
    """Make a person with an address that is not their login."""
    who = ("--login", login, "--email", f"{login}.x@example.com")
    portal.ok("user", "create", *who, "--first-name", "F", "--last-name", "L", *more)


@pytest.fixture
def school(portal: Portal) -> Portal:
    """Return a portal with two departments, a group, four people and three items."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    portal.ok("department", "create", "Other")
    person(portal, "ann", "--department", "Sales")
    person(portal, "ben", "--department", "Sales/EMEA", "--type", "client")
    person(portal, "cyd", "--department", "Other")
    person(portal, "dan", "--department", "Sales")
    portal.ok("user", "deactivate", "dan")
    portal.ok("group", "create", "Pilots")
    portal.ok("group", "add", "Pilots", "ben", "cyd")
    for code in ("one", "two", "old"):
        create(portal, code)
    portal.ok("content", "archive", "old")
    create(portal, "box", "folder")
    return portal


@pytest.fixture
def work(school: Portal) -> Iterator[Any]:
    """Return what does something in a transaction of its own, at noon."""
    connection = driver.open_database(school.url, patience=5)

    def do(verb: Any) -> Any:
        return carry_out(lambda: Work(connection, clock.read(NOON), "tester", "test"), verb)

    yield do
    connection.close()


def outcomes(portal: Portal, *words: str, status: int = 0) -> list[tuple[str, str, str]]:
    """Run a command on pairs and return what became of each."""
    ran = portal.run(*words, "-o", "json")
    assert ran.status == status, ran.err
    return [(row["login"], row["content"], row["outcome"]) for row in ran.json]


def enrolled(portal: Portal, *words: str) -> list[tuple[str, str, str]]:
    """Return who is enrolled in what, and how far."""
    rows = portal.ok("enrollment", "list", *words, "-o", "json").json
    return [(row["login"], row["content"], row["phase"]) for row in rows]


def test_people_times_items_is_one_outcome_each(school: Portal) -> None:
    """Named by login, address and number, each pair once however often it is named."""
    number = str(school.value("SELECT id FROM users WHERE login = 'cyd'"))
    users = [
        word for name in ("ann", "ben.x@example.com", number, "ANN") for word in ("--user", name)
    ]
    words = ("enroll", *users, "--content", "one", "--content", "TWO")
    expected = [(who, what, "created") for what in ("one", "two") for who in ("ann", "ben", "cyd")]
    assert outcomes(school, *words) == expected
    assert len(enrolled(school)) == 6
    again = [(who, what, "unchanged") for who, what, _ in expected]
    assert outcomes(school, *words) == again
    assert school.run(*words, "--exit-code").status == 0


def test_a_rehearsal_enrolls_nobody(school: Portal) -> None:
    """The same outcomes, and nothing stays."""
    words = ("enroll", "--user", "ann", "--content", "one", "--dry-run")
    assert outcomes(school, *words) == [("ann", "one", "created")]
    assert enrolled(school) == []


def test_departments_groups_and_filters_choose_people(school: Portal) -> None:
    """A department brings in everybody under it; who is not active is skipped and named."""
    sales = outcomes(school, "enroll", "--department", "Sales", "--content", "one", "--dry-run")
    assert sales == [
        ("ann", "one", "created"),
        ("ben", "one", "created"),
        ("dan", "one", "skipped"),
    ]
    both = ("enroll", "--department", "Sales/EMEA", "--group", "Pilots", "--content", "one")
    assert [row[0] for row in outcomes(school, *both, "--dry-run")] == ["ben", "cyd"]
    narrowed = ("enroll", "--group", "Pilots", "--filter", "type=Client", "--content", "one")
    assert [row[0] for row in outcomes(school, *narrowed, "--dry-run")] == ["ben"]
    alone = ("enroll", "--filter", "status=inactive", "--filter", "type=staff", "--content", "one")
    assert outcomes(school, *alone, "--dry-run") == [("dan", "one", "skipped")]
    either = ("enroll", "--filter", "type=client", "--filter", "type=staff", "--content", "one")
    assert len(outcomes(school, *either, "--dry-run")) == 5


def test_custom_fields_filter_people(school: Portal) -> None:
    """By the field's name, in any case; keys combine."""
    school.ok("field", "create", "Country")
    for login, country in (("ann", "DE"), ("ben", "DE"), ("cyd", "FR")):
        school.ok("user", "edit", login, "--field", f"Country={country}")
    words = ("enroll", "--filter", "country=DE", "--content", "one")
    assert [row[0] for row in outcomes(school, *words, "--dry-run")] == ["ann", "ben"]
    narrower = (*words, "--filter", "type=staff")
    assert [row[0] for row in outcomes(school, *narrower, "--dry-run")] == ["ann"]


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
    school: Portal, words: tuple[str, ...], code: str
) -> None:
    """The command line is wrong, whatever is in the portal."""
    refused(school, "enroll", *words, "--content", "one", code=code, status=2, audited=0)


def test_nobody_in_a_group_is_no_failure(school: Portal) -> None:
    """An empty selection enrolls nobody and succeeds."""
    school.ok("group", "create", "Empty")
    assert outcomes(school, "enroll", "--group", "Empty", "--content", "one") == []


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
    school: Portal, words: tuple[str, ...], code: str, status: int
) -> None:
    """The good ones beside it are not enrolled either."""
    good = ("--user", "cyd", "--content", "two")
    refused(school, "enroll", *good, *words, code=code, status=status)


def test_pending_people_are_not_enrolled(school: Portal) -> None:
    """Who has not confirmed their address waits."""
    school.ok("registration", "enable", "--confirm-email")
    made = ("signup-profile", "create", "P", "--code", "p", "--department", "Sales")
    school.ok(*made, "--ends", "never", "--activations", "unlimited")
    names = ("--first-name", "F", "--last-name", "L")
    school.ok("signup-profile", "sign-up", "p", "--email", "eve@example.com", *names)
    refused(school, "enroll", "--user", "eve", "--content", "one", code="not_confirmed_yet")


def test_with_keep_going_the_rest_is_enrolled(school: Portal) -> None:
    """Each failed pair says why, and the exit status is that of a partial success."""
    users = [word for name in ("ann", "dan", "nobody") for word in ("--user", name)]
    words = ("enroll", *users, "--content", "one", "--content", "old", "--keep-going")
    ran = school.run(*words, "-o", "json")
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
    assert enrolled(school) == [("ann", "one", "enrolled")]


def test_a_draft_takes_people_in(school: Portal) -> None:
    """Only archived items do not."""
    create(school, "sketch", "topic", "--draft")
    school.ok("enroll", "--user", "ann", "--content", "sketch")
    assert enrolled(school) == [("ann", "sketch", "enrolled")]


def test_a_selection_never_reaches_beyond_the_actors_departments(school: Portal) -> None:
    """By name others are unknown, by department, group or filter they are left out."""
    person(school, "boss", "--department", "Sales")
    where = ("--department", "Sales")
    school.ok("role", "grant", "boss", "department-administrator", *where)
    school.ok("group", "edit", "Pilots", *where)
    as_boss = ("--content", "one", "--dry-run", "--as", "boss")
    assert school.refused("enroll", "--user", "cyd", *as_boss) == "user_unknown"
    assert school.refused("enroll", "--department", "Other", *as_boss) == "department_unknown"
    for words in (
        ("--group", "Pilots"),
        ("--filter", "type=client"),
        ("--department", "Sales/EMEA"),
    ):
        assert [row[0] for row in outcomes(school, "enroll", *words, *as_boss)] == ["ben"]
    whole = outcomes(school, "enroll", "--department", "/", *as_boss)
    assert [row[0] for row in whole] == ["ann", "ben", "boss", "dan"]


def test_the_number_of_statements_does_not_grow_with_people(school: Portal) -> None:
    """Three people take as many as sixty."""
    create(school, "way", "pathway")
    school.ok("content", "add-item", "way", "one")
    rows = "".join(f"p{number},F,L,Other\n" for number in range(60))
    file = school.folder / "people.csv"
    file.write_text("Login,First name,Last name,Department\n" + rows, encoding="utf-8")
    school.ok("user", "import", str(file))
    counts = [
        len(statements(school, "enroll", *words, "--content", "way"))
        for words in (("--group", "Pilots"), ("--department", "Other"))
    ]
    assert len(enrolled(school, "--content", "way")) == 62
    assert abs(counts[0] - counts[1]) <= 2


# Due dates ---------------------------------------------------------------------------------------


def due(portal: Portal, login: str, code: str) -> Any:
    """Return when somebody's enrollment is due."""
    return portal.ok("enrollment", "show", "--user", login, "--content", code, "-o", "json").json[
        "due_at"
    ]


def test_what_is_due_is_fixed_at_the_moment_of_enrollment(school: Portal) -> None:
    """Never, N days later or on a day: at the end of that day in the portal's zone."""
    school.ok("settings", "set", "time-zone=America/New_York")
    create(school, "soon", "topic", "--due-days", "1")
    create(school, "then", "topic", "--due-on", "2026-12-31")
    for code in ("one", "soon", "then"):
        school.ok("enroll", "--user", "ann", "--content", code, "--tz", "Asia/Tokyo")
    assert due(school, "ann", "one") is None
    assert due(school, "ann", "soon") == "2026-03-04T04:59:59Z"
    assert due(school, "ann", "then") == "2027-01-01T04:59:59Z"
    school.ok("content", "edit", "soon", "--no-due")
    school.ok("content", "edit", "then", "--due-days", "3")
    school.ok("settings", "set", "time-zone=UTC")
    assert due(school, "ann", "soon") == "2026-03-04T04:59:59Z"
    assert due(school, "ann", "then") == "2027-01-01T04:59:59Z"
    later = "2026-03-05T00:00:00Z"
    school.ok("enroll", "--user", "ann", "--user", "ben", "--content", "then", LMSCTL_NOW=later)
    assert due(school, "ann", "then") == "2027-01-01T04:59:59Z"
    assert due(school, "ben", "then") == "2026-03-08T23:59:59Z"


def test_a_due_date_beyond_the_calendar_is_refused(school: Portal) -> None:
    """Instead of failing somewhere inside."""
    create(school, "late", "topic", "--due-days", "9999")
    words = ("enroll", "--user", "ann", "--content", "late")
    assert school.refused(*words, LMSCTL_NOW="9998-01-01T00:00:00Z") == "time_out_of_range"


# Pathways ----------------------------------------------------------------------------------------


@pytest.fixture
def way(school: Portal) -> Portal:
    """Return the same with a pathway over `one` (mandatory) and `two` (optional)."""
    create(school, "way", "pathway", "--due-days", "3")
    school.ok("content", "add-item", "way", "one")
    school.ok("content", "add-item", "way", "two", "--optional")
    return school


def test_a_pathway_prepares_its_mandatory_items(way: Portal) -> None:
    """They get the phase pre-enrolled, optional ones nothing; the first event begins them."""
    way.ok("enroll", "--user", "ann", "--content", "way")
    assert enrolled(way) == [("ann", "one", "pre-enrolled"), ("ann", "way", "enrolled")]
    way.ok("progress", "record", "--user", "ann", "--content", "one", "--event", "viewed")
    assert enrolled(way, "--content", "one") == [("ann", "one", "enrolled")]


def test_a_pathway_leaves_alone_who_is_in_its_items_already(way: Portal) -> None:
    """They keep their phase and completion, and have one more reason."""
    way.ok("enroll", "--user", "ann", "--user", "ben", "--content", "one")
    way.ok("progress", "record", "--user", "ben", "--content", "one", "--event", "completed")
    way.ok("enroll", "--user", "ann", "--user", "ben", "--content", "way")
    rows = way.ok("enrollment", "list", "--content", "one", "-o", "json").json
    assert [(row["phase"], row["reasons"]) for row in rows] == [
        ("enrolled", ["administrator", "pathway way"]),
        ("completed", ["administrator", "pathway way"]),
    ]


def test_being_enrolled_in_what_was_prepared_is_new(way: Portal) -> None:
    """The phase becomes enrolled, with a due date of its own from then on."""
    way.ok("content", "edit", "one", "--due-days", "1")
    way.ok("enroll", "--user", "ann", "--content", "way")
    assert due(way, "ann", "one") is None
    assert outcomes(way, "enroll", "--user", "ann", "--content", "one") == [
        ("ann", "one", "created")
    ]
    assert enrolled(way, "--content", "one") == [("ann", "one", "enrolled")]
    assert due(way, "ann", "one") == "2026-03-03T23:59:59Z"


def test_canceling_a_pathway_takes_back_what_it_prepared(way: Portal) -> None:
    """Not what somebody completed, and not what has another reason."""
    for login in ("ann", "ben", "cyd"):
        way.ok("enroll", "--user", login, "--content", "way")
    way.ok("progress", "record", "--user", "ben", "--content", "one", "--event", "completed")
    way.ok("enroll", "--user", "cyd", "--content", "one")
    users = [word for name in ("ann", "ben", "cyd") for word in ("--user", name)]
    way.ok("enrollment", "cancel", *users, "--content", "way")
    assert enrolled(way) == [("ben", "one", "completed"), ("cyd", "one", "enrolled")]
    way.ok("enroll", "--user", "ann", "--content", "way")
    assert enrolled(way, "--user", "ann") == [
        ("ann", "one", "pre-enrolled"),
        ("ann", "way", "enrolled"),
    ]
    assert way.ok("db", "check", "-o", "json").json == []


def test_deleting_a_pathway_takes_back_what_it_prepared(way: Portal) -> None:
    """The confirmation counts the enrollments that go; the items stay."""
    way.ok("enroll", "--user", "ann", "--content", "way")
    ran = way.run("content", "delete", "way", "-o", "json")
    assert "1 enrollment." in " ".join(detail["message"] for detail in ran.error["details"])
    way.ok("content", "delete", "way", "--yes")
    assert enrolled(way) == []
    assert enrolled(way, "--phase", "canceled") == [("ann", "one", "canceled")]
    assert way.ok("db", "check", "-o", "json").json == []


# Canceling ---------------------------------------------------------------------------------------


def test_a_canceled_enrollment_leaves_the_list_and_can_come_back(school: Portal) -> None:
    """Twice is once; completion survives."""
    school.ok("enroll", "--user", "ann", "--content", "one")
    school.ok("progress", "record", "--user", "ann", "--content", "one", "--event", "completed")
    words = ("enrollment", "cancel", "--user", "ann", "--content", "one")
    assert outcomes(school, *words) == [("ann", "one", "deleted")]
    assert outcomes(school, *words) == [("ann", "one", "unchanged")]
    assert enrolled(school) == []
    assert enrolled(school, "--phase", "canceled") == [("ann", "one", "canceled")]
    back = ("enroll", "--user", "ann", "--content", "one")
    assert outcomes(school, *back) == [("ann", "one", "created")]
    shown = school.ok("enrollment", "show", "--user", "ann", "--content", "one", "-o", "json").json
    assert (shown["phase"], shown["completed_at"]) == ("completed", NOON)
    assert shown["canceled_at"] is None
    assert school.value("SELECT count(*) FROM enrollments") == 1


def test_who_never_was_enrolled_cannot_be_taken_out(school: Portal) -> None:
    """By name that is refused; of a department they are skipped."""
    school.ok("enroll", "--user", "ann", "--content", "one")
    words = ("enrollment", "cancel", "--user", "ann", "--user", "ben", "--content", "one")
    refused(school, *words, code="enrollment_unknown", status=4)
    whole = ("enrollment", "cancel", "--department", "Sales", "--content", "one")
    assert outcomes(school, *whole) == [
        ("ann", "one", "deleted"),
        ("ben", "one", "skipped"),
        ("dan", "one", "skipped"),
    ]


def test_taking_one_reason_away_leaves_the_others(school: Portal, work: Any) -> None:
    """Only when the last one goes is the enrollment canceled."""
    user_id = school.value("SELECT id FROM users WHERE login = 'ann'")

    def enroll(reason: Reason, reference: str) -> Any:
        return work(
            lambda work: enrolling.enroll_one(
                work, user_id, content.get(work, "one"), reason, reference
            )
        )

    first, is_new = enroll(Reason.TOKEN, "fair")
    assert is_new
    assert enroll(Reason.TOKEN, "fair") == (first, False)
    assert enroll(Reason.RULE, "7") == (first, False)
    assert outcomes(school, "enroll", "--user", "ann", "--content", "one") == [
        ("ann", "one", "updated")
    ]
    shown = school.ok("enrollment", "show", "--user", "ann", "--content", "one", "-o", "json").json
    found = {(reason["reason"], reason["reference"]) for reason in shown["reasons"]}
    assert found == {("token", "fair"), ("rule", "7"), ("administrator", "")}
    cancel = ("enrollment", "cancel", "--user", "ann", "--content", "one", "--reason")
    assert outcomes(school, *cancel, "token", "--reference", "x") == [("ann", "one", "unchanged")]
    assert outcomes(school, *cancel, "token", "--reference", "fair") == [("ann", "one", "updated")]
    assert outcomes(school, *cancel, "administrator") == [("ann", "one", "updated")]
    assert enrolled(school) == [("ann", "one", "enrolled")]
    assert outcomes(school, *cancel, "rule") == [("ann", "one", "deleted")]
    assert enrolled(school) == []


def test_enrolling_one_person_at_the_same_time_makes_one_enrollment(school: Portal) -> None:
    """Eight at once: one of them is new, the others find it."""
    user_id = school.value("SELECT id FROM users WHERE login = 'ann'")

    def enroll(number: int) -> Any:
        connection = driver.open_database(school.url, patience=30)
        try:
            return carry_out(
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
    assert school.value("SELECT count(*) FROM enrollment_reasons") == 8


def test_enrollments_are_listed_by_person_item_department_phase_and_reason(school: Portal) -> None:
    """Filters combine."""
    school.ok("enroll", "--group", "Pilots", "--user", "ann", "--content", "one")
    school.ok("enroll", "--user", "ann", "--content", "two")
    school.ok("progress", "record", "--user", "cyd", "--content", "one", "--event", "completed")
    assert [row[1] for row in enrolled(school, "--user", "ann")] == ["one", "two"]
    assert [row[0] for row in enrolled(school, "--content", "one")] == ["ann", "ben", "cyd"]
    assert [row[0] for row in enrolled(school, "--department", "Sales/EMEA")] == ["ben"]
    assert enrolled(school, "--phase", "completed") == [("cyd", "one", "completed")]
    assert enrolled(school, "--reason", "token") == []
    assert len(enrolled(school, "--reason", "administrator")) == 4


def test_deleting_a_person_takes_their_enrollments_and_events(school: Portal) -> None:
    """Groups and departments take none with them."""
    school.ok("enroll", "--group", "Pilots", "--content", "one")
    school.ok("progress", "record", "--user", "ben", "--content", "one", "--event", "viewed")
    school.ok("group", "delete", "Pilots", "--yes")
    assert len(enrolled(school)) == 2
    school.ok("user", "delete", "ben", "--yes")
    assert enrolled(school) == [("cyd", "one", "enrolled")]
    assert school.value("SELECT count(*) FROM progress_events") == 0
    assert school.ok("db", "check", "-o", "json").json == []


def test_enrolling_is_written_down(school: Portal) -> None:
    """The log names item and people, for enrolling and for canceling."""
    school.ok("enroll", "--group", "Pilots", "--content", "one")
    school.ok("enrollment", "cancel", "--user", "ben", "--content", "one")
    rows = school.ok("audit", "list", "--target", "content one", "-o", "json").json
    found = [(row["code"], row["detail"].get("people")) for row in rows if "enroll" in row["code"]]
    assert found == [("enrollment.created", ["ben", "cyd"]), ("enrollment.canceled", ["ben"])]


def test_deleting_a_person_says_what_they_were_enrolled_in_goes_too(school: Portal) -> None:
    """The records that go with a person are counted, enrollments and progress among them."""
    school.ok("enroll", "--user", "ann", "--content", "one")
    school.ok("progress", "record", "--user", "ann", "--content", "one", "--event", "viewed")
    gone = school.ok("user", "delete", "ann", "--yes", "-o", "json").json["removed"]
    assert (gone["enrollments"], gone["progress_events"]) == (1, 1)
    assert school.value("SELECT count(*) FROM enrollments") == 0


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_enrolling_one_person_reads_no_enrollment_of_others(school: Portal) -> None:
    """However many are in the item: the unique key finds rows, not the index of items."""
    connection = driver.open_database(school.url, patience=5)
    said: list[tuple[str, Any]] = []

    def note(*given: Any) -> None:
        said.append((given[2], given[3]))

    def enroll(work: Work) -> None:
        item = content.get(work, "one")
        event.listen(Engine, "before_cursor_execute", note)
        for _ in range(2):
            enrolling.enroll_one(work, 2, item, Reason.TOKEN, "1")
        event.remove(Engine, "before_cursor_execute", note)

    carry_out(lambda: Work(connection, clock.read(NOON), "tester", "test"), enroll)
    plan = [
        row[3]
        for sql, values in said
        for row in connection.raw.execute(f"EXPLAIN QUERY PLAN {sql}", values)
        if "enrollments" in row[3]
    ]
    connection.close()
    assert any("user_id=? AND item_id=?" in step for step in plan)
    assert [step for step in plan if "SCAN" in step or "ix_enrollments_item_id" in step] == []
