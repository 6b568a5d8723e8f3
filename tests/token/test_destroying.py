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
from tests.refusals import refused, unchanged
from tests.states import everything
from tests.tokens import enrolled, invitations, person, redeem, redeeming, shown, stocked, token

# Nothing else in a portal is written like this, in whatever case.
CODE = "Zqxv-Wkjy-7731-Plmo"
_FORMS = tuple(form.encode() for form in (CODE, CODE.casefold(), CODE.upper()))


@pytest.fixture
def desk(portal: Portal) -> Portal:
    """Return a portal with something to learn."""
    return stocked(portal)


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
    rows = [row for table in everything(portal).values() for row in table]
    return [row for row in rows if CODE.casefold() in row.casefold()]


def use_up_and_down(portal: Portal) -> None:
    """Let a token live: redemptions, refusals, edits, a pause."""
    person(portal, "kim")
    for who in ("kim", "ann", "ben"):
        redeem(portal, who, CODE)
    portal.ok("token", "edit", CODE, "--nickname", "A name that makes the row much longer")
    portal.ok("token", "deactivate", CODE)
    portal.refused(*redeeming("cat", CODE))
    portal.ok("token", "activate", CODE)
    portal.refused("token", "edit", CODE, "--limit", "1")
    portal.refused("token", "create", "--content", "topic", "--code", CODE)


def test_after_destruction_no_row_holds_the_code(desk: Portal) -> None:
    """Not the token's, not the audit log, not a mail; people, enrollments and ledger stay."""
    token(desk, CODE)
    use_up_and_down(desk)
    number = shown(desk, CODE)["id"]
    assert rows_that_tell(desk)
    before = (enrolled(desk), invitations(desk))
    fingerprint = desk.ok("token", "history", CODE, "-o", "json").json["items"][0]["fingerprint"]
    desk.ok("token", "delete", CODE, "--yes")
    assert rows_that_tell(desk) == []
    assert (enrolled(desk), invitations(desk)) == before
    ledger = desk.ok("token", "history", "-o", "json").json["items"]
    assert [row["login"] for row in ledger] == ["kim", "ann", "ben"]
    assert {row["token_id"] for row in ledger} == {number}
    assert {row["fingerprint"] for row in ledger} == {fingerprint}
    desk.refused(*redeeming("cat", CODE))
    assert rows_that_tell(desk) == []


def test_the_ledger_keeps_the_nickname_a_token_had(desk: Portal) -> None:
    """So that it still says which campaign brought somebody when the token is long gone."""
    token(desk, CODE, "topic", "--nickname", "Spring fair")
    redeem(desk, "ann", CODE)
    desk.ok("token", "delete", CODE, "--yes")
    (row,) = desk.ok("token", "history", "-o", "json").json["items"]
    assert (row["nickname"], row["email"]) == ("Spring fair", "ann@example.com")
    ann = desk.ok("user", "show", "ann@example.com", "-o", "json").json
    assert (ann["origin"], ann["origin_detail"]) == ("token", "1 (Spring fair)")


def test_deleted_and_unknown_get_one_answer(desk: Portal) -> None:
    """Nobody learns that a code was right once, nor gets a similar one suggested."""
    token(desk, CODE)
    token(desk, f"{CODE}2")
    desk.ok("token", "delete", CODE, "--yes")
    answers = [
        refused(desk, *redeeming("ann", given), code="token_unknown", status=4)
        for given in (CODE, "never-was", f"{CODE}3")
    ]
    assert answers[0] == answers[1] == answers[2]
    for verb in ("show", "edit", "activate", "deactivate", "delete", "link", "explain", "history"):
        assert desk.refused("token", verb, CODE) == "token_unknown"


def test_a_code_is_free_again_after_deletion(desk: Portal) -> None:
    """The new token is another one: its own number, no uses."""
    token(desk, CODE)
    redeem(desk, "ann", CODE)
    desk.ok("token", "delete", CODE, "--yes")
    token(desk, CODE, "article")
    new = shown(desk, CODE)
    assert (new["id"], new["uses"], new["content"]) == (2, 0, "article")
    assert desk.ok("token", "history", CODE, "-o", "json").json == {"items": [], "hidden": 0}


def test_destruction_wants_a_yes_and_says_what_goes(desk: Portal) -> None:
    """Without one nothing is destroyed; the question names tokens without their codes."""
    token(desk, CODE, "topic", "--nickname", "Fair")
    redeem(desk, "ann", CODE)
    with unchanged(desk, audited=0):
        ran = desk.run("token", "delete", CODE, "-o", "json")
    assert (ran.status, ran.code) == (9, "confirmation_needed")
    told = " ".join(detail["message"] for detail in ran.error["details"])
    assert "1 (Fair)" in told
    assert "ledger of uses (1)" in told
    assert CODE not in ran.err


def test_many_tokens_go_at_once_or_none_of_them(desk: Portal) -> None:
    """After one confirmation; an unknown one among them keeps all, unless it may be missing."""
    for code in ("one", "two", "three"):
        token(desk, code)
    words = ("token", "delete", "one", "nosuch", "--yes")
    with unchanged(desk):
        assert desk.refused(*words) == "token_unknown"
    gone = desk.ok("token", "delete", "one", "two", "nosuch", "--if-missing", "ok", "--yes").out
    assert "nosuch\tunchanged" in gone
    assert desk.ok("token", "list", "-o", "id").out.split() == ["three"]


