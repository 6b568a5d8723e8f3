"""What is asked of newcomers, what is told at once, and what becomes of what they gave."""

import pytest

from tests.conftest import NOON, Portal
from tests.doors import check_ledgers, names, opened, profile, sign_up, signing
from tests.refusals import refused


@pytest.fixture
def door(portal: Portal) -> Portal:
    """Return a portal with one open profile of three activations."""
    opened(portal)
    profile(portal, activations="3")
    return portal


JOIN = ("signup-profile", "sign-up", "spring")


@pytest.mark.parametrize(
    ("missing", "named"),
    [("--email", "e-mail address"), ("--first-name", "first name"), ("--last-name", "last name")],
)
@pytest.mark.parametrize("how", ["absent", "empty", "blank"])
def test_each_missing_detail_is_named(door: Portal, missing: str, named: str, how: str) -> None:
    """The refusal says what is missing and by which option to give it."""
    given = list(names("ann"))
    at = given.index(missing)
    given[at : at + 2] = [] if how == "absent" else [missing, "" if how == "empty" else " \u00a0"]
    error = refused(door, *JOIN, *given, code="detail_missing")
    assert error["message"] == f"The {named} is missing."
    assert (error["field"], error["hint"]) == (missing, f"Give {missing}.")


def test_everything_missing_or_wrong_is_told_at_once(door: Portal) -> None:
    """Nobody has to try as often as there are mistakes."""
    door.ok("field", "create", "Badge", "--kind", "text", "--required")
    error = refused(door, *JOIN, "--email", "nonsense", "--login=-x", code="details_wrong")
    assert [item["code"] for item in error["details"]] == [
        "email_invalid",
        "detail_missing",
        "detail_missing",
        "login_invalid",
        "field_missing",
    ]
    assert error["message"].startswith("5 things")
    shown = door.run(*JOIN, "--email", "nonsense").err
    assert "The first name is missing." in shown
    assert "The last name is missing." in shown


def test_a_required_custom_field_is_asked_for_by_name(door: Portal) -> None:
    """Signing up asks for what creating a person asks for, and stores it."""
    door.ok("field", "create", "Badge", "--kind", "unique-text", "--required")
    error = refused(door, *signing("ann"), code="field_missing")
    assert error["field"] == "Badge"
    sign_up(door, "ann", "--field", "badge=77")
    assert door.ok("user", "show", "ann", "-o", "json").json["fields"] == {"Badge": "77"}
    error = refused(door, *signing("ben"), "--field", "Badge=77", code="field_value_taken")
    assert error["field"] == "Badge"
    check_ledgers(door)


def test_an_unknown_custom_field_is_refused(door: Portal) -> None:
    """Nothing that was given is dropped silently."""
    refused(door, *signing("ann"), "--field", "Bagde=1", code="field_unknown", status=4)


@pytest.mark.parametrize(
    "address",
    [
        "ann",
        "ann@",
        "@example.com",
        "Ann <ann@example.com>",
        '"ann"@example.com',
        "ann@example.com\nBcc: x@evil.test",
        "ann@example.com, ben@example.com",
        "=?utf-8?q?ann=40evil.com=20=2c?=x@example.com",
        "a" * 65 + "@example.com",
        "ann@" + "a" * 260 + ".com",
        "ann%evil.com@example.com",
        "x" * 10_000,
    ],
)
def test_an_address_that_could_be_read_otherwise_is_refused(door: Portal, address: str) -> None:
    """Only one plain address comes in, and the refusal stays readable."""
    given = ("--email", address, "--first-name", "F", "--last-name", "L")
    error = refused(door, *JOIN, *given, code="email_invalid")
    assert len(error["message"]) < 400
    assert len(door.value("SELECT target FROM audit_rows ORDER BY id DESC")) < 300


def test_a_taken_address_is_refused_however_it_is_written(door: Portal) -> None:
    """Compared in one form, whoever has it, active or inactive."""
    door.ok("user", "create", *names("ann"))
    for written in ("ann@example.com", "ANN@Example.COM"):
        given = ("--email", written, "--first-name", "F", "--last-name", "L")
        refused(door, *JOIN, *given, code="address_taken")
    door.ok("user", "deactivate", "ann")
    refused(door, *signing("ann"), code="address_taken")


