"""What is wrong with a file is told by its cause, and what only follows from that comes after."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import lmsctl
from lmsctl.kit.errors import Refusal
from tests.conftest import Portal


def write(portal: Portal, *lines: str, name: str = "rows.csv") -> str:
    """Write a file into the portal's folder and return its name."""
    portal.folder.joinpath(name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return name


def details(portal: Portal, *argv: str) -> list[dict[str, Any]]:
    """Return all that is told to be wrong with a file, which must be refused."""
    ran = portal.run(*argv, "-o", "json")
    assert (ran.status, ran.code) == (6, "rows_rejected"), ran.err
    found: list[dict[str, Any]] = ran.error["details"]
    return found


def faults(portal: Portal, *argv: str) -> list[tuple[int, str | None, str]]:
    """Return row, column and code of all that is wrong with a file, in the order of telling."""
    return [
        (one["location"]["row"], one["location"]["column"], one["code"])
        for one in details(portal, *argv)
    ]


# Supervisors of the same file --------------------------------------------------------------------

PEOPLE = "Login,First name,Last name,Email,Supervisor"
_BEHIND = ("Supervisor", "row_supervisor_failed")


@pytest.fixture
def portal_with_boss(portal: Portal) -> Portal:
    """Return a portal with somebody called boss."""
    names = ("--first-name", "B", "--last-name", "O")
    portal.ok("user", "create", "--login", "boss", "--email", "boss@example.com", *names)
    return portal


def test_a_row_with_a_fault_of_its_own_blames_no_supervisor(portal_with_boss: Portal) -> None:
    """A supervisor who is there, or whose row is good, is no part of what is wrong."""
    file = write(portal_with_boss, PEOPLE, "ben,Ben,Carr,ben@example,boss")
    assert faults(portal_with_boss, "user", "import", file) == [(1, "Email", "email_invalid")]
    new = ("new,New,Boss,new@example.com,", "ben,Ben,Carr,ben@example,new")
    file = write(portal_with_boss, PEOPLE, *new)
    assert faults(portal_with_boss, "user", "import", file) == [(2, "Email", "email_invalid")]


def test_causes_are_told_before_what_follows_from_them(portal: Portal) -> None:
    """With one bad boss of many people the next cause is the second line, however far down."""
    people = [f"u{i},U,N,u{i}@example.com,{'ceo' if i < 60 else 'u1'}" for i in range(1, 62)]
    bad = ("ceo,C,Eo,ceo@bad,", *people, "zoe,,Zed,zoe@example.com,u1")
    file = write(portal, PEOPLE, *bad)
    ran = portal.run("user", "import", file, "-o", "json")
    assert "63 of 63 rows" in ran.error["message"]
    assert "61 of them fail only because of another row." in ran.error["message"]
    told = details(portal, "user", "import", file)
    assert [(one["location"]["row"], one["code"]) for one in told[:3]] == [
        (1, "email_invalid"),
        (63, "row_name_missing"),
        (2, "row_supervisor_failed"),
    ]
    assert "row 1, which cannot be taken" in told[2]["message"]
    assert told[2]["hint"] == "Fix row 1; nothing else is wrong with this one."


def test_a_row_behind_others_names_the_cause(portal: Portal) -> None:
    """Who stands two rows behind a fault is told which row is to be fixed; circles are no cause."""
    rows = ("c,C,C,c@example.com,b", "b,B,B,b@example.com,a", "a,A,,a@example.com,c")
    told = details(portal, "user", "import", write(portal, PEOPLE, *rows))
    assert [one["location"]["row"] for one in told] == [3, 1, 2]
    assert "is to come from row 2," in told[1]["message"]
    assert {one["hint"] for one in told[1:]} == {"Fix row 3; nothing else is wrong with this one."}


def test_a_supervisor_whose_row_cannot_be_read_is_not_unknown(portal: Portal) -> None:
    """A bad address, a bad login, a ragged row and a broken one make nobody unknown."""
    file = write(
        portal,
        PEOPLE,
        ",C,Eo,ceo@bad,",
        "u1,U,N,,ceo@bad",
        "a b,C,Eo,,",
        "u2,U,N,,a b",
        "ragged,C,Eo,,,",
        "u3,U,N,,ragged",
        'broken,"C"x,Eo,,absent',
        "u4,U,N,,broken",
        "u5,U,N,,absent",
    )
    assert faults(portal, "user", "import", file) == [
        (1, "Email", "email_invalid"),
        (3, "Login", "login_invalid"),
        (5, None, "csv_row_ragged"),
        (7, "First name", "csv_quote_followed"),
        (9, "Supervisor", "user_unknown"),
        (2, *_BEHIND),
        (4, *_BEHIND),
        (6, *_BEHIND),
        (8, *_BEHIND),
    ]


def test_a_supervisor_whose_confirmation_fails_is_told_as_that(portal: Portal) -> None:
    """Who waits for confirmation is confirmed by a row; that row's fault is the only cause."""
    names = ("--first-name", "P", "--last-name", "Q")
    portal.ok("user", "create", "--login", "p", "--email", "p@example.com", *names)
    waiting = "UPDATE users SET status = 'pending', expires_at = :at WHERE login = 'p'"
    portal.sql(waiting, at=datetime(2026, 3, 5, tzinfo=UTC))
    rows = ("p@example.com,,,clown,", "u@example.com,U,N,,p@example.com")
    file = write(portal, "Email,First name,Last name,Type,Supervisor", *rows)
    assert faults(portal, "user", "import", file) == [
        (1, "Type", "cell_word_unknown"),
        (2, *_BEHIND),
    ]


# Remedies ----------------------------------------------------------------------------------------

# How the dates of a whole file are to be read is said beside the cell that shows it.
_SPEAKS_OF_OPTIONS = {"CellDateMonthFirst", "CellDateUncertain"}
# They stand in the same code, but are raised by commands alone, or before the first row is read.
_OF_COMMANDS = {
    "CsvColumnMissing",
    "EventMomentMissing",
    "ExtensionMissing",
    "FieldChoicesWrong",
    "FieldNotAssigned",
    "OptionIdle",
    "TokenExpired",
    "TokenUsedUp",
}
_ROOM = Path(lmsctl.__file__).parent


def _refusals_of_rows() -> Iterator[type[Refusal]]:
    """Yield the refusals that are named where rows of files are read or understood."""
    folders = ("user/importing", "token/upload", "enrollment/importing", "enrollment/progress")
    files = [file for folder in folders for file in (_ROOM / folder).rglob("*.py")]
    more: tuple[str, ...] = (
        "user/rules.py",
        "user/store/pending.py",
        "user/fields/rules.py",
        "token/rules.py",
    )
    more += ("kit/celltimes.py", "kit/address.py", "kit/canonical.py", "kit/damage.py")
    more += ("bulk/actions/reading.py", "bulk/store/faults.py")
    more += ("enrollment/staging.py", "enrollment/participation/rules/moments.py")
    for file in (*files, *(_ROOM / name for name in more)):
        if file.name in {"cli.py", "errors.py"}:
            continue
        names = {
            node.id
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Name)
        }
        module = import_module(".".join(("lmsctl", *file.relative_to(_ROOM).with_suffix("").parts)))
        for name in names:
            found = getattr(module, name, None)
            if isinstance(found, type) and issubclass(found, Refusal) and hasattr(found, "hint"):
                yield found


