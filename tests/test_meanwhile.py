"""What two commands decide about the same people at once is what one after the other would do.

Each test runs a command while a change of somebody else's is under way, which is committed once the
command waits for it. On SQLite it waits before it has looked at anything.
"""

from typing import Any

import pytest

from tests.conftest import Portal
from tests.trainings import create_session, create_training
from tests.waiting import run_during

NAMES = ("--first-name", "F", "--last-name", "L")
PLACES = ("--department", "/", "--ends", "never", "--activations", "9")


@pytest.fixture
def portal_with_pathway(portal: Portal) -> Portal:
    """Provide a portal with ann and ben, two topics and a pathway over them."""
    portal.ok("department", "create", "Here")
    for login in ("ann", "ben"):
        portal.ok("user", "create", "--login", login, *NAMES, "--department", "Here")
    for code in ("one", "two"):
        portal.ok("content", "create", "--kind", "topic", "--code", code, "--title", code)
    portal.ok("content", "create", "--kind", "pathway", "--code", "way", "--title", "Way")
    portal.ok("content", "add-item", "way", "one")
    return portal


def check_portal(portal: Portal) -> None:
    """Check that all that must always hold does."""
    assert portal.ok("db", "check", "-o", "json").json == []


def enrollment_state(portal: Portal, login: str, content: str) -> dict[str, Any]:
    """Return how somebody stands to an item."""
    argv = ("enrollment", "show", "--user", login, "--content", content, "-o", "json")
    found: dict[str, Any] = portal.ok(*argv).json
    return found


# Enrollments and their reasons -------------------------------------------------------------------

_OF = """(SELECT e.id FROM enrollments e JOIN users u ON u.id = e.user_id
          JOIN content_items i ON i.id = e.item_id WHERE u.login = '{}' AND i.code = '{}')"""
_ANN_IN_ONE = _OF.format("ann", "one")
_CANCELED = (
    f"UPDATE enrollments SET canceled_at = '2026-03-02T12:00:00Z' WHERE id = {_ANN_IN_ONE}",
    f"DELETE FROM enrollment_reasons WHERE enrollment_id = {_ANN_IN_ONE}",
)


def _noted(reason: str) -> str:
    return f"""
        INSERT INTO enrollment_reasons (enrollment_id, reason, reference, since_at)
        VALUES ({_ANN_IN_ONE}, '{reason}', '', '2026-03-02T12:00:00Z')
    """


def reasons(portal: Portal) -> list[str]:
    """Return why ann is in the first item."""
    sql = f"SELECT reason FROM enrollment_reasons WHERE enrollment_id = {_ANN_IN_ONE}"
    return sorted(row[0] for row in portal.sql(sql))


@pytest.mark.parametrize("is_file", [False, True], ids=["command", "file"])
def test_a_pathway_prepares_again_what_was_canceled_meanwhile(
    portal_with_pathway: Portal, *, is_file: bool
) -> None:
    """Whoever comes into a pathway has its items, though one was just taken from them."""
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "one")
    portal_with_pathway.folder.joinpath("pairs.csv").write_text("Login,Content\nann,way\n")
    who = ("--from", "pairs.csv") if is_file else ("--user", "ann", "--content", "way")
    ran = run_during(portal_with_pathway, ("enroll", *who), *_CANCELED)
    assert ran.status == 0, ran.err
    check_portal(portal_with_pathway)
    assert reasons(portal_with_pathway) == ["pathway"]
    assert enrollment_state(portal_with_pathway, "ann", "one")["phase"] == "pre-enrolled"


def test_who_leaves_a_pathway_keeps_what_they_were_enrolled_in_meanwhile(
    portal_with_pathway: Portal,
) -> None:
    """What a pathway had prepared goes with it, unless there is another reason by then."""
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "way")
    ran = run_during(
        portal_with_pathway,
        ("enrollment", "cancel", "--user", "ann", "--content", "way"),
        f"UPDATE enrollments SET phase = 'enrolled' WHERE id = {_ANN_IN_ONE}",
        _noted("administrator"),
    )
    assert ran.status == 0, ran.err
    check_portal(portal_with_pathway)
    assert reasons(portal_with_pathway) == ["administrator"]


