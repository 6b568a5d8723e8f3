"""Commands whose answer does not grow, on a portal with many more people beside a small one."""

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest import mock

from lmsctl.cli import main
from lmsctl.kit import database, driver
from tests.bench.common import Bench, Place, paired, say, timed
from tests.bench.files import TOKENS
from tests.fillings import NOW, Run, fill_people, fill_places, fill_trainings
from tests.statements import execute_text as say_to

SMALL, LARGE = 10_000, 1_000_000
_ITEMS = 300
_WHOLE_RUNS, _WORK_RUNS = 3, 7
_GOAL, _GOAL_OF_SEARCHES = "<= 1.5", "<= 3"

# `{n}` stands for another number in each run.
_READS = (
    "user list --first 10",
    "user list --sort last_name --first 10",
    "user list --sort -created_at,login --first 10",
    "user list --sort department --first 10",
    "user list --department Sales",
    "user list --group Crew",
    "user list --status inactive",
    "user list --origin profile",
    "user show p5",
    "role list",
    "role holders owner",
    "group members Crew",
    "department list --first 10",
    "audit list --first 10",
    "audit list --sort -id --first 10",
    "audit list --sort happened_at --first 10",
    "audit list --code thing.made --first 10",
    "audit list --target nobody",
    "token list --first 10",
    "token list --content small",
    "token show FAIR-7",
    "token explain FAIR-7 --email new@example.com",
    "token history --first 10",
    "token history FAIR-7 --first 10",
    "enrollment list --first 10",
    "enrollment list --user p5",
    "enrollment list --content small",
    "enrollment list --content big --first 10",
    "enrollment list --training t1 --first 10",
    "learner courses p5",
    "learner notifications p5",
    "notification list --first 10",
    "notification list --kind welcome --first 10",
    "report participants --first 10",
    "report participants --training t1 --first 10",
    "report participants --department Sales",
    "training list",
    "training participants t1 --first 10",
    "session list t1",
    "registration pending",
    "autoenroll list",
    "autoenroll preview small-Sales",
)
_SEARCHES = (
    "user list --search quokka",
    "token list --search quokka",
)
_WRITES = (
    "user create --login new{n} --first-name Pat --last-name Doe",
    "user edit p{n} --last-name Roe",
    "user deactivate p{n}",
    "user delete q{n} --yes",
    "token redeem FAIR-1 --email t{n}@example.com --first-name Pat --last-name Doe",
    "token create --content small --code new{n}",
    "token delete FAIR-{n} --yes",
    "enroll --user q{n} --content big",
    "enroll --group Crew --content i{n}",
    "enroll --department Sales --content i{n}",
    "enroll --user q{n} --training t2:s1",
    "autoenroll apply i{n}-Sales --existing --yes",
    "enrollment cancel --user p{n} --content big",
    "registration submit --content big --email r{n}@example.com --first-name Pat --last-name Doe",
)


@dataclass(frozen=True)
class _Portal:
    """A filled portal, and the next number for a command line."""

    place: Place
    numbers: Iterator[int]

    def words(self, line: str) -> list[str]:
        """Return the words of a command line that has not been run before."""
        number = next(self.numbers) if "{n}" in line else 0
        return [word.replace("{n}", str(number)) for word in line.split()]

    def whole(self, line: str) -> float:
        """Return the seconds of a command line as a process."""
        return self.place.run(*self.words(line))

    def work(self, line: str) -> float:
        """Return the seconds of a command line in this process."""
        words = self.words(line)
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in "oe")
        status: list[int] = []
        with (
            mock.patch.dict(os.environ, self.place.environment()),
            mock.patch.multiple(sys, stdout=out, stderr=err),
            contextlib.chdir(self.place.folder),
        ):
            seconds = timed(lambda: status.append(main(words)))
        if status[0]:
            err.seek(0)
            raise SystemExit(f"{words} ended with {status[0]}: {err.read()}")
        return seconds


