"""Mails that become files in a folder, without any server."""

import os
from pathlib import Path

import pytest

from lmsctl.notification.delivery.rules import trying
from tests import mails, signups
from tests.conftest import Portal

LATER = "2026-03-02T12:20:00Z"


@pytest.fixture
def portal_with_mails(portal: Portal) -> Portal:
    """Return a portal with two mails that are due and one that is not."""
    mails.queue(portal, "ada@example.com", "ben@example.com")
    mails.queue(portal, "cleo@example.com", due="2026-03-09T09:00:00Z")
    mails.configure(portal)
    return portal


def test_a_confirmation_leaves_as_a_file_and_lets_the_person_in(portal: Portal) -> None:
    """From the sign-up to the code in a mail that everybody can read, and back."""
    signups.open_registration(portal, "--confirm-email", "--any-domain")
    signups.create_profile(portal)
    signups.sign_up(portal, "anna")
    mails.configure(portal)
    ran = portal.ok("notification", "deliver", "-o", "json")
    assert [(one["recipient"], one["state"]) for one in ran.json] == [("anna@example.com", "sent")]
    assert ran.err == "1 mail was sent.\n"
    (file,) = mails.files(portal)
    message = mails.read(file.read_bytes())
    assert message["To"] == "anna@example.com"
    assert message["From"] == mails.SENDER
    assert f"{message['Message-ID'].strip('<>')}.eml" == file.name
    text = message.get_body(("plain",))
    assert text is not None
    code = text.get_content().partition("Code: ")[2].split()[0]
    portal.ok("registration", "confirm", code)


def test_what_is_due_is_sent_once(portal_with_mails: Portal) -> None:
    """A second run finds nothing, and what is not due stays queued."""
    assert portal_with_mails.ok("notification", "deliver", "-o", "id").out == "1\n2\n"
    assert portal_with_mails.ok("notification", "deliver", "-o", "id").out == ""
    assert len(mails.files(portal_with_mails)) == 2
    listed = portal_with_mails.ok("notification", "list", "-o", "json").json
    assert [(one["state"], one["tries"], one["sent_at"]) for one in listed] == [
        ("sent", 1, "2026-03-02T12:00:00Z"),
        ("sent", 1, "2026-03-02T12:00:00Z"),
        ("queued", 0, None),
    ]


def test_a_rehearsal_sends_nothing(portal_with_mails: Portal) -> None:
    """It shows what is due, and leaves neither file nor trace."""
    before = mails.rows(portal_with_mails, "*")
    ran = portal_with_mails.ok("notification", "deliver", "--dry-run", "-o", "id")
    assert ran.out == "1\n2\n"
    assert ran.err == "Dry run, nothing was changed: 2 mails would be sent.\n"
    assert mails.rows(portal_with_mails, "*") == before
    assert not (portal_with_mails.folder / "outbox").exists()


def test_without_a_transport_or_a_sender_it_says_what_to_do(portal: Portal) -> None:
    """One refusal that names the key; the mail stays queued."""
    mails.queue(portal, "ada@example.com")
    ran = portal.run("notification", "deliver")
    assert ran.status == 10
    assert "does not say how mails leave" in ran.err
    assert "lmsctl config set mail.transport folder:outbox" in ran.err
    (portal.folder / "lmsctl.toml").write_text('[mail]\ntransport = "folder:outbox"\n')
    ran = portal.run("notification", "deliver")
    assert ran.status == 10
    assert "lmsctl config set mail.sender" in ran.err
    assert mails.rows(portal) == [("ada@example.com", "queued", 0)]


def test_a_folder_that_cannot_be_written_stops_the_run(portal_with_mails: Portal) -> None:
    """The status is that of a wrong configuration; no mail counts as tried, and none is held."""
    (portal_with_mails.folder / "outbox").write_text("a file is in the way")
    assert portal_with_mails.refused("notification", "deliver") == "mail_folder_unwritable"
    assert mails.rows(portal_with_mails, "state, tries, lease") == [("queued", 0, None)] * 3
    (portal_with_mails.folder / "outbox").unlink()
    assert portal_with_mails.ok("notification", "deliver", "-o", "id").out == "1\n2\n"


def test_a_mail_that_was_in_hand_is_free_again_when_its_time_is_over(portal: Portal) -> None:
    """Whoever had it was killed; before that nobody else touches it, and the file is there once."""
    mails.queue(portal, "ada@example.com")
    mails.configure(portal)
    portal.ok("notification", "deliver")
    portal.sql(
        "UPDATE notifications SET state = 'queued', lease = 'gone', next_try_at = :at, tries = 0,"
        " sent_at = NULL",
        at="2026-03-02T12:15:00Z",
    )
    assert portal.ok("notification", "deliver", "-o", "id").out == ""
    portal.now = LATER
    assert portal.ok("notification", "deliver", "-o", "id").out == "1\n"
    assert len(mails.files(portal)) == 1


