"""Who came in by a profile, and how much of that each viewer may see."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.doors import LAST_SECOND, VOID, mailed_code, opened, profile, sign_up
from tests.refusals import unchanged

HISTORY = ("signup-profile", "history", "spring")


@pytest.fixture
def door(portal: Portal) -> Portal:
    """Return a portal in which dan manages Sales, sue Support, and a profile leads into Sales."""
    opened(portal, departments=("Sales", "Sales/EMEA", "Support"))
    profile(portal)
    for login, department in (("dan", "Sales"), ("sue", "Support")):
        portal.ok("user", "create", "--login", login, "--first-name", "F", "--last-name", "L")
        portal.ok("role", "grant", login, "department-administrator", "--department", department)
    return portal


def seen(portal: Portal, who: str = "owner", now: str = NOON) -> tuple[list[str | None], int]:
    """Return the logins somebody sees in the history, and how many are hidden from them."""
    found: dict[str, Any] = portal.ok("--as", who, *HISTORY, "-o", "json", LMSCTL_NOW=now).json
    assert set(found) == {"items", "hidden"}
    return [row["login"] for row in found["items"]], found["hidden"]


def test_each_activation_has_person_instant_and_state(door: Portal) -> None:
    """Pending, confirmed and expired, oldest first."""
    sign_up(door, "ann", LMSCTL_NOW="2026-03-02T12:00:01Z")
    door.ok("registration", "set", "--confirm-email")
    sign_up(door, "ben", LMSCTL_NOW="2026-03-02T12:00:02Z")
    sign_up(door, "cat", LMSCTL_NOW="2026-03-02T12:00:03Z")
    door.ok("registration", "confirm", mailed_code(door, "cat"))
    found = door.ok(*HISTORY, "-o", "json").json
    assert found == {
        "items": [
            {
                "login": login,
                "first_name": "F",
                "last_name": "L",
                "email": f"{login}@example.com",
                "department": "Sales",
                "registered_at": f"2026-03-02T12:00:0{second}Z",
                "state": state,
            }
            for second, (login, state) in enumerate(
                (("ann", "confirmed"), ("ben", "pending"), ("cat", "confirmed")), start=1
            )
        ],
        "hidden": 0,
    }


def test_an_expired_registration_stays_without_its_name(door: Portal) -> None:
    """To the second, whether or not anybody has cleaned up since."""
    door.ok("registration", "set", "--confirm-email")
    sign_up(door, "ann")
    assert seen(door, now=LAST_SECOND) == (["ann"], 0)

    def last() -> dict[str, Any]:
        rows = door.ok(*HISTORY, "-o", "json", LMSCTL_NOW=VOID).json["items"]
        assert len(rows) == 1
        row: dict[str, Any] = rows[0]
        return row

    before = last()
    assert (before["login"], before["email"], before["state"]) == (None, None, "expired")
    assert before["department"] == "Sales"
    door.ok("department", "create", "Any", LMSCTL_NOW=VOID)
    assert last() == before


def test_people_are_seen_by_where_they_are_now(door: Portal) -> None:
    """Moving a person out of scope hides them, moving them back shows them again."""
    for person in ("ann", "ben"):
        sign_up(door, person)
    assert seen(door, "dan") == (["ann", "ben"], 0)
    door.ok("user", "move", "ann", "--department", "Support")
    assert seen(door, "dan") == (["ben"], 1)
    assert seen(door) == (["ann", "ben"], 0)
    door.ok("user", "move", "ann", "--department", "Sales/EMEA")
    assert seen(door, "dan") == (["ann", "ben"], 0)
    door.ok("user", "move", "ann", "--department", "/")
    assert seen(door, "dan") == (["ben"], 1)


def test_re_pointing_the_profile_changes_who_looks_and_what_they_see(door: Portal) -> None:
    """The new department's administrator sees the profile, and only their own people in it."""
    sign_up(door, "ann")
    door.ok("signup-profile", "edit", "spring", "--department", "Support")
    sign_up(door, "ben")
    assert seen(door, "sue") == (["ben"], 1)
    ran = door.run("--as", "dan", *HISTORY, "-o", "json")
    assert (ran.status, ran.code) == (4, "profile_unknown")
    assert seen(door) == (["ann", "ben"], 0)


def test_a_deleted_person_is_seen_by_where_they_registered(door: Portal) -> None:
    """Without a name, and by the department of then, wherever they had moved since."""
    sign_up(door, "ann")
    sign_up(door, "ben")
    door.ok("user", "move", "ann", "--department", "Support")
    door.ok("user", "delete", "ann", "--yes")
    door.ok("signup-profile", "edit", "spring", "--department", "Support")
    assert seen(door) == ([None, "ben"], 0)
    assert seen(door, "sue") == ([], 2)
    door.ok("signup-profile", "edit", "spring", "--department", "Sales")
    assert seen(door, "dan") == ([None, "ben"], 0)
    row = door.ok(*HISTORY, "-o", "json").json["items"][0]
    assert (row["department"], row["state"], row["first_name"]) == ("Sales", "confirmed", None)


def test_when_the_department_of_then_is_gone_only_the_whole_portals_viewers_see_it(
    door: Portal,
) -> None:
    """Nobody's scope holds a department that does not exist."""
    sign_up(door, "ann")
    door.ok("signup-profile", "edit", "spring", "--department", "Support")
    door.ok("user", "delete", "ann", "--yes")
    door.ok("role", "revoke", "dan", "department-administrator")
    for path in ("Sales/EMEA", "Sales"):
        door.ok("department", "delete", path, "--yes")
    assert seen(door) == ([None], 0)
    assert seen(door, "sue") == ([], 1)
    assert door.ok(*HISTORY, "-o", "json").json["items"][0]["department"] is None


def test_who_may_see_profiles_but_no_people_sees_how_many_came(door: Portal) -> None:
    """Everything is hidden then, and counted."""
    door.ok("role", "create", "counter", "--permission", "profile.view")
    door.ok("user", "create", "--login", "cora", "--first-name", "F", "--last-name", "L")
    door.ok("role", "grant", "cora", "counter", "--department", "Sales")
    sign_up(door, "ann")
    assert seen(door, "cora") == ([], 1)


def test_every_other_format_says_aside_that_some_are_hidden(door: Portal) -> None:
    """On standard error, and the data leaks nothing: no blank row, no name, no department."""
    for person in ("ann", "ben"):
        sign_up(door, person)
    door.ok("user", "move", "ann", "--department", "Support")
    for output in ("plain", "csv", "jsonl", "id"):
        ran = door.ok("--as", "dan", *HISTORY, "-o", output)
        assert ran.err == "1 more are hidden from you.\n"
        assert "ann" not in ran.out
        assert "Support" not in ran.out
        heading = 0 if output in {"jsonl", "id"} else 1
        assert len(ran.out.splitlines()) == heading + 1
    ran = door.ok("--as", "dan", *HISTORY, "-o", "json")
    assert "ann" not in ran.out
    assert "Support" not in ran.out
    assert ran.err == ""
    assert door.ok(*HISTORY, "-o", "csv").err == ""


def test_looking_changes_nothing(door: Portal) -> None:
    """Not even what time has decided is put into the rows."""
    door.ok("registration", "set", "--confirm-email")
    sign_up(door, "ann")
    with unchanged(door, audited=0):
        seen(door, now=VOID)
        door.ok("signup-profile", "list", LMSCTL_NOW=VOID)
