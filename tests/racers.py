"""Many processes at one starting line, for tests of what happens at the same moment.

`python -m tests.racers` reads a plan from standard input, loads the program once, forks one process
for each racer, lets them all go together, and prints what each command line ended with.
"""

import io
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from lmsctl.cli import main
from lmsctl.commands import load_noun
from lmsctl.kit import database, driver
from lmsctl.kit.address import parse_email
from tests import program

if TYPE_CHECKING:  # The race itself loads no pytest.
    from tests.conftest import Portal

# How long an unguarded racer thinks between looking and taking: long enough that on a busy machine
# too all have looked before the first one takes.
THINKING_SECONDS = 0.25


@dataclass(frozen=True)
class Racer:
    """One process: its command lines one after the other, its clock, and when it starts.

    It starts with all others, or once `after` activations of the first profile are used, and goes
    on to its last line, or to the first one that is refused.
    """

    lines: Sequence[Sequence[str]]
    now: str
    after: int = 0
    stops_when_refused: bool = False


@dataclass(frozen=True)
class Finish:
    """How one command line of a race ended: status, and the code of its refusal or its answer."""

    status: int
    code: str | None
    answer: Any = field(default=None)


def race(
    portal: "Portal",
    racers: Sequence[Racer],
    *,
    guarded: bool = True,
    course: str = "tests.racers",
    patience: float = 120,
) -> list[Finish]:
    """Let all racers go at once and return how their command lines ended, racer by racer.

    `course` is the module that runs them: this one, or one that takes other guards away. After
    `patience` seconds the race is given up.
    """
    if not guarded and portal.is_serializable:
        import pytest

        pytest.skip("the database itself lets nobody come between there")
    plan = {"guarded": guarded, "racers": [asdict(racer) for racer in racers]}
    ran = program.run(
        [course],
        cwd=Path(__file__).parent.parent,
        env=portal.environment(TMPDIR=str(portal.folder)),
        given=json.dumps(plan),
        timeout=patience,
    )
    assert ran.returncode == 0, ran.stderr
    return [Finish(**finish) for finishes in json.loads(ran.stdout) for finish in finishes]


# In the process that forks -----------------------------------------------------------------------


def _run(plan: dict[str, Any]) -> list[list[dict[str, Any]]]:
    for noun in ("signup-profile", "registration", "user", "settings", "token"):
        load_noun(noun)
    parse_email("warm@example.com", sandbox=True)
    _rehearse(plan["racers"])
    if not plan["guarded"]:
        _remove_guard()
    ready, start = os.pipe(), os.pipe()
    pipes = []
    for racer in plan["racers"]:
        result = os.pipe()
        if os.fork() == 0:
            os.close(start[1])
            os.write(ready[1], b"r")
            os.read(start[0], 1)
            _write(result[1], json.dumps(_finishes(racer)))
            os._exit(0)
        os.close(result[1])
        pipes.append(result[0])
    for _ in pipes:
        os.read(ready[0], 1)
    os.close(start[1])
    return [_read(pipe) for pipe in pipes]


def _rehearse(racers: Sequence[dict[str, Any]]) -> None:
    """Do each kind of command once without a trace, so that all start with statements compiled.

    On SQLite nobody else can write meanwhile, and a hundred that compile them outlast any patience.
    """
    kinds = {tuple(line[:2]): (racer["now"], line) for racer in racers for line in racer["lines"]}
    kept = sys.stdout, sys.stderr
    for now, line in kinds.values():
        if line[0] != "batch":
            os.environ["LMSCTL_NOW"] = now
            _finish(["--dry-run", *line])
    sys.stdout, sys.stderr = kept


def _write(pipe: int, text: str) -> None:
    with os.fdopen(pipe, "w", encoding="utf-8") as out:
        out.write(text)


def _read(pipe: int) -> list[dict[str, Any]]:
    with os.fdopen(pipe, encoding="utf-8") as source:
        finishes: list[dict[str, Any]] = json.load(source)
        return finishes


def _finishes(racer: dict[str, Any]) -> list[dict[str, Any]]:
    os.environ["LMSCTL_NOW"] = racer["now"]
    if racer["after"]:
        _wait_for_activations(racer["after"])
    finishes: list[dict[str, Any]] = []
    for line in racer["lines"]:
        finishes.append(asdict(_finish(line)))
        if finishes[-1]["status"] and racer["stops_when_refused"]:
            break
    return finishes


def _finish(line: Sequence[str]) -> Finish:
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    status = main([*line, "-o", "json"])
    if status:
        said = sys.stderr.getvalue().splitlines()[-1]
        # A batch says what became of its lines, which is no refusal.
        return Finish(status, json.loads(said)["error"]["code"] if said.startswith("{") else "")
    return Finish(status, None, json.loads(sys.stdout.getvalue()))


def _wait_for_activations(count: int) -> None:
    connection = driver.open_database(os.environ["LMSCTL_DATABASE_URL"], patience=10)
    sql = "SELECT activations_used FROM signup_profiles WHERE id = 1"
    while database.execute(connection, sql).one()[0] < count:
        time.sleep(0.002)
    connection.close()


# Without the guard -------------------------------------------------------------------------------


def _remove_guard() -> None:
    """Make every claim what people write first: look, think, then take without looking again.

    The look comes before the transaction, because on SQLite only one at a time may write.
    """
    from lmsctl.kit.work import Work
    from lmsctl.portal import store as portal_store
    from lmsctl.signup_profile.store import activations as activation_store

    looks = {
        "activations": "SELECT activations_used, activation_limit FROM signup_profiles",
        "seats": "SELECT seats_taken, seat_limit FROM portals",
    }
    seen: dict[str, bool] = {}
    begin = Work.begin

    def look_then_begin(work: Work) -> None:
        if work.is_writing and not work.has_begun:
            if work.is_sqlite:
                database.execute(work.connection, "PRAGMA ignore_check_constraints = ON")
            for what, sql in looks.items():
                taken, limit = database.execute(work.connection, sql).one()
                seen[what] = limit is None or taken < limit
            time.sleep(THINKING_SECONDS)
        begin(work)

    def take_seats(work: Work, count: int) -> bool:
        work.run(text("UPDATE portals SET seats_taken = seats_taken + :count"), count=count)
        return seen["seats"]

    def claim(work: Work, id_: int) -> bool:
        sql = "UPDATE signup_profiles SET activations_used = activations_used + 1 WHERE id = :id"
        work.run(text(sql), id=id_)
        return seen["activations"]

    Work.begin = look_then_begin  # type: ignore[assignment,method-assign]
    portal_store.take_seats = take_seats
    activation_store.claim = claim
    _skip_early_checks()


def _skip_early_checks() -> None:
    """Leave the claims alone to decide, which is what they are there for."""
    from lmsctl.signup_profile import rules

    rules.closed_gates = lambda *_: iter(())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_run(json.load(sys.stdin))))
