"""Enrolling people in trainings by a file."""

from typing import Any

import pytest

from tests.conftest import CommandResult, Portal
from tests.content.test_items import create_item
from tests.enrollment.test_training_enroll import place_counts, user_options
from tests.refusals import unchanged
from tests.statements import recorded_statements
from tests.trainings import create_person, create_session, create_training, list_participants

HEADING = "Login,Training,Session,Access at\n"


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with people, an item, and a training with a session for two people."""
    portal.ok("department", "create", "Sales")
    for login in ("ann", "ben", "cyd"):
        create_person(portal, login)
    create_person(portal, "dan", "--department", "Sales")
    create_item(portal, "one")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin")
    create_session(portal, "spring", "--capacity", "2")
    create_session(portal, "summer", starts="2026-06-30T09:00")
    return portal


def import_text(portal: Portal, text: str, *more: str) -> CommandResult:
    """Take in a file with this text."""
    (portal.folder / "parts.csv").write_text(text, encoding="utf-8")
    return portal.run("enroll", "--from", "parts.csv", *more, "-o", "json")


def row_counts(ran: CommandResult) -> tuple[int, int, int, int]:
    """Return how many rows made something, changed something, were so already, and failed."""
    found = ran.json
    return found["created"], found["updated"], found["unchanged"], found["failed"]


def faults(ran: CommandResult) -> list[tuple[int, str, str]]:
    """Return what is wrong in which row and column."""
    assert ran.status == 6, ran.err
    return [
        (item["location"]["row"], item["location"]["column"], item["code"])
        for item in ran.error["details"]
    ]


def participants(portal: Portal, code: str = "aid") -> list[tuple[Any, ...]]:
    """Return who takes part, in which session, and from when on they see it."""
    names = ("login", "session", "is_preselected", "side", "access_at")
    found = [tuple(row[name] for name in names) for row in list_participants(portal, code)]
    return sorted(found, key=lambda row: str(row[0]))


NOW = "2026-03-02T12:00:00Z"


def test_a_file_enrolls_and_twice_changes_nothing(training_portal: Portal) -> None:
    """In a session or none; times are of the training's zone, and blank or past ones mean now."""
    text = (
        f"{HEADING}ANN,AID:Spring,,2026-03-10T09:00\n"
        "ben.x@example.com,aid,summer,2020-01-01\n"
        "cyd,aid,,\nann,aid,spring,\ndan,aid:spring,SPRING,+2h\n"
    )
    with unchanged(training_portal, audited=0):
        assert row_counts(import_text(training_portal, text, "--dry-run")) == (4, 0, 1, 0)
    ran = import_text(training_portal, text, "--results", "results.csv")
    assert (ran.status, row_counts(ran)) == (0, (4, 0, 1, 0)), ran.err
    assert "No notices were queued." in ran.err
    after = [
        ("ann", "spring", True, "administrator", "2026-03-10T08:00:00Z"),
        ("ben", "summer", True, "administrator", NOW),
        ("cyd", None, False, "administrator", NOW),
        ("dan", "spring", True, "administrator", "2026-03-02T14:00:00Z"),
    ]
    assert participants(training_portal) == after
    lines = [
        row.split(",") for row in (training_portal.folder / "results.csv").read_text().splitlines()
    ]
    assert [line[2:4] for line in lines[1:]] == [
        ["ANN AID:Spring", "created"],
        ["ben.x@example.com aid:summer", "created"],
        ["cyd aid", "created"],
        ["ann aid:spring", "unchanged"],
        ["dan aid:SPRING", "created"],
    ]
    assert lines[1][4] == lines[4][4] != ""
    assert row_counts(import_text(training_portal, text)) == (0, 0, 5, 0)
    assert (participants(training_portal), place_counts(training_portal)) == (after, (2, 0))


