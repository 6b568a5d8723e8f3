"""Every invariant that `db check` looks at is really looked at, on both databases."""

import pytest

from lmsctl.db import actions
from lmsctl.kit import dburl
from lmsctl.kit.sqlite import library as sqlite3
from tests.conftest import Portal

DEPARTMENT = "INSERT INTO departments (parent_id, name, path, full_name, full_key) VALUES "
PORTAL_COLUMNS = (
    "name, is_sandbox, time_zone, is_registration_on, is_confirmation_on, is_domain_limited, "
    "domains_json, is_policy_on, hold_hours, seats_taken, told_percent, public_url, created_at"
)
PROFILE = (
    "INSERT INTO signup_profiles (name, code, code_key, department_id, starts_at,"
    " activation_limit, activations_used, link, created_at)"
    " VALUES ('P', 'P', 'p', 1, '2026-01-01T00:00:00Z', {limit}, {used}, 'l',"
    " '2026-01-01T00:00:00Z')"
)
ITEM = (
    "INSERT INTO content_items (id, kind, code, code_key, title, status, source, parent_id,"
    " is_inheriting, created_at) SELECT {id}, '{kind}', 'c{id}', 'c{id}', 'T', 'active', 'own',"
    " {parent}, is_builtin, '2026-01-01T00:00:00Z' FROM roles WHERE name = 'owner'"
)
ENROLLMENT = (
    "INSERT INTO enrollments (user_id, item_id, phase, enrolled_at)"
    " SELECT id, 901, 'enrolled', created_at FROM users WHERE login = 'owner'"
)
PART = (
    "INSERT INTO pathway_items (pathway_id, item_id, position, is_mandatory)"
    " SELECT {pathway}, {item}, {position}, is_builtin FROM roles WHERE name = 'owner'"
)
NEVER = "'2030-01-01T00:00:00Z'"

