"""Many clients on one profile: exactness and fairness."""

import contextlib
import multiprocessing
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from lmsctl.audit import actions as log
from lmsctl.kit import clock, database, driver
from lmsctl.kit.errors import Refusal
from lmsctl.kit.sealing import Sealing
from lmsctl.kit.work import Work, run_write
from lmsctl.portal import actions as portal
from lmsctl.registration.rules import Newcomer
from lmsctl.signup_profile import actions as profiles
from lmsctl.user import actions as users
from tests.bench.common import Bench, Place, say

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
    row = database.execute(
        connection,
        "SELECT activations_used, (SELECT count(*) FROM users WHERE origin = 'profile') "
        "FROM signup_profiles",
    ).one()
    connection.close()
    return int(row[0]), int(row[1])


def clients(place: Place, count: int, *, act: Act, tries: int = 0, seconds: float = 0) -> list[int]:
    """Return how many people each of `count` processes got in, in so many tries or seconds."""
    return list(map(len, waits(place, count, act=act, tries=tries, seconds=seconds)))


def waits(
    place: Place,
    count: int,
    *,
    act: Act,
    tries: int = 0,
    seconds: float = 0,
    pause: float | None = 1,
) -> list[list[float]]:
    """Return how many seconds each person waited whom each of `count` processes got in.

    Each seals the log after `pause` seconds at the latest, as the program does; None is never.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(count)
    results = context.Queue()
    processes = [
        context.Process(
            target=_client, args=(place, number, tries, seconds, act, pause, barrier, results)
        )
        for number in range(count)
    ]
    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return found


def _client(  # noqa: PLR0917 - a process is started with a tuple
    place: Place,
    number: int,
    tries: int,
    seconds: float,
    act: Act,
    pause: float | None,
    barrier: Any,
    results: Any,
) -> None:
    connection = driver.open_database(place.url, patience=60)
    sealing = None if pause is None else Sealing(log.seal_some, pause=pause)
    # Once without a trace, so that no wait is for modules that load.
    with contextlib.suppress(Refusal):
        run_write(
            lambda: unit(connection, is_rehearsal=True), partial(act, f"c{number}.w@example.com")
        )
    barrier.wait()
    until = time.monotonic() + seconds
    done = 0
    waited = []
    while done < tries or time.monotonic() < until:
        email = f"c{number}.{done}@example.com"
        done += 1
        begun = time.monotonic()
        with contextlib.suppress(Refusal):
            run_write(lambda: unit(connection, sealing=sealing), partial(act, email))
            waited.append(time.monotonic() - begun)
    results.put(waited)
    connection.close()


def unit(
    connection: driver.Connection, *, is_rehearsal: bool = False, sealing: Sealing | None = None
) -> Work:
    return Work(
        connection,
        clock.read(),
        is_rehearsal=is_rehearsal,
        operator="bench",
        command="bench",
        load_portal=portal.load_portal,
        apply_due_changes=users.apply_due_changes,
        sealing=sealing,
    )


def _sign_up(email: str, work: Work) -> None:
    profiles.sign_up(work, "race", Newcomer(email, "Pat", "Doe"))
