"""The unit of work: one transaction, repeated when others come between, undone when refused."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select, update

from lmsctl.department.model import Department
from lmsctl.group.model import Group
from lmsctl.kit import clock, database_errors, driver
from lmsctl.kit.confirmation import ConfirmationNeeded
from lmsctl.kit.database_errors import DatabaseLocked, RetryTransaction
from lmsctl.kit.errors import Rejected
from lmsctl.kit.retries import MeanwhileChanged
from lmsctl.kit.statements import among, columns_of
from lmsctl.kit.work import Work, run_read, run_write
from lmsctl.portal.model import Portal as Portals
from lmsctl.user.model import User
from tests.conftest import Portal


class SomeRefusal(Rejected):
    """A refusal."""

    code = "no"
    message = "No."
    hint = "Leave it."


@contextmanager
def open_units(portal: Portal, patience: float = 10) -> Iterator[Callable[..., Work]]:
    """Yield what makes units of work on one connection."""
    connection = driver.open_database(portal.url, patience=patience)
    try:
        yield lambda **more: Work(
            connection, now=clock.read(), operator="tester", command="test", **more
        )
    finally:
        connection.close()


def rename(name: str) -> Callable[[Work], int]:
    """Return a verb that renames the portal."""
    return lambda work: work.run(text("UPDATE portals SET name = :name"), name=name)


def test_what_is_done_is_durable_and_what_is_refused_is_undone(portal: Portal) -> None:
    """Any exception undoes everything, and so does a rehearsal."""
    with open_units(portal) as make:
        assert run_write(make, rename("Kept")) == 1

        def refuse(work: Work) -> None:
            rename("Refused")(work)
            raise SomeRefusal

        with pytest.raises(SomeRefusal):
            run_write(make, refuse)
        assert run_write(lambda: make(is_rehearsal=True), rename("Rehearsed")) == 1
    assert portal.value("SELECT name FROM portals") == "Kept"


def test_looking_never_writes(portal: Portal) -> None:
    """On PostgreSQL the transaction itself is read-only; SQLite's takes no lock."""
    with open_units(portal) as make, open_units(portal, patience=1) as other:
        assert run_read(make, lambda work: work.value(text("SELECT name FROM portals"))) == "Portal"
        run_write(other, rename("While reading")) if not portal.is_sqlite else None
        if not portal.is_sqlite:
            with pytest.raises(database_errors.DatabaseReadOnly):
                run_read(make, rename("Never"))


def test_a_listing_sees_one_state_to_its_end(portal: Portal) -> None:
    """Whoever changes rows meanwhile does not change the answer."""
    if portal.is_sqlite:
        pytest.skip("a reader holds writers back there")

    @dataclass
    class Name:
        name: str

    for number in range(3):
        portal.ok("department", "create", f"d{number}")
    with open_units(portal) as make:
        rows = run_read(
            make, lambda work: work.each(Name, text("SELECT name FROM departments ORDER BY id"))
        )
        next(rows)
        portal.sql("DELETE FROM departments WHERE name = 'd2'")
        assert [row.name for row in rows] == ["d0", "d1", "d2"]


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_who_reads_no_further_leaves_no_cursor_behind(portal: Portal) -> None:
    """The server would hold it until the end of the transaction, and the driver complain."""

    @dataclass
    class Name:
        name: str

    def read(work: Work) -> list[str]:
        rows = work.each(Name, select(Department.name))
        assert next(rows).name
        cursors = text("SELECT name FROM pg_cursors")
        before = work.values(cursors)
        del rows
        assert len(before) == 1
        return work.values(cursors)

    with open_units(portal) as make:
        assert run_read(make, read) == []


def test_writers_on_sqlite_exclude_each_other_from_the_beginning(portal: Portal) -> None:
    """So that what was read before the change is still true when it is made."""
    if not portal.is_sqlite:
        pytest.skip("PostgreSQL locks rows")
    with open_units(portal) as make, open_units(portal, patience=0.2) as other:
        work = make(is_writing=True)
        work.begin()
        with pytest.raises(DatabaseLocked):
            run_write(other, lambda _: None)
        work.connection.rollback()
        assert run_write(other, rename("Later")) == 1


def test_a_deadlock_is_repeated_until_both_are_through(portal: Portal) -> None:
    """Two that take the same two locks in opposite order, at the same moment."""
    if portal.is_sqlite:
        pytest.skip("SQLite knows no deadlock")
    portal.ok("department", "create", "A")
    portal.ok("department", "create", "B")
    meeting = threading.Barrier(2, timeout=10)
    attempts: list[str] = []

    def both(first: str, second: str) -> Callable[[Work], None]:
        def verb(work: Work) -> None:
            attempts.append(first)
            for name in (first, second):
                work.run(text("UPDATE departments SET code = code WHERE name = :name"), name=name)
                if name == first and attempts.count(first) == 1:
                    meeting.wait()

        return verb

    run_together(portal, both("A", "B"), both("B", "A"))
    assert len(attempts) > 2, "nobody had to repeat, so nothing was proved"


def test_two_who_put_in_the_same_thing_do_not_fail_by_accident(portal: Portal) -> None:
    """The loser looks again, sees it, and is refused in words."""
    meeting = threading.Barrier(2, timeout=10)
    attempts: list[int] = []
    answers: list[str] = []

    def verb(work: Work) -> None:
        attempts.append(1)
        found = work.value(text("SELECT id FROM user_groups WHERE name_key = 'same'"))
        if len(attempts) <= 2 and not portal.is_sqlite:
            meeting.wait()
        if found is None:
            root = work.value(text("SELECT id FROM departments WHERE parent_id IS NULL"))
            work.insert(Group, name="Same", name_key="same", department_id=root)
        answers.append("made" if found is None else "there")

    run_together(portal, verb, verb)
    assert len(attempts) == (2 if portal.is_sqlite else 3)
    assert sorted(answers[-2:]) == ["made", "there"]
    assert portal.value("SELECT count(*) FROM user_groups") == 1


