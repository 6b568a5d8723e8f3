"""What redeeming a token promises: who gets in, with what, and why somebody does not."""

import pytest

from tests.conftest import NOON, Portal
from tests.doors import opened, profile, seats, sign_up
from tests.refusals import refused, unchanged
from tests.states import everything
from tests.tokens import (
    enrolled,
    invitations,
    person,
    redeem,
    redeeming,
    shown,
    stocked,
    token,
    uses,
)

ANN = "ann@example.com"


@pytest.fixture
def desk(portal: Portal) -> Portal:
    """Return a portal with something to learn and a token for it."""
    stocked(portal)
    token(portal)
    return portal


# New people --------------------------------------------------------------------------------------


def test_an_unknown_address_becomes_a_person(desk: Portal) -> None:
    """Of the token's type, in the root, the address as login, invited once, enrolled at once."""
    told = redeem(desk, "Ann").json
    assert told == {
        "login": "Ann",
        "email": "Ann@example.com",
        "content": "topic",
        "is_new_person": True,
        "is_new_enrollment": True,
        "redeemed_at": NOON,
    }
    ann = desk.ok("user", "show", ANN, "-o", "json").json
    assert (ann["type"], ann["status"], ann["department"]) == ("prospect", "active", "/")
    assert (ann["login"], ann["email"]) == ("Ann", "Ann@example.com")
    assert (ann["origin"], ann["origin_detail"], ann["roles"]) == ("token", "1", ["learner"])
    assert enrolled(desk) == ["Ann@example.com"]
    assert enrolled(desk, "article") == []
    assert invitations(desk) == ["Ann@example.com"]
    assert uses(desk) == 1
    assert seats(desk) == 2


@pytest.mark.parametrize("creates", ["prospect", "staff", "client"])
def test_the_token_decides_what_new_people_are(desk: Portal, creates: str) -> None:
    """Prospects, staff or clients."""
    token(desk, "other", "topic", "--creates", creates)
    redeem(desk, "ann", "other")
    assert desk.ok("user", "show", ANN, "-o", "json").json["type"] == creates


def test_the_invitation_names_item_and_login_and_holds_no_code(desk: Portal) -> None:
    """One mail, due at once, whose head is one line whatever the portal is called."""
    redeem(desk, "ann")
    body = desk.value("SELECT body FROM notifications")
    assert "The topic" in body
    assert "You sign in as ann." in body
    assert "spring" not in body


def test_the_enrollment_says_which_token_it_came_from(desk: Portal) -> None:
    """By its number, because the code may have to vanish."""
    redeem(desk, "ann")
    assert desk.sql("SELECT reason, reference FROM enrollment_reasons") == [("token", "1")]


def test_confirmation_does_not_apply_to_tokens(desk: Portal) -> None:
    """Whoever redeems is active at once and holds nothing that could expire."""
    desk.ok("registration", "set", "--confirm-email")
    redeem(desk, "ann")
    ann = desk.ok("user", "show", ANN, "-o", "json", LMSCTL_NOW="2026-12-01T00:00:00Z").json
    assert ann["status"] == "active"
    assert desk.ok("registration", "pending", "-o", "json").json == []


def test_a_token_asks_for_no_custom_field_and_no_policy(desk: Portal) -> None:
    """Four things are asked for and no more; what else is required can follow."""
    desk.ok("field", "create", "Badge", "--kind", "text", "--required")
    desk.ok("settings", "set", "privacy-policy=on")
    redeem(desk, "ann")
    assert desk.ok("user", "show", ANN, "-o", "json").json["fields"] == {}


def test_the_domain_list_holds_for_new_people_only(desk: Portal) -> None:
    """A known person with another address is enrolled all the same."""
    person(desk, "kim")
    desk.ok("registration", "set", "--domain", "corp.example")
    refused(desk, *redeeming("ann"), code="domain_not_allowed")
    redeem(desk, "kim")
    assert uses(desk) == 1


def test_a_full_plan_turns_new_people_away_and_no_others(desk: Portal) -> None:
    """No seat, no use, no account, no mail; a known person needs no seat."""
    person(desk, "kim")
    desk.ok("settings", "set", "plan.max-active-users=2")
    refused(desk, *redeeming("ann"), code="plan_full")
    redeem(desk, "kim")
    assert (uses(desk), seats(desk), invitations(desk)) == (1, 2, [])


