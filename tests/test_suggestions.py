"""What is named and not found gets the nearest name suggested, out of what the actor may see."""

import pytest

from lmsctl.kit import suggesting
from tests.conftest import Portal

SETUP = (
    "department create Sales",
    "department create EMEA --parent Sales",
    "department create Plant",
    "group create Readers",
    "group create Plant-readers --department Plant",
    (
        "user create --login anna --email anna@example.com --first-name A --last-name B"
        " --department Sales"
    ),
    "user create --login walter --first-name W --last-name B --department Plant",
    "content create --kind article --code first-aid --title Aid",
    "training create Welding --code welding-course --department Plant",
    "training create Pitch --code pitching --department Sales",
    (
        "signup-profile create Spring --code spring-sales --department Sales --starts now"
        " --ends +30d --activations 5"
    ),
    (
        "signup-profile create Autumn --code autumn-plant --department Plant --starts now"
        " --ends +30d --activations 5"
    ),
    "user create --login boss --first-name B --last-name B --department Sales",
    "role grant boss department-administrator --department Sales",
)


@pytest.fixture
def filled(portal: Portal) -> Portal:
    """Provide a portal with two departments, things in each, and boss, who manages Sales."""
    for line in SETUP:
        portal.ok(*line.split())
    return portal


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("department show Slaes", "Sales"),
        ("department show sales/emae", "Sales/EMEA"),
        ("department show EMAE", "Sales/EMEA"),
        ("department create X --parent Slaes", "Sales"),
        ("user create --login x --first-name X --last-name X --department Slaes", "Sales"),
        ("user list --department Slaes", "Sales"),
        ("user list --group Raeders", "Readers"),
        ("user move anna --department Plnat", "Plant"),
        ("user show anan", "anna"),
        ("user show Ann", "anna"),
        ("user show anna@exmaple.com", "anna@example.com"),
        ("group show Raeders", "Readers"),
        ("group add Raeders anna", "Readers"),
        ("role grant anna autor", "author"),
        ("role grant anan author", "anna"),
        ("role grant anna supervisor --department Slaes", "Sales"),
        ("content show frist-aid", "first-aid"),
        ("token create --content frist-aid", "first-aid"),
        ("training show weldng-course", "welding-course"),
        ("training participants weldng-course", "welding-course"),
        ("enroll --user anan --content first-aid", "anna"),
        ("enroll --user anna --content frist-aid", "first-aid"),
        ("enroll --user anna --training weldng-course", "welding-course"),
        ("enroll --department Slaes --content first-aid", "Sales"),
        ("enroll --group Raeders --content first-aid", "Readers"),
        ("signup-profile show spring-slaes", "spring-sales"),
        ("signup-profile list --department Slaes", "Sales"),
        ("autoenroll create --content frist-aid --department Sales", "first-aid"),
        ("learner courses anan", "anna"),
        ("report participants --department Slaes", "Sales"),
    ],
)  # fmt: skip
def test_the_nearest_name_is_suggested(filled: Portal, line: str, meant: str) -> None:
    """On the command line, as in files."""
    ran = filled.run(*line.split())
    assert ran.status in {4, 6}, ran.err
    assert f"Did you mean '{meant}'?" in ran.err


@pytest.mark.parametrize(
    "line",
    [
        "department show Plnat",
        "user show wlater",
        "group show Plant-raeders",
        "signup-profile show autumn-plnat",
        "user list --department Plnat",
        "user list --group Plant-raeders",
        "enroll --user wlater --content first-aid",
    ],
)
def test_what_is_out_of_scope_is_not_suggested(filled: Portal, line: str) -> None:
    """Whoever manages Sales learns of no name in Plant."""
    assert "Did you mean" in filled.run(*line.split()).err
    ran = filled.run(*line.split(), "--as", "boss")
    assert ran.status == 4, ran.err
    assert "Did you mean" not in ran.err


def test_a_sibling_is_not_meant_because_it_has_the_same_parent(filled: Portal) -> None:
    """Only the name that differs counts."""
    assert "Did you mean" not in filled.run("department", "show", "Sales/APAC").err


def test_nothing_that_lets_somebody_in_is_suggested(filled: Portal) -> None:
    """Neither a token's code, nor a profile's to whoever signs up by it."""
    filled.ok("token", "create", "--content", "first-aid", "--code", "OPEN-SESAME")
    person = ("--email", "x@example.com", "--first-name", "X", "--last-name", "X")
    for argv in (
        ("token", "show", "OPEN-SESAM"),
        ("token", "redeem", "OPEN-SESAM", *person),
        ("signup-profile", "sign-up", "spring-slaes", *person),
    ):
        ran = filled.run(*argv)
        assert ran.status == 4, ran.err
        assert "Did you mean" not in ran.err


def test_many_names_are_looked_up_by_index(filled: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """One slip is still found among more departments than are compared one by one."""
    monkeypatch.setattr(suggesting, "_MOST_NAMES", 2)
    assert "Did you mean 'Sales'?" in filled.run("department", "show", "Slaes").err
    assert "Did you mean" not in filled.run("department", "show", "Slasex").err


def test_only_some_of_many_unknown_names_get_a_suggestion(filled: Portal) -> None:
    """A list of a hundred wrong logins costs no hundred searches."""
    named = [word for number in range(20) for word in ("--user", f"ann{number}")]
    ran = filled.run("enroll", *named, "--content", "first-aid", "-o", "json")
    told = [detail["hint"] for detail in ran.error["details"]]
    assert len(told) == 20
    assert sum("Did you mean 'anna'?" in hint for hint in told) == 5


def test_a_slip_is_one_character_missing_added_changed_or_swapped() -> None:
    """What is looked for in the index."""
    found = suggesting.variants("ab")
    assert {"a", "b", "ba", "xb", "ax", "xab", "axb", "abx", "a-b"} <= set(found)
    assert "ab" not in found
    assert "" not in suggesting.variants("a")
