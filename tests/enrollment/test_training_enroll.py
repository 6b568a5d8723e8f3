"""Enrolling people in trainings: sessions, places, all or nothing, changing, canceling, results."""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.refusals import refused, unchanged
from tests.trainings import (
    create_person,
    create_session,
    create_training,
    list_participants,
    show_session,
)

ENROLL = ("enroll", "--training")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with people in two departments, and a training with two sessions."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    create_person(portal, "ann", "--department", "Sales")
    create_person(portal, "ben", "--department", "Sales/EMEA")
    create_person(portal, "cyd")
    create_person(portal, "dan", "--department", "Sales")
    portal.ok("user", "deactivate", "dan")
    create_training(portal, "aid", "--time-zone", "Europe/Berlin")
    create_session(portal, "spring", "--capacity", "2")
    create_session(portal, "summer", starts="2026-06-30T09:00")
    return portal


def outcomes(portal: Portal, *words: str, status: int = 0, **now: str) -> list[tuple[Any, ...]]:
    """Run a command on pairs and return what became of each."""
    ran = portal.run(*words, "-o", "json", **now)
    assert ran.status == status, ran.err
    return [(row["login"], row["training"], row["session"], row["outcome"]) for row in ran.json]


def user_options(*logins: str) -> tuple[str, ...]:
    """Return the options that name people."""
    return tuple(word for login in logins for word in ("--user", login))


def place_counts(portal: Portal, code: str = "spring") -> tuple[int, int]:
    """Return how many places are taken, and how many of them over capacity."""
    assert portal.ok("db", "check", "-o", "json").json == []
    sql = "SELECT taken, over_capacity FROM training_sessions WHERE code = :code"
    ((taken, over),) = portal.sql(sql, code=code)
    return taken, over


# Enrolling ---------------------------------------------------------------------------------------


def test_people_times_trainings_is_one_outcome_each(training_portal: Portal) -> None:
    """With a session or without; a session that is named is pre-selected; again is unchanged."""
    create_training(training_portal, "fire")
    words = (
        "enroll",
        *user_options("ann", "ben"),
        "--training",
        "aid:SPRING",
        "--training",
        "fire",
    )
    expected = [
        *((who, "aid", "spring", "created") for who in ("ann", "ben")),
        *((who, "fire", None, "created") for who in ("ann", "ben")),
    ]
    with unchanged(training_portal, audited=0):
        assert outcomes(training_portal, *words, "--dry-run") == expected
    assert outcomes(training_portal, *words) == expected
    assert place_counts(training_portal) == (2, 0)
    with unchanged(training_portal, audited=0):
        again = [(*row[:3], "unchanged") for row in expected]
        assert outcomes(training_portal, *words, "--exit-code") == again
    (first, second) = list_participants(training_portal)
    assert (first["login"], first["email"], first["session"], first["state"]) == (
        "ann",
        "ann.x@example.com",
        "spring",
        "enrolled",
    )
    assert (first["is_preselected"], first["side"]) == (True, "administrator")
    assert second["login"] == "ben"
    assert [row["is_preselected"] for row in list_participants(training_portal, "fire")] == [
        False,
        False,
    ]


def test_content_and_trainings_go_together(training_portal: Portal) -> None:
    """One command, one transaction: what stops one part stops the other."""
    training_portal.ok("content", "create", "--kind", "topic", "--code", "one", "--title", "One")
    words = ("enroll", *user_options("ann"), "--content", "one", "--training", "aid:summer")
    rows = training_portal.ok(*words, "-o", "json").json
    assert [(row["content"], row["training"]) for row in rows] == [("one", None), (None, "aid")]
    refused(
        training_portal,
        *("enroll", *user_options("ben"), "--content", "one", "--training", "aid:winter"),
        code="session_unknown",
        status=4,
    )


def test_whoever_takes_part_without_a_session_is_given_one(training_portal: Portal) -> None:
    """That is an update; without a session nothing changes for who has one."""
    outcomes(training_portal, *ENROLL, "aid", *user_options("ann"))
    assert outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann")) == [
        ("ann", "aid", "spring", "updated")
    ]
    assert outcomes(training_portal, *ENROLL, "aid", *user_options("ann")) == [
        ("ann", "aid", None, "unchanged")
    ]
    assert (place_counts(training_portal), list_participants(training_portal)[0]["session"]) == (
        (1, 0),
        "spring",
    )