def test_no_remedy_of_a_row_speaks_of_an_option() -> None:
    """What a row can be refused with says what to write into which cell."""
    found = set(_refusals_of_rows())
    assert len(found) > 30
    spoken = {one.__name__ for one in found if "--" in "".join(one.words_for_cell())}
    assert spoken - _OF_COMMANDS == _SPEAKS_OF_OPTIONS


def _hints(portal: Portal, *argv: str) -> dict[tuple[int, str], tuple[str, str]]:
    """Return sentence and remedy of all that is wrong with a file, by row and code."""
    return {
        (one["location"]["row"], one["code"]): (one["message"], one["hint"])
        for one in details(portal, *argv)
    }


@pytest.fixture
def portal_with_things(portal_with_boss: Portal) -> Portal:
    """Return a portal with an item, a folder, a token, a session with one place and a field."""
    portal = portal_with_boss
    portal.ok("content", "create", "--kind", "topic", "--code", "topic", "--title", "T")
    portal.ok("content", "create", "--kind", "folder", "--code", "folder", "--title", "F")
    portal.ok("token", "create", "--content", "topic", "--code", "first")
    portal.ok("training", "create", "First aid", "--code", "aid")
    at = ("--starts", "2026-04-01T09:00", "--duration", "1h", "--capacity", "1")
    portal.ok("session", "create", "aid", "--code", "one", *at)
    portal.ok("session", "create", "aid", "--code", "two", *at)
    return portal


def test_people_without_names_are_told_of_cells(portal_with_things: Portal) -> None:
    """A row that names nobody, a required field, a word that is not offered."""
    portal = portal_with_things
    portal.ok("field", "create", "Badge", "--kind", "text", "--required")
    rows = (",A,B,,,1", "x,A,B,,pendin,", ",A,B,boss@example.com,active,", "y,A,B,boss,,1")
    file = write(portal, "Login,First name,Last name,Email,Status,Badge", *rows)
    found = _hints(portal, "user", "import", file)
    assert found[1, "login_missing"][1] == "Fill in the column Login or Email."
    assert "Fill in the column Badge" in found[2, "field_missing"][1]
    assert "pending" not in "".join(found[2, "cell_word_unknown"])
    assert "is none of: active, inactive, ended." in found[2, "cell_word_unknown"][0]


