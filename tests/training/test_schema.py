"""A database from before there were trainings is carried forward with all that is in it."""

import pytest

from lmsctl.kit import schema
from tests.conftest import Portal
from tests.trainings import session, training


def test_a_database_of_the_fourth_version_gets_trainings_and_keeps_everything(
    nothing: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People are still there, and can look after trainings."""
    monkeypatch.setattr(schema, "VERSION", "0004")
    nothing.ok("init", "--sandbox")
    who = ("--email", "ann@example.com", "--first-name", "Ann", "--last-name", "B")
    nothing.ok("user", "create", *who)
    nothing.ok("role", "grant", "ann", "administrator")
    monkeypatch.undo()
    assert nothing.refused("training", "list") == "schema_outdated"
    nothing.ok("db", "upgrade")
    assert nothing.value("SELECT version_num FROM alembic_version") == schema.VERSION
    training(nothing, "aid", "--organizer", "ann")
    session(nothing)
    assert nothing.ok("db", "check", "-o", "json").json == []
