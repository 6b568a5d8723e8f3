"""Whole commands beside a bare interpreter."""

import contextlib
import os
import pty
import subprocess
from collections.abc import Callable

from tests.bench.common import BARE, PROGRAM, Bench, Place, paired, say, timed


def start(bench: Bench) -> None:
    """V-S1 to V-S6: whole commands beside a bare interpreter."""
    sqlite, postgresql = bench.fresh("sqlite"), bench.fresh("postgresql")
    numbers = iter(range(1_000_000))

    def bare() -> float:
        return timed(lambda: subprocess.run(BARE, check=True))

    def command(place: Place, *argv: str) -> Callable[[], float]:
        return lambda: place.run(*argv)

    def press_tab() -> float:
        return sqlite.run("user", "show", "ow", _LMSCTL_COMPLETE="fish")

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
    say("V-S4", "user show ow<TAB>, SQLite", paired(press_tab, bare), "<= 24", base)
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