def test_one_address_of_two_people_loses_nobody(portal: Portal) -> None:
    """A parent and a child with one address are two people: it says what can be changed."""
    rows = ("Mum,Carr,home@example.com", "Kid,Carr,home@example.com")
    file = write(portal, "First name,Last name,Email", *rows)
    found = _hints(portal, "user", "import", file)
    for row in (1, 2):
        assert "two people" in found[row, "row_repeated"][1]
        assert "column Login" in found[row, "row_repeated"][1]
    rows = ("mum,Mum,Carr,home@example.com", "kid,Kid,Carr,")
    portal.ok("user", "import", write(portal, "Login,First name,Last name,Email", *rows))


def test_tokens_are_told_of_cells(portal_with_things: Portal) -> None:
    """A limit of 0, a code that is none, a blank label, and one new code in two rows."""
    rows = (",topic,a,,,0,,", ",topic,again,L,x,,,", ",topic,again,L,,,,", "1,topic,,,,0,,")
    head = "Token id,Knowledge code,Token,Token label,Creates,Limit,Expires,Active"
    found = _hints(
        portal_with_things, "token", "bulk-upload", write(portal_with_things, head, *rows)
    )
    assert "leave the cell blank" in found[1, "token_code_invalid"][1]
    assert "column Token label" in found[1, "row_label_missing"][1]
    assert "a blank cell means prospect" in found[2, "row_creates_unclear"][1]
    assert "another code" in found[2, "row_repeated"][1]
    assert found[4, "token_limit_zero"][1] == "To stop a token, write No into the column Active."


def test_enrollments_and_progress_are_told_of_cells(portal_with_things: Portal) -> None:
    """Blank cells, folders, `never`, full and second sessions; no other row's fault is blamed."""
    portal = portal_with_things
    portal.ok("enroll", "--user", "boss", "--training", "aid:one")
    head = "Login,Content,Training,Session,Access at"
    rows: tuple[str, ...] = (
        ",topic,,,",
        "boss,,,,",
        "boss,folder,,,",
        "boss,,aid,two,never",
        "owner,,aid,one,",
    )
    rows += ("owner,,aid,nix,", "owner,,aid,two,")
    found = _hints(portal, "enroll", "--from", write(portal, head, *rows))
    assert found[1, "login_missing"] == (
        "rows.csv, row 1, line 2, column Login: The row names nobody.",
        "Fill in the column Login or Email.",
    )
    assert found[2, "item_unnamed"][1] == "Fill in the column Content or Training."
    assert "--" not in found[3, "content_is_folder"][1]
    assert "into the cell" in found[4, "access_missing"][1]
    assert "--" not in found[4, "session_second"][1]
    head = "Login,Content,Event,Score,Happened at"
    rows = (",topic,viewed,,2026-01-01", "boss,,viewed,,2026-01-01", "boss,topic,viewed,,")
    found = _hints(portal, "progress", "import", write(portal, head, *rows))
    assert found[1, "login_missing"][1] == "Fill in the column Login or Email."
    message, hint = found[2, "event_needs_content"]
    assert message.endswith("The event viewed needs content.")
    assert "column Content" in hint
    assert "into the cell" in found[3, "event_moment_blank"][1]


def test_a_contradiction_with_a_bad_row_is_none(portal_with_things: Portal) -> None:
    """A row is not refused because another one names a session that does not exist."""
    rows = ("owner,aid,nix", "owner,aid,two")
    file = write(portal_with_things, "Login,Training,Session", *rows)
    assert faults(portal_with_things, "enroll", "--from", file) == [
        (1, "Session", "session_unknown"),
    ]


def test_the_remedy_of_the_first_heading_stands_beside_it(portal: Portal) -> None:
    """Of several faults of the heading row each has its remedy behind it."""
    ran = portal.run("user", "import", write(portal, "Login,Login,Last nme", "a,b,c"))
    lines = ran.err.splitlines()
    assert "both mean the column login" in lines[0]
    assert lines[1] == "hint: Keep one of them and take the other out of the file."
    assert "Last nme is not a column" in lines[2]


def test_a_quote_that_makes_no_sense_names_its_column(portal: Portal) -> None:
    """In whichever cell it is, and with a delimiter and lines in the quoted cells before it."""
    rows = (
        'a,A,5"" disk,,',
        'b,"B, ""x""\nB","C" x,,',
        '"c" c,C,C,,',
        'd,D,E,,"f"f',
        '"e","E",F",,',
    )
    file = write(portal, PEOPLE, *rows)
    assert faults(portal, "user", "import", file) == [
        (1, "Last name", "csv_quote_stray"),
        (2, "Last name", "csv_quote_followed"),
        (3, "Login", "csv_quote_followed"),
        (4, "Supervisor", "csv_quote_followed"),
        (5, "Last name", "csv_quote_stray"),
    ]