# What breaks each invariant, and nothing less does: name, statements, constraints in the way.
TOKEN = (
    "INSERT INTO tokens (id, code, code_digest, content_id, creates, use_limit, uses, is_active,"
    " created_at) SELECT 901, 't', 't', 901, 'prospect', {limit}, {uses},"
    " is_sandbox, '2026-01-01T00:00:00Z' FROM portals"
)
USE = (
    "INSERT INTO redemptions (token_id, code_digest, user_id, content_id, is_new_person,"
    " redeemed_at, operator) SELECT 901, 't', 1, 901, is_sandbox, '2026-01-01T00:00:00Z', 'x'"
    " FROM portals"
)
TRAINING = (
    "INSERT INTO trainings (id, code, code_key, title, type, description, department_id, time_zone,"
    " is_locked, is_telling_supervisors, created_at) SELECT 901, 't', 't', 'T', 'meeting', '', 1,"
    " 'UTC', is_sandbox, is_sandbox, '2026-01-01T00:00:00Z' FROM portals"
)
SESSION = (
    "INSERT INTO training_sessions (id, training_id, code, code_key, capacity, taken, canceled_at,"
    " created_at) VALUES (901, 901, 's', 's', {capacity}, {taken}, {canceled},"
    " '2026-01-01T00:00:00Z')"
)
SESSION_DAY = (
    "INSERT INTO session_days (session_id, starts_at, ends_at, uid) VALUES (901,"
    " '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z', 'u')"
)
PARTICIPANT = (
    "INSERT INTO training_enrollments (user_id, training_id, session_id, is_preselected, side,"
    " access_at, enrolled_at, calendar_uid) SELECT u.id, 901, 901, p.is_sandbox, 'learner',"
    " u.created_at, u.created_at, 'u' FROM users u, portals p WHERE u.login = 'owner'"
)
BREACHES = {
    "names_kept": (["DELETE FROM user_names"], []),
    "one_portal": (
        [f"INSERT INTO portals (id, {PORTAL_COLUMNS}) SELECT 2, {PORTAL_COLUMNS} FROM portals"],
        ["portals.only_one_portal"],
    ),
    "seats_within_plan": (
        ["UPDATE portals SET seat_limit = 2, seats_taken = 3"],
        ["portals.seats_not_oversold"],
    ),
    "seats_counted": (["UPDATE portals SET seats_taken = seats_taken + 1"], []),
    "active_owner": (["UPDATE users SET status = 'inactive' WHERE login = 'owner'"], []),
    "local_grants_have_departments": (
        [
            (
                "INSERT INTO grants (user_id, role_id) SELECT u.id, r.id FROM users u, roles r"
                " WHERE u.login = 'owner' AND r.name = 'department-administrator'"
            )
        ],
        [],
    ),
    "permissions_known": (
        ["INSERT INTO role_permissions (role_id, permission) SELECT min(id), 'fly' FROM roles"],
        [],
    ),
    "one_root": (
        ["DROP INDEX departments_one_root", DEPARTMENT + "(NULL, '/', '/9/', '//', '//')"],
        [],
    ),
    "no_circle_of_departments": (
        ["UPDATE departments SET parent_id = id WHERE name = 'Sales'"],
        [],
    ),
    "department_paths_agree": (["UPDATE departments SET path = '/9/' WHERE name = 'Sales'"], []),
    "department_names_agree": (["UPDATE departments SET full_name = 'X' WHERE name = 'EMEA'"], []),
    "pending_registrations_have_people": (
        [
            (
                "INSERT INTO registrations (source, state, registered_at, expires_at)"
                f" VALUES ('x', 'pending', '2026-01-01T00:00:00Z', {NEVER})"
            )
        ],
        [],
    ),
    "pending_people_have_registrations": (
        [f"UPDATE users SET status = 'pending', expires_at = {NEVER} WHERE login = 'owner'"],
        [],
    ),
    "activations_counted": ([PROFILE.format(limit="NULL", used=3)], []),
    "activations_within_limit": (
        [PROFILE.format(limit=2, used=3)],
        ["signup_profiles.activations_not_oversold"],
    ),
    "folders_hold_content": (
        [
            ITEM.format(id=901, kind="topic", parent="NULL"),
            ITEM.format(id=902, kind="topic", parent=901),
        ],
        [],
    ),
    "folders_form_no_circle": (
        [
            ITEM.format(id=901, kind="folder", parent="NULL"),
            ITEM.format(id=902, kind="folder", parent=901),
            "UPDATE content_items SET parent_id = 902 WHERE id = 901",
        ],
        [],
    ),
    "pathways_lead_over_items": (
        [
            ITEM.format(id=901, kind="topic", parent="NULL"),
            ITEM.format(id=902, kind="topic", parent="NULL"),
            PART.format(pathway=901, item=902, position=1),
        ],
        [],
    ),
    "pathway_positions_count": (
        [
            ITEM.format(id=901, kind="pathway", parent="NULL"),
            ITEM.format(id=902, kind="topic", parent="NULL"),
            PART.format(pathway=901, item=902, position=2),
        ],
        [],
    ),
    "enrollments_have_reasons": (
        [ITEM.format(id=901, kind="topic", parent="NULL"), ENROLLMENT],
        [],
    ),
    "nobody_enrolled_in_folders": (
        [ITEM.format(id=901, kind="folder", parent="NULL"), ENROLLMENT],
        [],
    ),
    "token_uses_counted": (
        [ITEM.format(id=901, kind="topic", parent="NULL"), TOKEN.format(limit="NULL", uses=3)],
        [],
    ),
    "token_uses_within_limit": (
        [ITEM.format(id=901, kind="topic", parent="NULL"), TOKEN.format(limit=2, uses=3)],
        ["tokens.uses_not_oversold"],
    ),
    "tokens_admit_to_content": (
        [ITEM.format(id=901, kind="course", parent="NULL"), TOKEN.format(limit="NULL", uses=0)],
        [],
    ),
    "rules_enroll_in_items": (
        [
            ITEM.format(id=901, kind="folder", parent="NULL"),
            (
                "INSERT INTO autoenroll_rules (code, code_key, item_id, target, department_id,"
                " is_deep, created_at) SELECT 'r', 'r', 901, 'department', 1, is_sandbox,"
                " '2026-01-01T00:00:00Z' FROM portals"
            ),
        ],
        [],
    ),
    "redeemers_enrolled": ([ITEM.format(id=901, kind="topic", parent="NULL"), USE], []),
    "sessions_have_days": (
        [TRAINING, SESSION.format(capacity="NULL", taken=0, canceled="NULL")],
        [],
    ),
    "places_within_capacity": (
        [TRAINING, SESSION.format(capacity=2, taken=3, canceled="NULL"), SESSION_DAY],
        ["training_sessions.places_not_oversold"],
    ),
    "places_counted": (
        [TRAINING, SESSION.format(capacity="NULL", taken=3, canceled="NULL"), SESSION_DAY],
        [],
    ),
    "canceled_sessions_are_empty": (
        [
            TRAINING,
            SESSION.format(capacity="NULL", taken=1, canceled="'2026-01-01T00:00:00Z'"),
            SESSION_DAY,
            PARTICIPANT,
        ],
        [],
    ),
    "one_version": (["INSERT INTO alembic_version (version_num) VALUES ('9998')"], []),
    "no_orphans": (["UPDATE users SET department_id = 999 WHERE login = 'owner'"], []),
}


def break_rows(portal: Portal, statements: list[str], in_the_way: list[str]) -> None:
    """Run statements on the database as nothing that keeps its constraints would."""
    if portal.is_sqlite:
        connection = sqlite3.connect(dburl.sqlite_path(portal.url))
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return
    for constraint in in_the_way:
        table, _, name = constraint.partition(".")
        portal.sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for statement in statements:
        portal.sql(f"SET LOCAL session_replication_role = replica; {statement}")


@pytest.fixture
def department_tree(portal: Portal) -> Portal:
    """Return a portal with a few departments."""
    portal.ok("department", "create", "Sales")
    portal.ok("department", "create", "EMEA", "--parent", "Sales")
    return portal


