"""The outbox: a row in the transaction of the change, and nothing without it."""

from lmsctl.notification.results import MessageKind
from tests import signups
from tests.conftest import Portal


def test_a_mail_is_queued_with_the_change_and_not_without_it(portal: Portal) -> None:
    """Neither a rehearsal nor a refusal leaves one."""
    signups.open_registration(portal, "--confirm-email", "--any-domain")
    signups.create_profile(portal, activations="1")
    count = "SELECT count(*) FROM notifications WHERE channel = 'mail'"
    portal.ok(*signups.sign_up_command("anna"), "-n")
    assert portal.value(count) == 0
    signups.sign_up(portal, "anna")
    assert portal.value(count) == 1
    assert portal.run(*signups.sign_up_command("ben")).status == 6
    assert portal.value(count) == 1


def test_messages_are_listed_and_previewed(portal: Portal) -> None:
    """By state and kind, each with its number."""
    signups.open_registration(portal, "--confirm-email", "--any-domain")
    signups.create_profile(portal)
    signups.sign_up(portal, "anna")
    (message,) = portal.ok("notification", "list", "--state", "queued", "-o", "json").json
    assert (message["channel"], message["recipient"]) == ("mail", "anna@example.com")
    seen = portal.ok("notification", "preview", str(message["id"]), "-o", "json").json
    assert seen["message_id"].startswith("<")
    assert "\n" not in seen["subject"]
    number = f"{message['id']}\n"
    assert portal.ok("notification", "list", "--kind", "confirmation", "-o", "id").out == number
    assert portal.ok("notification", "list", "--kind", "invitation", "-o", "id").out == ""
    assert portal.refused("notification", "preview", "999") == "message_unknown"


def test_a_kind_that_no_message_has_is_refused_with_the_kinds(portal: Portal) -> None:
    """A slip in the word never looks like an empty outbox."""
    refused = portal.run("notification", "list", "--kind", "nonsense", "-o", "json")
    assert refused.status == 2
    for kind in MessageKind:
        assert f"'{kind}'" in refused.err


def test_only_those_who_may_see_the_person_see_their_messages(portal: Portal) -> None:
    """Out of scope and absent are one answer."""
    signups.open_registration(
        portal, "--confirm-email", "--any-domain", departments=("Sales", "HR")
    )
    signups.create_profile(portal)
    signups.sign_up(portal, "anna")
    for login, place in (("near", "Sales"), ("far", "HR")):
        portal.ok("user", "create", "--login", login, "--first-name", "A", "--last-name", "B")
        portal.ok("role", "grant", login, "department-administrator", "--department", place)
    number = portal.ok("notification", "list", "-o", "id").out.strip()
    assert portal.ok("notification", "list", "-o", "id", "--as", "near").out.strip() == number
    assert portal.ok("notification", "list", "-o", "id", "--as", "far").out == ""
    refused = portal.refused("notification", "preview", number, "--as", "far")
    assert refused == "message_unknown"


def test_owners_are_told_once_that_the_plan_fills_up(portal: Portal) -> None:
    """A notice in the account, not again for the same threshold."""
    portal.ok("settings", "set", "plan.max-active-users=2")
    portal.ok("user", "create", "--login", "anna", "--first-name", "A", "--last-name", "B")
    portal.ok("user", "deactivate", "anna")
    portal.ok("user", "activate", "anna")
    (notice,) = portal.ok("notification", "list", "-o", "json").json
    assert (notice["channel"], notice["recipient"], notice["kind"]) == (
        "account",
        "owner",
        "plan_threshold",
    )
