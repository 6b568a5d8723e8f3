"""The SQL of files of people: understanding and writing a range of staged rows, and the export."""

# Every SQL text here is made of names and clauses of our own; values are always parameters.

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lmsctl.bulk.store import BETWEEN, IN_SPAN, Fault, Span, changes, fail, recount
from lmsctl.kit.work import Work
from lmsctl.portal.errors import PlanFull
from lmsctl.rights.rules import Scope, Sight
from lmsctl.user import adoption_store
from lmsctl.user.adoption_store import IS_ADOPTED
from lmsctl.user.file_rules import Named, Place
from lmsctl.user.results import Origin, SupervisorMode
from lmsctl.user.rules import FieldRule, Filter
from lmsctl.user.store import IS_ALIVE, STATUS_NOW, take_names

# Nobody can say whom a row of `staged` without `login_key` means. A new person whose row has no
# login is called like the local part of the address for the time being (`is_generated`);
# everybody else who has that login goes first.
TABLES = {
    "staged": {
        "login": "TEXT",
        "login_key": "TEXT",
        "is_generated": "INTEGER",
        "email": "TEXT",
        "email_key": "TEXT",
        "first_name": "TEXT",
        "last_name": "TEXT",
        "type": "TEXT",
        "status": "TEXT",
        "department_id": "BIGINT",
    },
    "staged_fields": {
        "row_no": "INTEGER",
        "field_id": "BIGINT",
        "value": "TEXT",
        "unique_key": "TEXT",
    },
    # `group_id` is NULL for "no groups"
    "staged_groups": {"row_no": "INTEGER", "group_id": "BIGINT", "replaces": "INTEGER"},
    # `boss_id` is the supervisor, or `boss_row` the row that will make them
    "staged_supervisors": {
        "row_no": "INTEGER PRIMARY KEY",
        "mode": "TEXT",
        "login_key": "TEXT",
        "given": "TEXT",
        "boss_id": "BIGINT",
        "boss_row": "INTEGER",
    },
    # where people were before they were moved, and which groups they were not in before
    "staged_moves": {"row_no": "INTEGER PRIMARY KEY", "department_id": "BIGINT"},
    "staged_additions": {"row_no": "INTEGER", "group_id": "BIGINT", "user_id": "BIGINT"},
    **adoption_store.TABLES,
    "staged_clashes": {"row_no": "INTEGER PRIMARY KEY", "stem": "TEXT"},
    "staged_logins": {"row_no": "INTEGER PRIMARY KEY", "login": "TEXT", "login_key": "TEXT"},
}
KEY = "COALESCE(CASE WHEN s.is_generated = 0 THEN s.login END, s.email)"
NUMBER = "(SELECT u.id FROM users u WHERE u.login_key = s.login_key)"

EXISTING = "FROM staged s JOIN users u ON u.id = s.id"
_DIGITS = "'0123456789'"


def prepare(work: Work, *, is_searched: bool) -> None:
    """Make the staging tables of a file that has just been read quick to search.

    `is_searched` says that rows are looked for by their logins and addresses too.
    """
    work.run("CREATE INDEX staged_fields_by_row ON staged_fields (row_no, field_id)")
    work.run("CREATE INDEX staged_groups_by_row ON staged_groups (row_no, group_id)")
    if is_searched:
        work.run("CREATE INDEX staged_by_login ON staged (login_key)")
        work.run("CREATE INDEX staged_by_email ON staged (email_key)")


def has_generated(work: Work) -> bool:
    """Say whether a row of the file has an address and no login."""
    return bool(work.value("SELECT EXISTS (SELECT 1 FROM staged WHERE is_generated = 1)"))


# Who is meant ------------------------------------------------------------------------------------


