"""What destroying a token promises: its code is nowhere any more, and everybody stays."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import col, delete

from lmsctl.kit import database, dburl, driver
from lmsctl.kit.sqlite import library as sqlite3
from lmsctl.kit.work import Work
from lmsctl.token import store
from lmsctl.token.model import Token
from tests.conftest import Portal, Templates
from tests.database_rows import all_rows
from tests.refusals import refused, unchanged
from tests.tokens import (
    create_items,
    create_person,
    create_token,
    enrolled_addresses,
    invited_addresses,
    redeem,
    redeem_command,
    show_token,
)

# Nothing else in a portal is written like this, in whatever case.
CODE = "Zqxv-Wkjy-7731-Plmo"
_FORMS = tuple(form.encode() for form in (CODE, CODE.casefold(), CODE.upper()))


@pytest.fixture
def portal_with_items(portal: Portal) -> Portal:
    """Return a portal with something to learn."""
    return create_items(portal)


def files(portal: Portal) -> list[Path]:
    """Return the files a SQLite portal lives in now: the database, its log, its journal."""
    place = dburl.sqlite_path(portal.url)
    found = [place.with_name(place.name + end) for end in ("", "-wal", "-shm", "-journal")]
    return [file for file in found if file.exists()]


def traces(portal: Portal) -> list[str]:
    """Return the names of the files in whose bytes the code stands in any case."""
    return [
        file.name for file in files(portal) if any(form in file.read_bytes() for form in _FORMS)
    ]


def rows_that_tell(portal: Portal) -> list[str]:
    """Return every row of every table that holds the code in any case."""
    rows = [row for table in all_rows(portal).values() for row in table]
    return [row for row in rows if CODE.casefold() in row.casefold()]


def use_token(portal: Portal) -> None:
    """Let a token live: redemptions, refusals, edits, a pause."""
    create_person(portal, "kim")
    for who in ("kim", "ann", "ben"):
        redeem(portal, who, CODE)
    portal.ok("token", "edit", CODE, "--nickname", "A name that makes the row much longer")
    portal.ok("token", "deactivate", CODE)
    portal.refused(*redeem_command("cat", CODE))
    portal.ok("token", "activate", CODE)
    portal.refused("token", "edit", CODE, "--limit", "1")
    portal.refused("token", "create", "--content", "topic", "--code", CODE)


def test_after_destruction_no_row_holds_the_code(portal_with_items: Portal) -> None:
    """Not the token's, not the audit log, not a mail; people, enrollments and ledger stay."""
    create_token(portal_with_items, CODE)
    use_token(portal_with_items)
    number = show_token(portal_with_items, CODE)["id"]
    assert rows_that_tell(portal_with_items)
    before = (enrolled_addresses(portal_with_items), invited_addresses(portal_with_items))
    fingerprint = portal_with_items.ok("token", "history", CODE, "-o", "json").json["items"][0][
        "fingerprint"
    ]
    portal_with_items.ok("token", "delete", CODE, "--yes")
    assert rows_that_tell(portal_with_items) == []
    assert (enrolled_addresses(portal_with_items), invited_addresses(portal_with_items)) == before
    ledger = portal_with_items.ok("token", "history", "-o", "json").json["items"]
    assert [row["login"] for row in ledger] == ["kim", "ann", "ben"]
    assert {row["token_id"] for row in ledger} == {number}
    assert {row["fingerprint"] for row in ledger} == {fingerprint}
    portal_with_items.refused(*redeem_command("cat", CODE))
    assert rows_that_tell(portal_with_items) == []


def test_the_ledger_keeps_the_nickname_a_token_had(portal_with_items: Portal) -> None:
    """So that it still says which campaign brought somebody when the token is long gone."""
    create_token(portal_with_items, CODE, "topic", "--nickname", "Spring fair")
    redeem(portal_with_items, "ann", CODE)
    portal_with_items.ok("token", "delete", CODE, "--yes")
    (row,) = portal_with_items.ok("token", "history", "-o", "json").json["items"]
    assert (row["nickname"], row["email"]) == ("Spring fair", "ann@example.com")
    ann = portal_with_items.ok("user", "show", "ann@example.com", "-o", "json").json
    assert (ann["origin"], ann["origin_detail"]) == ("token", "1 (Spring fair)")


def test_deleted_and_unknown_get_one_answer(portal_with_items: Portal) -> None:
    """Nobody learns that a code was right once, nor gets a similar one suggested."""
    create_token(portal_with_items, CODE)
    create_token(portal_with_items, f"{CODE}2")
    portal_with_items.ok("token", "delete", CODE, "--yes")
    answers = [
        refused(portal_with_items, *redeem_command("ann", given), code="token_unknown", status=4)
        for given in (CODE, "never-was", f"{CODE}3")
    ]
    assert answers[0] == answers[1] == answers[2]
    for verb in ("show", "edit", "activate", "deactivate", "delete", "link", "explain", "history"):
        change = ("--limit", "5") if verb == "edit" else ()
        assert portal_with_items.refused("token", verb, CODE, *change) == "token_unknown"