def test_nobody_has_two_sessions_of_a_training(training_portal: Portal) -> None:
    """The second is refused and names the first; two trainings at one time are fine."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann"))
    second = (*ENROLL, "aid:summer", *user_options("ann"))
    assert "spring" in refused(training_portal, *second, code="session_second", status=5)["message"]
    both = (*ENROLL, "aid:spring", "--training", "aid:summer", *user_options("ben"))
    refused(training_portal, *both, code="target_twice")
    create_training(training_portal, "fire")
    create_session(training_portal, "same", of="fire", starts="2026-03-31T09:00+02:00")
    outcomes(training_portal, *ENROLL, "fire:same", *user_options("ann"))


IN_THE_WAY: list[tuple[tuple[str, ...], str, int]] = [
    (("--training", "aid:spring", "--user", "dan"), "person_not_active", 6),
    (("--training", "aid:spring", "--user", "nobody"), "user_unknown", 4),
    (("--training", "nosuch", "--user", "ann"), "training_unknown", 4),
    (("--training", "aid:other", "--user", "ann"), "session_unknown", 4),
    (("--training", "aid:gone", "--user", "ann"), "session_canceled", 6),
    (("--training", "aid", "--user", "ann", "--access-at", "never"), "access_missing", 2),
    (("--training", "aid:spring", *user_options("ann", "ben", "cyd")), "session_full", 6),
    (("--training", "aid:spring", *user_options("dan", "nobody")), "pairs_refused", 6),
]


def test_all_or_nothing(training_portal: Portal) -> None:
    """One pair that cannot be stops all; what stands in the way is named."""
    create_training(training_portal, "fire")
    create_session(training_portal, "other", of="fire")
    create_session(training_portal, "gone")
    training_portal.ok("session", "cancel", "aid", "gone")
    for words, code, status in IN_THE_WAY:
        line, audited = ("enroll", *words, "--user", "ben"), int(status != 2)
        refused(training_portal, *line, code=code, status=status, audited=audited)


MEANINGLESS: list[tuple[tuple[str, ...], str]] = [
    (("--training", ":spring", "--user", "ann"), "target_unclear"),
    (("--training", "aid:", "--user", "ann"), "target_unclear"),
    (("--training", "aid:spring"), "selection_missing"),
    (("--user", "ann"), "content_unnamed"),
    (("--from", "-", "--training", "aid", "--content", "one"), "file_not_alone"),
    (("--content", "one", "--user", "ann", "--access-at", "now"), "option_idle"),
    (("--content", "one", "--user", "ann", "--over-capacity", "--reason", "x"), "option_idle"),
    (("--from", "-", "--over-capacity"), "file_not_alone"),
    (("--training", "aid", "--user", "ann", "--over-capacity"), "over_capacity_unreasoned"),
    (("--training", "aid", "--user", "ann", "--reason", "x"), "over_capacity_unreasoned"),
    (("--training", "aid", "--user", "ann", "--access-at", "soon"), "time_not_understood"),
]


def test_an_order_that_means_nothing_is_a_mistake(training_portal: Portal) -> None:
    """The command line is wrong, whatever is in the portal."""
    for words, code in MEANINGLESS:
        ran = training_portal.run("enroll", *words, "-o", "json")
        assert (ran.status, ran.code) == (2, code)


def test_departments_bring_in_who_is_active(training_portal: Portal) -> None:
    """Whoever is not is skipped; but a session that is too small is not filled by halves."""
    words = (*ENROLL, "aid:spring", "--department", "Sales")
    assert outcomes(training_portal, *words, "--dry-run") == [
        ("ann", "aid", "spring", "created"),
        ("ben", "aid", "spring", "created"),
        ("dan", "aid", "spring", "skipped"),
    ]
    refused(training_portal, *ENROLL, "aid:spring", "--department", "/", code="pairs_refused")


def test_keep_going_fills_the_places_in_order(training_portal: Portal) -> None:
    """Who is named first comes first, then the others by login; the rest is told why not."""
    words = (*ENROLL, "aid:spring", *user_options("cyd"), "--department", "Sales", "--keep-going")
    assert outcomes(training_portal, *words, status=7) == [
        ("cyd", "aid", "spring", "created"),
        ("ann", "aid", "spring", "created"),
        ("ben", "aid", "spring", "failed"),
        ("dan", "aid", "spring", "skipped"),
    ]
    assert place_counts(training_portal) == (2, 0)
    more = (*ENROLL, "aid:nosuch", *user_options("ann", "nobody"), "--keep-going", "-o", "json")
    ran = training_portal.run(*more)
    assert (ran.status, {row["code"] for row in ran.json}) == (7, {"session_unknown"})


def test_a_full_session_takes_more_only_for_a_reason(training_portal: Portal) -> None:
    """Those count apart, so that no learner follows; the reason is in the log."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "ben"))
    refused(training_portal, *ENROLL, "aid:spring", *user_options("cyd"), code="session_full")
    over = ("--over-capacity", "--reason", "The room is larger")
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("cyd"), *over)
    assert place_counts(training_portal) == (3, 1)
    assert (show_session(training_portal)["taken"], show_session(training_portal)["free"]) == (3, 0)
    (entry,) = training_portal.ok(
        "audit", "list", "--code", "training.enrolled", "-o", "json"
    ).json[-1:]
    assert entry["detail"] == {
        "count": 1,
        "people": ["cyd"],
        "over_capacity": "The room is larger",
    }
    smaller = ("session", "edit", "aid", "spring", "--capacity", "1")
    refused(training_portal, *smaller, code="capacity_below_taken")
    training_portal.ok("enrollment", "cancel", *user_options("ann"), "--training", "aid")
    assert place_counts(training_portal) == (2, 0)
    refused(training_portal, *ENROLL, "aid:spring", *user_options("ann"), code="session_full")
    training_portal.ok("session", "edit", "aid", "spring", "--capacity", "unlimited")
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann"), *over)
    assert place_counts(training_portal) == (3, 0)