def growth(bench: Bench, people: Sequence[int] = (SMALL, LARGE), only: str = "") -> None:
    """V-G1: print how much longer each command line takes on the large portal.

    That is of the whole command, and of its work alone, in a process that has started already.
    """
    for dialect in ("sqlite", "postgresql"):
        small, large = (_filled(bench.fresh(dialect), size) for size in people)
        base = f"{people[0]:,} people, not {people[1]:,}"
        for line in (*_READS, *_SEARCHES, *_WRITES):
            if only in line:
                goal = _GOAL_OF_SEARCHES if line in _SEARCHES else _GOAL
                whole = _ratio(lambda portal: portal.whole, line, small, large, _WHOLE_RUNS)
                alone = _ratio(lambda portal: portal.work, line, small, large, _WORK_RUNS)
                name = f"{_short(line)}, {dialect}"
                say("V-G1", name, whole, goal, base)
                say("", "  the same, work alone", alone, "-", base)


def _short(line: str) -> str:
    """Return as much of a command line as tells it from others."""
    words = line.replace(" --first-name Pat --last-name Doe", "").replace(" --yes", "")
    return words.replace(" --email t{n}@example.com", "").replace(" --email r{n}@example.com", "")


def _ratio(
    how: Callable[[_Portal], Callable[[str], float]],
    line: str,
    small: _Portal,
    large: _Portal,
    runs: int,
) -> float:
    return paired(lambda: how(large)(line), lambda: how(small)(line), runs)


# Filling -----------------------------------------------------------------------------------------


def _filled(place: Place, people: int) -> _Portal:
    """Return a portal with so many people, and all else in proportion to them."""
    for line in (
        "department create Sales",
        "group create Crew",
        "content create --kind topic --code topic --title Topic",
        "content create --kind topic --code big --title Big",
        "content create --kind topic --code small --title Small",
        "content link big",
        "autoenroll create --content small --department Sales",
    ):
        place.call(*line.split())
    connection = driver.open_database(place.url, patience=600)
    connection.begin_writing()

    def run(sql: str, **values: Any) -> Any:
        return say_to(connection, sql, **values)

    _fill_places_of_people(run, people)
    fill_trainings(run, 3)
    fill_places(run, 3, each=1)
    _fill_content(run, people)
    tokens = people // 10
    database.load(connection, TOKENS.table, TOKENS.columns, map(TOKENS.row, range(1, tokens + 1)))
    _fill_ledgers(run, people, tokens)
    connection.commit()
    connection.close()
    # What servers do by themselves before long; SQLite does not.
    if place.dialect == "postgresql":
        place.call("db", "vacuum")
    return _Portal(place, count(10))


def _fill_places_of_people(run: Run, people: int) -> None:
    """Add departments and people: a few in Sales, in Crew, and unlike all others."""
    fill_people(run, 300, prefix="q")
    fill_people(run, people)
    departments = people // 333
    run(
        """
        INSERT INTO departments (id, parent_id, name, path, full_name, full_key)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
        SELECT 1000 + i, d.id, 'D' || i, d.path || (1000 + i) || '/', 'D' || i, 'd' || i
        FROM n, departments d WHERE d.parent_id IS NULL
        """,
        count=departments,
    )
    run(
        """
        UPDATE users
        SET department_id = 1001 + id % :count, last_name = 'Last' || (id * 7919) % 10007
        WHERE login_key LIKE 'p%'
        """,
        count=departments,
    )
    run(
        """
        UPDATE users SET department_id = (SELECT id FROM departments WHERE full_name = 'Sales')
        WHERE login_key IN ('q1', 'q2', 'q3', 'q4', 'q5', 'q6', 'q7', 'q8', 'q9')
        """
    )
    run(
        """
        INSERT INTO group_members (group_id, user_id)
        SELECT g.id, u.id FROM user_groups g, users u
        WHERE u.login_key IN ('p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'p9')
        """
    )
    run("UPDATE users SET status = 'inactive' WHERE login_key IN ('p3', 'p4')")
    run("UPDATE users SET origin = 'profile' WHERE login_key IN ('p5', 'p6')")
    run(
        "UPDATE users SET email = 'quokka' || email, email_key = 'quokka' || email_key "
        "WHERE login_key = 'p7'"
    )
    run("UPDATE user_names SET key = 'quokka' || key WHERE key = 'p7.x@example.com'")