def test_a_reason_that_went_meanwhile_is_noted_again(portal_with_pathway: Portal) -> None:
    """Whoever is enrolled by hand is so by hand afterwards, whatever was taken away before."""
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "one")
    portal_with_pathway.sql(_noted("rule"))
    ran = run_during(
        portal_with_pathway,
        ("enroll", "--user", "ann", "--content", "one", "-o", "json"),
        f"UPDATE enrollments SET phase = phase WHERE id = {_ANN_IN_ONE}",
        f"""DELETE FROM enrollment_reasons
            WHERE enrollment_id = {_ANN_IN_ONE} AND reason = 'administrator'""",
    )
    assert [pair["outcome"] for pair in ran.json] == ["updated"]
    assert reasons(portal_with_pathway) == ["administrator", "rule"]


def test_a_rule_brings_nobody_back_who_was_taken_out_meanwhile(portal_with_pathway: Portal) -> None:
    """Neither is anybody enrolled who came under the rule only after people were locked."""
    portal_with_pathway.ok("user", "create", "--login", "cy", *NAMES)
    portal_with_pathway.ok("enroll", "--user", "ann", "--content", "one")
    portal_with_pathway.ok(
        "autoenroll", "create", "--content", "one", "--department", "Here", "--code", "r"
    )
    # As a command that takes ann out holds her.
    held = (
        ()
        if portal_with_pathway.is_sqlite
        else ("SELECT 1 FROM users WHERE login = 'ann' FOR SHARE",)
    )
    moved = """UPDATE users SET department_id = (
               SELECT department_id FROM users WHERE login = 'ann') WHERE login = 'cy'"""
    line = ("--yes", "autoenroll", "apply", "r", "--existing", "-o", "json")
    ran = run_during(portal_with_pathway, line, *held, *_CANCELED, moved)
    assert ran.status == 0, ran.err
    assert reasons(portal_with_pathway) == []
    came = {"ben", "cy"} if portal_with_pathway.is_sqlite else {"ben"}
    assert {one["login"] for one in ran.json} == came
    check_portal(portal_with_pathway)


@pytest.mark.parametrize(
    "line",
    [
        ("user", "create", "--login", "new", *NAMES, "--department", "Here"),
        ("user", "move", "cy", "--department", "Here"),
        ("user", "import", "people.csv"),
        ("token", "redeem", "TOKEN-AAAA", *NAMES, "--email", "n@example.com"),
    ],
    ids=lambda line: " ".join(line[:2]),
)
def test_nobody_comes_into_an_item_that_was_archived_meanwhile(
    portal_with_pathway: Portal, line: tuple[str, ...]
) -> None:
    """Whoever joins by a rule waits for it to be restored, and a token admits nobody."""
    portal_with_pathway.ok("registration", "enable")
    portal_with_pathway.ok("user", "create", "--login", "cy", *NAMES)
    portal_with_pathway.ok(
        "autoenroll", "create", "--content", "one", "--department", "Here", "--code", "r"
    )
    portal_with_pathway.ok("token", "create", "--content", "one", "--code", "TOKEN-AAAA")
    people = "Login,First name,Last name,Department\nnew,N,N,Here\n"
    portal_with_pathway.folder.joinpath("people.csv").write_text(people)
    # As a command that archives it holds it.
    held = (
        ()
        if portal_with_pathway.is_sqlite
        else ("SELECT 1 FROM content_items WHERE code = 'one' FOR UPDATE",)
    )
    archived = "UPDATE content_items SET status = 'archived' WHERE code = 'one'"
    ran = run_during(portal_with_pathway, (*line, "-o", "json"), *held, archived)
    is_redeemed = line[1] == "redeem"
    assert (ran.status == 0) != is_redeemed, ran.err
    assert portal_with_pathway.value("SELECT count(*) FROM enrollments") == 0
    assert portal_with_pathway.value("SELECT count(*) FROM autoenroll_waiting") == (
        0 if is_redeemed else 1
    )