def test_nobody_but_the_owner_reads_the_files(portal_with_mails: Portal) -> None:
    """Mails hold codes that let people in."""
    old = os.umask(0)
    try:
        portal_with_mails.ok("notification", "deliver")
    finally:
        os.umask(old)
    folder = portal_with_mails.folder / "outbox"
    assert _mode(folder) == 0o700
    assert {_mode(file) for file in folder.iterdir()} == {0o600}


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_mail_to_somebody_without_an_address_fails_alone(portal: Portal) -> None:
    """Nothing is written to an address that they have no more; the others leave."""
    person = ("--first-name", "A", "--last-name", "B", "--email", "ada@example.com")
    portal.ok("user", "create", "--login", "ada", *person)
    portal.sql("DELETE FROM notifications")
    mails.queue(portal, "ada@example.com", "ben@example.com")
    portal.sql(
        "UPDATE notifications SET user_id = (SELECT id FROM users WHERE login = 'ada')"
        " WHERE address = 'ada@example.com'"
    )
    portal.sql("UPDATE users SET email = NULL, email_key = NULL WHERE login = 'ada'")
    mails.configure(portal)
    ran = portal.run("notification", "deliver", "-o", "json")
    assert ran.status == 7
    assert ran.err == "1 mail was sent, 1 failed.\n"
    assert mails.rows(portal, "state, last_error") == [
        ("failed", "the person has no address any more"),
        ("sent", None),
    ]
    failed = portal.ok("notification", "list", "--state", "failed", "-o", "json").json
    assert failed[0]["last_error"] == "the person has no address any more"


def test_failed_mails_are_queued_anew(portal_with_mails: Portal) -> None:
    """By number or all of them; what was sent is not, and then none is."""
    gave_up, failed = trying.MOST_TRIES, 1
    for number, tries in ((1, gave_up), (2, failed)):
        portal_with_mails.sql(
            "UPDATE notifications SET state = 'failed', tries = :tries, last_error = '550 no'"
            " WHERE id = :id",
            id=number,
            tries=tries,
        )
    for state, key in (("gave_up", "1\n"), ("failed", "2\n"), ("queued", "3\n")):
        listed = portal_with_mails.ok("notification", "list", "--state", state, "-o", "id")
        assert listed.out == key
    before = mails.rows(portal_with_mails, "*")
    assert portal_with_mails.refused("notification", "retry", "2", "3") == "mail_not_failed"
    assert portal_with_mails.refused("notification", "retry", "2", "99") == "mail_unknown"
    assert mails.rows(portal_with_mails, "*") == before
    assert portal_with_mails.ok("notification", "retry", "2", "-o", "id").out == "2\n"
    assert portal_with_mails.ok("notification", "retry", "--all", "-o", "id").out == "1\n"
    assert portal_with_mails.ok("notification", "deliver", "-o", "id").out == "1\n2\n"
    assert portal_with_mails.refused("notification", "retry", "1") == "mail_not_failed"


def test_the_log_says_who_sent_how_many(portal_with_mails: Portal) -> None:
    """One row for a run that did something, and none for one that found nothing."""
    portal_with_mails.ok("notification", "deliver")
    portal_with_mails.ok("notification", "deliver")
    (entry,) = portal_with_mails.ok(
        "audit", "list", "--code", "notification.delivered", "-o", "json"
    ).json
    assert entry["detail"] == {"sent": 2}


def test_doctor_tries_the_folder_and_counts(portal_with_mails: Portal) -> None:
    """Without a transport it warns of mails that stay, with one it says how many are due."""
    assert _doctor(portal_with_mails) == ("ok", 0)
    (portal_with_mails.folder / "lmsctl.toml").write_text("")
    assert _doctor(portal_with_mails) == ("warning", 0)
    mails.configure(portal_with_mails)
    portal_with_mails.ok("notification", "deliver")
    portal_with_mails.sql("UPDATE notifications SET state = 'failed' WHERE id = 1")
    assert _doctor(portal_with_mails) == ("warning", 0)
    mails.configure(portal_with_mails, "folder:none/outbox")
    assert _doctor(portal_with_mails) == ("failed", 10)


def _doctor(portal: Portal) -> tuple[str, int]:
    ran = portal.run("doctor", "-o", "json")
    (found,) = (one for one in ran.json if one["check"] == "mail")
    return found["state"], ran.status
