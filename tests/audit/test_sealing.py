"""The log is sealed soon after each change, by one at a time, and in nobody's way."""

from functools import partial
from typing import Any

import pytest

from lmsctl.audit import actions, store
from lmsctl.kit import clock, driver
from lmsctl.kit.database_errors import DatabaseLocked
from lmsctl.kit.sealing import Sealing
from lmsctl.kit.work import Work, run_at_once
from tests import kills
from tests.conftest import Portal
from tests.statements import execute_text

UNSEALED = "SELECT count(*) FROM audit_rows WHERE seal_no IS NULL"


def verified(portal: Portal) -> Any:
    """Verify a log of which nothing is wrong, and return what is said about it."""
    return portal.ok("audit", "verify", "-o", "json").json


def seal_some(portal: Portal) -> bool:
    """Seal as the end of a command does; False while somebody else is sealing."""
    connection = driver.open_database(portal.url, patience=10)
    try:
        return actions.seal_some(connection)
    except DatabaseLocked:
        return False
    finally:
        connection.close()


def unseal(portal: Portal) -> None:
    """Make the log what it was before there were seals."""
    portal.each(
        [
            "UPDATE audit_rows SET seal_no = NULL, seal = NULL",
            "UPDATE audit_heads SET seal_no = 0, seal = '" + "0" * 64 + "'",
        ]
    )


def test_a_change_is_sealed_when_its_command_ends(portal: Portal) -> None:
    """So is a refusal, and each line of a batch; the chain has one number for each entry."""
    portal.ok("department", "create", "Sales")
    assert portal.value(UNSEALED) == 0
    assert portal.refused("department", "create", "Sales") == "department_exists"
    assert portal.value(UNSEALED) == 0
    portal.ok("batch", "-", stdin="department create A\ndepartment create B\n")
    assert portal.value(UNSEALED) == 0
    numbers = [row[0] for row in portal.sql("SELECT seal_no FROM audit_rows ORDER BY id")]
    assert numbers == list(range(1, len(numbers) + 1))
    state = verified(portal)
    assert (state["sealed"], state["unsealed"], state["findings"]) == (len(numbers), 0, [])


def test_verifying_seals_the_rest(portal: Portal) -> None:
    """What was left over, whoever left it; a rehearsal counts it and seals nothing."""
    portal.ok("department", "create", "Sales")
    count = portal.value("SELECT count(*) FROM audit_rows")
    unseal(portal)
    rehearsed = portal.ok("--dry-run", "audit", "verify", "-o", "json").json
    assert (rehearsed["sealed"], rehearsed["unsealed"]) == (0, count)
    assert portal.value(UNSEALED) == count
    assert (verified(portal)["sealed"], portal.value(UNSEALED)) == (count, 0)


def test_looking_seals_nothing(portal: Portal) -> None:
    """Who reads writes nothing, seals included."""
    unseal(portal)
    portal.ok("audit", "list")
    portal.ok("user", "list")
    assert portal.value(UNSEALED) == portal.value("SELECT count(*) FROM audit_rows")


