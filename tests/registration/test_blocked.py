"""Profiles, tokens and links that let nobody in: lists say why, and their maker is told."""

import pytest

from tests.conftest import Portal
from tests.signups import open_registration

TOPIC = ("content", "create", "--kind", "topic", "--code", "robot", "--title", "Robot")
PROFILE = (
    *("signup-profile", "create", "Spring", "--code", "spring", "--department", "Sales"),
    *("--ends", "never", "--activations", "unlimited"),
)
TOKEN = ("token", "create", "--content", "robot", "--code", "FAIR")
LINK = ("content", "link", "robot")
DOORS = {
    "profile": (PROFILE, ("signup-profile", "show", "spring"), ("signup-profile", "list")),
    "token": (TOKEN, ("token", "show", "FAIR"), ("token", "list")),
    "link": (LINK, LINK, LINK),
}
ADDRESS = ("settings", "set", "public-url=https://learn.example.com")


@pytest.fixture
def signup_portal(portal: Portal) -> Portal:
    """Return a portal that takes people in and knows its address."""
    open_registration(portal)
    portal.ok(*TOPIC)
    portal.ok(*ADDRESS)
    return portal


def blocked(portal: Portal, *words: str) -> list[str]:
    """Return why the first thing that a list shows lets nobody in."""
    shown = portal.ok(*words, "-o", "json").json
    found: list[str] = (shown[0] if isinstance(shown, list) else shown)["blocked_by"]
    return found


@pytest.mark.parametrize("door", DOORS)
def test_doors_say_that_self_registration_is_off(signup_portal: Portal, door: str) -> None:
    """When one is made, where it is shown, and in lists; its own state keeps its meaning."""
    make, show, listed = DOORS[door]
    signup_portal.ok("registration", "disable")
    said = signup_portal.ok(*make).err
    assert "Nobody can come in by it now: Self-registration is switched off." in said
    assert "lmsctl registration enable" in said
    assert blocked(signup_portal, *show) == blocked(signup_portal, *listed) == ["registration_off"]
    assert "registration_off" in signup_portal.ok(*listed, "-o", "plain").out
    if door != "link":
        assert signup_portal.ok(*show, "-o", "json").json["state"] == "open"
    signup_portal.ok("registration", "enable")
    assert blocked(signup_portal, *show) == blocked(signup_portal, *listed) == []


@pytest.mark.parametrize("door", DOORS)
def test_an_open_door_is_made_without_a_warning(signup_portal: Portal, door: str) -> None:
    """Nothing is wrong, so nothing is said."""
    assert "Nobody" not in signup_portal.ok(*DOORS[door][0]).err


@pytest.mark.parametrize("door", DOORS)
def test_doors_say_that_the_plan_is_full(signup_portal: Portal, door: str) -> None:
    """Newcomers need a seat."""
    make, show, listed = DOORS[door]
    signup_portal.ok("settings", "set", "plan.max-active-users=1")
    assert "Nobody can come in by it now: The plan is full." in signup_portal.ok(*make).err
    assert blocked(signup_portal, *show) == blocked(signup_portal, *listed) == ["plan_full"]


@pytest.mark.parametrize(
    ("make", "said", "code"),
    [
        (
            (*PROFILE, "--starts", "2026-01-01", "--ends", "2026-02-01"),
            "2026-02-01T23:59:59+00:00",
            "profile_ended",
        ),
        ((*TOKEN, "--expires", "2026-02-01"), "2026-02-01T23:59:59+00:00", "token_expired"),
    ],
)
def test_who_makes_a_door_that_is_over_is_told(
    signup_portal: Portal, make: tuple[str, ...], said: str, code: str
) -> None:
    """A year mistyped is seen at once."""
    ran = signup_portal.ok(*make)
    assert "Nobody can come in by it now:" in ran.err
    assert said in ran.err
    assert blocked(
        signup_portal, *(("token", "list") if make[0] == "token" else DOORS["profile"][2])
    ) == [code]


def test_a_door_that_opens_later_is_made_without_a_warning(signup_portal: Portal) -> None:
    """That is what its start is for; until then lists say that it is not open."""
    assert "Nobody" not in signup_portal.ok(*PROFILE, "--starts", "2026-05-01").err
    assert blocked(signup_portal, "signup-profile", "list") == ["profile_not_open_yet"]


def test_a_token_for_what_is_archived_says_so(signup_portal: Portal) -> None:
    """Whoever keeps the list sees what no longer takes anybody in."""
    signup_portal.ok(*TOKEN)
    signup_portal.ok("content", "archive", "robot")
    assert blocked(signup_portal, "token", "list") == ["content_archived"]


@pytest.mark.parametrize("door", DOORS)
def test_who_makes_a_door_is_told_that_the_portal_has_no_address(
    signup_portal: Portal, door: str
) -> None:
    """What is handed out is half a link then."""
    signup_portal.ok("settings", "set", "public-url=")
    said = signup_portal.ok(*DOORS[door][0]).err
    assert "this portal's address is not set" in said
    assert "lmsctl settings set public-url=" in said


def test_who_mints_tokens_is_told_what_keeps_them_shut(signup_portal: Portal) -> None:
    """Once for all of them, as for one that is made by itself."""
    mint = ("token", "mint", "--content", "robot", "--count", "3", "--to", "codes.csv")
    assert "Nobody" not in signup_portal.ok(*mint).err
    signup_portal.ok("registration", "disable")
    signup_portal.ok("settings", "set", "public-url=")
    said = signup_portal.ok(*mint, "--expires", "2026-02-01").err
    assert said.count("Nobody can come in by it now:") == 2
    assert "switched off" in said
    assert "2026-02-01T23:59:59+00:00" in said
    assert "this portal's address is not set" in said


def test_a_shared_item_says_what_keeps_its_link_shut(signup_portal: Portal) -> None:
    """Where it is shown; an item that is not shared has no door to speak of."""
    show = ("content", "show", "robot")
    signup_portal.ok("registration", "disable")
    assert blocked(signup_portal, *show) == []
    signup_portal.ok(*LINK)
    assert blocked(signup_portal, *show) == ["registration_off"]
    signup_portal.ok("content", "archive", "robot")
    assert blocked(signup_portal, *show) == ["registration_off", "content_archived"]
    assert "registration_off" in signup_portal.ok(*show, "-o", "plain").out