def test_one_file_may_hold_content_and_trainings(training_portal: Portal) -> None:
    """Each row names one of them; what the command line says is for rows that name neither."""
    text = "Login,Content,Training,Session\nann,one,,\nann,,aid,\nben,,,\ncyd,,,summer\n"
    ran = import_text(
        training_portal, text, "--training", "aid:spring", "--access-at", "2026-03-10"
    )
    assert row_counts(ran) == (4, 0, 0, 0)
    assert [row[:2] for row in participants(training_portal)] == [
        ("ann", None),
        ("ben", "spring"),
        ("cyd", "summer"),
    ]
    assert {row[4] for row in participants(training_portal)} == {"2026-03-09T23:00:00Z"}
    assert training_portal.value("SELECT count(*) FROM enrollments") == 1
    ran = import_text(training_portal, "Login,Training\ncyd,\nben,aid\n", "--content", "one")
    assert row_counts(ran) == (1, 0, 1, 0)
    with_tz = (HEADING + "dan,aid,,2026-03-10T09:00\n", "--tz", "America/New_York")
    assert row_counts(import_text(training_portal, *with_tz)) == (1, 0, 0, 0)
    assert participants(training_portal)[-1][4] == "2026-03-10T13:00:00Z"


def test_whoever_has_no_session_gets_it(training_portal: Portal) -> None:
    """Once, however often the file says so; the access they had stays."""
    training_portal.ok(
        "enroll", *user_options("ann", "ben"), "--training", "aid", "--access-at", "2026-03-10"
    )
    text = f"{HEADING}ann,aid,spring,\nann,aid,spring,\ncyd,aid,spring,\n"
    assert row_counts(import_text(training_portal, text)) == (1, 1, 1, 0)
    assert (place_counts(training_portal), participants(training_portal)[0][1:3]) == (
        (2, 0),
        ("spring", True),
    )
    assert participants(training_portal)[0][4] == "2026-03-09T23:00:00Z"
    assert training_portal.value("SELECT moves FROM training_enrollments WHERE id = 1") == 1


BAD: list[tuple[str, str, str]] = [
    (",aid,,", "Login", "login_missing"),
    (",none,,", "Training", "training_unknown"),
    (",aid,other,", "Session", "session_unknown"),
    (",aid:other,,", "Training", "session_unknown"),
    (",aid:spring,summer,", "Training", "target_twice"),
    (",:spring,,", "Training", "target_unclear"),
    ("one,aid,,", "Training", "row_of_two"),
    (",,,", "Content", "item_unnamed"),
    ("one,,spring,", "Session", "cell_idle"),
    ("one,,,today", "Access at", "cell_idle"),
    (",aid,,", "Login", "person_not_active"),
    (",aid,gone,", "Session", "session_canceled"),
    (",aid,,soon", "Access at", "cell_time_invalid"),
    (",aid,,never", "Access at", "access_missing"),
    (",aid,,2026-03-29T02:30", "Access at", "cell_time_invalid"),
    (",aid,summer,", "Session", "session_second"),
]


def test_every_fault_is_told_and_nothing_is_written(training_portal: Portal) -> None:
    """By row and column, all at once; a good row goes in with --keep-going."""
    people = "".join(f"p{row},F,L\n" for row in range(2, 17))
    training_portal.ok("user", "import", "-", stdin="Login,First name,Last name\n" + people)
    training_portal.ok("user", "deactivate", "p11")
    create_session(training_portal, "gone")
    training_portal.ok("session", "cancel", "aid", "gone")
    training_portal.ok("enroll", *user_options("p16"), "--training", "aid:spring")
    rows = [f"p{row},{cells}\n" for row, (cells, _, _) in enumerate(BAD, start=1)]
    text = "".join(["Login,Content,Training,Session,Access at\n", *rows, "ben,,aid,,\n"])
    text = text.replace("p1,", ",")
    with unchanged(training_portal):
        ran = import_text(training_portal, text)
    assert faults(ran) == [(row, *fault[1:]) for row, fault in enumerate(BAD, start=1)]
    assert "spring" in ran.error["details"][-1]["message"]
    ran = import_text(training_portal, text, "--keep-going", "--rejects", "mend.csv")
    assert (ran.status, row_counts(ran)) == (7, (1, 0, 0, 16))
    assert [row[0] for row in participants(training_portal)] == ["ben", "p16"]