def find_people(work: Work, span: Span) -> bool:
    """Give each row the id of the person it means; say whether there are any."""
    work.run(
        f"""
        UPDATE staged AS s SET id = NULL, changed = NULL
        WHERE {IN_SPAN} AND s.id IS NOT NULL
        """,
        **span.values,
    )
    found = 0
    for key, is_generated in (("login_key", 0), ("email_key", 1)):
        found += work.run(
            f"""
            UPDATE staged AS s SET id = u.id FROM users u
            WHERE {IN_SPAN} AND s.is_generated = {is_generated} AND u.{key} = s.{key}
            """,
            **span.values,
        )
    if found:
        recount(work)
    return found > 0


def forget_hidden(work: Work, span: Span, scope: Scope) -> None:
    """Leave open whom those rows mean that mean people out of `scope`."""
    work.run(
        f"""
        UPDATE staged AS s SET id = NULL, login_key = NULL WHERE {IN_SPAN} AND s.id IN (
            SELECT u.id FROM users u JOIN departments d ON d.id = u.department_id
            WHERE NOT {scope.clause("d.path")})
        """,
        **span.values,
    )


# Groups ------------------------------------------------------------------------------------------


def _groups_in(scope: Scope) -> str:
    return f"""
        SELECT g.id FROM user_groups g JOIN departments d ON d.id = g.department_id
        WHERE {scope.clause("d.path")}
    """


# Supervisors -------------------------------------------------------------------------------------


def find_supervisors(work: Work, span: Span, scope: Scope) -> None:
    """Find who is named as a supervisor: somebody who is there and visible, or a row of the file.

    Who supervises the person already may be named, visible or not.
    """
    visible = f"""
        (EXISTS (SELECT 1 FROM departments d
                 WHERE d.id = b.department_id AND {scope.clause("d.path")})
         OR EXISTS (SELECT 1 FROM staged s JOIN users u ON u.id = s.id
                    WHERE s.row_no = v.row_no AND u.supervisor_id = b.id))
    """
    work.run(
        f"""
        UPDATE staged_supervisors AS v SET
            boss_row = NULL,
            boss_id = COALESCE(
                (SELECT b.id FROM users b WHERE b.login_key = v.login_key AND {visible}),
                (SELECT b.id FROM users b WHERE b.email_key = v.login_key AND {visible}))
        WHERE v.mode = 'own' AND v.row_no BETWEEN :first AND :last
        """,
        **span.values,
    )
    for column in ("login_key", "email_key"):
        work.run(
            f"""
            UPDATE staged_supervisors AS v SET boss_row = b.row_no, boss_id = b.id
            FROM (SELECT {column}, min(row_no) AS row_no, min(id) AS id FROM staged
                  WHERE {column} IN (SELECT login_key FROM staged_supervisors) GROUP BY {column}) b
            WHERE v.mode = 'own' AND v.boss_id IS NULL AND v.boss_row IS NULL
              AND b.{column} = v.login_key AND v.row_no BETWEEN :first AND :last
            """,
            **span.values,
        )


# What changes ------------------------------------------------------------------------------------


def compare(work: Work, span: Span, columns: Collection[str], fields: Sequence[FieldRule]) -> None:
    """Note for rows about people who are there which of `columns` and `fields` differ."""
    plain = {
        "email": "s.email <> COALESCE(u.email, '')",
        "first_name": "s.first_name <> u.first_name",
        "last_name": "s.last_name <> u.last_name",
        "department": "s.department_id <> u.department_id",
        "type": "s.type <> u.type",
        "status": f"(s.status <> u.status OR {IS_ADOPTED})",
        "group": _GROUPS_DIFFER,
        "add_to_group": _IS_NO_MEMBER,
        "supervisor": _SUPERVISOR_DIFFERS,
    }
    parts = [
        f"CASE WHEN {condition} THEN '{BETWEEN}{name}' ELSE '' END"
        for name, condition in plain.items()
        if name in columns or name == "status"
    ]
    names = {}
    for rule in fields:
        if rule.name in columns:
            names[f"field_{rule.id}"] = f"{BETWEEN}{rule.name}"
            parts.append(_FIELD_DIFFERS.replace("FIELD", str(rule.id)))
    if parts:
        work.run(
            f"""
            UPDATE staged AS s SET changed = substr(c.changed, 2)
            FROM (SELECT s.row_no, {" || ".join(parts)} AS changed
                  {EXISTING} WHERE {IN_SPAN}) c
            WHERE c.row_no = s.row_no AND c.changed <> ''
            """,
            **names,
            **span.values,
        )
        recount(work)


