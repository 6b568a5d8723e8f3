"""What redeeming a token promises: who gets in, with what, and why somebody does not."""

import pytest

from tests.conftest import NOON, Portal
from tests.database_rows import all_rows
from tests.refusals import refused, unchanged
from tests.signups import create_profile, open_registration, seats, sign_up
from tests.tokens import (
    checked_uses,
    create_items,
    create_person,
    create_token,
    enrolled_addresses,
    invited_addresses,
    redeem,
    redeem_command,
    show_token,
)

ANN = "ann@example.com"


@pytest.fixture
def portal_with_token(portal: Portal) -> Portal:
    """Return a portal with something to learn and a token for it."""
    create_items(portal)
    create_token(portal)
    return portal


# New people --------------------------------------------------------------------------------------


def test_an_unknown_address_becomes_a_person(portal_with_token: Portal) -> None:
    """Of the token's type, in the root, the address as login, invited once, enrolled at once."""
    told = redeem(portal_with_token, "Ann").json
    assert told == {
        "login": "Ann",
        "email": "Ann@example.com",
        "content": "topic",
        "is_new_person": True,
        "is_new_enrollment": True,
        "redeemed_at": NOON,
    }
    ann = portal_with_token.ok("user", "show", ANN, "-o", "json").json
    assert (ann["type"], ann["status"], ann["department"]) == ("prospect", "active", "/")
    assert (ann["login"], ann["email"]) == ("Ann", "Ann@example.com")
    assert (ann["origin"], ann["origin_detail"], ann["roles"]) == ("token", "1", ["learner"])
    assert enrolled_addresses(portal_with_token) == ["Ann@example.com"]
    assert enrolled_addresses(portal_with_token, "article") == []
    assert invited_addresses(portal_with_token) == ["Ann@example.com"]
    assert checked_uses(portal_with_token) == 1
    assert seats(portal_with_token) == 2


@pytest.mark.parametrize("creates", ["prospect", "staff", "client"])
def test_the_token_decides_what_new_people_are(portal_with_token: Portal, creates: str) -> None:
    """Prospects, staff or clients."""
    create_token(portal_with_token, "other", "topic", "--creates", creates)
    redeem(portal_with_token, "ann", "other")
    assert portal_with_token.ok("user", "show", ANN, "-o", "json").json["type"] == creates


def test_the_invitation_names_item_and_login_and_holds_no_code(portal_with_token: Portal) -> None:
    """One mail, due at once, whose head is one line whatever the portal is called."""
    redeem(portal_with_token, "ann")
    body = portal_with_token.value("SELECT body FROM notifications")
    assert "The topic" in body
    assert "You sign in as ann." in body
    assert "spring" not in body


def test_the_enrollment_says_which_token_it_came_from(portal_with_token: Portal) -> None:
    """By its number, because the code may have to vanish."""
    redeem(portal_with_token, "ann")
    assert portal_with_token.sql("SELECT reason, reference FROM enrollment_reasons") == [
        ("token", "1")
    ]


def test_confirmation_does_not_apply_to_tokens(portal_with_token: Portal) -> None:
    """Whoever redeems is active at once and holds nothing that could expire."""
    portal_with_token.ok("registration", "set", "--confirm-email")
    redeem(portal_with_token, "ann")
    ann = portal_with_token.ok(
        "user", "show", ANN, "-o", "json", LMSCTL_NOW="2026-12-01T00:00:00Z"
    ).json
    assert ann["status"] == "active"
    assert portal_with_token.ok("registration", "pending", "-o", "json").json == []


def test_a_token_asks_for_no_custom_field_and_no_policy(portal_with_token: Portal) -> None:
    """Four things are asked for and no more; what else is required can follow."""
    portal_with_token.ok("field", "create", "Badge", "--kind", "text", "--required")
    portal_with_token.ok("settings", "set", "privacy-policy=on")
    redeem(portal_with_token, "ann")
    assert portal_with_token.ok("user", "show", ANN, "-o", "json").json["fields"] == {}