def test_sealing_that_fails_is_no_failure_of_the_change(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command ends well, and the next one seals what is left."""
    with monkeypatch.context() as patch:
        patch.setattr(store, "set_seals", lambda *_: 1 / 0)
        ran = portal.ok("department", "create", "Sales")
    assert "Created the department Sales." in ran.err
    assert portal.value(UNSEALED) == 1
    portal.ok("department", "create", "Other")
    assert portal.value(UNSEALED) == 0


def test_who_has_written_for_long_seals_meanwhile(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only at its end: a long batch leaves no long stretch unsealed."""
    monkeypatch.setattr("lmsctl.cli.Sealing", partial(Sealing, pause=0))
    seen = []
    plain = actions.seal_some

    def noted(connection: driver.Connection) -> bool:
        seen.append(connection)
        return plain(connection)

    monkeypatch.setattr(actions, "seal_some", noted)
    portal.ok("batch", "-", stdin="department create A\ndepartment create B\n")
    assert len(seen) == 2
    assert verified(portal)["findings"] == []


def test_only_one_seals_at_a_time_and_nobody_waits(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes while somebody seals leaves it to them, at once."""
    unseal(portal)
    others: list[bool] = []
    with monkeypatch.context() as patch:
        _do_meanwhile(patch, lambda: others.append(seal_some(portal)))
        seal_some(portal)
    assert others == [False]
    assert verified(portal)["findings"] == []


@pytest.mark.parametrize("is_guarded", [True, False])
def test_two_sealers_make_one_chain(
    both_databases: list[Portal], monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    """An entry of a lower number may be committed later; without the lock that breaks the chain.

    On SQLite whoever writes is alone.
    """
    portal = both_databases[1]
    portal.ok("department", "create", "Sales")
    late = driver.open_database(portal.url, patience=10)
    unseal(portal)
    late.begin_writing()
    names = "happened_at, operator, command, verdict, code, target, detail_json"
    execute_text(
        late,
        f"INSERT INTO audit_rows (id, {names}) SELECT -1, {names} FROM audit_rows WHERE id = 1",
    )

    def other() -> None:
        late.commit()
        late.close()
        seal_some(portal)

    with monkeypatch.context() as patch:
        if not is_guarded:
            patch.setattr(store, "find_head_for_update", lambda work, **_: store.find_head(work))
        _do_meanwhile(patch, other)
        seal_some(portal)
    ran = portal.run("audit", "verify", "-o", "json")
    assert (ran.status == 0) is is_guarded, ran.out


def _do_meanwhile(patch: pytest.MonkeyPatch, act: Any) -> None:
    """Let somebody act once, between what a sealer reads and what it writes."""
    plain, todo = store.list_unsealed, [act]

    def reading(work: Work, most: int) -> Any:
        rows = plain(work, most)
        if todo:
            todo.pop()()
        return rows

    patch.setattr(store, "list_unsealed", reading)


def test_what_is_set_for_sealing_ends_with_it(portal: Portal) -> None:
    """The next change is as durable and as patient as any other."""
    connection = driver.open_database(portal.url, patience=7)
    asked = ("PRAGMA synchronous", "PRAGMA busy_timeout")
    if not portal.is_sqlite:
        asked = ("SHOW synchronous_commit", "SHOW lock_timeout")
    before = [execute_text(connection, one).scalar() for one in asked]
    run_at_once(connection, clock.read(), lambda _: None)
    with pytest.raises(ZeroDivisionError):
        run_at_once(connection, clock.read(), lambda _: 1 / 0)
    assert [execute_text(connection, one).scalar() for one in asked] == before
    assert connection.patience == 7
    connection.close()


def test_a_kill_leaves_a_chain_that_goes_on(portal: Portal) -> None:
    """At every call of the database, those of sealing among them."""
    at, was_killed, after_commit = 0, True, 0
    while was_killed:
        at += 1
        was_killed = kills.run_killed(portal, ["department", "create", f"D{at}"], at)
        if was_killed:
            # Once the change is committed, every further kill is one of sealing.
            after_commit += portal.value(UNSEALED) > 0
            state = portal.ok("--dry-run", "audit", "verify", "-o", "json").json
            assert state["findings"] == []
            seal_some(portal)
    assert after_commit > 2
    state = verified(portal)
    assert state["sealed"] == portal.value("SELECT count(*) FROM audit_rows")


def test_who_is_not_let_change_the_log_can_work(portal: Portal) -> None:
    """A log that the database itself keeps from changes is written, and not sealed."""
    if portal.is_sqlite:
        portal.sql(
            "CREATE TRIGGER no BEFORE UPDATE ON audit_rows BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    else:
        last = portal.value("SELECT max(seal_no) FROM audit_rows")
        portal.sql(f"ALTER TABLE audit_rows ADD CONSTRAINT no CHECK (seal_no <= {last})")
    portal.ok("department", "create", "Sales")
    assert portal.value(UNSEALED) == 1


def test_a_log_without_its_end_is_not_sealed_any_more(portal: Portal) -> None:
    """Nobody knows what to go on from, and verifying says so."""
    portal.sql("DELETE FROM audit_heads")
    portal.ok("department", "create", "Sales")
    ran = portal.run("audit", "verify", "-o", "json")
    assert ran.status == 10
    assert [one["breach"] for one in ran.json["findings"]] == ["headless"]
    assert ran.json["unsealed"] == 1


def test_a_restored_log_is_whole_and_goes_on(portal: Portal) -> None:
    """The backup has the chain as it was; the restoring itself is sealed after it."""
    portal.ok("department", "create", "Sales")
    try:
        portal.ok("db", "backup", "kept")
    except AssertionError as error:
        if "tool_missing" in str(error) or "pg_dump" in str(error):
            pytest.skip("pg_dump is not installed")
        raise
    portal.ok("department", "create", "Later")
    portal.ok("db", "restore", "kept", "--yes")
    portal.ok("department", "create", "Again")
    state = verified(portal)
    assert state["sealed"] == portal.value("SELECT count(*) FROM audit_rows")


def test_entries_of_older_versions_are_sealed_by_the_upgrade(
    empty_database: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the first command that follows; a rehearsal of it seals nothing."""
    with monkeypatch.context() as patch:
        patch.setattr("lmsctl.kit.schema.VERSION", "0016")
        patch.setattr(store, "find_head_for_update", lambda *_, **__: None)
        empty_database.ok("init", "--sandbox")
        empty_database.ok("department", "create", "Sales")
    before = empty_database.value(UNSEALED)
    empty_database.ok("--dry-run", "db", "upgrade")
    empty_database.ok("db", "upgrade")
    assert before > 1
    assert empty_database.value(UNSEALED) == 0
    assert verified(empty_database)["sealed"] == before + 1


def test_sealing_raises_what_is_wrong_when_it_is_asked_for(portal: Portal) -> None:
    """What a command passes over, verifying tells."""
    unseal(portal)
    if portal.is_sqlite:
        portal.sql(
            "CREATE TRIGGER no BEFORE UPDATE ON audit_rows BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    else:
        portal.sql("ALTER TABLE audit_rows ADD CONSTRAINT no CHECK (seal_no < 1)")
    assert portal.run("audit", "verify").status not in {0, 10}