def test_a_code_is_free_again_after_deletion(portal_with_items: Portal) -> None:
    """The new token is another one: its own number, no uses."""
    create_token(portal_with_items, CODE)
    redeem(portal_with_items, "ann", CODE)
    portal_with_items.ok("token", "delete", CODE, "--yes")
    create_token(portal_with_items, CODE, "article")
    new = show_token(portal_with_items, CODE)
    assert (new["id"], new["uses"], new["content"]) == (2, 0, "article")
    assert portal_with_items.ok("token", "history", CODE, "-o", "json").json == {
        "items": [],
        "hidden": 0,
    }


def test_destruction_wants_a_yes_and_says_what_goes(portal_with_items: Portal) -> None:
    """Without one nothing is destroyed; the question names tokens without their codes."""
    create_token(portal_with_items, CODE, "topic", "--nickname", "Fair")
    redeem(portal_with_items, "ann", CODE)
    with unchanged(portal_with_items, audited=0):
        ran = portal_with_items.run("token", "delete", CODE, "-o", "json")
    assert (ran.status, ran.code) == (9, "confirmation_needed")
    told = " ".join(detail["message"] for detail in ran.error["details"])
    assert "1 (Fair)" in told
    assert "ledger of uses (1)" in told
    assert CODE not in ran.err


def test_many_tokens_go_at_once_or_none_of_them(portal_with_items: Portal) -> None:
    """After one confirmation; an unknown one among them keeps all, unless it may be missing."""
    for code in ("one", "two", "three"):
        create_token(portal_with_items, code)
    words = ("token", "delete", "one", "nosuch", "--yes")
    with unchanged(portal_with_items):
        assert portal_with_items.refused(*words) == "token_unknown"
    gone = portal_with_items.ok(
        "token", "delete", "one", "two", "nosuch", "--if-missing", "ok", "--yes"
    ).out
    assert "nosuch\tunchanged" in gone
    assert portal_with_items.ok("token", "list", "-o", "id").out.split() == ["three"]


def test_a_rehearsed_destruction_destroys_nothing(portal_with_items: Portal) -> None:
    """It reports the same and leaves every row."""
    create_token(portal_with_items, CODE)
    with unchanged(portal_with_items, audited=0):
        portal_with_items.ok("token", "delete", CODE, "-n")
    redeem(portal_with_items, "ann", CODE)


def test_all_other_tokens_are_what_they_were(portal_with_items: Portal) -> None:
    """Although SQLite puts each of them down anew."""
    portal_with_items.ok(
        "token", "mint", "--content", "pathway", "--count", "300", "--to", "codes.csv"
    )
    create_token(portal_with_items, CODE)
    create_token(
        portal_with_items,
        "last",
        "topic",
        "--limit",
        "5",
        "--expires",
        "2026-12-31",
        "--creates",
        "client",
    )
    before = [row for row in all_rows(portal_with_items)["tokens"] if CODE not in row]
    portal_with_items.ok("token", "delete", CODE, "--yes")
    assert all_rows(portal_with_items)["tokens"] == before
    create_token(portal_with_items, "next")
    assert show_token(portal_with_items, "next")["id"] == 303


# Bytes -------------------------------------------------------------------------------------------


@pytest.fixture(params=["delete", "wal"])
def portal_with_many_tokens(
    request: pytest.FixtureRequest, templates: Templates, tmp_path: Path
) -> Portal:
    """Return a SQLite portal, with a rollback journal or a write-ahead log, and many tokens."""
    made = templates.copy("sqlite", tmp_path)
    plain = sqlite3.connect(dburl.sqlite_path(made.url))
    assert plain.execute(f"PRAGMA journal_mode={request.param}").fetchone() == (request.param,)
    plain.close()
    create_items(made)
    made.ok("token", "mint", "--content", "topic", "--count", "400", "--to", "before.csv")
    create_token(made, CODE, "topic", "--nickname", "n")
    made.ok("token", "mint", "--content", "topic", "--count", "400", "--to", "after.csv")
    return made


