"""What supervisors are told of what learners do, and of their attendance."""

import pytest

from tests.conftest import Portal
from tests.refusals import refused
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


def test_supervisors_hear_of_answers(training_portal: Portal) -> None:
    """Of yes and of no, once each."""
    training_portal.ok(*JOIN)
    supervisor_messages(training_portal)
    for verb, done in (("confirm", "confirmed"), ("decline", "declined")):
        answer = ("enrollment", verb, "--training", "aid", "--as", "ann")
        training_portal.ok(*answer)
        assert supervisor_messages(training_portal) == notice_and_mail(f"F L {done} 'The aid'")
        training_portal.ok(*answer)
        assert supervisor_messages(training_portal) == []


def test_supervisors_hear_who_was_there_in_one_message(training_portal: Portal) -> None:
    """Own supervisors and inherited ones, each of their people alone; not of what is unchanged."""
    training_portal.ok("department", "create", "EMEA", "--parent", "Sales")
    for login, department in (("ben", "Sales/EMEA"), ("cyd", "Sales/EMEA"), ("dora", "/")):
        create_person(training_portal, login, "--department", department)
    training_portal.ok("department", "edit", "Sales", "--supervisor", "boss")
    training_portal.ok("user", "edit", "ben", "--supervisor", "inherited")
    training_portal.ok("user", "edit", "cyd", "--supervisor", "dora")
    people = [word for login in ("ann", "ben", "cyd", "dora") for word in ("--user", login)]
    training_portal.ok("enroll", *people, "--training", "aid:spring")
    training_portal.now = "2026-03-31T12:00:00Z"
    record = ("session", "attendance", "aid", "spring")
    training_portal.ok(*record, "--user", "ann", "--absent")
    (body,) = training_portal.sql(
        "SELECT body FROM notifications WHERE kind = 'training_supervision' AND channel = 'mail'"
    )[0]
    assert body == "F L (ann) was absent from the training 'The aid', session spring.\n"
    supervisor_messages(training_portal)
    training_portal.ok(*record, "--everybody")
    rows = supervisor_messages(training_portal)
    assert sorted(row for row in rows if row[0] == "mail") == [
        ("mail", "boss.x@example.com", "2 people of yours in 'The aid'"),
        ("mail", "dora.x@example.com", "F L was present at 'The aid'"),
    ]
    training_portal.ok(*record, "--everybody")
    assert supervisor_messages(training_portal) == []


def test_a_training_is_made_with_its_supervisors_told_and_its_list_locked(
    training_portal: Portal,
) -> None:
    """In one command; made again with --if-exists update it becomes so too."""
    words = ("training", "create", "T", "--code", "new", "--notify-supervisors", "--lock")
    made = training_portal.ok(*words, "-o", "json").json
    assert (made["notifies_supervisors"], made["locked"]) == (True, True)
    training_portal.ok("training", "unlock", "new")
    training_portal.ok("training", "edit", "new", "--no-notify-supervisors")
    update = (*words, "--if-exists", "update")
    again = training_portal.ok(*update, "-o", "json").json
    assert (again["notifies_supervisors"], again["locked"]) == (True, True)
    assert "Unchanged" in training_portal.ok(*update).err
    plain = training_portal.ok("training", "create", "T", "--code", "plain", "-o", "json").json
    assert (plain["notifies_supervisors"], plain["locked"]) == (False, False)


def test_to_lock_the_list_of_a_new_training_takes_the_right_to(training_portal: Portal) -> None:
    """Whoever only makes trainings is refused, and makes none."""
    training_portal.ok("role", "create", "maker", "--permission", "training.manage")
    training_portal.ok("role", "grant", "ann", "maker", "--department", "Sales")
    words = ("training", "create", "T", "--code", "new", "--department", "Sales", "--as", "ann")
    refused(training_portal, *words, "--lock", code="permission_missing", status=8)
    training_portal.ok(*words)


def test_of_several_acts_in_one_transaction_supervisors_hear_the_last(
    training_portal: Portal,
) -> None:
    """Of each person: one message."""
    create_person(training_portal, "ben", "--department", "Sales")
    training_portal.ok("user", "edit", "ben", "--supervisor", "boss")
    lines = (
        "--as ann enrollment join --training aid --session spring",
        "--as ben enrollment join --training aid --session summer",
        "--as ann enrollment confirm --training aid",
        "--as ann enrollment decline --training aid",
    )
    training_portal.ok("batch", "-", "--atomic", stdin="".join(f"{line}\n" for line in lines))
    subjects = [row[2] for row in supervisor_messages(training_portal) if row[0] == "mail"]
    assert sorted(subjects) == ["F L declined 'The aid'", "F L joined 'The aid'"]
