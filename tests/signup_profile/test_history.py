"""Who came in by a profile, and how much of that each viewer may see."""

from typing import Any

import pytest

from tests.conftest import NOON, Portal
from tests.refusals import unchanged
from tests.signups import LAST_SECOND, VOID, create_profile, mailed_code, open_registration, sign_up

HISTORY = ("signup-profile", "history", "spring")


@pytest.fixture
def portal_with_managers(portal: Portal) -> Portal:
    """Return a portal in which dan manages Sales, sue Support, and a profile leads into Sales."""
    open_registration(portal, departments=("Sales", "Sales/EMEA", "Support"))
    create_profile(portal)
    for login, department in (("dan", "Sales"), ("sue", "Support")):
        portal.ok("user", "create", "--login", login, "--first-name", "F", "--last-name", "L")
        portal.ok("role", "grant", login, "department-administrator", "--department", department)
    return portal


def seen(portal: Portal, who: str = "owner", now: str = NOON) -> tuple[list[str | None], int]:
    """Return the logins somebody sees in the history, and how many are hidden from them."""
    found: dict[str, Any] = portal.ok("--as", who, *HISTORY, "-o", "json", LMSCTL_NOW=now).json
    assert set(found) == {"items", "hidden"}
    return [row["login"] for row in found["items"]], found["hidden"]


def test_each_activation_has_person_instant_and_state(portal_with_managers: Portal) -> None:
    """Pending, confirmed and expired, oldest first."""
    sign_up(portal_with_managers, "ann", LMSCTL_NOW="2026-03-02T12:00:01Z")
    portal_with_managers.ok("registration", "set", "--confirm-email")
    sign_up(portal_with_managers, "ben", LMSCTL_NOW="2026-03-02T12:00:02Z")
    sign_up(portal_with_managers, "cat", LMSCTL_NOW="2026-03-02T12:00:03Z")
    portal_with_managers.ok("registration", "confirm", mailed_code(portal_with_managers, "cat"))
    found = portal_with_managers.ok(*HISTORY, "-o", "json").json
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
                "type": "staff",
                "origin": "profile",
            }
            for second, (login, state) in enumerate(
                (("ann", "confirmed"), ("ben", "pending"), ("cat", "confirmed")), start=1
            )
        ],
        "hidden": 0,
    }


def test_an_expired_registration_stays_without_its_name(portal_with_managers: Portal) -> None:
    """To the second, whether or not anybody has cleaned up since."""
    portal_with_managers.ok("registration", "set", "--confirm-email")
    sign_up(portal_with_managers, "ann")
    assert seen(portal_with_managers, now=LAST_SECOND) == (["ann"], 0)

    def last() -> dict[str, Any]:
        rows = portal_with_managers.ok(*HISTORY, "-o", "json", LMSCTL_NOW=VOID).json["items"]
        assert len(rows) == 1
        row: dict[str, Any] = rows[0]
        return row

    before = last()
    assert (before["login"], before["email"], before["state"]) == (None, None, "expired")
    assert before["department"] == "Sales"
    portal_with_managers.ok("department", "create", "Any", LMSCTL_NOW=VOID)
    assert last() == before


def test_people_are_seen_by_where_they_are_now(portal_with_managers: Portal) -> None:
    """Moving a person out of scope hides them, moving them back shows them again."""
    for person in ("ann", "ben"):
        sign_up(portal_with_managers, person)
    assert seen(portal_with_managers, "dan") == (["ann", "ben"], 0)
    portal_with_managers.ok("user", "move", "ann", "--department", "Support")
    assert seen(portal_with_managers, "dan") == (["ben"], 1)
    assert seen(portal_with_managers) == (["ann", "ben"], 0)
    portal_with_managers.ok("user", "move", "ann", "--department", "Sales/EMEA")
    assert seen(portal_with_managers, "dan") == (["ann", "ben"], 0)
    portal_with_managers.ok("user", "move", "ann", "--department", "/")
    assert seen(portal_with_managers, "dan") == (["ben"], 1)


def test_re_pointing_the_profile_changes_who_looks_and_what_they_see(
    portal_with_managers: Portal,
) -> None:
    """The new department's administrator sees the profile; each sees their own people in it."""
    sign_up(portal_with_managers, "ann")
    portal_with_managers.ok("signup-profile", "edit", "spring", "--department", "Support")
    sign_up(portal_with_managers, "ben")
    assert seen(portal_with_managers, "sue") == (["ben"], 1)
    assert seen(portal_with_managers, "dan") == (["ann"], 1)
    assert seen(portal_with_managers) == (["ann", "ben"], 0)