def test_an_address_that_is_somebodys_login_is_refused(desk: Portal) -> None:
    """Nobody else is called by a name that is somebody's login."""
    who = ("--first-name", "A", "--last-name", "B")
    desk.ok("user", "create", "--login", ANN, "--email", "other@example.com", *who)
    refused(desk, *redeeming("ann"), code="redeemer_login_taken")


def test_the_login_is_made_by_the_rule_of_every_door(desk: Portal) -> None:
    """The part before the @, numbered until it is free; the mail says which one it became."""
    who = ("--first-name", "A", "--last-name", "B")
    desk.ok("user", "create", "--login", "ann", "--email", "other@example.com", *who)
    assert redeem(desk, "ann").json["login"] == "ann1"
    assert "You sign in as ann1." in desk.value("SELECT body FROM notifications")


def test_two_mailboxes_that_folding_joins_are_two_people(desk: Portal) -> None:
    """Whoever redeems as one enrolls that one."""
    redeem(desk, "wei\u00df")
    assert redeem(desk, "weiss").json["is_new_person"]
    assert enrolled(desk) == ["weiss@example.com", "wei\u00df@example.com"]


# Known people ------------------------------------------------------------------------------------


def test_a_known_person_is_enrolled_and_nothing_else_changes(desk: Portal) -> None:
    """No new name, type or department, and no mail; but one use."""
    desk.ok("department", "create", "Sales")
    person(desk, "ann", "--department", "Sales")
    before = everything(desk)
    told = redeem(desk, "ANN").json
    assert (told["login"], told["is_new_person"], told["is_new_enrollment"]) == ("ann", False, True)
    after = everything(desk)
    changed = {table for table in before if before[table] != after[table]}
    assert changed == {
        *("tokens", "redemptions", "enrollments", "enrollment_reasons", "audit_rows")
    }
    assert uses(desk) == 1
    assert enrolled(desk) == [ANN]


def test_who_is_enrolled_already_uses_nothing(desk: Portal) -> None:
    """A success that changes no row, and takes away no completion."""
    redeem(desk, "ann")
    done = ("progress", "record", "--user", ANN, "--event", "completed", "--content", "topic")
    desk.ok(*done)
    assert desk.value("SELECT phase FROM enrollments") == "completed"
    with unchanged(desk, audited=0):
        ran = desk.run(*redeeming("ann"), "-o", "json", "--exit-code")
    assert ran.status == 0
    assert not ran.json["is_new_enrollment"]
    assert uses(desk) == 1


def test_who_is_enrolled_is_welcome_at_a_token_that_is_used_up(desk: Portal) -> None:
    """Repeating a redemption whose answer was lost succeeds, whatever is left."""
    token(desk, "once", "topic", "--limit", "1")
    redeem(desk, "ann", "once")
    desk.ok("settings", "set", "plan.max-active-users=2")
    assert not redeem(desk, "ann", "once").json["is_new_enrollment"]
    refused(desk, *redeeming("ben", "once"), code="token_used_up")


def test_whose_enrollment_was_canceled_can_come_again(desk: Portal) -> None:
    """It is one more use, and one more enrollment that holds."""
    redeem(desk, "ann")
    desk.sql("UPDATE enrollments SET canceled_at = enrolled_at")
    assert redeem(desk, "ann").json["is_new_enrollment"]
    assert (uses(desk), enrolled(desk), invitations(desk)) == (2, [ANN], [ANN])


def test_what_a_pathway_prepared_a_token_opens(desk: Portal) -> None:
    """Who was only pre-enrolled is enrolled by the use."""
    desk.ok("content", "add-item", "pathway", "topic")
    token(desk, "path", "pathway")
    redeem(desk, "ann", "path")
    phase = """
        SELECT phase FROM enrollments JOIN content_items c ON c.id = item_id WHERE code = 'topic'
    """
    assert desk.value(phase) == "pre-enrolled"
    assert redeem(desk, "ann").json["is_new_enrollment"]
    assert desk.value(phase) == "enrolled"


@pytest.mark.parametrize("verb", ["deactivate", "end-employment"])
def test_nobody_is_revived_by_a_token(desk: Portal, verb: str) -> None:
    """Inactive people and those who left are refused; once active again they are welcome."""
    person(desk, "ann")
    desk.ok("user", verb, "ann")
    refused(desk, *redeeming("ann"), code="redeemer_not_active")
    desk.ok("user", "activate", "ann")
    redeem(desk, "ann")


