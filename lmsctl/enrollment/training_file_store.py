"""The SQL of files of enrollments, of their rows that name trainings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lmsctl.bulk.store import ERRORS, IN_SPAN, Fault, Span, fail
from lmsctl.enrollment.errors import PairTwice
from lmsctl.enrollment.training_errors import ResultRecorded, SessionFull, SessionSecond
from lmsctl.kit.work import Work
from lmsctl.notification.store import Audience
from lmsctl.training import people_store
from lmsctl.training.errors import SessionCanceled, SessionUnknown, TrainingUnknown
from lmsctl.training.results import Side

# Of `staged`: what a row names and what that means. `access_at` is blank for now.
COLUMNS = {
    "training": "TEXT",
    "training_key": "TEXT",
    "session": "TEXT",
    "session_key": "TEXT",
    "session_heading": "TEXT",
    "access": "TEXT",
    "access_at": "TEXT",
    "training_id": "BIGINT",
    "session_id": "BIGINT",
}
# What a time in a file is in one zone, or why it is nothing.
TABLES = {
    "staged_accesses": {
        "time_zone": "TEXT",
        "access": "TEXT",
        "access_at": "TEXT",
        "code": "TEXT",
        "message": "TEXT",
        "hint": "TEXT",
    }
}
_SAME = "e.user_id = s.user_id AND e.training_id = s.training_id AND e.canceled_at IS NULL"
NUMBER = f"(SELECT e.id FROM training_enrollments e WHERE {_SAME})"
KEY = "s.login || ' ' || s.training || COALESCE(':' || s.session, '')"
IS_OURS = "s.training_key IS NOT NULL"
_NEEDS_PLACE = "s.session_id IS NOT NULL AND (s.id IS NULL OR s.changed IS NOT NULL)"


# Understanding -----------------------------------------------------------------------------------


def has_rows(work: Work) -> bool:
    """Say whether any row names a training."""
    return bool(work.value(f"SELECT EXISTS (SELECT 1 FROM staged s WHERE {IS_OURS})"))


def prepare(work: Work) -> None:
    """Make what is put aside quick to search; once, after the file has been read."""
    work.run("CREATE INDEX staged_by_session ON staged (session_id, user_id)")
    work.run("CREATE INDEX staged_accesses_by_text ON staged_accesses (access, time_zone)")


def find(work: Work, span: Span) -> None:
    """Give each row its training and its session, and let nobody else change these from now on.

    Then each row gets the enrollment of a person who takes part already; it is changed if they get
    their session by it. The people must be there.
    """
    work.run(
        f"""
        UPDATE staged AS s SET training_id = NULL, session_id = NULL, changed = NULL
        WHERE {IN_SPAN} AND s.training_id IS NOT NULL
        """,
        **span.values,
    )
    work.run(
        f"""
        UPDATE staged AS s SET training_id = t.id FROM trainings t
        WHERE {IN_SPAN} AND t.code_key = s.training_key
        """,
        **span.values,
    )
    work.run(
        f"""
        UPDATE staged AS s SET session_id = x.id FROM training_sessions x
        WHERE {IN_SPAN} AND x.training_id = s.training_id AND x.code_key = s.session_key
        """,
        **span.values,
    )
    _lock(work, span)
    work.run(
        f"""
        UPDATE staged AS s SET id = e.id,
               changed = CASE WHEN s.session_id IS NOT NULL AND e.session_id IS NULL
                              THEN 'session' END
        FROM training_enrollments e WHERE {IN_SPAN} AND {_SAME}
        """,
        **span.values,
    )


def _lock(work: Work, span: Span) -> None:
    """Lock trainings, then enrollments, then sessions, as everybody does who touches several."""
    if work.is_sqlite:
        return
    for sql in (
        f"""
        SELECT t.id FROM trainings t
        WHERE t.id IN (SELECT s.training_id FROM staged s WHERE {IN_SPAN})
        ORDER BY t.id FOR SHARE
        """,
        f"""
        SELECT e.id FROM training_enrollments e
        WHERE e.canceled_at IS NULL AND (e.user_id, e.training_id) IN
              (SELECT s.user_id, s.training_id FROM staged s WHERE {IN_SPAN})
        ORDER BY e.training_id, e.id FOR UPDATE
        """,
    ):
        # Only counted, because there may be as many as the file has rows.
        work.value(f"SELECT count(*) FROM ({sql}) locked", **span.values)
    sessions = f"SELECT DISTINCT s.session_id FROM staged s WHERE {IN_SPAN}"
    numbers = work.values(f"{sessions} AND s.session_id IS NOT NULL", **span.values)
    people_store.lock_sessions(work, numbers)


def fail_unfit(work: Work, span: Span) -> None:
    """Note rows about trainings and sessions that are not there, or that somebody cannot be in."""
    at = "FROM staged s JOIN trainings t ON t.id = s.training_id"
    fail(
        work,
        span,
        TrainingUnknown,
        Fault(
            f"FROM staged s WHERE {IS_OURS} AND s.training_id IS NULL",
            "'Training'",
            {"given": "s.training"},
        ),
    )
    fail(
        work,
        span,
        SessionUnknown,
        Fault(
            f"{at} WHERE s.session_key IS NOT NULL AND s.session_id IS NULL",
            "s.session_heading",
            {"training": "t.code", "given": "s.session"},
        ),
    )
    fail(
        work,
        span,
        SessionCanceled,
        Fault(
            f"""{at} JOIN training_sessions x ON x.id = s.session_id
                WHERE x.canceled_at IS NOT NULL""",
            "s.session_heading",
            {"session": "x.code", "training": "t.code"},
        ),
    )
    fail(
        work,
        span,
        SessionSecond,
        Fault(
            f"""{at} JOIN users u ON u.id = s.user_id
                JOIN training_enrollments e ON e.id = s.id
                JOIN training_sessions x ON x.id = e.session_id
                WHERE s.session_id IS NOT NULL AND e.session_id <> s.session_id""",
            "s.session_heading",
            {"login": "u.login", "session": "x.code", "training": "t.code"},
        ),
    )
    fail(
        work,
        span,
        ResultRecorded,
        Fault(
            f"""{at} JOIN users u ON u.id = s.user_id
                JOIN training_enrollments e ON e.id = s.id
                WHERE s.changed IS NOT NULL
                  AND (e.points IS NOT NULL OR e.certificate IS NOT NULL)""",
            "s.session_heading",
            {"login": "u.login", "training": "t.code"},
        ),
    )


_ANOTHER = """
    FROM staged o WHERE o.user_id = s.user_id AND o.training_id = s.training_id
    AND COALESCE(o.session_key, '') <> COALESCE(s.session_key, '')