@pytest.mark.parametrize("name", BREACHES)
def test_a_broken_invariant_is_found(department_tree: Portal, name: str) -> None:
    """The check names it, counts it, gives an example and ends with 10."""
    assert department_tree.run("db", "check").status == 0
    break_rows(department_tree, *BREACHES[name])
    ran = department_tree.run("db", "check", "-o", "json")
    assert ran.status == 10
    found = {row["check"]: row for row in ran.json}
    assert name in found
    assert found[name]["count"] >= 1
    assert found[name]["example"]
    assert found[name]["expected"].endswith(".")
    assert found[name]["hint"].endswith(".")


def test_every_invariant_has_a_test_that_breaks_it() -> None:
    """Whoever declares an invariant shows how it breaks; names are unique."""
    names = [check.name for check in actions.checks()]
    assert len(names) == len(set(names))
    assert set(BREACHES) == {*names, "no_orphans"}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_damage_of_the_file_is_found(portal: Portal) -> None:
    """What SQLite itself finds wrong is passed on."""
    break_rows(portal, ["UPDATE users SET status = 'odd'"], [])
    ran = portal.run("db", "check", "-o", "json")
    assert "file_sound" in {row["check"] for row in ran.json}
    assert ran.status == 10


def test_ids_that_are_given_out_again_are_found(department_tree: Portal) -> None:
    """PostgreSQL counts apart from the rows, so a restored table may be ahead; SQLite looks."""
    assert department_tree.ok("db", "check", "-o", "json").json == []
    department_tree.sql("UPDATE departments SET id = 77 WHERE name = 'EMEA'")
    ran = department_tree.run("db", "check", "-o", "json")
    found = {(row["check"], row["example"]) for row in ran.json}
    assert (("ids_counted", "departments 77") in found) is not department_tree.is_sqlite
    if not department_tree.is_sqlite:
        department_tree.sql("SELECT setval(pg_get_serial_sequence('departments', 'id'), 77)")
    again = department_tree.run("db", "check", "-o", "json").json
    assert "ids_counted" not in {row["check"] for row in again}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_overwritten_pages_are_found(department_tree: Portal) -> None:
    """A file whose middle was overwritten does not pass."""
    file = dburl.sqlite_path(department_tree.url)
    content = bytearray(file.read_bytes())
    content[8192:24576] = b"\xff" * 16384
    file.write_bytes(content)
    ran = department_tree.run("db", "check", "-o", "json")
    assert (ran.status, ran.json[0]["check"]) == (10, "file_sound")


def test_a_portal_that_is_lived_in_breaks_nothing(department_tree: Portal) -> None:
    """Whatever commands do, the invariants hold afterwards."""
    person = ("--first-name", "Ada", "--last-name", "Byron")
    department_tree.ok(
        "user", "create", "--email", "ada@example.com", *person, "--department", "Sales/EMEA"
    )
    department_tree.ok("user", "create", "--email", "bob@example.com", *person)
    department_tree.ok("role", "grant", "ada", "department-administrator", "--department", "Sales")
    department_tree.ok("user", "deactivate", "bob")
    department_tree.ok("department", "create", "West")
    department_tree.ok("department", "move", "Sales/EMEA", "--parent", "West")
    department_tree.ok("department", "edit", "West", "--name", "North")
    department_tree.ok("registration", "enable", "--confirm-email", "--any-domain")
    department_tree.ok(
        *("signup-profile", "create", "Open day", "--department", "North", "--code", "OPEN"),
        *("--starts", "now", "--ends", "+7d", "--activations", "5"),
    )
    for name in ("cy", "di"):
        department_tree.ok(
            "signup-profile", "sign-up", "OPEN", "--email", f"{name}@example.com", *person
        )
    department_tree.ok("registration", "release", "cy@example.com", "--yes")
    assert department_tree.ok("db", "check", "-o", "json").json == []
    later = "2026-03-09T12:00:00Z"
    assert department_tree.ok("user", "edit", "ada", "--last-name", "King", LMSCTL_NOW=later)
    assert department_tree.ok("db", "check", "-o", "json", LMSCTL_NOW=later).json == []
    assert department_tree.value("SELECT activations_used FROM signup_profiles") == 0


def test_who_may_not_manage_the_database_learns_nothing_of_it(department_tree: Portal) -> None:
    """Every db verb is forbidden to a learner."""
    department_tree.ok(
        "user", "create", "--email", "ada@example.com", "--first-name", "A", "--last-name", "B"
    )
    for verb in ("status", "check", "upgrade", "vacuum"):
        assert department_tree.refused("db", verb, "--as", "ada") == "permission_missing"
    assert department_tree.refused("db", "backup", "copy", "--as", "ada") == "permission_missing"
    assert department_tree.refused("db", "restore", "copy", "--as", "ada") == "permission_missing"
    assert department_tree.refused("doctor", "--as", "ada") == "permission_missing"
    assert not (department_tree.folder / "copy").exists()