def rewrite_rows(portal: Portal) -> None:
    """Let rows grow and shrink, so that pages split and merge and copies stay behind in them."""
    connection = driver.open_database(portal.url, patience=10)
    connection.begin_writing()
    database.execute(connection, "PRAGMA secure_delete=ON")
    for step in range(4_000):
        database.execute(
            connection,
            "UPDATE tokens SET nickname = :nickname WHERE id = :id",
            nickname="x" * (400, 0)[step // 100 % 2],
            id=step % 801 + 1,
        )
    connection.commit()
    connection.close()


def codes_in_bytes(portal: Portal, codes: set[str]) -> set[str]:
    """Return which of these generated codes stand in the bytes of the files."""
    data = b"".join(file.read_bytes() for file in files(portal))
    return {code for code in codes if code.encode() in data}


def every_other(portal: Portal) -> dict[str, str]:
    """Return the codes of half of the generated tokens by their numbers."""
    rows = portal.ok("token", "list", "-o", "json").json
    return {str(row["id"]): row["code"] for row in rows if row["code"] != CODE and row["id"] % 2}


def test_no_byte_of_the_code_stays_in_the_files(portal_with_many_tokens: Portal) -> None:
    """Not in a page that is used, nor in a free one, nor in log or journal."""
    use_token(portal_with_many_tokens)
    assert traces(portal_with_many_tokens)
    ran = portal_with_many_tokens.ok("token", "delete", CODE, "--yes")
    assert traces(portal_with_many_tokens) == []
    assert "db vacuum" not in ran.err
    assert portal_with_many_tokens.ok("db", "check", "-o", "json").json == []


def test_no_copy_of_codes_whose_rows_have_wandered_stays(portal_with_many_tokens: Portal) -> None:
    """Whatever pages did before: of hundreds of tokens destroyed at once not one code is left."""
    rewrite_rows(portal_with_many_tokens)
    going = every_other(portal_with_many_tokens)
    portal_with_many_tokens.ok("token", "delete", *going, "--yes")
    assert codes_in_bytes(portal_with_many_tokens, set(going.values())) == set()
    assert show_token(portal_with_many_tokens, CODE)["active"]


def test_overwriting_alone_would_leave_copies(
    portal_with_many_tokens: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own overwriting misses what wandered: the test above can be failed."""
    monkeypatch.setattr(
        store,
        "destroy",
        lambda work, ids: work.run(delete(Token).where(col(Token.id).in_(ids))),
    )
    rewrite_rows(portal_with_many_tokens)
    going = every_other(portal_with_many_tokens)
    portal_with_many_tokens.ok("token", "delete", *going, "--yes")
    assert codes_in_bytes(portal_with_many_tokens, set(going.values()))


def test_a_reader_that_pins_the_log_is_told_of_and_a_vacuum_finishes(
    portal_with_many_tokens: Portal,
) -> None:
    """The deletion succeeds and warns; when the reader is gone `db vacuum` wipes the rest.

    With a rollback journal nobody can read while somebody commits, so there is nothing to warn of.
    """
    reader = sqlite3.connect(dburl.sqlite_path(portal_with_many_tokens.url), isolation_level=None)
    is_log = reader.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    reader.execute("BEGIN")
    if is_log:
        reader.execute("SELECT count(*) FROM tokens").fetchone()
    ran = portal_with_many_tokens.ok("token", "delete", CODE, "--yes")
    assert ("db vacuum" in ran.err) == is_log
    assert bool(traces(portal_with_many_tokens)) == is_log
    assert portal_with_many_tokens.refused(*redeem_command("ann", CODE)) == "token_unknown"
    reader.close()
    portal_with_many_tokens.ok("db", "vacuum")
    assert traces(portal_with_many_tokens) == []


def test_without_overwriting_the_code_stays(
    portal_with_many_tokens: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain DELETE leaves the code in a free place of its page."""

    def careless(work: Work, ids: list[int]) -> None:
        work.value(text("PRAGMA secure_delete=OFF"))
        work.run(delete(Token).where(col(Token.id).in_(ids)))

    monkeypatch.setattr(store, "destroy", careless)
    portal_with_many_tokens.ok("token", "delete", CODE, "--yes")
    assert traces(portal_with_many_tokens)


# On a server -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_vacuum_takes_the_code_out_of_a_servers_files(portal_with_items: Portal) -> None:
    """What the table's files still hold after the deletion is gone after `db vacuum`."""
    create_token(portal_with_items, CODE)
    portal_with_items.ok("token", "delete", CODE, "--yes")
    assert in_servers_files(portal_with_items)
    portal_with_items.ok("db", "vacuum")
    assert not in_servers_files(portal_with_items)


def in_servers_files(portal: Portal) -> bool:
    """Say whether the code stands in the bytes of the table's file on the server."""
    portal.sql("CHECKPOINT")
    (place,) = portal.sql("SELECT pg_read_binary_file(pg_relation_filepath('tokens'))")
    return any(form in bytes(place[0]) for form in _FORMS)
