"""What sealing the log costs those who write."""

import statistics

from tests.bench.common import Bench, Place, say
from tests.bench.race import waits
from tests.bench.token import redeem_own, with_tokens

_CLIENTS = 16
_ROUNDS = 3
_SECONDS = 6


def audit(bench: Bench) -> None:
    """Compare what 16 clients on unrelated rows get done with sealing and without it.

    They are as long-lived as a batch, and then as short-lived as commands, without the time that
    these take to start.
    """
    for dialect in ("sqlite", "postgresql"):
        rounds = [
            [
                _redeemed(with_tokens(bench.fresh(dialect), _CLIENTS), pause)
                for pause in (1, 0, None)
            ]
            for _ in range(_ROUNDS)
        ]
        for at, what in enumerate(("now and then", "after each change")):
            ratio = statistics.median(one[at] / one[2] for one in rounds)
            say("audit", f"16 on 16 tokens, sealing {what}, {dialect}", ratio, ">= 0.9", "none")


def _redeemed(place: Place, pause: float | None) -> int:
    done = waits(place, _CLIENTS, seconds=_SECONDS, act=redeem_own, pause=pause)
    return sum(map(len, done))