def test_a_rehearsed_destruction_destroys_nothing(desk: Portal) -> None:
    """It reports the same and leaves every row."""
    token(desk, CODE)
    with unchanged(desk, audited=0):
        desk.ok("token", "delete", CODE, "-n")
    redeem(desk, "ann", CODE)


def test_all_other_tokens_are_what_they_were(desk: Portal) -> None:
    """Although SQLite puts each of them down anew."""
    desk.ok("token", "mint", "--content", "pathway", "--count", "300", "--to", "codes.csv")
    token(desk, CODE)
    token(desk, "last", "topic", "--limit", "5", "--expires", "2026-12-31", "--creates", "client")
    before = [row for row in everything(desk)["tokens"] if CODE not in row]
    desk.ok("token", "delete", CODE, "--yes")
    assert everything(desk)["tokens"] == before
    token(desk, "next")
    assert shown(desk, "next")["id"] == 303


# Bytes -------------------------------------------------------------------------------------------


@pytest.fixture(params=["delete", "wal"])
def crowded(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Portal:
    """Return a SQLite portal, with a rollback journal or a write-ahead log, and many tokens."""
    made = templates.copy("sqlite", tmp_path)
    plain = sqlite3.connect(dburl.sqlite_path(made.url))
    assert plain.execute(f"PRAGMA journal_mode={request.param}").fetchone() == (request.param,)
    plain.close()
    stocked(made)
    made.ok("token", "mint", "--content", "topic", "--count", "400", "--to", "before.csv")
    token(made, CODE, "topic", "--nickname", "n")
    made.ok("token", "mint", "--content", "topic", "--count", "400", "--to", "after.csv")
    return made


def churn(portal: Portal) -> None:
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


def test_no_byte_of_the_code_stays_in_the_files(crowded: Portal) -> None:
    """Not in a page that is used, nor in a free one, nor in log or journal."""
    use_up_and_down(crowded)
    assert traces(crowded)
    ran = crowded.ok("token", "delete", CODE, "--yes")
    assert traces(crowded) == []
    assert "db vacuum" not in ran.err
    assert crowded.ok("db", "check", "-o", "json").json == []


def test_no_copy_of_codes_whose_rows_have_wandered_stays(crowded: Portal) -> None:
    """Whatever pages did before: of hundreds of tokens destroyed at once not one code is left."""
    churn(crowded)
    going = every_other(crowded)
    crowded.ok("token", "delete", *going, "--yes")
    assert codes_in_bytes(crowded, set(going.values())) == set()
    assert shown(crowded, CODE)["active"]


def test_overwriting_alone_would_leave_copies(
    crowded: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own overwriting misses what wandered: the test above can be failed."""
    monkeypatch.setattr(
        store,
        "destroy",
        lambda work, ids: work.run(delete(Token).where(col(Token.id).in_(ids))),
    )
    churn(crowded)
    going = every_other(crowded)
    crowded.ok("token", "delete", *going, "--yes")
    assert codes_in_bytes(crowded, set(going.values()))


def test_a_reader_that_pins_the_log_is_told_of_and_a_vacuum_finishes(crowded: Portal) -> None:
    """The deletion succeeds and warns; when the reader is gone `db vacuum` wipes the rest.

    With a rollback journal nobody can read while somebody commits, so there is nothing to warn of.
    """
    reader = sqlite3.connect(dburl.sqlite_path(crowded.url), isolation_level=None)
    is_log = reader.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    reader.execute("BEGIN")
    if is_log:
        reader.execute("SELECT count(*) FROM tokens").fetchone()
    ran = crowded.ok("token", "delete", CODE, "--yes")
    assert ("db vacuum" in ran.err) == is_log
    assert bool(traces(crowded)) == is_log
    assert crowded.refused(*redeeming("ann", CODE)) == "token_unknown"
    reader.close()
    crowded.ok("db", "vacuum")
    assert traces(crowded) == []


def test_without_overwriting_the_code_stays(
    crowded: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain DELETE leaves the code in a free place of its page."""

    def careless(work: Work, ids: list[int]) -> None:
        work.value(text("PRAGMA secure_delete=OFF"))
        work.run(delete(Token).where(col(Token.id).in_(ids)))

    monkeypatch.setattr(store, "destroy", careless)
    crowded.ok("token", "delete", CODE, "--yes")
    assert traces(crowded)


# On a server -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_vacuum_takes_the_code_out_of_a_servers_files(desk: Portal) -> None:
    """What the table's files still hold after the deletion is gone after `db vacuum`."""
    token(desk, CODE)
    desk.ok("token", "delete", CODE, "--yes")
    assert in_servers_files(desk)
    desk.ok("db", "vacuum")
    assert not in_servers_files(desk)


def in_servers_files(portal: Portal) -> bool:
    """Say whether the code stands in the bytes of the table's file on the server."""
    portal.sql("CHECKPOINT")
    (place,) = portal.sql("SELECT pg_read_binary_file(pg_relation_filepath('tokens'))")
    return any(form in bytes(place[0]) for form in _FORMS)
