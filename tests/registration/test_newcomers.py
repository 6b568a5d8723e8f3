"""What is asked of newcomers, what is told at once, and what becomes of what they gave."""

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import refused
from tests.signups import (
    check_ledgers,
    create_profile,
    open_registration,
    person_options,
    sign_up,
    sign_up_command,
)


@pytest.fixture
def signup_portal(portal: Portal) -> Portal:
    """Return a portal with one open profile of three activations."""
    open_registration(portal)
    create_profile(portal, activations="3")
    return portal


JOIN = ("signup-profile", "sign-up", "spring")


@pytest.mark.parametrize(
    ("missing", "named"),
    [("--email", "e-mail address"), ("--first-name", "first name"), ("--last-name", "last name")],
)
@pytest.mark.parametrize("how", ["absent", "empty", "blank"])
def test_each_missing_detail_is_named(
    signup_portal: Portal, missing: str, named: str, how: str
) -> None:
    """The refusal says what is missing and by which option to give it."""
    given = list(person_options("ann"))
    at = given.index(missing)
    given[at : at + 2] = [] if how == "absent" else [missing, "" if how == "empty" else " \u00a0"]
    error = refused(signup_portal, *JOIN, *given, code="detail_missing")
    assert error["message"] == f"The {named} is missing."
    assert (error["field"], error["hint"]) == (missing, f"Give {missing}.")


def test_everything_missing_or_wrong_is_told_at_once(signup_portal: Portal) -> None:
    """Nobody has to try as often as there are mistakes."""
    signup_portal.ok("field", "create", "Badge", "--kind", "text", "--required")
    error = refused(signup_portal, *JOIN, "--email", "nonsense", "--login=-x", code="details_wrong")
    assert [item["code"] for item in error["details"]] == [
        "email_invalid",
        "detail_missing",
        "detail_missing",
        "login_invalid",
        "field_missing",
    ]
    assert error["message"].startswith("5 problems")
    shown = signup_portal.run(*JOIN, "--email", "nonsense").err
    assert "The first name is missing." in shown
    assert "The last name is missing." in shown


def test_a_required_custom_field_is_asked_for_by_name(signup_portal: Portal) -> None:
    """Signing up asks for what creating a person asks for, and stores it."""
    signup_portal.ok("field", "create", "Badge", "--kind", "unique-text", "--required")
    error = refused(signup_portal, *sign_up_command("ann"), code="field_missing")
    assert error["field"] == "Badge"
    sign_up(signup_portal, "ann", "--field", "badge=77")
    assert signup_portal.ok("user", "show", "ann", "-o", "json").json["fields"] == {"Badge": "77"}
    error = refused(
        signup_portal, *sign_up_command("ben"), "--field", "Badge=77", code="field_value_taken"
    )
    assert error["field"] == "Badge"
    check_ledgers(signup_portal)


def test_an_unknown_custom_field_is_refused(signup_portal: Portal) -> None:
    """Nothing that was given is dropped silently."""
    refused(
        signup_portal, *sign_up_command("ann"), "--field", "Bagde=1", code="field_unknown", status=4
    )


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
def test_an_address_that_could_be_read_otherwise_is_refused(
    signup_portal: Portal, address: str
) -> None:
    """Only one plain address comes in, and the refusal stays readable."""
    given = ("--email", address, "--first-name", "F", "--last-name", "L")
    error = refused(signup_portal, *JOIN, *given, code="email_invalid")
    assert len(error["message"]) < 400
    assert len(signup_portal.value("SELECT target FROM audit_rows ORDER BY id DESC")) < 300


def test_a_taken_address_is_refused_however_it_is_written(signup_portal: Portal) -> None:
    """Compared in one form, whoever has it, active or inactive."""
    signup_portal.ok("user", "create", *person_options("ann"))
    for written in ("ann@example.com", "ANN@Example.COM"):
        given = ("--email", written, "--first-name", "F", "--last-name", "L")
        refused(signup_portal, *JOIN, *given, code="address_taken")
    signup_portal.ok("user", "deactivate", "ann")
    refused(signup_portal, *sign_up_command("ann"), code="address_taken")


def test_a_deleted_persons_address_is_free_again(signup_portal: Portal) -> None:
    """Whoever was deleted may come again, as somebody new, with a new activation."""
    sign_up(signup_portal, "ann")
    signup_portal.ok("user", "delete", "ann", "--yes")
    sign_up(signup_portal, "ann")
    assert signup_portal.ok("signup-profile", "show", "spring", "-o", "json").json["used"] == 2
    check_ledgers(signup_portal)


