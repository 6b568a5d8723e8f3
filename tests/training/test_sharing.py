"""What is promised of trainings that change while people come and go: nothing is done on old news.

Each change is under way when the command comes, which waits for it.
"""

import pytest

from tests.conftest import Portal
from tests.trainings import create_person, create_session, create_training, list_participants
from tests.waiting import run_during

LOCK = "UPDATE trainings SET is_locked = :yes"
RENAME = "UPDATE trainings SET title = 'Another title'"
SUBJECT = "SELECT DISTINCT subject FROM notifications WHERE kind = 'training_invitation'"


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a training that is open to everybody."""
    create_person(portal, "ann")
    create_training(portal, "aid", "--organizer", "")
    create_session(portal)
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    return portal


def test_a_list_that_is_being_locked_is_not_left(training_portal: Portal) -> None:
    """The learner is refused, as if they had come after it."""
    training_portal.ok(
        "--as", "ann", "enrollment", "join", "--training", "aid", "--session", "spring"
    )
    leave = ("--as", "ann", "enrollment", "leave", "--training", "aid", "-o", "json")
    ran = run_during(training_portal, leave, LOCK, yes=True)
    assert ran.code == "participants_locked"
    assert [row["login"] for row in list_participants(training_portal)] == ["ann"]


def test_who_is_enrolled_meanwhile_is_invited_to_what_it_is_then(training_portal: Portal) -> None:
    """The invitation has the title as it is when they come in."""
    ran = run_during(
        training_portal, ("enroll", "--user", "ann", "--training", "aid:spring"), RENAME
    )
    assert ran.status == 0, ran.err
    assert training_portal.sql(SUBJECT) == [("You are enrolled in 'Another title'",)]


def test_a_file_waits_for_a_training_that_changes(training_portal: Portal) -> None:
    """Its invitations say what is so then."""
    rows = "Login,Training,Session\nann,aid,spring\n"
    training_portal.folder.joinpath("rows.csv").write_text(rows, encoding="utf-8")
    ran = run_during(training_portal, ("enroll", "--from", "rows.csv", "--notify"), RENAME)
    assert ran.status == 0, ran.err
    assert training_portal.sql(SUBJECT) == [("You are enrolled in 'Another title'",)]