def test_a_scheduled_end_counts_from_its_moment_on(desk: Portal) -> None:
    """Not before, whether or not anybody has written since."""
    person(desk, "ann")
    person(desk, "ben")
    for who in ("ann", "ben"):
        desk.ok("user", "deactivate", who, "--on", "2026-03-05")
    redeem(desk, "ann", LMSCTL_NOW="2026-03-04T23:59:59Z")
    ran = desk.run(*redeeming("ben"), "-o", "json", LMSCTL_NOW="2026-03-05T00:00:00Z")
    assert ran.code == "redeemer_not_active"


def test_who_has_not_confirmed_yet_confirms_first(desk: Portal) -> None:
    """Once the registration has run out the address is unknown again."""
    opened(desk, "--confirm-email")
    profile(desk, "door")
    sign_up(desk, "ann", through="door")
    assert desk.refused(*redeeming("ann")) == "confirmation_pending"
    assert redeem(desk, "ann", LMSCTL_NOW="2026-03-04T12:00:00Z").json["is_new_person"]


def test_a_deleted_persons_address_is_unknown(desk: Portal) -> None:
    """They come anew, by another use; the ledger keeps the first without a name."""
    redeem(desk, "ann")
    desk.ok("user", "delete", ANN, "--yes")
    assert redeem(desk, "ann").json["is_new_person"]
    rows = desk.ok("token", "history", "spring", "-o", "json").json["items"]
    assert [(row["login"], row["email"]) for row in rows] == [(None, None), ("ann", ANN)]
    assert uses(desk) == 2


# Gates -------------------------------------------------------------------------------------------


def test_each_missing_thing_is_named(desk: Portal) -> None:
    """All of them at once."""
    error = refused(desk, "token", "redeem", code="details_wrong", audited=1)
    told = [detail["message"] for detail in error["details"]]
    for name in ("token", "e-mail address", "first name", "last name"):
        assert any(name in sentence for sentence in told), name
    error = refused(
        desk, "token", "redeem", "spring", "--email", ANN, "--first-name", " ", code="details_wrong"
    )
    assert [detail["field"] for detail in error["details"]] == ["--first-name", "--last-name"]
    words = ("--email", ANN, "--first-name", "A", "--last-name", "B")
    assert refused(desk, "token", "redeem", *words, code="detail_missing")["field"] == "CODE"
    refused(desk, "token", "redeem", "spring", *words[2:], code="detail_missing")
    refused(
        desk, "token", "redeem", "spring", "--email", "nobody", *words[2:], code="email_invalid"
    )


def test_registration_off_refuses_everything(desk: Portal) -> None:
    """New, known and enrolled people; on again, the same token works unedited."""
    redeem(desk, "ann")
    person(desk, "kim")
    desk.ok("registration", "disable")
    for who in ("ann", "kim", "ben"):
        refused(desk, *redeeming(who), code="registration_off")
    desk.ok("registration", "enable")
    redeem(desk, "ben")


def test_a_paused_token_says_so_and_goes_on_counting_later(desk: Portal) -> None:
    """Disabled at present; activated again it has the uses it had."""
    redeem(desk, "ann")
    desk.ok("token", "deactivate", "spring")
    error = refused(desk, *redeeming("ben"), code="token_disabled")
    assert error["message"] == "This token is disabled at present."
    desk.ok("token", "activate", "spring")
    redeem(desk, "ben")
    assert uses(desk) == 2


