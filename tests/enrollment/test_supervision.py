"""What supervisors are told of learners who join, switch and leave."""

import pytest

from tests.conftest import Portal
from tests.trainings import create_person, create_session, create_training

JOIN = ("enrollment", "join", "--training", "aid", "--session", "spring", "--as", "ann")
LEAVE = ("enrollment", "leave", "--training", "aid", "--as", "ann")


@pytest.fixture
def training_portal(portal: Portal) -> Portal:
    """Return a portal with a learner, somebody who supervises her, and an open training."""
    portal.ok("department", "create", "Sales")
    for login in ("ann", "boss"):
        create_person(portal, login, "--department", "Sales")
    create_training(portal, "aid")
    create_session(portal, "spring")
    create_session(portal, "summer", starts="2026-06-30T09:00")
    portal.ok("catalog", "open", "aid", "--training", "--everybody")
    portal.ok("training", "edit", "aid", "--notify-supervisors")
    portal.ok("user", "edit", "ann", "--supervisor", "boss")
    return portal


def supervisor_messages(portal: Portal) -> list[tuple[str, str, str]]:
    """Return what supervisors were told, and forget it."""
    kind = ("--kind", "training_supervision")
    rows = portal.ok("notification", "list", *kind, "-o", "json").json
    portal.sql("DELETE FROM notifications WHERE kind = 'training_supervision'")
    return [(row["channel"], row["recipient"], row["subject"]) for row in rows]


def notice_and_mail(subject: str) -> list[tuple[str, str, str]]:
    """Return a notice and a mail with that subject."""
    return [("account", "boss", subject), ("mail", "boss.x@example.com", subject)]


def test_supervisors_hear_of_joining_switching_and_leaving(training_portal: Portal) -> None:
    """By mail and in the account; what is unchanged or refused tells nobody."""
    training_portal.ok(*JOIN)
    assert supervisor_messages(training_portal) == notice_and_mail("F L joined 'The aid'")
    training_portal.ok(*JOIN)
    training_portal.ok("enrollment", "switch", "--training", "aid", "--to", "summer", "--as", "ann")
    assert supervisor_messages(training_portal) == notice_and_mail(
        "F L switched sessions in 'The aid'"
    )
    training_portal.ok(*LEAVE)
    assert supervisor_messages(training_portal) == notice_and_mail("F L left 'The aid'")
    training_portal.ok("training", "edit", "aid", "--no-notify-supervisors")
    training_portal.ok(*JOIN)
    assert supervisor_messages(training_portal) == []


def test_whoever_supervises_the_department_is_told_of_its_people(training_portal: Portal) -> None:
    """Without an address only in the account."""
    training_portal.ok("user", "edit", "ann", "--supervisor", "inherited")
    training_portal.ok("department", "edit", "Sales", "--supervisor", "boss")
    training_portal.ok("user", "edit", "boss", "--email", "")
    training_portal.ok(*JOIN)
    assert supervisor_messages(training_portal) == notice_and_mail("F L joined 'The aid'")[:1]


def test_without_an_active_supervisor_nobody_is_told_and_nothing_fails(
    training_portal: Portal,
) -> None:
    """Nobody, nobody yet, or somebody whose account is closed."""
    training_portal.ok("user", "deactivate", "boss")
    training_portal.ok(*JOIN)
    training_portal.ok("user", "edit", "ann", "--supervisor", "none")
    training_portal.ok(*LEAVE)
    training_portal.ok("user", "edit", "ann", "--supervisor", "inherited")
    training_portal.ok(*JOIN)
    assert supervisor_messages(training_portal) == []