"""


def fail_twice(work: Work, span: Span) -> None:
    """Note rows with a person whom another row of the file has in the training differently."""
    fail(
        work,
        span,
        PairTwice,
        Fault(
            f"""FROM staged s JOIN trainings t ON t.id = s.training_id
                WHERE EXISTS (SELECT 1 {_ANOTHER})""",
            "s.session_heading",
            {"training": "t.code", "other": f"(SELECT min(o.row_no) {_ANOTHER})"},
        ),
    )


def fail_full(work: Work, span: Span) -> None:
    """Note rows with people for whom no place is left; those who come first get the places.

    Whoever is in no good row takes none.
    """
    fail(
        work,
        span,
        SessionFull,
        Fault(
            f"""
            FROM good s
            JOIN (SELECT s.user_id, s.session_id, row_number() OVER (
                      PARTITION BY s.session_id ORDER BY min(s.row_no)) AS place
                  FROM good s WHERE {IN_SPAN} AND {_NEEDS_PLACE}
                  GROUP BY s.user_id, s.session_id) w
              ON w.user_id = s.user_id AND w.session_id = s.session_id
            JOIN users u ON u.id = s.user_id
            JOIN training_sessions x ON x.id = s.session_id
            JOIN trainings t ON t.id = x.training_id
            WHERE x.taken + w.place > x.capacity
            """,
            "s.session_heading",
            {
                "who": "'''' || u.login || ''''",
                "training": "t.code",
                "session": "x.code",
                "capacity": "x.capacity",
            },
        ),
    )


def mark_repeated(work: Work, span: Span) -> None:
    """Let rows that say the same as an earlier row of the span make and change nothing."""
    work.run(
        f"""
        UPDATE staged AS s SET id = COALESCE(s.id, 0), changed = NULL FROM (
            SELECT s.row_no, row_number() OVER (
                PARTITION BY s.user_id, s.training_id ORDER BY s.row_no) AS place
            FROM good s WHERE {IN_SPAN} AND s.training_id IS NOT NULL
              AND (s.id IS NULL OR s.changed IS NOT NULL)) t
        WHERE t.row_no = s.row_no AND t.place > 1
        """,
        **span.values,
    )


# Access ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Access:
    """A time as the file writes it, and the zone of the training that it is about."""

    time_zone: str
    access: str


def accesses(work: Work) -> Iterator[Access]:
    """Yield the different times of the file, once for each zone of a training."""
    return work.each(
        Access,
        """
        SELECT DISTINCT t.time_zone, s.access
        FROM staged s JOIN trainings t ON t.id = s.training_id WHERE s.access IS NOT NULL
        """,
    )


def note_accesses(work: Work, lines: Sequence[Sequence[str | None]]) -> None:
    """Put aside what times mean, or why they mean nothing."""
    work.load("staged_accesses", tuple(TABLES["staged_accesses"]), lines)


def use_accesses(work: Work) -> None:
    """Give the rows their instants, and note those whose time means nothing."""
    found = """
        FROM staged_accesses a JOIN trainings t ON t.time_zone = a.time_zone
        WHERE t.id = s.training_id AND a.access = s.access
    """
    work.run(f"UPDATE staged AS s SET access_at = a.access_at {found}")
    work.run(
        f"""
        INSERT INTO staged_errors ({", ".join(ERRORS)})
        SELECT s.row_no, 'Access at', a.code, a.message, a.hint
        FROM staged s JOIN trainings t ON t.id = s.training_id
        JOIN staged_accesses a ON a.time_zone = t.time_zone AND a.access = s.access
        WHERE a.code IS NOT NULL
        """
    )


# Writing -----------------------------------------------------------------------------------------

_NEW = f"s.id IS NULL AND s.training_id IS NOT NULL AND {IN_SPAN}"
_PLACED = f"s.changed IS NOT NULL AND s.training_id IS NOT NULL AND {IN_SPAN}"


@dataclass(frozen=True, slots=True)
class Intake:
    """How many people come into one session, or into a training without a session.

    `new` did not take part, `placed` did and get their session.
    """

    training_id: int
    session_id: int | None
    new: int
    placed: int


def intakes(work: Work, span: Span) -> list[Intake]:
    """Return where people come in, in the order in which sessions are locked."""
    return work.all(
        Intake,
        f"""
        SELECT s.training_id, s.session_id, count(CASE WHEN s.id IS NULL THEN 1 END) AS new,
               count(s.changed) AS placed
        FROM good s WHERE ({_NEW}) OR ({_PLACED})
        GROUP BY s.training_id, s.session_id ORDER BY s.training_id, s.session_id
        """,
        **span.values,
    )


def audience(span: Span, intake: Intake, *, is_new: bool) -> Audience:
    """Return who comes into a training, or is there already and gets their session."""
    at, values = "s.session_id IS NULL", {"training": intake.training_id, **span.values}
    if intake.session_id is not None:
        at, values = "s.session_id = :session", {**values, "session": intake.session_id}
    chosen = Audience.of_text(
        f"""
        SELECT s.user_id FROM good s WHERE {at} AND s.training_id = :training
          AND {_NEW if is_new else _PLACED}
        """,
        values,
    )
    return people_store.audience_among(intake.training_id, chosen)


def write(work: Work, span: Span) -> None:
    """Enroll who does not take part, and give their session to those who have none.

    Their places must have been claimed.
    """
    access = "s.access_at" if work.is_sqlite else "CAST(s.access_at AS TIMESTAMPTZ)"
    work.run(
        f"""
        INSERT INTO training_enrollments
            (user_id, training_id, session_id, is_preselected, side, access_at, enrolled_at)
        SELECT s.user_id, s.training_id, s.session_id, s.session_id IS NOT NULL, :side,
               COALESCE({access}, :now), :now
        FROM good s WHERE {_NEW} ORDER BY s.row_no
        """,
        side=Side.ADMINISTRATOR,
        now=work.now,
        **span.values,
    )
    work.run(
        f"""
        UPDATE training_enrollments AS e
        SET session_id = s.session_id, is_preselected = TRUE, moves = moves + 1
        FROM good s WHERE e.id = s.id AND {_PLACED}
        """,
        **span.values,
    )


def resolve_repeated(work: Work, span: Span) -> None:
    """Give rows that say the same as an earlier one the enrollment which that has made."""
    work.run(
        f"""
        UPDATE staged AS s SET id = e.id FROM training_enrollments e
        WHERE {IN_SPAN} AND s.id = 0 AND {_SAME}
        """,
        **span.values,
    )


def filled_sessions(work: Work) -> list[int]:
    """Return the sessions of trainings into which the whole file has put somebody."""
    return work.values(f"SELECT DISTINCT s.session_id FROM good s WHERE {_NEEDS_PLACE}")