def test_the_domain_list_holds_for_new_people_only(portal_with_token: Portal) -> None:
    """A known person with another address is enrolled all the same."""
    create_person(portal_with_token, "kim")
    portal_with_token.ok("registration", "set", "--domain", "corp.example")
    refused(portal_with_token, *redeem_command("ann"), code="domain_not_allowed")
    redeem(portal_with_token, "kim")
    assert checked_uses(portal_with_token) == 1


def test_a_full_plan_turns_new_people_away_and_no_others(portal_with_token: Portal) -> None:
    """No seat, no use, no account, no mail; a known person needs no seat."""
    create_person(portal_with_token, "kim")
    portal_with_token.ok("settings", "set", "plan.max-active-users=2")
    refused(portal_with_token, *redeem_command("ann"), code="plan_full")
    redeem(portal_with_token, "kim")
    assert (
        checked_uses(portal_with_token),
        seats(portal_with_token),
        invited_addresses(portal_with_token),
    ) == (1, 2, [])


def test_an_address_that_is_somebodys_login_is_refused(portal_with_token: Portal) -> None:
    """Nobody else is called by a name that is somebody's login."""
    who = ("--first-name", "A", "--last-name", "B")
    portal_with_token.ok("user", "create", "--login", ANN, "--email", "other@example.com", *who)
    refused(portal_with_token, *redeem_command("ann"), code="redeemer_login_taken")


def test_the_login_is_made_by_the_rule_of_every_door(portal_with_token: Portal) -> None:
    """The part before the @, numbered until it is free; the mail says which one it became."""
    who = ("--first-name", "A", "--last-name", "B")
    portal_with_token.ok("user", "create", "--login", "ann", "--email", "other@example.com", *who)
    assert redeem(portal_with_token, "ann").json["login"] == "ann1"
    assert "You sign in as ann1." in portal_with_token.value("SELECT body FROM notifications")


def test_two_mailboxes_that_folding_joins_are_two_people(portal_with_token: Portal) -> None:
    """Whoever redeems as one enrolls that one."""
    redeem(portal_with_token, "wei\u00df")
    assert redeem(portal_with_token, "weiss").json["is_new_person"]
    assert enrolled_addresses(portal_with_token) == ["weiss@example.com", "wei\u00df@example.com"]


# Known people ------------------------------------------------------------------------------------


def test_a_known_person_is_enrolled_and_nothing_else_changes(portal_with_token: Portal) -> None:
    """No new name, type or department, and no mail; but one use."""
    portal_with_token.ok("department", "create", "Sales")
    create_person(portal_with_token, "ann", "--department", "Sales")
    before = all_rows(portal_with_token)
    told = redeem(portal_with_token, "ANN").json
    assert (told["login"], told["is_new_person"], told["is_new_enrollment"]) == ("ann", False, True)
    after = all_rows(portal_with_token)
    changed = {table for table in before if before[table] != after[table]}
    assert changed == {
        *("tokens", "redemptions", "enrollments", "enrollment_reasons"),
        *("audit_rows", "audit_heads"),
    }
    assert checked_uses(portal_with_token) == 1
    assert enrolled_addresses(portal_with_token) == [ANN]


def test_who_is_enrolled_already_uses_nothing(portal_with_token: Portal) -> None:
    """A success that changes no row, and takes away no completion."""
    redeem(portal_with_token, "ann")
    done = ("progress", "record", "--user", ANN, "--event", "completed", "--content", "topic")
    portal_with_token.ok(*done)
    assert portal_with_token.value("SELECT phase FROM enrollments") == "completed"
    with unchanged(portal_with_token, audited=0):
        ran = portal_with_token.run(*redeem_command("ann"), "-o", "json", "--exit-code")
    assert ran.status == 0
    assert not ran.json["is_new_enrollment"]
    assert checked_uses(portal_with_token) == 1


def test_who_is_enrolled_is_welcome_at_a_token_that_is_used_up(portal_with_token: Portal) -> None:
    """Repeating a redemption whose answer was lost succeeds, whatever is left."""
    create_token(portal_with_token, "once", "topic", "--limit", "1")
    redeem(portal_with_token, "ann", "once")
    portal_with_token.ok("settings", "set", "plan.max-active-users=2")
    assert not redeem(portal_with_token, "ann", "once").json["is_new_enrollment"]
    refused(portal_with_token, *redeem_command("ben", "once"), code="token_used_up")


