"""What the log tells of people in sessions at the same time, replayed turn by turn."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.conftest import Portal

Places = Mapping[str, str | None]
Level = Sequence[tuple[float, int]]
END = float("inf")
_CODES = ("joined", "switched", "left", "enrolled", "participation_canceled")
_GOING = {"training.left", "training.participation_canceled"}


@dataclass(frozen=True)
class Turn:
    """One change of who is where: its row in the log, who, and their session from then on."""

    row: int
    login: str
    session: str | None


def turns(portal: Portal) -> list[Turn]:
    """Return every turn of a portal with one training, as they were written down.

    Who changes a session writes it down while nobody else can change that session, so that the
    rows which name it stand in the order in which they became true.
    """
    rows = portal.sql(
        """
        SELECT id, code, target, detail_json FROM audit_rows
        WHERE verdict = 'done' AND code IN :codes ORDER BY id
        """,
        codes=[f"training.{code}" for code in _CODES],
    )
    return [turn for row in rows for turn in _turns(*row)]


def _turns(row: int, code: str, target: str, detail: str) -> list[Turn]:
    told: dict[str, Any] = json.loads(detail)
    session = told.get("session") or target.partition(":")[2] or None
    people = told.get("people") or [told["login"]]
    return [Turn(row, login, None if code in _GOING else session) for login in people]


def refusals(portal: Portal) -> dict[str, list[int]]:
    """Return the rows in which it was written down that somebody's own act was refused."""
    found: dict[str, list[int]] = {}
    for row, target in portal.sql(
        "SELECT id, target FROM audit_rows WHERE verdict = 'refused' ORDER BY id"
    ):
        found.setdefault(target.partition(", user ")[2], []).append(row)
    return found


def places(portal: Portal) -> dict[str, str | None]:
    """Return in which session everybody who takes part is, as the rows say."""
    rows = portal.sql(
        """
        SELECT u.login, s.code FROM training_enrollments e
        JOIN users u ON u.id = e.user_id LEFT JOIN training_sessions s ON s.id = e.session_id
        WHERE e.canceled_at IS NULL
        """
    )
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def levels(start: Places, after: Sequence[Turn]) -> dict[str, Level]:
    """Return how many were in each session, and from which row of the log on."""
    here = dict(start)
    found: dict[str, list[tuple[float, int]]] = {
        session: [(0, count)] for session, count in Counter(here.values()).items() if session
    }
    for turn in after:
        for session, step in ((here.get(turn.login), -1), (turn.session, 1)):
            if session is not None:
                level = found.setdefault(session, [(0, 0)])
                level.append((turn.row, level[-1][1] + step))
        here[turn.login] = turn.session
    return dict(found)


def highest(level: Level, after: float = 0, before: float = END) -> int:
    """Return how many were in a session at most, between two rows of the log."""
    spans = pairwise([*level, (END, 0)])
    return max(count for (row, count), (end, _) in spans if row < before and end > after)