# Trainings ---------------------------------------------------------------------------------------


def test_who_was_moved_meanwhile_is_said_to_be_where_they_are(portal_with_pathway: Portal) -> None:
    """The session of somebody is that which they have once they are locked."""
    create_training(portal_with_pathway)
    for code in ("spring", "summer", "autumn"):
        create_session(portal_with_pathway, code)
    portal_with_pathway.ok("enroll", "--user", "ann", "--training", "aid:spring")
    ran = run_during(
        portal_with_pathway,
        ("enroll", "--user", "ann", "--training", "aid:autumn", "-o", "json"),
        "UPDATE training_enrollments SET session_id = session_id + 1",
        "UPDATE training_sessions SET taken = 1 - taken WHERE code IN ('spring', 'summer')",
    )
    assert ran.code == "session_second"
    assert "summer" in ran.error["message"]
    check_portal(portal_with_pathway)


def test_a_training_that_was_deleted_meanwhile_keeps_nobody_from_going(
    portal_with_pathway: Portal,
) -> None:
    """Whoever goes gives up the places that there are."""
    create_training(portal_with_pathway)
    create_session(portal_with_pathway)
    portal_with_pathway.ok("enroll", "--user", "ann", "--training", "aid:spring")
    line = ("user", "deactivate", "ann", "--cancel-trainings")
    ran = run_during(portal_with_pathway, line, "DELETE FROM trainings")
    assert ran.status == 0, ran.err
    assert portal_with_pathway.value("SELECT status FROM users WHERE login = 'ann'") == "inactive"


# Custom fields -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        ("user", "edit", "ann", "--field", "Color=blue"),
        ("user", "create", "--login", "new", *NAMES, "--field", "Color=blue"),
        ("signup-profile", "sign-up", "p", *NAMES, "--email", "n@e.com", "--field", "Color=blue"),
        ("user", "import", "colors.csv"),
    ],
    ids=["edit", "create", "sign-up", "file"],
)
def test_a_choice_that_goes_meanwhile_is_given_to_nobody(
    portal_with_pathway: Portal, line: tuple[str, ...]
) -> None:
    """However people come, a field holds one of its choices."""
    portal_with_pathway.ok(
        "field", "create", "Color", "--kind", "list", "--choice", "red", "--choice", "blue"
    )
    portal_with_pathway.ok("registration", "enable")
    portal_with_pathway.ok("signup-profile", "create", "P", "--code", "p", *PLACES)
    portal_with_pathway.folder.joinpath("colors.csv").write_text("Login,Color\nann,blue\n")
    ran = run_during(
        portal_with_pathway, (*line, "-o", "json"), """UPDATE fields SET choices_json = '["red"]'"""
    )
    codes = {ran.code, *(detail["code"] for detail in ran.error["details"])}
    assert "field_value_wrong" in codes
    assert portal_with_pathway.value("SELECT count(*) FROM field_values") == 0