_FIELD_DIFFERS = """
    CASE WHEN EXISTS (SELECT 1 FROM staged_fields f
        LEFT JOIN field_values v ON v.user_id = s.id AND v.field_id = f.field_id
        WHERE f.row_no = s.row_no AND f.field_id = FIELD AND f.value <> COALESCE(v.value, ''))
    THEN :field_FIELD ELSE '' END
"""
_MISSING = """
    EXISTS (SELECT 1 FROM staged_groups m WHERE m.row_no = s.row_no AND m.replaces = {replaces}
            AND m.group_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM group_members h WHERE h.user_id = s.id AND h.group_id = m.group_id))
"""
_IS_NO_MEMBER = _MISSING.format(replaces=0)
# Memberships in groups out of scope are nobody's business here.
_GROUPS_DIFFER = f"""
    EXISTS (SELECT 1 FROM staged_groups m WHERE m.row_no = s.row_no AND m.replaces = 1)
    AND ({_MISSING.format(replaces=1)} OR EXISTS (
        SELECT 1 FROM group_members h WHERE h.user_id = s.id
        AND h.group_id IN (SELECT id FROM staged_scope) AND NOT EXISTS
        (SELECT 1 FROM staged_groups m WHERE m.row_no = s.row_no AND m.group_id = h.group_id)))
"""
_SUPERVISOR_DIFFERS = """
    EXISTS (SELECT 1 FROM staged_supervisors v WHERE v.row_no = s.row_no
        AND (v.mode <> u.supervisor_mode
             OR COALESCE(v.boss_id, 0) <> COALESCE(u.supervisor_id, 0)))
"""


# Seats -------------------------------------------------------------------------------------------

_NO_SEAT = "made inactive: the plan is full"
_IS_NEW_AND_ACTIVE = "s.id IS NULL AND COALESCE(s.status, 'active') = 'active'"
_BECOMES_ACTIVE = """s.status = 'active' AND EXISTS
    (SELECT 1 FROM users u WHERE u.id = s.id AND u.status IN ('inactive', 'ended'))"""
_BECOMES_INACTIVE = """s.status IN ('inactive', 'ended') AND EXISTS
    (SELECT 1 FROM users u WHERE u.id = s.id AND u.status = 'active')"""
_WANTS_SEAT = f"(({_IS_NEW_AND_ACTIVE}) OR ({_BECOMES_ACTIVE}))"


@dataclass(frozen=True, slots=True)
class Seats:
    """How many people would become active, and how many stop being so."""

    wanted: int
    freed: int


def seats(work: Work, span: Span, *, has_status: bool) -> Seats:
    """Count the seats that the good rows of a span want and free.

    Without a status in the file only new people want one, unless they were left without.
    """
    wanted = _WANTS_SEAT if has_status else "s.id IS NULL AND s.status IS NULL"
    freed = _BECOMES_INACTIVE if has_status else "FALSE"
    found = work.one(
        Seats,
        f"""
        SELECT count(CASE WHEN {wanted} THEN 1 END) AS wanted,
               count(CASE WHEN {freed} THEN 1 END) AS freed
        FROM good s WHERE {IN_SPAN}
        """,
        **span.values,
    )
    assert found is not None
    return found


