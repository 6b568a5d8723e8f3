"""A file and a command that say the same leave the same rows, and refuse the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Portal, Templates

# What may differ is who says where it comes from, and who counts the file's runs.
SOURCES = {"origin", "origin_detail", "run_id", "reason", "reference", "source"}
LOOKED_AT = (
    "users",
    "user_names",
    "field_values",
    "group_members",
    "tokens",
    "enrollments",
    "enrollment_reasons",
    "progress_events",
    "notifications",
    "portals",
)
# Random by nature.
RANDOM = {"message_id"}


@dataclass(frozen=True)
class TwoWays:
    """One thing said by a command line, and by rows of a file."""

    command: tuple[str, ...]
    file: tuple[str, ...]
    rows: tuple[str, ...] = field(default=())


PEOPLE = "Login,First name,Last name,Email,Department,Type,Badge"
TOKENS = "Token id,Knowledge,Knowledge code,Token,Token label,Creates,Limit,Expires,Active"


def new_person(login: str, first: str, email: str, *more: str) -> TwoWays:
    """Return a new person, said in both ways; `more` are department, type and badge."""
    department, kind, badge = more
    given = {"--login": login, "--email": email, "--department": department, "--type": kind}
    options = [part for name, value in given.items() if value for part in (name, value)]
    options += ["--field", f"Badge={badge}"] if badge else []
    return TwoWays(
        ("user", "create", "--first-name", first, "--last-name", "Öst", *options),
        ("user", "import"),
        (PEOPLE, f"{login},{first},Öst,{email},{department},{kind},{badge}"),
    )


def new_token(code: str, label: str, limit: str, expires: str, content: str = "topic") -> TwoWays:
    """Return a new token, said in both ways."""
    given = {"--code": code, "--nickname": label, "--limit": limit, "--expires": expires}
    options = [part for name, value in given.items() if value for part in (name, value)]
    return TwoWays(
        ("token", "create", "--content", content, "--creates", "client", *options),
        ("token", "bulk-upload"),
        (TOKENS, f",,{content},{code},{label},client,{limit},{expires},"),
    )


def new_enrollment(login: str, content: str) -> TwoWays:
    """Return an enrollment, said in both ways."""
    return TwoWays(
        ("enroll", "--user", login, "--content", content),
        ("enroll", "--notify", "--from"),
        ("Login,Content", f"{login},{content}"),
    )


SAME = {
    "person": new_person("kim", "Kim", "kim@example.com", "Sales", "client", "B-1"),
    "letters": new_person("KIM", "Zoë", "Weiß@Example.com", "", "", ""),
    "address alone": new_person("", "Kim", "kim.o'hara+x@example.com", "Sales", "prospect", ""),
    "token": new_token("SPRING-26", "Spring fair", "5", "2026-03-31"),
    "token without end": new_token("spring-27", "Spring fair", "", ""),
    "enrollment": new_enrollment("anna", "topic"),
    "pathway": new_enrollment("anna", "way"),
    "again": new_enrollment("ben", "topic"),
}
REFUSED = {
    "address": new_person("kim", "Kim", "kim@", "Sales", "", ""),
    "address taken": new_person("kim", "Kim", "ANNA@example.com", "", "", ""),
    "department": new_person("kim", "Kim", "", "Nowhere", "", ""),
    "field taken": new_person("kim", "Kim", "", "", "", "A-1"),
    "limit": new_token("SPRING", "L", "0", ""),
    "code": new_token("ab", "L", "", ""),
    "content": new_token("SPRING", "L", "", "", content="nothing"),
    "folder": new_enrollment("anna", "shelf"),
    "nobody": new_enrollment("nobody", "topic"),
}


def stock_portal(portal: Portal) -> Portal:
    """Return a portal with a few people, places and things to learn."""
    for line in (
        "department create Sales",
        "field create Badge --kind unique-text",
        "content create --kind folder --code shelf --title Shelf",
        "content create --kind topic --code topic --title Topic --due-days 14",
        "content create --kind pathway --code way --title Way",
        "content add-item way topic",
        "user create --login anna --email anna@example.com --first-name A --last-name B",
        "user create --login ben --email ben@example.com --first-name A --last-name B",
        "user edit anna --field Badge=A-1",
        "enroll --user ben --content topic",
        "progress record --user ben --content topic --event completed",
        "enrollment cancel --user ben --content topic",
    ):
        ran = portal.run(*line.split())
        assert ran.status == 0, (line, ran.err)
    return portal


@pytest.fixture
def two_portals(
    dialect: str, templates: Templates, tmp_path: Path
) -> Iterator[tuple[Portal, Portal]]:
    """Return two portals that are alike."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    one, other = (stock_portal(templates.copy(dialect, folder)) for folder in folders)
    yield one, other
    templates.drop(one)
    templates.drop(other)


def run_file(portal: Portal, said: TwoWays, *options: str) -> Any:
    """Say it by a file."""
    portal.folder.joinpath("said.csv").write_text("\n".join(said.rows) + "\n", encoding="utf-8")
    return portal.run(*said.file, "said.csv", *options)


def rows(portal: Portal, table: str) -> list[dict[str, Any]]:
    """Return the rows of a table, but for where they come from."""
    names = [str(row[0]) for row in portal.sql(_COLUMNS[portal.is_sqlite], table=table)]
    kept = [name for name in names if name not in SOURCES | RANDOM]
    quoted = ", ".join(f'"{name}"' for name in kept)
    return sorted(
        (dict(zip(kept, row, strict=True)) for row in portal.sql(f"SELECT {quoted} FROM {table}")),
        key=repr,
    )


_COLUMNS = {
    True: "SELECT name FROM pragma_table_info(:table)",
    False: "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = :table ORDER BY ordinal_position",
}


@pytest.mark.parametrize("said", SAME.values(), ids=SAME)
def test_the_same_words_leave_the_same_rows(
    two_portals: tuple[Portal, Portal], said: TwoWays
) -> None:
    """People, tokens, enrollments: not one cell differs but for where it comes from."""
    one, other = two_portals
    one.ok(*said.command)
    ran = run_file(other, said)
    assert ran.status == 0, ran.err
    for table in LOOKED_AT:
        assert rows(one, table) == rows(other, table), table


@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED)
def test_the_same_words_are_refused_with_the_same_words(
    two_portals: tuple[Portal, Portal], said: TwoWays
) -> None:
    """A file names the cell besides; code and sentence are those of the command."""
    one, other = two_portals
    refused = one.run(*said.command, "-o", "json").error
    faults = run_file(other, said, "-o", "json").error["details"]
    (fault,) = faults
    assert fault["code"] == refused["code"]
    assert fault["message"].endswith(refused["message"])