def test_access_is_read_in_the_trainings_zone_and_never_past(training_portal: Portal) -> None:
    """Without it, or in the past, it is now."""
    outcomes(
        training_portal, *ENROLL, "aid", *user_options("ann"), "--access-at", "2026-03-10T09:00"
    )
    outcomes(training_portal, *ENROLL, "aid", *user_options("ben"), "--access-at", "2020-01-01")
    outcomes(training_portal, *ENROLL, "aid", *user_options("cyd"))
    found = {row["login"]: row["access_at"] for row in list_participants(training_portal)}
    assert found == {
        "ann": "2026-03-10T08:00:00Z",
        "ben": "2026-03-02T12:00:00Z",
        "cyd": "2026-03-02T12:00:00Z",
    }
    rows = training_portal.ok("training", "timeline", "aid", "-o", "json").json
    assert (rows[0]["turn"], rows[0]["local"]) == ("access", "2026-03-10T09:00:00+01:00")


# Changing and canceling --------------------------------------------------------------------------


def test_an_administrator_moves_people(training_portal: Portal) -> None:
    """The new place is taken, the old one free; a move into where somebody is changes nothing."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "ben"))
    edit = ("enrollment", "edit", "--training", "aid", "--session")
    assert outcomes(training_portal, *edit, "summer", *user_options("ann")) == [
        ("ann", "aid", "summer", "updated")
    ]
    assert (place_counts(training_portal), place_counts(training_portal, "summer")) == (
        (1, 0),
        (1, 0),
    )
    with unchanged(training_portal, audited=0):
        outcomes(training_portal, *edit, "summer", *user_options("ann"))
    outcomes(training_portal, *edit, "", *user_options("ann"))
    (ann, _) = sorted(list_participants(training_portal), key=lambda row: row["login"])
    assert (ann["session"], ann["is_preselected"]) == (None, False)
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("cyd"))
    refused(training_portal, *edit, "spring", *user_options("ann"), code="session_full")
    outcomes(
        training_portal,
        *edit,
        "spring",
        *user_options("ann"),
        "--over-capacity",
        "--reason",
        "Guest",
    )
    assert place_counts(training_portal) == (3, 1)
    dry = ("enrollment", "edit", "--training", "aid", *user_options("ann"))
    refused(training_portal, *dry, code="enrollment_edit_missing", status=2, audited=0)
    refused(
        training_portal,
        *edit,
        "spring",
        *user_options("owner"),
        code="participation_unknown",
        status=4,
    )


def test_enrolling_again_with_another_access_names_the_command_that_changes_it(
    training_portal: Portal,
) -> None:
    """Nothing is changed, be it one person or several; who has that access is told nothing."""
    again = ("enroll", "--training", "aid:spring", *user_options("ann"))
    training_portal.ok(*again, "--access-at", "2026-03-10")
    advice = "lmsctl enrollment edit --user ann --training aid --access-at TIME"
    with unchanged(training_portal, audited=0):
        ran = training_portal.ok(*again, "--access-at", "2026-03-12", "-o", "json")
        assert ran.json[0]["outcome"] == "unchanged"
        assert "'ann' is enrolled in aid already" in ran.err
        assert advice in ran.err
        for same in (("--access-at", "2026-03-10"), ()):
            assert "access" not in training_portal.ok(*again, *same).err
    assert list_participants(training_portal)[0]["access_at"] == "2026-03-09T23:00:00Z"
    training_portal.ok(*again, *user_options("ben"), "--access-at", "2026-03-10")
    several = training_portal.ok(*again, *user_options("ben"), "--access-at", "2026-03-12")
    assert "2 people are enrolled in aid already" in several.err
    training_portal.ok(*advice.removesuffix("TIME").split()[1:], "2026-03-12")
    access = {row["login"]: row["access_at"] for row in list_participants(training_portal)}
    assert access == {"ann": "2026-03-11T23:00:00Z", "ben": "2026-03-09T23:00:00Z"}


def test_an_access_instant_can_be_moved(training_portal: Portal) -> None:
    """Alone, or with the session."""
    outcomes(
        training_portal,
        *ENROLL,
        "aid:spring",
        *user_options("ann"),
        "--access-at",
        "2026-03-10T09:00",
    )
    edit = ("enrollment", "edit", "--training", "aid", *user_options("ann"), "--access-at")
    outcomes(training_portal, *edit, "2026-03-12T09:00")
    assert list_participants(training_portal)[0]["access_at"] == "2026-03-12T08:00:00Z"
    with unchanged(training_portal, audited=0):
        outcomes(training_portal, *edit, "2026-03-12T09:00", "--session", "spring")
    outcomes(training_portal, *edit, "now", "--session", "summer")
    (row,) = list_participants(training_portal)
    assert (row["access_at"], row["session"]) == ("2026-03-02T12:00:00Z", "summer")


def test_canceling_frees_the_place_and_keeps_the_past(training_portal: Portal) -> None:
    """Again is unchanged; whoever comes again is new; who never was is refused."""
    outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann", "ben"))
    cancel = ("enrollment", "cancel", "--training", "aid")
    assert outcomes(training_portal, *cancel, "--session", "summer", *user_options("ann")) == [
        ("ann", "aid", "summer", "unchanged")
    ]
    assert outcomes(training_portal, *cancel, *user_options("ann")) == [
        ("ann", "aid", None, "deleted")
    ]
    assert place_counts(training_portal) == (1, 0)
    with unchanged(training_portal, audited=0):
        assert outcomes(training_portal, *cancel, *user_options("ann")) == [
            ("ann", "aid", None, "unchanged")
        ]
    assert outcomes(training_portal, *ENROLL, "aid:spring", *user_options("ann"))[0][3] == "created"
    assert training_portal.value("SELECT count(*) FROM training_enrollments") == 3
    refused(training_portal, *cancel, *user_options("cyd"), code="participation_unknown", status=4)
    for idle in (
        ("--content", "one", "--session", "x"),
        ("--training", "aid", "--reason", "token"),
    ):
        refused(
            training_portal,
            *("enrollment", "cancel", *user_options("ann"), *idle),
            code="option_idle",
            status=2,
            audited=0,
        )
    neither = ("enrollment", "cancel", *user_options("ann"))
    refused(training_portal, *neither, code="content_unnamed", status=2, audited=0)


def test_deadlines_do_not_bind_administrators_and_they_are_told(training_portal: Portal) -> None:
    """Of registration when people come, of cancellations when they go."""
    deadlines = ("--stop-registration", "1mo", "--stop-cancellations", "1mo")
    training_portal.ok("training", "set-deadlines", "aid", *deadlines)
    told = training_portal.ok(*ENROLL, "aid:spring", *user_options("ann")).err
    assert "Registration for aid:spring stopped at 2026-02-28T09:00:00+01:00" in told
    edit = ("enrollment", "edit", "--training", "aid", "--session", "summer", *user_options("ann"))
    assert "Cancellations for aid:spring stopped at" in training_portal.ok(*edit).err
    assert (
        "stopped"
        not in training_portal.ok(
            "enrollment", "cancel", "--training", "aid", *user_options("ann")
        ).err
    )


# What must not slip by ---------------------------------------------------------------------------


def test_who_has_a_result_gets_no_other_session_by_any_door(training_portal: Portal) -> None:
    """By enrolling, by editing, by a file, or by switching oneself; they keep what they have."""
    training_portal.ok("catalog", "open", "aid", "--training", "--everybody")
    training_portal.ok("enroll", *user_options("ann"), "--training", "aid")
    training_portal.ok(
        "enrollment", "join", "--user", "cyd", "--training", "aid", "--session", "spring"
    )
    training_portal.ok(
        "enrollment", "result", *user_options("ann", "cyd"), "--training", "aid", "--points", "7"
    )
    at = "result_recorded"
    refused(training_portal, "enroll", *user_options("ann"), "--training", "aid:summer", code=at)
    refused(
        training_portal,
        "enrollment",
        "edit",
        *user_options("ann"),
        "--training",
        "aid",
        "--session",
        "spring",
        code=at,
    )
    switch = ("enrollment", "switch", "--user", "cyd", "--training", "aid", "--to", "summer")
    refused(training_portal, *switch, code=at)
    training_portal.folder.joinpath("f.csv").write_text("Login,Training,Session\nann,aid,summer\n")
    assert "gets no other session" in training_portal.run("enroll", "--from", "f.csv").err
    assert place_counts(training_portal, "summer") == (0, 0)


def test_a_session_named_for_somebody_who_chose_it_is_theirs_for_good(
    training_portal: Portal,
) -> None:
    """It takes no second place, and they cannot leave any more; a second time is unchanged."""
    training_portal.ok("catalog", "open", "aid", "--training", "--everybody")
    training_portal.ok(
        "enrollment", "join", "--user", "ann", "--training", "aid", "--session", "spring"
    )
    edit = ("enrollment", "edit", *user_options("ann"), "--training", "aid", "--session", "spring")
    assert outcomes(training_portal, *edit) == [("ann", "aid", "spring", "updated")]
    assert outcomes(training_portal, *edit) == [("ann", "aid", "spring", "unchanged")]
    assert place_counts(training_portal) == (1, 0)
    leave = ("enrollment", "leave", "--user", "ann", "--training", "aid")
    refused(training_portal, *leave, code="session_preselected")


def test_who_has_access_keeps_it_whatever_past_instant_is_named(training_portal: Portal) -> None:
    """Nothing is changed by it, so that a script can say it again."""
    training_portal.ok("enroll", *user_options("ann"), "--training", "aid")
    training_portal.now = "2026-03-02T13:00:00Z"
    edit = ("enrollment", "edit", *user_options("ann"), "--training", "aid", "--access-at")
    for given in ("now", "2026-03-01"):
        assert outcomes(training_portal, *edit, given) == [("ann", "aid", None, "unchanged")]


@pytest.mark.parametrize(
    "words",
    [
        ("result", "--training", "aid:summer", "--points", "5"),
        ("edit", "--training", "aid:summer", "--access-at", "2026-03-10"),
    ],
)
def test_a_session_is_no_part_of_what_takes_a_training(
    training_portal: Portal, words: tuple[str, ...]
) -> None:
    """So that nobody of another session is meant by mistake."""
    training_portal.ok("enroll", *user_options("ann"), "--training", "aid:spring")
    with unchanged(training_portal, audited=0):
        ran = training_portal.run("enrollment", *words, *user_options("ann"), "-o", "json")
    assert (ran.status, ran.code) == (2, "session_misplaced")


def test_an_empty_value_is_no_value(training_portal: Portal) -> None:
    """A variable of a script that is not set destroys nothing."""
    training_portal.ok("enroll", *user_options("ann"), "--training", "aid:spring")
    training_portal.ok(
        "enrollment", "result", *user_options("ann"), "--training", "aid", "--points", "7"
    )
    at = ("--training", "aid", *user_options("ann"))
    with unchanged(training_portal, audited=0):
        assert (
            training_portal.refused("enrollment", "cancel", *at, "--session", "")
            == "target_unclear"
        )
        assert (
            training_portal.refused("enrollment", "result", *at, "--certificate", "")
            == "result_missing"
        )


def test_a_session_that_has_taken_place_is_not_canceled(training_portal: Portal) -> None:
    """Who was there stays known."""
    training_portal.ok("enroll", *user_options("ann"), "--training", "aid:spring")
    training_portal.now = "2026-03-31T08:30:00Z"
    refused(training_portal, "session", "cancel", "aid", "spring", code="session_over")


def test_an_address_of_a_meeting_may_be_long(training_portal: Portal) -> None:
    """Up to two thousand characters."""
    url = "https://meet.example.com/" + "a" * 1_900
    training_portal.ok("session", "edit", "aid", "spring", "--url", url)
    assert show_session(training_portal)["days"][0]["url"] == url
    edit = ("session", "edit", "aid", "spring", "--url", url + "a" * 100)
    assert training_portal.refused(*edit) == "text_too_long"


def test_a_timeline_counts_the_people_one_may_see(training_portal: Portal) -> None:
    """Others are not counted either."""
    people = user_options("ann", "ben", "cyd")
    training_portal.ok("enroll", *people, "--training", "aid", "--access-at", "2026-03-10")
    create_person(training_portal, "boss")
    training_portal.ok("role", "grant", "boss", "department-administrator", "--department", "Sales")
    (effect,) = (
        row["effect"]
        for row in training_portal.ok(
            "training", "timeline", "aid", "-o", "json", "--as", "boss"
        ).json
        if row["turn"] == "access"
    )
    assert effect.startswith("From then on 2 people see")


def test_nobody_acts_before_they_have_access(training_portal: Portal) -> None:
    """What one does not see one neither confirms nor leaves; it is told from when on."""
    training_portal.ok("catalog", "open", "aid", "--training", "--everybody")
    training_portal.ok(
        "enroll", *user_options("ann"), "--training", "aid", "--access-at", "2026-03-10T12:00Z"
    )
    act = ("--as", "ann", "enrollment")
    at = ("--training", "aid")
    for words in (("confirm", *at), ("leave", *at), ("switch", *at, "--to", "spring")):
        refused(training_portal, *act, *words, code="access_to_come")
    gates = training_portal.ok(*act, "explain", *at, "-o", "json").json["gates"]
    assert {gate["opens_at"] for gate in gates if gate["code"] == "access_to_come"} == {
        "2026-03-10T12:00:00Z"
    }
    training_portal.now = "2026-03-10T12:00:00Z"
    training_portal.ok(*act, "confirm", *at)


def test_attendance_knows_people_by_all_their_names(training_portal: Portal) -> None:
    """Login, address in any spelling, or number."""
    training_portal.ok("enroll", *user_options("ann", "ben"), "--training", "aid:spring")
    number = training_portal.ok("user", "show", "ben", "-o", "json").json["id"]
    training_portal.now = "2026-03-31T07:30:00Z"
    record = ("session", "attendance", "aid", "spring", "-o", "json")
    rows = training_portal.ok(*record, "--user", "ANN.x@EXAMPLE.com", "--user", str(number)).json
    assert [row["key"] for row in rows] == ["ann", "ben"]


def test_another_reason_for_an_extension_is_a_change(training_portal: Portal) -> None:
    """What is answered is what is kept."""
    extend = ("enrollment", "extend", "--user", "ann", "--training", "aid", "--until", "2026-04-01")
    words = (*extend, "--deadline", "registration", "--reason")
    training_portal.ok(*words, "Ill")
    assert training_portal.run(*words, "On leave", "--exit-code").status == 3
    assert training_portal.value("SELECT reason FROM deadline_extensions") == "On leave"
    assert training_portal.run(*words, "On leave", "--exit-code").status == 0


def test_a_refusal_names_the_training_in_the_log(training_portal: Portal) -> None:
    """Also where it is about many people."""
    training_portal.refused(
        "enroll", *user_options("ann", "ben", "cyd"), "--training", "aid:spring"
    )
    rows = training_portal.ok("audit", "list", "--code", "session_full", "-o", "json").json
    assert [row["target"] for row in rows] == ["training aid:spring"]