def leave_without_seat(work: Work, span: Span, free: int, limit: int) -> None:
    """Let the first `free` rows have the seats; after them new people are made inactive.

    Whoever is there and should become active after them fails.
    """
    cut = work.value(
        f"""
        SELECT s.row_no FROM good s WHERE {_WANTS_SEAT} AND {IN_SPAN}
        ORDER BY s.row_no LIMIT 1 OFFSET :free
        """,
        free=free,
        **span.values,
    )
    fail(
        work,
        span,
        PlanFull,
        Fault(
            f"FROM good s WHERE s.row_no >= :cut AND {_BECOMES_ACTIVE}",
            "'Status'",
            {"limit": str(limit)},
            values={"cut": cut},
        ),
    )
    work.run(
        f"""
        UPDATE staged AS s SET status = 'inactive', note = :note
        WHERE s.row_no >= :cut AND {_IS_NEW_AND_ACTIVE} AND {IN_SPAN}
        """,
        cut=cut,
        note=_NO_SEAT,
        **span.values,
    )


def left_without_seat(work: Work) -> int:
    """Return how many new people are made inactive because the plan is full."""
    return int(work.value("SELECT count(*) FROM good s WHERE s.note = :note", note=_NO_SEAT))


# Logins ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clash:
    """A login that is taken (`row_no` is 0), or an address that needs another one than its own."""

    place: int
    row_no: int
    text: str


def find_clashes(work: Work, span: Span, *, is_first: bool) -> bool:
    """Find new people whose made-up login is taken; say whether there are any.

    In the first pass the other rows of the file count as well: a login given goes first, then
    earlier rows.
    """
    work.run("DELETE FROM staged_clashes")
    work.run("DELETE FROM staged_logins")
    twins = """
        OR EXISTS (SELECT 1 FROM staged o
                   WHERE o.login_key = s.login_key AND (o.is_generated = 0 OR o.row_no < s.row_no))
    """
    found = work.run(
        f"""
        INSERT INTO staged_clashes (row_no, stem)
        SELECT s.row_no, rtrim(s.login_key, {_DIGITS}) FROM good s
        WHERE s.is_generated = 1 AND s.id IS NULL AND {IN_SPAN}
          AND (EXISTS (SELECT 1 FROM users u WHERE u.login_key = s.login_key)
               {twins if is_first else ""})
        """,
        **span.values,
    )
    return found > 0


def clashes(work: Work) -> Iterator[Clash]:
    """Yield for each stem of logins (a login without the digits at its end) those that are taken,
    then the addresses in the order of their rows.
    """  # noqa: D205 - one thought
    return work.each(
        Clash,
        f"""
        WITH stems AS (SELECT stem, row_number() OVER (ORDER BY stem) AS place
                       FROM (SELECT DISTINCT stem FROM staged_clashes) t)
        SELECT t.place, 0 AS row_no, u.login_key AS text
        FROM users u JOIN stems t ON t.stem = rtrim(u.login_key, {_DIGITS})
        UNION ALL
        SELECT t.place, 0 AS row_no, s.login_key AS text
        FROM staged s JOIN stems t ON t.stem = rtrim(s.login_key, {_DIGITS})
        WHERE NOT EXISTS (SELECT 1 FROM staged_clashes c WHERE c.row_no = s.row_no)
        UNION ALL
        SELECT t.place, s.row_no, s.email AS text
        FROM staged_clashes c JOIN stems t ON t.stem = c.stem JOIN staged s ON s.row_no = c.row_no
        ORDER BY 1, 2
        """,
    )


def use_logins(work: Work) -> None:
    """Give the new people the logins that were made for them."""
    work.run(
        """
        UPDATE staged AS s SET login = l.login, login_key = l.login_key
        FROM staged_logins l WHERE l.row_no = s.row_no
        """
    )


# Writing -----------------------------------------------------------------------------------------


def note_moves(work: Work, span: Span) -> None:
    """Remember in which department people are who are about to be moved."""
    work.run(
        f"""
        INSERT INTO staged_moves (row_no, department_id)
        SELECT s.row_no, u.department_id FROM good s JOIN users u ON u.id = s.id
        WHERE {changes("department")} AND {IN_SPAN}
        """,
        **span.values,
    )