def test_a_deleted_person_is_seen_by_where_they_registered(portal_with_managers: Portal) -> None:
    """Without a name, and by the department of then, wherever they had moved since."""
    sign_up(portal_with_managers, "ann")
    sign_up(portal_with_managers, "ben")
    portal_with_managers.ok("user", "move", "ann", "--department", "Support")
    portal_with_managers.ok("user", "delete", "ann", "--yes")
    portal_with_managers.ok("signup-profile", "edit", "spring", "--department", "Support")
    assert seen(portal_with_managers) == ([None, "ben"], 0)
    assert seen(portal_with_managers, "sue") == ([], 2)
    portal_with_managers.ok("signup-profile", "edit", "spring", "--department", "Sales")
    assert seen(portal_with_managers, "dan") == ([None, "ben"], 0)
    row = portal_with_managers.ok(*HISTORY, "-o", "json").json["items"][0]
    assert (row["department"], row["state"], row["first_name"]) == ("Sales", "confirmed", None)


def test_when_the_department_of_then_is_gone_only_the_whole_portals_viewers_see_it(
    portal_with_managers: Portal,
) -> None:
    """Nobody's scope holds a department that does not exist."""
    sign_up(portal_with_managers, "ann")
    portal_with_managers.ok("signup-profile", "edit", "spring", "--department", "Support")
    portal_with_managers.ok("user", "delete", "ann", "--yes")
    portal_with_managers.ok("role", "revoke", "dan", "department-administrator")
    for path in ("Sales/EMEA", "Sales"):
        portal_with_managers.ok("department", "delete", path, "--yes")
    assert seen(portal_with_managers) == ([None], 0)
    assert seen(portal_with_managers, "sue") == ([], 1)
    assert portal_with_managers.ok(*HISTORY, "-o", "json").json["items"][0]["department"] is None


def test_who_may_see_profiles_but_no_people_sees_how_many_came(
    portal_with_managers: Portal,
) -> None:
    """Everything is hidden then, and counted."""
    portal_with_managers.ok("role", "create", "counter", "--permission", "profile.view")
    portal_with_managers.ok(
        "user", "create", "--login", "cora", "--first-name", "F", "--last-name", "L"
    )
    portal_with_managers.ok("role", "grant", "cora", "counter", "--department", "Sales")
    sign_up(portal_with_managers, "ann")
    assert seen(portal_with_managers, "cora") == ([], 1)
    told = portal_with_managers.ok("--as", "cora", *HISTORY, "-o", "table").err
    assert "1 more is hidden from you" in told
    assert "Nobody" not in told


def test_every_other_format_says_aside_that_some_are_hidden(portal_with_managers: Portal) -> None:
    """On standard error, and the data leaks nothing: no blank row, no name, no department."""
    for person in ("ann", "ben"):
        sign_up(portal_with_managers, person)
    portal_with_managers.ok("user", "move", "ann", "--department", "Support")
    for output in ("plain", "csv", "jsonl", "id"):
        ran = portal_with_managers.ok("--as", "dan", *HISTORY, "-o", output)
        assert ran.err == (
            "1 more is hidden from you: people in departments whose users you do not see,"
            " or whose accounts were removed.\n"
        )
        assert "ann" not in ran.out
        assert "Support" not in ran.out
        heading = 0 if output in {"jsonl", "id"} else 1
        assert len(ran.out.splitlines()) == heading + 1
    ran = portal_with_managers.ok("--as", "dan", *HISTORY, "-o", "json")
    assert "ann" not in ran.out
    assert "Support" not in ran.out
    assert ran.err == ""
    assert portal_with_managers.ok(*HISTORY, "-o", "csv").err == ""


def test_whoever_sees_somebody_who_came_in_sees_the_history_of_a_profile_out_of_scope(
    portal_with_managers: Portal,
) -> None:
    """With those people and the number of the others, and nothing of the profile itself."""
    for person in ("ann", "ben"):
        sign_up(portal_with_managers, person)
    as_dan = ("--as", "dan")
    portal_with_managers.ok("signup-profile", "edit", "spring", "--department", "Support")
    portal_with_managers.ok("user", "move", "ann", "--department", "Support")
    assert seen(portal_with_managers, "dan") == (["ben"], 1)
    table = portal_with_managers.ok(*as_dan, *HISTORY, "-o", "table")
    assert "ben" in table.out
    assert "Support" not in table.out + table.err
    for words in (("show", "spring"), ("link", "spring"), ("explain", "spring")):
        refused = portal_with_managers.refused(*as_dan, "signup-profile", *words)
        assert refused == "profile_unknown"
    assert portal_with_managers.ok(*as_dan, "signup-profile", "list", "-o", "id").out == ""
    portal_with_managers.ok("user", "move", "ben", "--department", "Support")
    assert portal_with_managers.refused(*as_dan, *HISTORY) == "profile_unknown"


def test_looking_changes_nothing(portal_with_managers: Portal) -> None:
    """Not even what time has decided is put into the rows."""
    portal_with_managers.ok("registration", "set", "--confirm-email")
    sign_up(portal_with_managers, "ann")
    with unchanged(portal_with_managers, audited=0):
        seen(portal_with_managers, now=VOID)
        portal_with_managers.ok("signup-profile", "list", LMSCTL_NOW=VOID)
