"""Exporting people: what a spreadsheet shows and the import takes back unchanged."""

import csv
import io

import pytest

from tests.conftest import Portal

HEADING = (
    "Login,First name,Last name,Email,Department,Type,Status,Group,Add to group,Supervisor,Badge"
)


@pytest.fixture
def portal_with_full_columns(portal: Portal) -> Portal:
    """Return a portal in which every column says something, formulas and separators among it."""
    portal.ok("department", "create", "Sales")
    portal.ok("group", "create", "Readers")
    portal.ok("group", "create", "A|B")
    portal.ok("field", "create", "Badge", "--kind", "text")
    lines = [
        HEADING,
        'ann,Ann,"Bell, jr",ann@example.com,Sales,client,,Readers|A||B,,none,"\'=1+1"',
        "ben,=cmd,'tHart,ben@example.com,,,inactive,,,ann,-5",
        "cara,Çağla,O'Neil,,,prospect,ended,A||B,,inherited,",
    ]
    portal.folder.joinpath("p.csv").write_text("\n".join(lines), encoding="utf-8")
    portal.ok("user", "import", "p.csv")
    return portal


def test_what_is_exported_is_imported_unchanged(portal_with_full_columns: Portal) -> None:
    """The file has the headings of the import, and every row of it comes back unchanged."""
    portal_with_full_columns.ok("user", "export", "--to", "out.csv")
    assert (
        portal_with_full_columns.folder.joinpath("out.csv")
        .read_text(encoding="utf-8")
        .startswith(HEADING)
    )
    report = portal_with_full_columns.ok("user", "import", "out.csv", "-o", "json").json
    assert (report["rows"], report["unchanged"]) == (4, 4)


def test_cells_are_harmless_unless_raw_is_asked_for(portal_with_full_columns: Portal) -> None:
    """A formula is written with an apostrophe in front; --raw leaves it."""
    assert "ben,'=cmd,'tHart," in portal_with_full_columns.ok("user", "export").out
    assert "ben,=cmd,'tHart," in portal_with_full_columns.ok("user", "export", "--raw").out


def test_filters_narrow_and_combine(portal_with_full_columns: Portal) -> None:
    """By department, type and status."""

    def logins(*options: str) -> list[str]:
        text = portal_with_full_columns.ok("user", "export", *options).out
        return [row["Login"] for row in csv.DictReader(io.StringIO(text))]

    assert logins() == ["ann", "ben", "cara", "owner"]
    assert logins("--department", "Sales") == ["ann"]
    assert logins("--status", "active") == ["ann", "owner"]
    assert logins("--type", "prospect", "--status", "ended") == ["cara"]


def test_only_people_and_groups_in_scope_leave(portal_with_full_columns: Portal) -> None:
    """A manager of Sales gets the people of Sales, without groups kept elsewhere."""
    portal_with_full_columns.ok(
        "role", "grant", "ann", "department-administrator", "--department", "Sales"
    )
    text = portal_with_full_columns.ok("user", "export", "--as", "ann").out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Login"], row["Group"]) for row in rows] == [("ann", "")]


def test_a_mark_for_excel_stands_in_front_when_asked_for(portal_with_full_columns: Portal) -> None:
    """--bom begins the file with a byte-order mark, which the import reads past."""
    portal_with_full_columns.ok("user", "export", "--bom", "--to", "out.csv")
    assert (
        portal_with_full_columns.folder.joinpath("out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    )
    assert (
        portal_with_full_columns.ok("user", "import", "out.csv", "-o", "json").json["unchanged"]
        == 4
    )


def test_an_export_is_audited(portal_with_full_columns: Portal) -> None:
    """Who took people's data out is on record, with what was asked for."""
    portal_with_full_columns.ok("user", "export", "--status", "active")
    rows = portal_with_full_columns.sql(
        "SELECT detail_json FROM audit_rows WHERE code = 'users.exported'"
    )
    assert len(rows) == 1
    assert "active" in rows[0][0]


@pytest.mark.parametrize(("more", "expected"), [((), "1 person"), (("ann",), "2 people")])
def test_an_export_says_how_many_people_there_are(
    portal: Portal, more: tuple[str, ...], expected: str
) -> None:
    """One person is no people."""
    for login in more:
        portal.ok(
            "user", "create", "--login", login, "--first-name", "A", "--last-name", "N"
        )  # fmt: skip
    ran = portal.ok("user", "export", "--to", "people.csv")
    assert f"Exported {expected}." in ran.err