def change_people(work: Work, span: Span) -> None:
    """Bring people who are there into the state that their rows want."""
    moment = "TEXT" if work.is_sqlite else "TIMESTAMPTZ"
    work.run(
        f"""
        UPDATE users AS u SET
            email = COALESCE(s.email, u.email), email_key = COALESCE(s.email_key, u.email_key),
            first_name = COALESCE(s.first_name, u.first_name),
            last_name = COALESCE(s.last_name, u.last_name),
            type = COALESCE(s.type, u.type),
            status = CASE WHEN u.status = 'pending' THEN 'active'
                          ELSE COALESCE(s.status, u.status) END,
            expires_at = NULL,
            away_at = CASE WHEN u.status = 'active' AND s.status IN ('inactive', 'ended')
                           THEN CAST(:now AS {moment}) ELSE u.away_at END,
            due_status = CASE WHEN s.status <> u.status THEN NULL ELSE u.due_status END,
            due_at = CASE WHEN s.status <> u.status THEN NULL ELSE u.due_at END,
            department_id = COALESCE(s.department_id, u.department_id),
            version = u.version + 1
        FROM good s WHERE s.id = u.id AND s.changed IS NOT NULL AND {IN_SPAN}
        """,
        now=work.now,
        **span.values,
    )
    readdressed = f"SELECT s.id FROM good s WHERE {changes('email')} AND {IN_SPAN}"
    if work.run(f"DELETE FROM user_names WHERE user_id IN ({readdressed})", **span.values):
        take_names(work, f"u.id IN ({readdressed})", **span.values)


def ended(work: Work, span: Span) -> Iterator[int]:
    """Yield the ids of the people whom the span's rows make inactive or end, after they have."""
    found = work.each(
        Ended,
        f"""
        SELECT s.id AS user_id FROM good s
        WHERE {changes("status")} AND s.status IN ('inactive', 'ended') AND {IN_SPAN}
        ORDER BY s.row_no
        """,
        **span.values,
    )
    return (one.user_id for one in found)


@dataclass(frozen=True, slots=True)
class Ended:
    """Somebody whose account ends by their row."""

    user_id: int


def add_people(work: Work, span: Span, *, root_id: int, run: int) -> None:
    """Insert the new people, in the order of their rows."""
    work.run(
        f"""
        INSERT INTO users (login, login_key, email, email_key, first_name, last_name, type, status,
                           department_id, supervisor_mode, origin, origin_detail, created_at)
        SELECT s.login, s.login_key, s.email, s.email_key, s.first_name, s.last_name,
               COALESCE(s.type, 'staff'), COALESCE(s.status, 'active'),
               COALESCE(s.department_id, :root_id), '{SupervisorMode.INHERITED.value}',
               '{Origin.IMPORT.value}', :run, :created_at
        FROM good s WHERE s.id IS NULL AND {IN_SPAN} ORDER BY s.row_no
        """,
        root_id=root_id,
        run=str(run),
        created_at=work.now,
        **span.values,
    )
    new = f"SELECT s.login_key FROM good s WHERE s.id IS NULL AND {IN_SPAN}"
    take_names(work, f"u.login_key IN ({new})", **span.values)


def _people(condition: str = IN_SPAN) -> str:
    """Return a subquery of the rows that make or change somebody, each with that person's id."""
    return f"""
        (SELECT s.row_no, s.id AS user_id FROM good s WHERE s.changed IS NOT NULL AND {condition}
         UNION ALL
         SELECT s.row_no, u.id AS user_id FROM good s JOIN users u ON u.login_key = s.login_key
         WHERE s.id IS NULL AND {condition})
    """