def _fill_content(run: Run, people: int) -> None:
    """Add items with rules, and enroll three people of ten in the big one, and a few elsewhere."""
    run(
        """
        INSERT INTO content_items (kind, code, code_key, title, status, source, is_inheriting,
                                   created_at, version)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)
        SELECT 'topic', 'i' || i, 'i' || i, 'Item ' || i, 'active', 'own', FALSE, :now, 1 FROM n
        """,
        count=_ITEMS,
        now=NOW,
    )
    run(
        """
        INSERT INTO autoenroll_rules (code, code_key, item_id, target, department_id, is_deep,
                                      created_at)
        SELECT c.code || '-Sales', c.code_key || '-sales', c.id, 'department', d.id, TRUE, :now
        FROM content_items c, departments d
        WHERE c.title LIKE 'Item %' AND d.full_name = 'Sales'
        """,
        now=NOW,
    )
    for code, condition in (
        ("big", "u.login_key LIKE 'p%' AND (u.id % 10 < 3 OR u.id < 1000)"),
        ("small", "u.login_key IN ('p5', 'p6', 'p7')"),
    ):
        run(
            f"""
            INSERT INTO enrollments (user_id, item_id, phase, enrolled_at)
            SELECT u.id, c.id, 'enrolled', :now
            FROM users u, content_items c WHERE c.code = :code AND {condition}
            """,
            code=code,
            now=NOW,
        )
    run(
        """
        INSERT INTO enrollment_reasons (enrollment_id, reason, reference, since_at)
        SELECT id, 'import', '', :now FROM enrollments
        """,
        now=NOW,
    )


def _fill_ledgers(run: Run, people: int, tokens: int) -> None:
    """Add uses of tokens, messages and the audit log, and let a few tokens be unlike others."""
    run("UPDATE tokens SET use_limit = NULL, expires_at = NULL")
    run("UPDATE tokens SET nickname = 'Quokka' WHERE code = 'FAIR-7'")
    run(
        """
        UPDATE tokens SET content_id = (SELECT id FROM content_items WHERE code = 'small')
        WHERE code IN ('FAIR-7', 'FAIR-8', 'FAIR-9')
        """
    )
    run(
        """
        INSERT INTO redemptions (token_id, nickname, code_digest, user_id, content_id,
                                 is_new_person, redeemed_at, operator)
        SELECT t.id, t.nickname, t.code_digest, u.id, t.content_id, FALSE, :now, 'bench'
        FROM users u
        JOIN tokens t ON t.id = 7 + (CASE WHEN u.id % 2 = 0 THEN 0 ELSE u.id % :count END)
        """,
        count=tokens - 10,
        now=NOW,
    )
    run(
        """
        INSERT INTO notifications (user_id, channel, kind, address, reason, subject, body,
                                   message_id, state, due_at, created_at)
        SELECT id, 'mail', 'welcome', email, 'You were added.', 'Welcome', 'Hello',
               'm' || id || '@bench', 'queued', :now, :now
        FROM users WHERE email IS NOT NULL
        """,
        now=NOW,
    )
    run(
        """
        INSERT INTO audit_rows (happened_at, operator, command, verdict, code, target, detail_json)
        SELECT :now, 'bench', 'thing make', 'done', 'thing.made', 'thing ' || id, '{}' FROM users
        """,
        now=NOW,
    )
