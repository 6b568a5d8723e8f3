"""Values that cannot be meant are found, in every column that the models say something of."""

import pytest
from sqlalchemy import Column
from sqlmodel import SQLModel

from lmsctl.db import engine
from lmsctl.kit.columns import Choice
from tests.conftest import Portal
from tests.db.test_check import ITEM, TOKEN, break_rows

# Column, statements, the constraint in the way on PostgreSQL, the check that finds it.
WRONG = {
    "login key": (["UPDATE users SET login_key = 'other'"], [], "keys_agree"),
    "address key": (["UPDATE users SET email = 'Ada@example.com'"], [], "keys_agree"),
    "path key": (["UPDATE departments SET full_key = 'other'"], [], "keys_agree"),
    "role key": (["UPDATE roles SET name_key = 'other' WHERE name = 'owner'"], [], "keys_agree"),
    "code key": (
        [
            ITEM.format(id=901, kind="topic", parent="NULL"),
            "UPDATE content_items SET code_key = 'other'",
        ],
        [],
        "keys_agree",
    ),
    "token digest": (
        [ITEM.format(id=901, kind="topic", parent="NULL"), TOKEN.format(limit="NULL", uses=0)],
        [],
        "keys_agree",
    ),
    "digest": (
        [
            (
                "INSERT INTO registrations (source, state, registered_at, code_digest)"
                " VALUES ('x', 'confirmed', '2026-01-01T00:00:00Z', 'plain')"
            )
        ],
        [],
        "digests_readable",
    ),
    "choice": (
        ["UPDATE users SET status = 'odd'"],
        ["users.status_known"],
        "choices_known",
    ),
    "choice without a rule of its own": (
        ["UPDATE users SET due_status = 'odd', due_at = '2030-01-01T00:00:00Z'"],
        [],
        "choices_known",
    ),
    "broken list": (["UPDATE portals SET domains_json = '[1'"], [], "lists_readable"),
    "list of numbers": (["UPDATE portals SET domains_json = '[1]'"], [], "lists_readable"),
    "object": (["UPDATE audit_rows SET detail_json = '[]'"], [], "objects_readable"),
    "zone": (["UPDATE portals SET time_zone = 'Europe/Atlantis'"], [], "zones_known"),
}
TEXTS = {
    "moment": ("UPDATE users SET created_at = 'yesterday'", "moments_readable"),
    "moment of another zone": (
        "UPDATE users SET created_at = '2026-01-01T00:00:00+01:00'",
        "moments_readable",
    ),
    "moment that never was": (
        "UPDATE users SET created_at = '2026-02-30T00:00:00Z'",
        "moments_readable",
    ),
    "day": (
        ITEM.format(id=901, kind="topic", parent="NULL")
        + "; UPDATE content_items SET due_on = '2026-02-30'",
        "days_readable",
    ),
}
SUFFIXES = {
    "_at": {"moment"},
    "_on": {"day"},
    "_json": {"list", "object"},
    "_key": {"derived"},
    "digest": {"derived", "digest"},
    "_zone": {"zone"},
}


def _promises(name: str, suffix: str) -> bool:
    return name.endswith(suffix) and not name.startswith(("is_", "has_"))


def assert_found(portal: Portal, check: str) -> None:
    """Make sure that the check is among the broken ones."""
    ran = portal.run("db", "check", "-o", "json")
    assert ran.status == 10, ran.err
    assert check in {row["check"] for row in ran.json}, ran.json


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_value_is_found(portal: Portal, kind: str) -> None:
    """Keys and digests are made anew; words, lists and zones must be such as are known."""
    statements, in_the_way, check = WRONG[kind]
    break_rows(portal, statements, in_the_way)
    assert_found(portal, check)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_that_is_no_time_is_found(portal: Portal, kind: str) -> None:
    """SQLite keeps moments and days as texts, and takes any."""
    statements, check = TEXTS[kind]
    break_rows(portal, statements.split("; "), [])
    assert_found(portal, check)


def test_every_column_says_what_it_holds() -> None:
    """A new column whose name promises something is checked for it."""
    engine.load_models()
    columns: list[Column[object]] = [
        column for table in SQLModel.metadata.tables.values() for column in table.columns
    ]
    for suffix, kinds in SUFFIXES.items():
        found = [column for column in columns if _promises(column.name, suffix)]
        assert found
        for column in found:
            assert column.info.get("holds") in kinds, str(column)


def test_every_choice_has_its_words_checked() -> None:
    """A column for one of a few words has a rule of its own or a CHECK of its table."""
    engine.load_models()
    for table in SQLModel.metadata.tables.values():
        known = {constraint.info.get("column") for constraint in table.constraints}
        for column in table.columns:
            if isinstance(column.type, Choice):
                assert column.name in known or column.info.get("holds") == "word", str(column)