def set_fields(work: Work, span: Span) -> None:
    """Write the custom fields."""
    work.run(
        f"""
        INSERT INTO field_values (user_id, field_id, value, unique_key)
        SELECT p.user_id, v.field_id, v.value, v.unique_key
        FROM {_people()} p JOIN staged_fields v ON v.row_no = p.row_no WHERE TRUE
        ON CONFLICT (user_id, field_id)
        DO UPDATE SET value = excluded.value, unique_key = excluded.unique_key
        """,
        **span.values,
    )


def leave_groups(work: Work, span: Span) -> None:
    """Take people out of groups that their rows do not name."""
    work.run(
        f"""
        DELETE FROM group_members WHERE (group_id, user_id) IN (
            SELECT h.group_id, h.user_id FROM good s JOIN group_members h ON h.user_id = s.id
            WHERE s.changed IS NOT NULL AND {IN_SPAN}
              AND h.group_id IN (SELECT id FROM staged_scope)
              AND EXISTS (SELECT 1 FROM staged_groups m
                          WHERE m.row_no = s.row_no AND m.replaces = 1)
              AND NOT EXISTS (SELECT 1 FROM staged_groups m
                              WHERE m.row_no = s.row_no AND m.group_id = h.group_id))
        """,
        **span.values,
    )


def note_additions(work: Work, span: Span) -> None:
    """Remember who is about to be put into which groups that they are not in."""
    work.run(
        f"""
        INSERT INTO staged_additions (row_no, group_id, user_id)
        SELECT DISTINCT p.row_no, m.group_id, p.user_id
        FROM {_people()} p JOIN staged_groups m ON m.row_no = p.row_no
        WHERE m.group_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM group_members h
            WHERE h.group_id = m.group_id AND h.user_id = p.user_id)
        """,
        **span.values,
    )


def join_groups(work: Work, span: Span) -> None:
    """Put people into the groups that their rows name."""
    work.run(
        f"""
        INSERT INTO group_members (group_id, user_id)
        SELECT DISTINCT m.group_id, p.user_id
        FROM {_people()} p JOIN staged_groups m ON m.row_no = p.row_no
        WHERE m.group_id IS NOT NULL
        ON CONFLICT (group_id, user_id) DO NOTHING
        """,
        **span.values,
    )


def note_group_scope(work: Work, scope: Scope) -> None:
    """Note which groups the actor may fill and empty."""
    work.run("DROP TABLE IF EXISTS staged_scope")
    work.run("CREATE TEMP TABLE staged_scope (id BIGINT)")
    work.run(f"INSERT INTO staged_scope (id) {_groups_in(scope)}")


def set_supervisors(work: Work, span: Span) -> None:
    """Set the supervisors of the span's people, and of earlier ones whose supervisor is in it."""
    due = """(s.row_no BETWEEN :first AND :last OR s.row_no < :first AND EXISTS
        (SELECT 1 FROM staged_supervisors w
         WHERE w.row_no = s.row_no AND w.boss_row BETWEEN :first AND :last))"""
    work.run(
        f"""
        UPDATE users AS u SET supervisor_mode = v.mode, supervisor_id = b.boss_id
        FROM staged_supervisors v
        JOIN {_people(due)} p ON p.row_no = v.row_no
        JOIN (SELECT w.row_no, COALESCE(w.boss_id, n.id) AS boss_id
              FROM staged_supervisors w
              LEFT JOIN staged t ON t.row_no = w.boss_row
              LEFT JOIN users n ON n.login_key = t.login_key) b ON b.row_no = v.row_no
        WHERE p.user_id = u.id AND (v.mode <> 'own' OR b.boss_id IS NOT NULL)
        """,
        **span.values,
    )


@dataclass(frozen=True, slots=True)
class Arrived:
    """Somebody who is new, or was moved, got another type or became active by their row.

    `left_id` is the department that somebody who was moved was in before.
    """

    user_id: int
    login: str
    email: str | None
    status: str
    is_new: bool
    left_id: int | None
    is_retyped: bool
    is_awake: bool