@pytest.mark.parametrize(
    ("zone", "expires", "last", "first_after"),
    [
        ("UTC", "2026-03-31", "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"),
        ("Europe/Berlin", "2026-03-31", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z"),
        ("UTC", "2026-03-31T09:00", "2026-03-31T09:00:00Z", "2026-03-31T09:00:01Z"),
    ],
)
def test_a_token_works_up_to_its_expiry(
    desk: Portal, zone: str, expires: str, last: str, first_after: str
) -> None:
    """To the second; a date is the end of that day in the portal's zone."""
    desk.ok("settings", "set", f"time-zone={zone}")
    desk.ok("token", "edit", "spring", "--expires", expires)
    redeem(desk, "ann", LMSCTL_NOW=last)
    ran = desk.run(*redeeming("ben"), "-o", "json", LMSCTL_NOW=first_after)
    assert (ran.status, ran.code) == (6, "token_expired")
    desk.ok("token", "edit", "spring", "--expires", "never")
    redeem(desk, "ben", LMSCTL_NOW=first_after)


def test_the_last_use_works_and_the_next_is_refused(desk: Portal) -> None:
    """Known and new people take from one count; raising the limit gives more."""
    desk.ok("token", "edit", "spring", "--limit", "2")
    person(desk, "kim")
    redeem(desk, "ann")
    redeem(desk, "kim")
    error = refused(desk, *redeeming("ben"), code="token_used_up")
    assert "2" in error["message"]
    desk.ok("token", "edit", "spring", "--limit", "3")
    redeem(desk, "ben")
    refused(desk, *redeeming("dan"), code="token_used_up")


def test_an_archived_item_stops_its_tokens(desk: Portal) -> None:
    """Restoring it revives them."""
    redeem(desk, "ann")
    desk.ok("content", "archive", "topic")
    for who in ("ann", "ben"):
        refused(desk, *redeeming(who), code="content_archived")
    desk.ok("content", "restore", "topic")
    redeem(desk, "ben")
    assert uses(desk) == 2


def test_redeeming_takes_no_right(desk: Portal) -> None:
    """The code is the secret; whoever is named with --as must be able to act at all."""
    person(desk, "kim")
    desk.ok(*redeeming("ann"), "--as", "kim")
    assert desk.refused(*redeeming("ben"), "--as", "nobody") == "actor_unknown"
    desk.ok("user", "deactivate", "kim")
    assert desk.refused(*redeeming("ben"), "--as", "kim") == "actor_not_active"
    assert uses(desk) == 1


def test_a_rehearsed_redemption_leaves_nothing(desk: Portal) -> None:
    """It answers the same and undoes it."""
    with unchanged(desk, audited=0):
        assert desk.ok(*redeeming("ann"), "-o", "json", "-n").json["is_new_person"]
    assert shown(desk)["uses"] == 0


# The ledger --------------------------------------------------------------------------------------


def test_the_ledger_tells_who_when_by_what_and_through_whom(desk: Portal) -> None:
    """New or known, which token under which name, who operated for whom."""
    desk.ok("token", "edit", "spring", "--nickname", "Fair")
    person(desk, "kim")
    redeem(desk, "ann")
    desk.ok(*redeeming("kim"), "--as", "owner", LMSCTL_NOW="2026-03-03T08:00:00Z")
    desk.ok("token", "edit", "spring", "--nickname", "Later")
    found = desk.ok("token", "history", "spring", "-o", "json").json
    assert found["hidden"] == 0
    ann, kim = found["items"]
    operator = desk.value("SELECT operator FROM audit_rows ORDER BY id")
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
    }
    assert (kim["login"], kim["is_new_person"], kim["actor"]) == ("kim", False, "owner")
    assert kim["redeemed_at"] == "2026-03-03T08:00:00Z"


def test_the_ledger_hides_people_out_of_sight(desk: Portal) -> None:
    """Who sees tokens but not everybody learns how many are hidden, and nothing about them."""
    desk.ok("department", "create", "Sales")
    person(desk, "kim", "--department", "Sales")
    person(desk, "viewer")
    desk.ok("role", "create", "token-viewer", "--permission", "token.view")
    desk.ok("role", "create", "sales-viewer", "--permission", "user.view")
    desk.ok("role", "grant", "viewer", "token-viewer", "--department", "/")
    desk.ok("role", "grant", "viewer", "sales-viewer", "--department", "Sales")
    redeem(desk, "kim")
    redeem(desk, "ann")
    found = desk.ok("token", "history", "-o", "json", "--as", "viewer").json
    assert [row["login"] for row in found["items"]] == ["kim"]
    assert found["hidden"] == 1


def test_nobody_can_be_given_the_right_to_make_tokens(desk: Portal) -> None:
    """It is the owner's and the administrators' alone."""
    words = ("role", "create", "maker", "--permission", "token.manage")
    assert desk.run(*words).status == 6


def test_seeing_tokens_takes_the_right_in_the_whole_portal(desk: Portal) -> None:
    """Tokens belong to no department, so the right in one of them shows none."""
    desk.ok("department", "create", "Sales")
    desk.ok("role", "create", "token-viewer", "--permission", "token.view")
    for name, department in (("here", "Sales"), ("everywhere", "/")):
        person(desk, name)
        desk.ok("role", "grant", name, "token-viewer", "--department", department)
    for words in (("list",), ("show", "spring"), ("history",), ("explain", "spring")):
        assert desk.refused("token", *words, "--as", "here") == "permission_missing"
        desk.ok("token", *words, "--as", "everywhere")
    assert (
        desk.refused("token", "deactivate", "spring", "--as", "everywhere") == "permission_missing"
    )