def run_together(portal: Portal, *verbs: Callable[[Work], Any]) -> None:
    """Carry out each verb in a thread and on a connection of its own."""
    failures: list[BaseException] = []

    def run(verb: Callable[[Work], Any]) -> None:
        try:
            with open_units(portal) as make:
                run_write(make, verb)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_repeating_ends(portal: Portal) -> None:
    """Forty times; once a part of the work has been made durable, only the rest is repeated."""
    calls: list[Work] = []

    def always(work: Work) -> None:
        calls.append(work)
        raise RetryTransaction("40001")

    def after_a_part(work: Work) -> None:
        rename("First part")(work)
        work.checkpoint("The first part is in.", lambda: always(work))

    with open_units(portal) as make:
        with pytest.raises(MeanwhileChanged) as caught:
            run_write(make, always)
        assert len(calls) == len(set(map(id, calls))) == 40
        assert caught.value.retryable
        calls.clear()
        with pytest.raises(MeanwhileChanged):
            run_write(make, after_a_part)
        assert len(calls) == 40
        assert len(set(map(id, calls))) == 1
        assert calls[0].committed_note == "The first part is in."
    assert portal.value("SELECT name FROM portals") == "First part"


def test_what_is_durable_is_not_done_again(portal: Portal) -> None:
    """Others may come between when no step is left that could be repeated alone, as in a COMMIT."""
    calls: list[Work] = []

    def verb(work: Work) -> None:
        calls.append(work)
        rename(f"Part {len(calls)}")(work)
        work.checkpoint("A part is in.", lambda: None)
        raise RetryTransaction("40001")

    with open_units(portal) as make, pytest.raises(MeanwhileChanged):
        run_write(make, verb)
    assert [work.committed_note for work in calls] == ["A part is in."]
    assert portal.value("SELECT name FROM portals") == "Part 1"


def test_a_rehearsal_makes_no_part_durable(portal: Portal) -> None:
    """Also in runs that commit now and then."""

    def verb(work: Work) -> None:
        rename("Part")(work)
        work.checkpoint("A part is in.", lambda: None)

    with open_units(portal) as make:
        run_write(lambda: make(is_rehearsal=True), verb)
    assert portal.value("SELECT name FROM portals") == "Portal"


def test_late_work_holds_no_lock_before_it_begins(portal: Portal) -> None:
    """A long file can be read while others write."""
    with open_units(portal) as make, open_units(portal, patience=1) as other:

        def verb(work: Work) -> str:
            run_write(other, rename("Meanwhile"))
            work.begin()
            return str(work.value(text("SELECT name FROM portals")))

        assert run_write(make, verb, begins_itself=True) == "Meanwhile"


def test_a_confirmation_is_needed_unless_given_or_rehearsed(portal: Portal) -> None:
    """With what hangs on it."""
    with open_units(portal) as make:
        with pytest.raises(ConfirmationNeeded) as caught:
            make().confirm("Really?", ["one", "two"])
        assert caught.value.format_message() == "Not confirmed: Really?"
        assert [str(detail) for detail in caught.value.details] == ["one", "two"]
        make(is_confirmed=True).confirm("Really?")
        make(is_rehearsal=True).confirm("Really?")


def test_the_same_values_come_back_from_both_databases(portal: Portal) -> None:
    """Moments with their zone, truths, lists, and text with any sign."""

    @dataclass
    class Row:
        created_at: datetime
        is_sandbox: bool
        domains: list[str]
        name: str

    name = "100% :name '\" \\ ünï 山 ?"
    moment = clock.read("2026-03-02T13:00:00+01:00")

    def write(work: Work) -> None:
        work.run(update(Portals).values(created_at=moment, domains_json=["b", "a%"], name=name))

    def read(work: Work) -> None:
        columns = columns_of(Row, Portals, domains=col(Portals.domains_json))
        sought = select(*columns).where(col(Portals.name).startswith("100%", autoescape=True))
        assert work.one(Row, sought) == Row(moment, True, ["b", "a%"], name)
        with pytest.raises(TypeError, match="wants"):
            work.one(Row, select(Portals.name))
        ids = select(User.id)
        assert work.values(ids.where(among(User.id, [1, 7]))) == [1]
        assert work.values(ids.where(~among(User.id, [1]))) == []
        assert work.values(ids.where(among(User.id, []))) == []

    with open_units(portal) as make:
        run_write(make, write)
        run_read(make, read)


def test_what_is_not_read_to_its_end_ends_with_its_transaction(portal: Portal) -> None:
    """Forgotten later, it says nothing in the transaction that has begun since."""

    @dataclass
    class Number:
        id: int

    reading: list[Iterator[Number]] = []

    def read_a_little(work: Work) -> int:
        rows = work.each(Number, select(User.id))
        next(rows)
        reading.append(rows)
        if len(reading) == 1:
            raise RetryTransaction
        del reading[0]
        return rename("Renamed")(work)

    with open_units(portal) as make:
        assert run_write(make, read_a_little) == 1
        reading.clear()
    assert portal.value("SELECT name FROM portals") == "Renamed"