def test_a_deleted_persons_address_is_free_again(door: Portal) -> None:
    """Whoever was deleted may come again, as somebody new, with a new activation."""
    sign_up(door, "ann")
    door.ok("user", "delete", "ann", "--yes")
    sign_up(door, "ann")
    assert door.ok("signup-profile", "show", "spring", "-o", "json").json["used"] == 2
    check_ledgers(door)


def test_a_login_is_made_from_the_address_or_given(door: Portal) -> None:
    """The local part, with a number when it is taken; one that was asked for is not changed."""
    door.ok("user", "create", "--login", "ann", "--first-name", "F", "--last-name", "L")
    assert sign_up(door, "ann").json["login"] == "ann1"
    assert sign_up(door, "ben", "--login", "big.ben").json["login"] == "big.ben"
    refused(door, *signing("cat"), "--login", "BIG.BEN", code="signup_login_taken")


def test_nobody_is_called_like_somebody_elses_address(door: Portal) -> None:
    """A login names people wherever an address does; one's own address may be one's login."""
    door.ok("user", "create", *names("boss"))
    error = refused(door, *signing("ann"), "--login", "BOSS@example.com", code="signup_login_taken")
    assert error["field"] == "login"
    assert sign_up(door, "ann", "--login", "ann@example.com").json["login"] == "ann@example.com"


def test_newcomers_are_learners_in_the_profiles_department_who_came_by_it(door: Portal) -> None:
    """Staff without any role, active at once while nothing has to be confirmed."""
    told = sign_up(door, "ann").json
    assert told == {
        "login": "ann",
        "email": "ann@example.com",
        "status": "active",
        "department": "Sales",
        "registered_at": NOON,
        "expires_at": None,
        "source": "profile spring",
    }
    person = door.ok("user", "show", "ann", "-o", "json").json
    assert (person["roles"], person["department"]) == (["learner"], "Sales")
    assert (person["type"], person["policy_accepted_at"]) == ("staff", None)


def test_the_origin_of_a_person_outlives_the_profile(door: Portal) -> None:
    """By which door somebody came stays readable when the door is gone."""
    sign_up(door, "ann")
    door.ok("signup-profile", "delete", "spring", "--yes")
    person = door.ok("user", "show", "ann", "-o", "json").json
    assert (person["origin"], person["origin_detail"]) == ("profile", "spring")


def test_the_privacy_policy_must_be_accepted_while_it_is_on(door: Portal) -> None:
    """Without it nobody comes in; with it the instant is kept."""
    door.ok("settings", "set", "privacy-policy=on")
    error = refused(door, *signing("ann"), code="policy_not_accepted")
    assert error["field"] == "--accept-policy"
    sign_up(door, "ann", "--accept-policy")
    person = door.ok("user", "show", "ann", "-o", "json").json
    assert person["policy_accepted_at"] == NOON
    door.ok("settings", "set", "privacy-policy=off")
    sign_up(door, "ben", "--accept-policy")
    assert door.ok("user", "show", "ben", "-o", "json").json["policy_accepted_at"] is None


# Mail --------------------------------------------------------------------------------------------


def test_one_mail_goes_with_the_registration_and_none_with_a_refusal(door: Portal) -> None:
    """It is in the outbox when the command returns, and nothing is after a rehearsal."""
    door.ok("--dry-run", *signing("ann"))
    refused(door, *signing("ann"), "--login=-", code="login_invalid")
    assert door.value("SELECT count(*) FROM notifications") == 0
    assert door.value("SELECT count(*) FROM users") == 1
    sign_up(door, "ann")
    mails = door.ok("notification", "list", "-o", "json").json
    assert [(mail["kind"], mail["recipient"], mail["state"]) for mail in mails] == [
        ("invitation", "ann@example.com", "queued")
    ]


def test_names_cannot_become_headers_or_markup(door: Portal) -> None:
    """A portal or a person called like a header stays one line of subject."""
    door.ok("settings", "set", "name=[bold]Portal[/] Bcc: x@evil.test")
    sign_up(door, "ann")
    subject = door.value("SELECT subject FROM notifications")
    assert subject == "Welcome to [bold]Portal[/] Bcc: x@evil.test"
    for name in ("A\nBcc: x@evil.test", "A\x1b[31m", "A\u202eB", "A\u2028B", "N" * 10_000):
        given = ("--email", "ben@example.com", "--first-name", name, "--last-name", "L")
        ran = door.run(*JOIN, *given)
        assert ran.status == 6
        assert "\x1b" not in ran.err
        assert "\u202e" not in ran.err
        assert len(ran.err.splitlines()) == 2
    check_ledgers(door)