def test_a_login_is_made_from_the_address_or_given(signup_portal: Portal) -> None:
    """The local part, with a number when it is taken; one that was asked for is not changed."""
    signup_portal.ok("user", "create", "--login", "ann", "--first-name", "F", "--last-name", "L")
    assert sign_up(signup_portal, "ann").json["login"] == "ann1"
    assert sign_up(signup_portal, "ben", "--login", "big.ben").json["login"] == "big.ben"
    refused(signup_portal, *sign_up_command("cat"), "--login", "BIG.BEN", code="signup_login_taken")


def test_nobody_is_called_like_somebody_elses_address(signup_portal: Portal) -> None:
    """A login names people wherever an address does; one's own address may be one's login."""
    signup_portal.ok("user", "create", *person_options("boss"))
    error = refused(
        signup_portal,
        *sign_up_command("ann"),
        "--login",
        "BOSS@example.com",
        code="signup_login_taken",
    )
    assert error["field"] == "login"
    assert (
        sign_up(signup_portal, "ann", "--login", "ann@example.com").json["login"]
        == "ann@example.com"
    )


def test_newcomers_are_learners_in_the_profiles_department_who_came_by_it(
    signup_portal: Portal,
) -> None:
    """Staff without any role, active at once while nothing has to be confirmed."""
    told = sign_up(signup_portal, "ann").json
    assert told == {
        "login": "ann",
        "email": "ann@example.com",
        "status": "active",
        "department": "Sales",
        "registered_at": NOON,
        "expires_at": None,
        "ends_at": None,
        "source": "profile spring",
        "is_new_person": True,
    }
    person = signup_portal.ok("user", "show", "ann", "-o", "json").json
    assert (person["roles"], person["department"]) == (["learner"], "Sales")
    assert (person["type"], person["policy_accepted_at"]) == ("staff", None)


def test_the_origin_of_a_person_outlives_the_profile(signup_portal: Portal) -> None:
    """How somebody came stays readable when the profile is gone."""
    sign_up(signup_portal, "ann")
    signup_portal.ok("signup-profile", "delete", "spring", "--yes")
    person = signup_portal.ok("user", "show", "ann", "-o", "json").json
    assert (person["origin"], person["origin_detail"]) == ("profile", "spring")


def test_the_privacy_policy_must_be_accepted_while_it_is_on(signup_portal: Portal) -> None:
    """Without it nobody comes in; with it the instant is kept."""
    signup_portal.ok("settings", "set", "privacy-policy=on")
    error = refused(signup_portal, *sign_up_command("ann"), code="policy_not_accepted")
    assert error["field"] == "--accept-policy"
    sign_up(signup_portal, "ann", "--accept-policy")
    person = signup_portal.ok("user", "show", "ann", "-o", "json").json
    assert person["policy_accepted_at"] == NOON
    signup_portal.ok("settings", "set", "privacy-policy=off")
    sign_up(signup_portal, "ben", "--accept-policy")
    assert signup_portal.ok("user", "show", "ben", "-o", "json").json["policy_accepted_at"] is None


# Mail --------------------------------------------------------------------------------------------


def test_one_mail_goes_with_the_registration_and_none_with_a_refusal(signup_portal: Portal) -> None:
    """It is in the outbox when the command returns, and nothing is after a rehearsal."""
    signup_portal.ok("--dry-run", *sign_up_command("ann"))
    refused(signup_portal, *sign_up_command("ann"), "--login=-", code="login_invalid")
    assert signup_portal.value("SELECT count(*) FROM notifications") == 0
    assert signup_portal.value("SELECT count(*) FROM users") == 1
    sign_up(signup_portal, "ann")
    mails = signup_portal.ok("notification", "list", "-o", "json").json
    assert [(mail["kind"], mail["recipient"], mail["state"]) for mail in mails] == [
        ("invitation", "ann@example.com", "queued")
    ]


def test_names_cannot_become_headers_or_markup(signup_portal: Portal) -> None:
    """A portal or a person called like a header stays one line of subject."""
    signup_portal.ok("settings", "set", "name=[bold]Portal[/] Bcc: x@evil.test")
    sign_up(signup_portal, "ann")
    subject = signup_portal.value("SELECT subject FROM notifications")
    assert subject == "Welcome to [bold]Portal[/] Bcc: x@evil.test"
    for name in ("A\nBcc: x@evil.test", "A\x1b[31m", "A\u202eB", "A\u2028B", "N" * 10_000):
        given = ("--email", "ben@example.com", "--first-name", name, "--last-name", "L")
        ran = signup_portal.run(*JOIN, *given)
        assert ran.status == 6
        assert "\x1b" not in ran.err
        assert "\u202e" not in ran.err
        assert len(ran.err.splitlines()) == 2
    check_ledgers(signup_portal)
