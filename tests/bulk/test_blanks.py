"""A blank cell keeps what is there, and the word none takes it away, in every kind of file."""

import csv
import io
from typing import Any

import pytest

from tests.conftest import Portal

HEADINGS = "Token id,Knowledge,Knowledge code,Token,Token label,Creates,Limit,Expires,Active"


@pytest.fixture
def portal_with_token(portal: Portal) -> Portal:
    """Return a portal with one token that has everything a token can have."""
    portal.ok("content", "create", "--kind", "topic", "--code", "topic", "--title", "The topic")
    given = ("--nickname", "Booth", "--limit", "5", "--expires", "2027-01-31")
    portal.ok("token", "create", "--content", "topic", "--code", "SPRING", *given)
    return portal


def upload(portal: Portal, *lines: str) -> Any:
    """Upload lines below the usual headings and return the report."""
    text = "\n".join([HEADINGS, *lines]) + "\n"
    return portal.ok("token", "bulk-upload", "-", "-o", "json", stdin=text).json


def token(portal: Portal, code: str = "SPRING") -> tuple[Any, ...]:
    """Return label, creates, limit, expiry and whether it is active."""
    shown = portal.ok("token", "show", code, "-o", "json").json
    return tuple(shown[name] for name in ("nickname", "creates", "limit", "expires_at", "active"))


def test_blank_cells_keep_everything_of_a_token(portal_with_token: Portal) -> None:
    """Label, limit, expiry, type and state stay as they are, and the row is unchanged."""
    before = token(portal_with_token)
    report = upload(portal_with_token, "1,,topic,,,,,,")
    assert (report["updated"], report["unchanged"]) == (0, 1)
    assert (
        token(portal_with_token) == before == ("Booth", "prospect", 5, "2027-01-31T23:59:59Z", True)
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1,,topic,,none,,,,", (None, "prospect", 5, "2027-01-31T23:59:59Z", True)),
        ("1,,topic,,,,Unlimited,,", ("Booth", "prospect", None, "2027-01-31T23:59:59Z", True)),
        ("1,,topic,,,,NONE,,", ("Booth", "prospect", None, "2027-01-31T23:59:59Z", True)),
        ("1,,topic,,,,,Never,", ("Booth", "prospect", 5, None, True)),
        ("1,,topic,,,,,none,", ("Booth", "prospect", 5, None, True)),
        ("1,,topic,,,Client,,,no", ("Booth", "client", 5, "2027-01-31T23:59:59Z", False)),
        ("1,,topic,,'none,,,,", ("none", "prospect", 5, "2027-01-31T23:59:59Z", True)),
        ("1,,topic,,''none,,,,", ("'none", "prospect", 5, "2027-01-31T23:59:59Z", True)),
    ],
)
def test_a_word_takes_one_thing_away(
    portal_with_token: Portal, line: str, expected: tuple[Any, ...]
) -> None:
    """Words have no case, everything else stays, and doing it again changes nothing."""
    assert upload(portal_with_token, line)["updated"] == 1
    assert token(portal_with_token) == expected
    assert upload(portal_with_token, line)["unchanged"] == 1


def test_blank_cells_of_a_new_token_are_what_is_usual(portal_with_token: Portal) -> None:
    """It admits prospects without a limit and without an end, and works at once."""
    report = upload(portal_with_token, ",,topic,FRESH,Booth 2,,,,", ",,topic,BARE,none,,none,none,")
    assert report["created"] == 2
    assert token(portal_with_token, "FRESH") == ("Booth 2", "prospect", None, None, True)
    assert token(portal_with_token, "BARE") == (None, "prospect", None, None, True)