def arrived(work: Work, span: Span) -> Iterator[Arrived]:
    """Yield who arrived anywhere by the span's rows, in their order."""
    return work.each(
        Arrived,
        f"""
        SELECT u.id AS user_id, u.login, u.email, u.status, s.id IS NULL AS is_new,
               m.department_id AS left_id, COALESCE({changes("type")}, FALSE) AS is_retyped,
               COALESCE({changes("status")} AND u.status = 'active', FALSE) AS is_awake
        FROM {_people()} p
        JOIN staged s ON s.row_no = p.row_no
        JOIN users u ON u.id = p.user_id
        LEFT JOIN staged_moves m ON m.row_no = p.row_no
        WHERE s.id IS NULL OR {changes("status")} OR {changes("department")}
           OR {changes("type")}
        ORDER BY p.row_no
        """,
        **span.values,
    )


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody who was put into a group by their row."""

    group_id: int
    user_id: int


def added(work: Work, span: Span) -> Iterator[Added]:
    """Yield who was put into which groups by the span's rows."""
    return work.each(
        Added,
        f"""
        SELECT s.group_id, s.user_id FROM staged_additions s
        WHERE {IN_SPAN} ORDER BY s.row_no, s.group_id
        """,
        **span.values,
    )


# What names may be written in cells --------------------------------------------------------------


def places(work: Work, scope: Scope) -> list[Place]:
    """Return the departments in scope."""
    return work.all(
        Place,
        f"""
        SELECT d.id, d.full_name AS written, d.full_key, d.code_key FROM departments d
        WHERE {scope.clause("d.path")}
        """,
    )


def groups(work: Work, scope: Scope) -> list[Named]:
    """Return the groups in scope."""
    return work.all(
        Named,
        f"""
        SELECT g.id, g.name, g.name_key FROM user_groups g
        WHERE g.id IN ({_groups_in(scope)})
        """,
    )


# Out ---------------------------------------------------------------------------------------------


def exported(
    work: Work, scope: Scope, sight: Sight, fields: Sequence[FieldRule], wanted: Filter
) -> Iterator[tuple[Any, ...]]:
    """Yield the people in `scope` as cells in the order of the import's columns, by login.

    `wanted.under` is a path of ids. Groups and supervisors out of sight are not named: such a
    supervisor's cell is blank, which the import leaves alone.
    """
    in_line = "group_concat(n.name, '|')" if work.is_sqlite else "string_agg(n.name, '|')"
    custom = "".join(
        f", (SELECT v.value FROM field_values v WHERE v.user_id = u.id AND v.field_id = {rule.id})"
        for rule in fields
    )
    _, rows = work.connection.stream(
        f"""
        SELECT u.login, u.first_name, u.last_name, u.email, d.full_name, u.type, {STATUS_NOW},
               (SELECT {in_line} FROM (
                    SELECT replace(g.name, '|', '||') AS name
                    FROM group_members m JOIN user_groups g ON g.id = m.group_id
                    WHERE m.user_id = u.id AND g.id IN ({_groups_in(sight.groups)})
                    ORDER BY g.name_key) n),
               NULL AS add_to_group,
               CASE WHEN u.supervisor_mode <> 'own' THEN u.supervisor_mode
                    WHEN u.supervisor_id IS NULL THEN 'none'
                    ELSE (SELECT b.login FROM users b JOIN departments bd ON bd.id = b.department_id
                          WHERE b.id = u.supervisor_id AND {sight.person("bd.path", "b.id")})
               END {custom}
        FROM users u JOIN departments d ON d.id = u.department_id
        WHERE {IS_ALIVE} AND {scope.clause("d.path")}
          AND (:under IS NULL OR d.path LIKE :under)
          AND (:type IS NULL OR u.type = :type)
          AND (:status IS NULL OR {STATUS_NOW} = :status)
        ORDER BY u.login_key
        """,
        {
            "now": work.now,
            "under": f"{wanted.under}%" if wanted.under else None,
            "type": wanted.type,
            "status": wanted.status,
        },
    )
    return rows
