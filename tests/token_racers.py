"""The races of `tests.racers` on tokens whose guard is taken away."""

import json
import sys
import time

from lmsctl.token.redemption import store as redemption_store
from tests import racers


def remove_guard() -> None:
    """Make taking a use what people write first: look, think, then take without looking again.

    The look comes before the transaction, because on SQLite only one at a time may write.
    """
    from sqlalchemy import text

    from lmsctl.kit import database
    from lmsctl.kit.work import Work
    from lmsctl.token import rules

    seen: dict[str, bool] = {}
    begin = Work.begin

    def look_then_begin(work: Work) -> None:
        if work.is_writing and not work.has_begun:
            if work.is_sqlite:
                database.execute(work.connection, "PRAGMA ignore_check_constraints = ON")
            found = database.execute(work.connection, "SELECT uses, use_limit FROM tokens").one()
            seen["left"] = found[1] is None or found[0] < found[1]
            time.sleep(racers.THINKING_SECONDS)
        begin(work)

    def claim(work: Work, id_: int) -> bool:
        work.run(text("UPDATE tokens SET uses = uses + 1 WHERE id = :id"), id=id_)
        return seen["left"]

    Work.begin = look_then_begin  # type: ignore[assignment,method-assign]
    redemption_store.claim = claim
    # The claim alone is to decide, which is what it is there for.
    rules.closed_by_use = lambda row: iter(())  # noqa: ARG005 - called by that name


if __name__ == "__main__":
    racers._remove_guard = remove_guard
    sys.stdout.write(json.dumps(racers._run(json.load(sys.stdin))))