def test_the_template_says_in_words_what_a_token_has_not(portal_with_token: Portal) -> None:
    """No cell of it is blank for want of a value, a label none is guarded, and nothing changes."""
    portal_with_token.ok("token", "create", "--content", "topic", "--code", "BARE")
    portal_with_token.ok(
        "token", "create", "--content", "topic", "--code", "odd", "--nickname", "None"
    )
    text = portal_with_token.ok("token", "template").out
    rows = {row["Token"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    said = [rows["BARE"][name] for name in ("Token label", "Limit", "Expires")]
    assert said == ["none", "unlimited", "never"]
    assert rows["odd"]["Token label"] == "'None"
    report = portal_with_token.ok("token", "bulk-upload", "-", "-o", "json", stdin=text).json
    assert (report["unchanged"], report["rows"]) == (3, 3)


# People ------------------------------------------------------------------------------------------


@pytest.fixture
def portal_with_kim(portal: Portal) -> Portal:
    """Return a portal with somebody who has an address and two custom fields."""
    portal.ok("field", "create", "Phone")
    portal.ok("field", "create", "Badge", "--kind", "unique-text")
    portal.ok("field", "create", "Diet", "--kind", "list", "--choice", "None", "--choice", "Vegan")
    names = (
        "--login",
        "kim",
        "--email",
        "kim@example.com",
        "--first-name",
        "K",
        "--last-name",
        "O",
    )
    more = ("--field", "Phone=123", "--field", "Badge=B1", "--field", "Diet=Vegan")
    portal.ok("user", "create", *names, *more)
    return portal


def import_people(portal: Portal, *lines: str) -> Any:
    """Import people and return the report."""
    text = "\n".join(lines) + "\n"
    return portal.ok("user", "import", "-", "-o", "json", stdin=text).json


def kim(portal: Portal) -> Any:
    """Return all about Kim."""
    return portal.ok("user", "show", "kim", "-o", "json").json


def test_blank_cells_keep_everything_of_a_person(portal_with_kim: Portal) -> None:
    """Address and custom fields stay."""
    before = kim(portal_with_kim)
    report = import_people(portal_with_kim, "Login,Email,Phone,Badge,Diet", "kim,,,,")
    assert report["unchanged"] == 1
    assert kim(portal_with_kim) == before


def test_none_takes_fields_and_addresses_away(portal_with_kim: Portal) -> None:
    """The badge is free for somebody else then, and so is the address."""
    report = import_people(portal_with_kim, "Login,Email,Phone,Badge", "kim,none,None,NONE")
    assert report["updated"] == 1
    shown = kim(portal_with_kim)
    assert shown["email"] is None
    assert {shown["fields"].get("Phone"), shown["fields"].get("Badge")} <= {None, ""}
    assert (
        import_people(portal_with_kim, "Login,Email,Phone,Badge", "kim,none,none,none")["unchanged"]
        == 1
    )
    lines = ("First name,Last name,Email,Badge", "Bo,Dahl,kim@example.com,B1")
    assert import_people(portal_with_kim, *lines)["created"] == 1
    portal_with_kim.ok("db", "check")


def test_a_guarded_none_is_the_word_itself(portal_with_kim: Portal) -> None:
    """What is exported comes back as it was, and a choice called None needs no guard."""
    import_people(portal_with_kim, "Login,Phone,Diet", "kim,'none,none")
    assert kim(portal_with_kim)["fields"]["Phone"] == "none"
    assert kim(portal_with_kim)["fields"]["Diet"] == "None"
    exported = portal_with_kim.ok("user", "export").out
    assert "'none" in exported
    report = portal_with_kim.ok("user", "import", "-", "-o", "json", stdin=exported).json
    assert (report["updated"], report["created"]) == (0, 0)


def test_keys_are_taken_literally(portal_with_kim: Portal) -> None:
    """Somebody whose login is none can be named by it."""
    import_people(portal_with_kim, "Login,First name,Last name", "none,No,One")
    assert portal_with_kim.ok("user", "show", "none", "-o", "json").json["first_name"] == "No"


def test_what_everybody_must_have_is_not_taken_away(portal_with_kim: Portal) -> None:
    """A required field is told by its cell."""
    portal_with_kim.ok("field", "edit", "Phone", "--required")
    ran = portal_with_kim.run("user", "import", "-", "-o", "json", stdin="Login,Phone\nkim,none\n")
    (fault,) = ran.error["details"]
    assert (fault["code"], fault["field"]) == ("field_missing", "Phone")


def test_a_row_without_a_name_for_a_person_is_refused(portal_with_kim: Portal) -> None:
    """An address that is taken away names nobody."""
    text = "Login,First name,Last name,Email\n,A,B,none\n"
    ran = portal_with_kim.run("user", "import", "-", "-o", "json", stdin=text)
    (fault,) = ran.error["details"]
    assert fault["code"] == "login_missing"