def test_whose_enrollment_was_canceled_can_come_again(portal_with_token: Portal) -> None:
    """It is one more use, and one more enrollment that holds."""
    redeem(portal_with_token, "ann")
    portal_with_token.sql("UPDATE enrollments SET canceled_at = enrolled_at")
    assert redeem(portal_with_token, "ann").json["is_new_enrollment"]
    assert (
        checked_uses(portal_with_token),
        enrolled_addresses(portal_with_token),
        invited_addresses(portal_with_token),
    ) == (2, [ANN], [ANN])


def test_what_a_pathway_prepared_a_token_opens(portal_with_token: Portal) -> None:
    """Who was only pre-enrolled is enrolled by the use."""
    portal_with_token.ok("content", "add-item", "pathway", "topic")
    create_token(portal_with_token, "path", "pathway")
    redeem(portal_with_token, "ann", "path")
    phase = """
        SELECT phase FROM enrollments JOIN content_items c ON c.id = item_id WHERE code = 'topic'
    """
    assert portal_with_token.value(phase) == "pre-enrolled"
    assert redeem(portal_with_token, "ann").json["is_new_enrollment"]
    assert portal_with_token.value(phase) == "enrolled"


@pytest.mark.parametrize("verb", ["deactivate", "end-employment"])
def test_nobody_is_revived_by_a_token(portal_with_token: Portal, verb: str) -> None:
    """Inactive people and those who left are refused; once active again they are welcome."""
    create_person(portal_with_token, "ann")
    portal_with_token.ok("user", verb, "ann")
    refused(portal_with_token, *redeem_command("ann"), code="redeemer_not_active")
    portal_with_token.ok("user", "activate", "ann")
    redeem(portal_with_token, "ann")


def test_a_scheduled_end_counts_from_its_moment_on(portal_with_token: Portal) -> None:
    """Not before, whether or not anybody has written since."""
    create_person(portal_with_token, "ann")
    create_person(portal_with_token, "ben")
    for who in ("ann", "ben"):
        portal_with_token.ok("user", "deactivate", who, "--on", "2026-03-05")
    redeem(portal_with_token, "ann", LMSCTL_NOW="2026-03-04T23:59:59Z")
    ran = portal_with_token.run(
        *redeem_command("ben"), "-o", "json", LMSCTL_NOW="2026-03-05T00:00:00Z"
    )
    assert ran.code == "redeemer_not_active"


def test_who_has_not_confirmed_yet_confirms_first(portal_with_token: Portal) -> None:
    """Once the registration has run out the address is unknown again."""
    open_registration(portal_with_token, "--confirm-email")
    create_profile(portal_with_token, "door")
    sign_up(portal_with_token, "ann", through="door")
    assert portal_with_token.refused(*redeem_command("ann")) == "confirmation_pending"
    assert redeem(portal_with_token, "ann", LMSCTL_NOW="2026-03-04T12:00:00Z").json["is_new_person"]


def test_a_deleted_persons_address_is_unknown(portal_with_token: Portal) -> None:
    """They come anew, by another use; the ledger keeps the first without a name."""
    redeem(portal_with_token, "ann")
    portal_with_token.ok("user", "delete", ANN, "--yes")
    assert redeem(portal_with_token, "ann").json["is_new_person"]
    rows = portal_with_token.ok("token", "history", "spring", "-o", "json").json["items"]
    assert [(row["login"], row["email"]) for row in rows] == [(None, None), ("ann", ANN)]
    assert checked_uses(portal_with_token) == 2


# Gates -------------------------------------------------------------------------------------------


def test_each_missing_thing_is_named(portal_with_token: Portal) -> None:
    """All of them at once."""
    error = refused(portal_with_token, "token", "redeem", code="details_wrong", audited=1)
    told = [detail["message"] for detail in error["details"]]
    for name in ("token", "e-mail address", "first name", "last name"):
        assert any(name in sentence for sentence in told), name
    error = refused(
        portal_with_token,
        "token",
        "redeem",
        "spring",
        "--email",
        ANN,
        "--first-name",
        " ",
        code="details_wrong",
    )
    assert [detail["field"] for detail in error["details"]] == ["--first-name", "--last-name"]
    words = ("--email", ANN, "--first-name", "A", "--last-name", "B")
    assert (
        refused(portal_with_token, "token", "redeem", *words, code="detail_missing")["field"]
        == "CODE"
    )
    refused(portal_with_token, "token", "redeem", "spring", *words[2:], code="detail_missing")
    refused(
        portal_with_token,
        "token",
        "redeem",
        "spring",
        "--email",
        "nobody",
        *words[2:],
        code="email_invalid",
    )


