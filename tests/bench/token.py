"""Redeeming tokens, one after the other and all at once."""

import statistics
import subprocess
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Engine, event

from lmsctl.kit import database, driver
from lmsctl.kit.work import Work, carry_out
from lmsctl.registration.rules import Newcomer
from lmsctl.token import actions as tokens
from tests.bench.common import BARE, Bench, Place, paired, say, timed
from tests.bench.race import contest, unit, waits

_REDEMPTIONS = 400
# The number of the first person who redeems: above every other, so that it can be told from them.
_PERSON = 7_000_000
_EMAIL = "q@example.com"
Statement = tuple[str, dict[Any, Any], dict[Any, Any]]


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
    apart(bench)


def apart(bench: Bench) -> None:
    """V-C6: clients who redeem different tokens do not wait for each other where nothing is short.

    For one token they take turns.
    """
    together = waits(with_token(bench.fresh("postgresql")), 16, seconds=8, act=_redeem)
    place = with_token(bench.fresh("postgresql"))
    for number in range(16):
        place.call("token", "create", "--content", "race", "--code", f"race{number}")
    found = waits(place, 16, seconds=8, act=_redeem_own)
    ratio = sum(map(len, found)) / sum(map(len, together))
    say("V-C6", "16 clients on 16 tokens, PostgreSQL", ratio, ">= 1.3", "16 on one token")
    slow = statistics.quantiles((one for each in found for one in each), n=100)[-1]
    say("V-C6", "the same, how long one in a hundred waits (s)", slow, "<= 0.3", "-")


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
    row = database.execute(
        connection,
        "SELECT uses, (SELECT count(*) FROM redemptions), (SELECT count(*) FROM enrollments) "
        "FROM tokens",
    ).one()
    connection.close()
    return tuple(row)


def _redeem(email: str, work: Work) -> None:
    tokens.redeem(work, "race", Newcomer(email, "Pat", "Doe"))


def _redeem_own(email: str, work: Work) -> None:
    """Redeem the token of the client whose number the address begins with."""
    client = email.removeprefix("c").partition(".")[0]
    tokens.redeem(work, f"race{client}", Newcomer(email, "Pat", "Doe"))


def our_seconds(place: Place) -> float:
    """Return the seconds of many redemptions one after the other in the service layer."""
    connection = driver.open_database(place.url, patience=10)

    def redeem_all() -> None:
        for number in range(_REDEMPTIONS):
            carry_out(lambda: unit(connection), partial(_redeem, f"q{number}@example.com"))

    seconds = timed(redeem_all)
    connection.close()
    return seconds


def raw_seconds(place: Place) -> float:
    """Return the seconds of the same statements, written down once and given to the driver."""
    connection = driver.open_database(place.url, patience=10)
    connection.begin_writing()
    database.execute(
        connection,
        "UPDATE sqlite_sequence SET seq = :last WHERE name = 'users'"
        if place.dialect == "sqlite"
        else "SELECT setval(pg_get_serial_sequence('users', 'id'), :last)",
        last=_PERSON - 1,
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
        given = {**fixed, **values}
        is_named = connection.dialect == "postgresql"
        cursor = connection.raw.execute(sql, given if is_named else tuple(given.values()))
        rows = cursor.fetchall() if cursor.description else []
        person = rows[0][0] if "INTO users" in sql else person
    connection.commit()


def written_down(connection: driver.Connection) -> list[Statement]:
    """Return what one redemption says to the driver: text, values that stay, values that vary."""
    said: list[tuple[str, Any]] = []

    def listen(*given: Any) -> None:
        said.append((given[2], given[3]))

    event.listen(Engine, "before_cursor_execute", listen)
    carry_out(lambda: unit(connection), partial(_redeem, _EMAIL))
    event.remove(Engine, "before_cursor_execute", listen)
    statements: list[Statement] = []
    for sql, values in said:
        known = dict(values if isinstance(values, dict) else enumerate(values))
        varying = {name: value for name, value in known.items() if _varies(value)}
        statements.append((sql, known, varying))
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
