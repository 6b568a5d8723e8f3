"""The races of `tests.racers` for places in sessions, also without the guard that keeps them."""

import json
import sys
import time
from itertools import repeat

from lmsctl.commands import load_noun
from lmsctl.kit import config, database
from lmsctl.training.participants.store import places as place_store
from tests import racers


def remove_guard() -> None:
    """Make taking a place what people write first: look, think, then take without looking again.

    The look comes before the transaction, because on SQLite only one at a time may write.
    """
    from sqlalchemy import text

    from lmsctl.enrollment.participation.rules import gates, placing
    from lmsctl.kit.work import Work

    seen: dict[str, bool] = {}
    begin = Work.begin

    def look_then_begin(work: Work) -> None:
        if work.is_writing and not work.has_begun:
            if work.is_sqlite:
                database.execute(work.connection, "PRAGMA ignore_check_constraints = ON")
            sql = "SELECT taken, capacity FROM training_sessions ORDER BY id DESC LIMIT 1"
            taken, capacity = database.execute(work.connection, sql).one()
            seen["left"] = capacity is None or taken < capacity
            time.sleep(racers.THINKING_SECONDS)
        begin(work)

    def claim(work: Work, session_id: int, count: int) -> bool:
        sql = "UPDATE training_sessions SET taken = taken + :count WHERE id = :id"
        work.run(text(sql), id=session_id, count=count)
        return seen["left"]

    Work.begin = look_then_begin  # type: ignore[assignment,method-assign]
    place_store.claim = claim
    place_store.lock_sessions = lambda *_: None
    gates.gates_to_enter = lambda *_: iter(())
    placing.take_places = lambda *_, **__: repeat(seen["left"])


if __name__ == "__main__":
    # On a busy machine all wait as long as it takes: what is raced for are places, not seconds.
    config.PATIENCE_SECONDS = 120
    for noun in ("enroll", "enrollment", "session"):
        load_noun(noun)
    racers._remove_guard = remove_guard
    sys.stdout.write(json.dumps(racers._run(json.load(sys.stdin))))