# What goes, or is another ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "table", "word"),
    [
        (("content", "edit", "one", "--title", "T"), "content_items", "'one'"),
        (("training", "edit", "aid", "--title", "T"), "trainings", "'aid'"),
        (("training", "lock", "aid"), "trainings", "'aid'"),
        (
            ("signup-profile", "edit", "p", "--name", "N"),
            "signup_profiles",
            "no such sign-up profile",
        ),
        (("token", "edit", "1", "--nickname", "N"), "tokens", "no such token"),
        (("--yes", "user", "delete", "ann"), "users", "'ann'"),
        (("group", "edit", "G", "--name", "N"), "user_groups", "'G'"),
        (("autoenroll", "apply", "r"), "autoenroll_rules", "'r'"),
        (("field", "edit", "Color", "--required"), "fields", "'Color'"),
        (("--yes", "role", "delete", "made"), "roles", "'made'"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_what_goes_meanwhile_is_unknown_by_the_name_it_was_given(
    portal_with_pathway: Portal, line: tuple[str, ...], table: str, word: str
) -> None:
    """Nobody is told of a number that they have not written."""
    create_training(portal_with_pathway)
    portal_with_pathway.ok("group", "create", "G")
    portal_with_pathway.ok("field", "create", "Color")
    portal_with_pathway.ok("role", "create", "made", "--permission", "user.view")
    portal_with_pathway.ok(
        "autoenroll", "create", "--content", "two", "--department", "Here", "--code", "r"
    )
    portal_with_pathway.ok("signup-profile", "create", "P", "--code", "p", *PLACES)
    portal_with_pathway.ok("token", "create", "--content", "two", "--code", "TOKEN-AAAA")
    named = {
        "content_items": "code = 'one'",
        "users": "login = 'ann'",
        "roles": "name = 'made'",
    }
    gone = f"DELETE FROM {table} WHERE {named.get(table, 'TRUE')}"
    before = (
        ("DELETE FROM pathway_items", "DELETE FROM role_permissions")
        if table in {"content_items", "roles"}
        else ()
    )
    ran = run_during(portal_with_pathway, (*line, "-o", "json"), *before, gone)
    assert ran.status != 0, ran.out
    assert word in ran.error["message"]


def test_an_open_link_that_is_another_meanwhile_lets_nobody_in(portal_with_pathway: Portal) -> None:
    """Whoever comes by the old one is told that it leads nowhere, and leaves nothing behind."""
    portal_with_pathway.ok("registration", "enable")
    link = portal_with_pathway.ok("content", "link", "one", "-o", "json").json["link"]
    line = ("registration", "submit", "--content", link, *NAMES, "--email", "n@example.com")
    ran = run_during(
        portal_with_pathway,
        (*line, "-o", "json"),
        "UPDATE content_items SET link = 'another' WHERE code = 'one'",
    )
    assert ran.code == "open_link_unknown"
    assert (
        portal_with_pathway.value("SELECT count(*) FROM users WHERE email_key = 'n@example.com'")
        == 0
    )


@pytest.mark.parametrize(
    "line",
    [
        ("token", "redeem", "TOKEN-AAAA", *NAMES, "--email", "n@example.com"),
        ("registration", "confirm", "NOSUCHCODE"),
        ("signup-profile", "sign-up", "p", *NAMES, "--email", "n@example.com"),
        ("registration", "submit", "--content", "one", *NAMES, "--email", "n@example.com"),
    ],
    ids=lambda line: " ".join(line[:2]),
)
def test_doors_too_are_shut_to_who_is_made_inactive_meanwhile(
    portal_with_pathway: Portal, line: tuple[str, ...]
) -> None:
    """Doors need no right, but whoever acts must be active when it is their turn."""
    portal_with_pathway.ok("registration", "enable")
    portal_with_pathway.ok("content", "link", "one")
    portal_with_pathway.ok("signup-profile", "create", "P", "--code", "p", *PLACES)
    portal_with_pathway.ok("token", "create", "--content", "two", "--code", "TOKEN-AAAA")
    portal_with_pathway.ok("role", "grant", "ann", "administrator")
    ran = run_during(
        portal_with_pathway,
        ("--as", "ann", *line, "-o", "json"),
        "UPDATE portals SET hold_hours = hold_hours",
        "UPDATE users SET status = 'inactive' WHERE login = 'ann'",
    )
    assert ran.code == "actor_not_active"
    check_portal(portal_with_pathway)


# The second lock ---------------------------------------------------------------------------------

_ANN, _ONE, _BOX = "users|login = 'ann'", "content_items|code = 'one'", "content_items|code = 'box'"
_AID, _MORE = "trainings|code = 'aid'", "departments|code = 'more'"
_EXTEND = (
    "enrollment extend --user ann --training aid --deadline registration --until +9d --reason R"
)
SECOND = {
    "group add G ann": _ANN,
    "group remove G ann": _ANN,
    "group edit G --department More": _MORE,
    "user edit ben --supervisor ann": _ANN,
    "user move ann --department More": _MORE,
    "user import people.csv": _MORE,
    "signup-profile edit p --department More": _MORE,
    "training edit aid --department More": _MORE,
    "training edit aid --organizer ann": _ANN,
    "role grant ann supervisor --department More": _MORE,
    "role grant ann author": _ANN,
    "autoenroll create --content one --department More": _MORE,
    "autoenroll apply r --existing --yes": _ANN,
    "catalog open one --department More": _MORE,
    "catalog open aid --training --department More": _MORE,
    "content grant two --user ann": _ANN,
    "content create --kind topic --code new --title N --folder box": _BOX,
    "enroll --user ann --content one": _ONE,
    "enroll --user ann --training aid": _AID,
    "enroll --from pairs.csv": _ONE,
    "progress import done.csv": _ONE,
    "enrollment cancel --user ann --content one": _ONE,
    "enrollment join --user ann --training aid": _AID,
    _EXTEND: _AID,
    "token bulk-upload tokens.csv": _ONE,
}


@pytest.mark.parametrize("line", list(SECOND))
def test_rights_that_go_while_the_second_lock_is_waited_for_count_no_more(
    portal_with_pathway: Portal, line: str
) -> None:
    """Whoever has got one row and waits for the next one is asked for the right once more."""
    portal_with_pathway.ok("user", "create", "--login", "boss", *NAMES)
    portal_with_pathway.ok("role", "grant", "boss", "administrator")
    portal_with_pathway.ok("department", "create", "More", "--code", "more")
    portal_with_pathway.ok("group", "create", "G")
    portal_with_pathway.ok(
        "content", "create", "--kind", "folder", "--code", "box", "--title", "Box"
    )
    portal_with_pathway.ok("signup-profile", "create", "P", "--code", "p", *PLACES)
    create_training(portal_with_pathway)
    create_session(portal_with_pathway)
    portal_with_pathway.ok("catalog", "open", "aid", "--training", "--everybody")
    portal_with_pathway.ok("enroll", "--user", "ben", "--content", "one")
    portal_with_pathway.ok(
        "autoenroll", "create", "--content", "two", "--department", "Here", "--code", "r"
    )
    for name, rows in {
        "people": "Login,Department\nann,More\n",
        "pairs": "Login,Content\nann,one\n",
        "done": "Login,Content,Event,Happened at\nann,one,viewed,2026-03-01T09:00:00Z\n",
        "tokens": "Knowledge code,Token label,Creates,Limit,Expires\none,L,staff,,\n",
    }.items():
        portal_with_pathway.folder.joinpath(f"{name}.csv").write_text(rows)
    table, row = SECOND[line].split("|")
    words = ("--as", "boss", *line.split(), "-o", "json")
    column = "name = name" if table == "departments" else "version = version"
    ran = run_during(
        portal_with_pathway,
        words,
        *(
            ()
            if portal_with_pathway.is_sqlite
            else (f"SELECT 1 FROM {table} WHERE {row} FOR UPDATE",)
        ),
        f"UPDATE {table} SET {column} WHERE {row}",
        "DELETE FROM grants WHERE user_id = (SELECT id FROM users WHERE login = 'boss')",
    )
    assert ran.code == "permission_missing"


@pytest.mark.parametrize("line", ["group add G ann", "user edit ben --supervisor ann"])
def test_people_who_leave_the_scope_before_they_are_locked_are_unknown(
    portal_with_pathway: Portal, line: str
) -> None:
    """What is done with somebody beside something else is decided when both are held."""
    portal_with_pathway.ok("user", "create", "--login", "keeper", *NAMES)
    portal_with_pathway.ok(
        "role", "grant", "keeper", "department-administrator", "--department", "Here"
    )
    portal_with_pathway.ok("group", "create", "G", "--department", "Here")
    ran = run_during(
        portal_with_pathway,
        ("--as", "keeper", *line.split(), "-o", "json"),
        """UPDATE users SET department_id = (SELECT id FROM departments WHERE parent_id IS NULL)
           WHERE login = 'ann'""",
    )
    assert ran.code == "user_unknown"
