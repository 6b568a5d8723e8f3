"""A database from before there were tokens is carried forward with all that is in it."""

import pytest

from lmsctl.kit import schema
from tests.conftest import Portal


def test_a_database_of_the_second_version_gets_tokens_and_keeps_everything(
    nothing: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People and content are still there, and tokens can be made of that content."""
    monkeypatch.setattr(schema, "VERSION", "0002")
    nothing.ok("init", "--sandbox")
    nothing.ok("content", "create", "--kind", "topic", "--code", "GDPR", "--title", "Privacy")
    who = ("--email", "ann@example.com", "--first-name", "Ann", "--last-name", "B")
    nothing.ok("user", "create", *who)
    monkeypatch.undo()
    assert nothing.refused("token", "list") == "schema_outdated"
    nothing.ok("db", "upgrade")
    assert nothing.value("SELECT version_num FROM alembic_version") == schema.VERSION
    assert nothing.ok("user", "show", "ann", "-o", "json").json["email"] == "ann@example.com"
    nothing.ok("token", "create", "--content", "GDPR", "--code", "spring")
    assert nothing.ok("token", "show", "spring", "-o", "json").json["content"] == "GDPR"
    assert nothing.ok("db", "check", "-o", "json").json == []
