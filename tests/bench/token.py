"""Redeeming tokens, one after the other and all at once."""

import re
import statistics
import subprocess
from collections.abc import Callable
from functools import partial

from lmsctl.kit import database, driver
from lmsctl.kit.work import Work, run_write
from lmsctl.registration.rules import Newcomer
from lmsctl.token import rules
from lmsctl.token.redemption import actions as redemption
from tests.bench.common import BARE, Bench, Place, paired, say, timed
from tests.bench.race import contest, unit, waits

_REDEMPTIONS = 400


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
        say("V-C2", what, ratio, ">= 0.5", "ten statements, raw")
    contest(bench, "token", with_token, uses, _redeem)
    apart(bench)


def apart(bench: Bench) -> None:
    """V-C6: clients who redeem different tokens do not wait for each other where nothing is short.

    For one token they take turns.
    """
    together = waits(with_token(bench.fresh("postgresql")), 16, seconds=8, act=_redeem)
    place = with_tokens(bench.fresh("postgresql"), 16)
    found = waits(place, 16, seconds=8, act=redeem_own)
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


def with_tokens(place: Place, count: int) -> Place:
    """Make a token for each of so many clients."""
    with_token(place)
    lines = (f"token create --content race --code race{number}\n" for number in range(count))
    (place.folder / "tokens.txt").write_text("".join(lines))
    place.call("batch", str(place.folder / "tokens.txt"))
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
    redemption.redeem(work, "race", Newcomer(email, "Pat", "Doe"))


def redeem_own(email: str, work: Work) -> None:
    """Redeem the token of the client whose number the address begins with."""
    client = email.removeprefix("c").partition(".")[0]
    redemption.redeem(work, f"race{client}", Newcomer(email, "Pat", "Doe"))


def our_seconds(place: Place) -> float:
    """Return the seconds of many redemptions one after the other in the service layer."""
    connection = driver.open_database(place.url, patience=10)

    def redeem_all() -> None:
        for number in range(_REDEMPTIONS):
            run_write(lambda: unit(connection), partial(_redeem, f"q{number}@example.com"))

    seconds = timed(redeem_all)
    connection.close()
    return seconds


# What a redemption comes to for whoever writes it by hand, in ten statements.
_BY_HAND = (
    "SELECT id, content_id, nickname, code_digest FROM tokens WHERE code_digest = :digest",
    "SELECT id FROM users WHERE email_key = :email",
    "SELECT is_registration_on, seat_limit FROM portals WHERE id = 1",
    """
    UPDATE tokens SET uses = uses + 1
    WHERE id = :token AND (use_limit IS NULL OR uses < use_limit)
    """,
    """
    INSERT INTO users (login, login_key, email, email_key, first_name, last_name, type, status,
        department_id, supervisor_mode, origin, created_at)
    VALUES (:login, :login, :email, :email, 'Pat', 'Doe', 'staff', 'active',
        1, 'inherited', 'token', :now)
    RETURNING id
    """,
    """
    INSERT INTO enrollments (user_id, item_id, phase, enrolled_at)
    VALUES (:person, :item, 'enrolled', :now) RETURNING id
    """,
    """
    INSERT INTO enrollment_reasons (enrollment_id, reason, reference, since_at)
    VALUES (:enrollment, 'token', '1', :now)
    """,
    """
    INSERT INTO notifications (user_id, channel, kind, address, reason, subject, body, message_id,
        state, due_at, created_at)
    VALUES (:person, 'mail', 'invitation', :email, 'they redeemed a token', 'Welcome', 'Hello',
        :message, 'queued', :now, :now)
    """,
    """
    INSERT INTO redemptions (token_id, code_digest, user_id, content_id, is_new_person,
        redeemed_at, operator)
    VALUES (:token, :digest, :person, :item, :truth, :now, 'bench')
    """,
    """
    INSERT INTO audit_rows (happened_at, operator, command, verdict, code, target, detail_json,
        mark)
    VALUES (:now, 'bench', 'bench', 'done', 'token.redeemed', 'token 1', '{}', :message)
    """,
)


def raw_seconds(place: Place) -> float:
    """Return the seconds of as many redemptions by ten statements each, given to the driver."""
    connection = driver.open_database(place.url, patience=10)
    is_named = connection.dialect == "postgresql"
    said = [re.sub(r":(\w+)", r"%(\1)s", sql) if is_named else sql for sql in _BY_HAND]
    now = "2026-03-01T09:00:00Z"

    def redeem(number: int) -> None:
        email = f"q{number}@example.com"
        values = {
            "digest": rules.digest("race"), "email": email, "login": f"q{number}", "now": now,
            "token": 1, "item": 1, "message": f"{number}", "truth": True,
        }  # fmt: skip
        connection.begin_writing()
        for sql in said:
            cursor = connection.raw.execute(sql, values)
            rows = cursor.fetchall() if cursor.description else []
            if "INTO users" in sql:
                values["person"] = rows[0][0]
            elif "INTO enrollments" in sql:
                values["enrollment"] = rows[0][0]
        connection.commit()

    def redeem_all() -> None:
        for number in range(_REDEMPTIONS):
            redeem(number)

    seconds = timed(redeem_all)
    connection.close()
    return seconds