def test_a_date_of_zeros_counts_as_blank(training_portal: Portal) -> None:
    """It stands where there is no date, beside an item as beside a training."""
    text = "Login,Content,Training,Access at\nann,one,,0000-00-00\nann,,aid,00/00/0000\n"
    assert row_counts(import_text(training_portal, text)) == (2, 0, 0, 0)


def test_one_person_in_two_sessions_is_an_error_in_both_rows(training_portal: Portal) -> None:
    """Also with and without a session: nobody can know which row is meant."""
    text = f"{HEADING}ann,aid,spring,\nben,aid,summer,\nann,aid,summer,\nben.x@example.com,aid,,\n"
    ran = import_text(training_portal, text)
    assert faults(ran) == [
        (1, "Session", "pair_twice"),
        (2, "Session", "pair_twice"),
        (3, "Session", "pair_twice"),
        (4, "Training", "pair_twice"),
    ]
    assert "Row 3" in ran.error["details"][0]["message"]


def test_who_comes_first_in_the_file_gets_the_places(training_portal: Portal) -> None:
    """All or nothing; with --keep-going the rest goes in, and rows that fail take no place."""
    text = (
        f"{HEADING}nobody,aid,spring,\ncyd,aid,spring,\nben,aid,spring,\ncyd,aid,spring,\n"
        "ann,aid,spring,\nann,aid,spring,\n"
    )
    with unchanged(training_portal):
        ran = import_text(training_portal, text)
    full = [(5, "Session", "session_full"), (6, "Session", "session_full")]
    assert faults(ran) == [(1, "Login", "user_unknown"), *full]
    assert "'ann' in 'aid:spring'" in ran.error["details"][1]["message"]
    ran = import_text(training_portal, text, "--keep-going")
    assert (ran.status, row_counts(ran)) == (7, (2, 0, 1, 3))
    assert ([row[0] for row in participants(training_portal)], place_counts(training_portal)) == (
        ["ben", "cyd"],
        (2, 0),
    )