def test_registration_off_refuses_everything(portal_with_token: Portal) -> None:
    """New, known and enrolled people; on again, the same token works unedited."""
    redeem(portal_with_token, "ann")
    create_person(portal_with_token, "kim")
    portal_with_token.ok("registration", "disable")
    for who in ("ann", "kim", "ben"):
        refused(portal_with_token, *redeem_command(who), code="registration_off")
    portal_with_token.ok("registration", "enable")
    redeem(portal_with_token, "ben")


def test_a_paused_token_says_so_and_goes_on_counting_later(portal_with_token: Portal) -> None:
    """Disabled at present; activated again it has the uses it had."""
    redeem(portal_with_token, "ann")
    portal_with_token.ok("token", "deactivate", "spring")
    error = refused(portal_with_token, *redeem_command("ben"), code="token_disabled")
    assert error["message"] == "This token is disabled at present."
    portal_with_token.ok("token", "activate", "spring")
    redeem(portal_with_token, "ben")
    assert checked_uses(portal_with_token) == 2


@pytest.mark.parametrize(
    ("zone", "expires", "last", "first_after"),
    [
        ("UTC", "2026-03-31", "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"),
        ("Europe/Berlin", "2026-03-31", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z"),
        ("UTC", "2026-03-31T09:00", "2026-03-31T09:00:00Z", "2026-03-31T09:00:01Z"),
    ],
)
def test_a_token_works_up_to_its_expiry(
    portal_with_token: Portal, zone: str, expires: str, last: str, first_after: str
) -> None:
    """To the second; a date is the end of that day in the portal's zone."""
    portal_with_token.ok("settings", "set", f"time-zone={zone}")
    portal_with_token.ok("token", "edit", "spring", "--expires", expires)
    redeem(portal_with_token, "ann", LMSCTL_NOW=last)
    ran = portal_with_token.run(*redeem_command("ben"), "-o", "json", LMSCTL_NOW=first_after)
    assert (ran.status, ran.code) == (6, "token_expired")
    portal_with_token.ok("token", "edit", "spring", "--expires", "never")
    redeem(portal_with_token, "ben", LMSCTL_NOW=first_after)


def test_the_last_use_works_and_the_next_is_refused(portal_with_token: Portal) -> None:
    """Known and new people take from one count; raising the limit gives more."""
    portal_with_token.ok("token", "edit", "spring", "--limit", "2")
    create_person(portal_with_token, "kim")
    redeem(portal_with_token, "ann")
    redeem(portal_with_token, "kim")
    error = refused(portal_with_token, *redeem_command("ben"), code="token_used_up")
    assert "2" in error["message"]
    portal_with_token.ok("token", "edit", "spring", "--limit", "3")
    redeem(portal_with_token, "ben")
    refused(portal_with_token, *redeem_command("dan"), code="token_used_up")


def test_an_archived_item_stops_its_tokens(portal_with_token: Portal) -> None:
    """Restoring it revives them."""
    redeem(portal_with_token, "ann")
    portal_with_token.ok("content", "archive", "topic")
    for who in ("ann", "ben"):
        refused(portal_with_token, *redeem_command(who), code="content_archived")
    portal_with_token.ok("content", "restore", "topic")
    redeem(portal_with_token, "ben")
    assert checked_uses(portal_with_token) == 2


def test_redeeming_takes_no_right(portal_with_token: Portal) -> None:
    """The code is the secret; whoever is named with --as must be able to act at all."""
    create_person(portal_with_token, "kim")
    portal_with_token.ok(*redeem_command("ann"), "--as", "kim")
    assert portal_with_token.refused(*redeem_command("ben"), "--as", "nobody") == "actor_unknown"
    portal_with_token.ok("user", "deactivate", "kim")
    assert portal_with_token.refused(*redeem_command("ben"), "--as", "kim") == "actor_not_active"
    assert checked_uses(portal_with_token) == 1


def test_a_rehearsed_redemption_leaves_nothing(portal_with_token: Portal) -> None:
    """It answers the same and undoes it."""
    with unchanged(portal_with_token, audited=0):
        assert portal_with_token.ok(*redeem_command("ann"), "-o", "json", "-n").json[
            "is_new_person"
        ]
    assert show_token(portal_with_token)["uses"] == 0


# The ledger --------------------------------------------------------------------------------------


def test_the_ledger_tells_who_when_by_what_and_through_whom(portal_with_token: Portal) -> None:
    """New or known, which token under which name, who operated for whom."""
    portal_with_token.ok("token", "edit", "spring", "--nickname", "Fair")
    create_person(portal_with_token, "kim")
    redeem(portal_with_token, "ann")
    portal_with_token.ok(*redeem_command("kim"), "--as", "owner", LMSCTL_NOW="2026-03-03T08:00:00Z")
    portal_with_token.ok("token", "edit", "spring", "--nickname", "Later")
    found = portal_with_token.ok("token", "history", "spring", "-o", "json").json
    assert found["hidden"] == 0
    ann, kim = found["items"]
    operator = portal_with_token.value("SELECT operator FROM audit_rows ORDER BY id")
    assert ann == {
        "redeemed_at": NOON,
        "token_id": 1,
        "nickname": "Fair",
        "fingerprint": ann["fingerprint"],
        "login": "ann",
        "email": ANN,
        "first_name": "F",
        "last_name": "L",
        "is_new_person": True,
        "content": "topic",
        "operator": operator,
        "actor": None,
        "type": "prospect",
        "origin": "token",
    }
    assert (kim["type"], kim["origin"]) == ("staff", "administrator")
    assert (kim["login"], kim["is_new_person"], kim["actor"]) == ("kim", False, "owner")
    assert kim["redeemed_at"] == "2026-03-03T08:00:00Z"


def test_the_ledger_hides_people_out_of_sight(portal_with_token: Portal) -> None:
    """Who sees tokens but not everybody learns how many are hidden, and nothing about them."""
    portal_with_token.ok("department", "create", "Sales")
    create_person(portal_with_token, "kim", "--department", "Sales")
    create_person(portal_with_token, "viewer")
    portal_with_token.ok("role", "create", "token-viewer", "--permission", "token.view")
    portal_with_token.ok("role", "create", "sales-viewer", "--permission", "user.view")
    portal_with_token.ok("role", "grant", "viewer", "token-viewer", "--department", "/")
    portal_with_token.ok("role", "grant", "viewer", "sales-viewer", "--department", "Sales")
    redeem(portal_with_token, "kim")
    redeem(portal_with_token, "ann")
    found = portal_with_token.ok("token", "history", "-o", "json", "--as", "viewer").json
    assert [row["login"] for row in found["items"]] == ["kim"]
    assert found["hidden"] == 1


def test_nobody_can_be_given_the_right_to_make_tokens(portal_with_token: Portal) -> None:
    """It is the owner's and the administrators' alone."""
    words = ("role", "create", "maker", "--permission", "token.manage")
    assert portal_with_token.run(*words).status == 6


def test_seeing_tokens_takes_the_right_in_the_whole_portal(portal_with_token: Portal) -> None:
    """Tokens belong to no department, so the right in one of them shows none."""
    portal_with_token.ok("department", "create", "Sales")
    portal_with_token.ok("role", "create", "token-viewer", "--permission", "token.view")
    for name, department in (("here", "Sales"), ("everywhere", "/")):
        create_person(portal_with_token, name)
        portal_with_token.ok("role", "grant", name, "token-viewer", "--department", department)
    for words in (("list",), ("show", "spring"), ("history",), ("explain", "spring")):
        assert portal_with_token.refused("token", *words, "--as", "here") == "permission_missing"
        portal_with_token.ok("token", *words, "--as", "everywhere")
    assert (
        portal_with_token.refused("token", "deactivate", "spring", "--as", "everywhere")
        == "permission_missing"
    )
