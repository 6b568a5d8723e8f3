"""Many redemptions in one run of the program, beside as many runs."""

import shlex
from collections.abc import Iterator
from functools import partial

from tests.bench.common import Bench, Place, say, timed
from tests.bench.token import with_token

_REDEMPTIONS = 100


def batch(bench: Bench, count: int = _REDEMPTIONS) -> None:
    """Print how many times faster a batch is than starting the program for each command."""
    for dialect in ("sqlite", "postgresql"):
        place = with_token(bench.fresh(dialect))
        single = timed(partial(one_by_one, place, count))
        for how in ((), ("--atomic",)):
            file = place.folder / "batch.txt"
            lines = (shlex.join(argv) for argv in redemptions("batch" + "".join(how), count))
            file.write_text("\n".join(lines), encoding="utf-8")
            ratio = single / place.run("batch", str(file), *how)
            what = f"batch of {count} redemptions {' '.join(how)} {dialect}"
            say("batch", " ".join(what.split()), ratio, ">= 10", f"{count} starts")


def one_by_one(place: Place, count: int) -> None:
    """Redeem so many times, starting the program for each."""
    for argv in redemptions("single", count):
        place.call(*argv)


def redemptions(who: str, count: int) -> Iterator[list[str]]:
    """Yield command lines of different people who redeem the same token."""
    for number in range(count):
        names = ["--first-name", "Pat", "--last-name", "Doe"]
        yield ["token", "redeem", "race", "--email", f"{who}{number}@example.com", *names]