def test_a_run_that_keeps_going_goes_on_in_batches(
    training_portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Places are shared out over all of them, and repeated rows are enrolled already."""
    monkeypatch.setattr("lmsctl.bulk.actions.writing._BATCH_ROWS", 2)
    text = (
        f"{HEADING}ann,aid,spring,\ncyd,aid,,\nann,aid,spring,\nben,aid,spring,\ndan,aid,spring,\n"
    )
    assert row_counts(import_text(training_portal, text, "--keep-going")) == (3, 0, 1, 1)
    assert [row[:2] for row in participants(training_portal)] == [
        ("ann", "spring"),
        ("ben", "spring"),
        ("cyd", None),
    ]
    assert place_counts(training_portal) == (2, 0)


def test_each_sort_of_row_needs_its_own_right(training_portal: Portal) -> None:
    """People out of its scope are unknown; who lacks it for one row is refused as a whole."""
    for name in ("training.enroll", "enrollment.manage"):
        role = name.partition(".")[0]
        training_portal.ok("role", "create", role, "--permission", name)
        create_person(training_portal, f"by-{role}")
        training_portal.ok("role", "grant", f"by-{role}", role, "--department", "Sales")
    only_training, only_content = ("--as", "by-training"), ("--as", "by-enrollment")
    assert row_counts(import_text(training_portal, f"{HEADING}dan,aid,,\n", *only_training)) == (
        1,
        0,
        0,
        0,
    )
    assert faults(import_text(training_portal, f"{HEADING}ann,aid,,\n", *only_training)) == [
        (1, "Login", "user_unknown")
    ]
    assert (
        import_text(training_portal, "Login,Content\ndan,one\n", *only_training).code
        == "permission_missing"
    )
    assert (
        import_text(training_portal, f"{HEADING}dan,aid,,\n", *only_content).code
        == "permission_missing"
    )
    assert row_counts(import_text(training_portal, "Login,Content\ndan,one\n", *only_content)) == (
        1,
        0,
        0,
        0,
    )
    assert import_text(training_portal, f"{HEADING}dan,aid,,\n", "--as", "dan").status == 8


MEANINGLESS: list[tuple[str, tuple[str, ...], int, str]] = [
    ("Login\nann\n", ("--training", "aid", "--content", "one"), 2, "file_not_alone"),
    ("Login\nann\n", ("--training", "aid", "--training", "x"), 2, "file_not_alone"),
    ("Login\nann\n", ("--training", "aid", "--over-capacity"), 2, "file_not_alone"),
    ("Login\nann\n", ("--training", "aid:"), 2, "target_unclear"),
    ("Login,Content\nann,one\n", ("--access-at", "today"), 2, "option_idle"),
    ("Login,Training\nann,aid\n", ("--access-at", "soon"), 2, "time_not_understood"),
    ("Login,Training\nann,aid\n", ("--access-at", "never"), 2, "access_missing"),
    ("Login,Session\nann,spring\n", (), 6, "csv_column_missing"),
]


def test_a_file_and_options_that_mean_nothing_are_refused(training_portal: Portal) -> None:
    """Before any row is looked at."""
    for text, more, status, code in MEANINGLESS:
        ran = import_text(training_portal, text, *more)
        assert (ran.status, ran.code) == (status, code), more
    assert participants(training_portal) == []


def test_whoever_comes_after_the_deadline_is_told(training_portal: Portal) -> None:
    """Deadlines do not bind administrators."""
    training_portal.ok("training", "set-deadlines", "aid", "--stop-registration", "1mo")
    ran = import_text(training_portal, f"{HEADING}ann,aid,spring,\nben,aid,summer,\n")
    assert "Registration for aid:spring stopped at 2026-02-28T09:00:00+01:00; you" in ran.err
    assert "aid:summer stopped" not in ran.err


def test_notify_invites_as_enrolling_by_hand_does(training_portal: Portal) -> None:
    """A notice and a mail when access begins; of getting a session too, and the organizer hears."""
    create_person(training_portal, "org")
    training_portal.ok("role", "grant", "org", "administrator")
    training_portal.ok("training", "edit", "aid", "--organizer", "org")
    training_portal.ok("enroll", *user_options("cyd"), "--training", "aid")
    told = """
        SELECT n.kind, n.channel, u.login FROM notifications n JOIN users u ON u.id = n.user_id
        WHERE n.id > :after ORDER BY n.kind, n.channel, u.login
    """
    after = training_portal.value("SELECT max(id) FROM notifications")
    text = f"{HEADING}ann,aid,summer,2026-03-10\ncyd,aid,summer,\nben,aid,,\nann,aid,summer,\n"
    with unchanged(training_portal, audited=0):
        assert import_text(training_portal, text, "--notify", "--dry-run").json["notices"] == 10
    ran = import_text(training_portal, text, "--notify")
    assert ran.json["notices"] == 10
    assert "10 notices were queued." in ran.err
    channels = ("account", "mail")
    assert training_portal.sql(told, after=after) == [
        *(("training_change", channel, "cyd") for channel in channels),
        *(
            (("training_invitation", channel, who))
            for channel in channels
            for who in ("ann", "ben")
        ),
        *(("training_organizer", channel, "org") for channel in channels for _ in range(2)),
    ]
    (due,) = training_portal.sql(
        """SELECT DISTINCT n.due_at FROM notifications n JOIN users u ON u.id = n.user_id
           WHERE u.login = 'ann'"""
    )
    assert str(due[0]).startswith("2026-03-09")
    assert "summer" in training_portal.value(
        "SELECT body FROM notifications WHERE kind = 'training_change'"
    )


def test_the_number_of_statements_does_not_grow_with_the_file(training_portal: Portal) -> None:
    """No row costs one of its own, good or not."""
    people = "".join(f"p{number},F,L\n" for number in range(300))
    training_portal.ok("user", "import", "-", stdin="Login,First name,Last name\n" + people)
    counts = []
    for first, last in ((0, 3), (3, 300)):
        rows = "".join(f"p{n},aid,summer,+{n}d\nnobody,aid,,\n" for n in range(first, last))
        with recorded_statements() as said:
            ran = import_text(training_portal, HEADING + rows, "--keep-going")
        assert row_counts(ran)[0] == last - first
        counts.append(len(said))
    assert counts[0] == counts[1]
