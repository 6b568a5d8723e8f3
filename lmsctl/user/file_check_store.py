"""The SQL that finds what is wrong with the staged rows of a file of people."""

# Every SQL text here is made of names and clauses of our own; values are always parameters.

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from lmsctl.bulk.errors import RowRepeated
from lmsctl.bulk.store import IN_SPAN, Fault, Span, fail, fail_repeated
from lmsctl.department.errors import DepartmentUnknown
from lmsctl.kit.work import Work
from lmsctl.rights.rules import OWNER, Scope
from lmsctl.user.errors import (
    EmailTaken,
    FieldMissing,
    FieldValueTaken,
    LoginTaken,
    NotConfirmedYet,
    OwnerProtected,
    StatusWrong,
    SupervisorIsSelf,
    UserUnknown,
)
from lmsctl.user.file_errors import (
    DepartmentNeeded,
    MembershipUnknown,
    NameMissing,
    PendingNotGiven,
    SupervisorRowFailed,
    TouchesMoreRights,
)
from lmsctl.user.file_store import EXISTING, KEY, forget_hidden

_NEW = "FROM staged s WHERE s.id IS NULL AND s.login_key IS NOT NULL"


def fail_out_of_scope(work: Work, span: Span, scope: Scope) -> None:
    """Note rows about people whom the actor may not change, and say nothing else about them."""
    place = "JOIN departments d ON d.id = u.department_id"
    fail(
        work,
        span,
        UserUnknown,
        Fault(
            f"{EXISTING} {place} WHERE NOT {scope.clause('d.path')}",
            "CASE WHEN s.is_generated = 0 THEN 'Login' ELSE 'Email' END",
            {"given": KEY},
        ),
    )
    forget_hidden(work, span, scope)


def fail_lost_departments(work: Work, span: Span, scope: Scope) -> None:
    """Note rows whose department has gone, or out of scope, since the file was read."""
    fail(
        work,
        span,
        DepartmentUnknown,
        Fault(
            f"""
        FROM staged s WHERE s.department_id IS NOT NULL AND s.department_id NOT IN
            (SELECT d.id FROM departments d WHERE {scope.clause("d.path")})
        """,
            "'Department'",
            {"given": "s.department_id"},
        ),
    )


def fail_incomplete(work: Work, span: Span, *, may_use_root: bool) -> None:
    """Note new people without what every person needs."""
    for column, heading, what in (
        ("first_name", "First name", "first name"),
        ("last_name", "Last name", "last name"),
    ):
        fail(
            work,
            span,
            NameMissing,
            Fault(
                f"{_NEW} AND s.{column} IS NULL",
                f"'{heading}'",
                {"what": f"'{what}'"},
            ),
        )
    if not may_use_root:
        fail(
            work,
            span,
            DepartmentNeeded,
            Fault(
                f"{_NEW} AND s.department_id IS NULL",
                "'Department'",
            ),
        )


def fail_twins(work: Work, span: Span, *, has_people: bool) -> None:
    """Note rows of the file that mean the same person, or give two people one address."""
    fail_repeated(work, span, "login_key", "s.is_generated = 0", heading="Login", what="login")
    with_email = "s.email_key IS NOT NULL"
    fail_repeated(work, span, "email_key", with_email, heading="Email", what="email")
    if has_people:
        # One row says the login of a person, another one their address.
        found = "s.id IS NOT NULL"
        fail_repeated(work, span, "id", found, heading="Login", what="person", among="good")
    if work.value(f"SELECT EXISTS (SELECT 1 FROM staged s WHERE {_LIKE_ADDRESS})"):
        _fail_crossed(work, span)


_LIKE_ADDRESS = "s.is_generated = 0 AND s.login_key LIKE '%@%'"


def _fail_crossed(work: Work, span: Span) -> None:
    """Note rows of which one gives as a login what the other gives as an address."""
    for mine, other, heading, source in (
        ("login_key", "email_key", "Login", f"staged WHERE {_LIKE_ADDRESS.replace('s.', '')}"),
        ("email_key", "login_key", "Email", "staged WHERE email_key IS NOT NULL"),
    ):
        fail(
            work,
            span,
            RowRepeated,
            Fault(
                f"""
        FROM (SELECT row_no, {mine} FROM {source}) s
        JOIN (SELECT {other}, min(row_no) AS row_no FROM staged s
              WHERE {_LIKE_ADDRESS if other == "login_key" else "s.email_key IS NOT NULL"}
              GROUP BY {other}) t
          ON t.{other} = s.{mine} AND t.row_no <> s.row_no WHERE TRUE
        """,
                f"'{heading}'",
                {"other": "t.row_no", "what": "'login or address'"},
            ),
        )


def fail_taken_names(work: Work, span: Span, present: Collection[str]) -> None:
    """Note rows whose login or address, if the file has these columns, names somebody else."""
    if "email" in present:
        _fail_taken_addresses(work, span)
    if "login" in present:
        _fail_taken_logins(work, span)


def _fail_taken_addresses(work: Work, span: Span) -> None:
    for key in ("email_key", "login_key"):
        fail(
            work,
            span,
            EmailTaken,
            Fault(
                f"""
        FROM staged s JOIN users u ON u.{key} = s.email_key
        WHERE s.login_key IS NOT NULL AND (s.id IS NULL OR s.id <> u.id)
        """,
                "'Email'",
                {"email": "s.email"},
            ),
        )


def _fail_taken_logins(work: Work, span: Span) -> None:
    fail(
        work,
        span,
        LoginTaken,
        Fault(
            f"""
        FROM staged s JOIN users u ON u.email_key = s.login_key
        WHERE {_LIKE_ADDRESS} AND s.id IS NULL
        """,
            "'Login'",
            {"login": "s.login"},
        ),
    )


_DONE = "CASE s.status WHEN 'inactive' THEN 'deactivated' ELSE s.status END"


def fail_new_pending(work: Work, span: Span) -> None:
    """Note new people who are to be pending."""
    fail(
        work,
        span,
        PendingNotGiven,
        Fault(
            f"{_NEW} AND s.status = 'pending'",
            "'Status'",
            {"name": KEY},
        ),
    )


def fail_status(work: Work, span: Span) -> None:
    """Note changes of status that no administrator could make either."""
    for refusal, condition, shown in (
        (
            PendingNotGiven,
            "s.status = 'pending' AND u.status <> 'pending'",
            {"name": "u.login"},
        ),
        (
            StatusWrong,
            "s.status = 'inactive' AND u.status = 'ended'",
            {"login": "u.login", "status": "u.status", "done": _DONE},
        ),
        (
            OwnerProtected,
            f"""
            s.status IN ('inactive', 'ended') AND u.status = 'active' AND EXISTS
                (SELECT 1 FROM grants g JOIN roles r ON r.id = g.role_id
                 WHERE g.user_id = u.id AND r.is_builtin AND r.name = '{OWNER}')
            """,
            {"login": "u.login", "done": _DONE},
        ),
    ):
        fail(work, span, refusal, Fault(f"{EXISTING} WHERE {condition}", "'Status'", shown))


def fail_not_confirmed(work: Work, span: Span, source: str, heading: str, done: str) -> None:
    """Note rows about people `u` of `source`, as a `Fault` has it, who wait for confirmation.

    `heading` and `done`, what cannot be done with them, are SQL expressions.
    """
    ends_at = "u.expires_at"
    if not work.is_sqlite:
        ends_at = "to_char(u.expires_at AT TIME ZONE 'UTC', :moment)"
    fail(
        work,
        span,
        NotConfirmedYet,
        Fault(
            f"{source} AND u.status = 'pending'",
            heading,
            {
                "login": "u.login",
                "named": "COALESCE(u.email, u.login)",
                "done": done,
                "ends_at": ends_at,
            },
            {} if work.is_sqlite else {"moment": 'YYYY-MM-DD"T"HH24:MI:SS"Z"'},
        ),
    )


def fail_waiting(work: Work, span: Span) -> None:
    """Note changes of people who wait, in rows that do not vouch for them: they say `pending`."""
    fail_not_confirmed(
        work,
        span,
        f"{EXISTING} WHERE s.changed IS NOT NULL AND s.status = 'pending'",
        "'Status'",
        "'changed by a row that leaves them pending'",
    )


def fail_ended_waiting(work: Work, span: Span) -> None:
    """Note rows that would end who has not begun."""
    source = f"{EXISTING} WHERE s.status IN ('inactive', 'ended')"
    fail_not_confirmed(work, span, source, "'Status'", _DONE)


def fail_required_fields(work: Work, span: Span) -> None:
    """Note new people without a value in a required custom field."""
    fail(
        work,
        span,
        FieldMissing,
        Fault(
            """
        FROM staged s JOIN fields f ON f.is_required
        WHERE s.id IS NULL AND s.login_key IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM staged_fields v WHERE v.row_no = s.row_no AND v.field_id = f.id)
        """,
            "f.name",
            {"name": "f.name"},
        ),
    )


def fail_taken_values(work: Work, span: Span, *, is_first: bool) -> None:
    """Note values of unique fields that somebody else has, and in the first pass another row."""
    shown = {"name": "f.name", "value": "v.value"}
    mine = """FROM staged s JOIN staged_fields v ON v.row_no = s.row_no
              JOIN fields f ON f.id = v.field_id"""
    fail(
        work,
        span,
        FieldValueTaken,
        Fault(
            f"""
        {mine} JOIN field_values o ON o.field_id = v.field_id AND o.unique_key = v.unique_key
        WHERE s.login_key IS NOT NULL AND (s.id IS NULL OR s.id <> o.user_id)
        """,
            "f.name",
            shown,
        ),
    )
    if is_first:
        fail(
            work,
            span,
            RowRepeated,
            Fault(
                f"""
            {mine} JOIN (SELECT field_id, unique_key, min(row_no) AS one, max(row_no) AS other
                         FROM staged_fields WHERE unique_key IS NOT NULL
                         GROUP BY field_id, unique_key HAVING count(*) > 1) t
              ON t.field_id = v.field_id AND t.unique_key = v.unique_key
            WHERE TRUE
            """,
                "f.name",
                {
                    "other": "CASE WHEN s.row_no = t.one THEN t.other ELSE t.one END",
                    "what": "f.name",
                },
            ),
        )


def fail_lost_groups(work: Work, span: Span) -> None:
    """Note rows whose group has gone, or out of scope, since the file was read."""
    fail(
        work,
        span,
        MembershipUnknown,
        Fault(
            """
        FROM staged s JOIN staged_groups m ON m.row_no = s.row_no
        WHERE m.group_id IS NOT NULL AND m.group_id NOT IN (SELECT id FROM staged_scope)
        """,
            "CASE m.replaces WHEN 1 THEN 'Group' ELSE 'Add to group' END",
            {
                "given": "COALESCE((SELECT g.name FROM user_groups g WHERE g.id = m.group_id),"
                " CAST(m.group_id AS TEXT))"
            },
        ),
    )


_SUPERVISED = "FROM staged s JOIN staged_supervisors v ON v.row_no = s.row_no AND v.mode = 'own'"


def fail_supervisors(work: Work, span: Span) -> None:
    """Note supervisors who are unknown, or the person themselves."""
    fail(
        work,
        span,
        UserUnknown,
        Fault(
            f"{_SUPERVISED} WHERE v.boss_id IS NULL AND v.boss_row IS NULL",
            "'Supervisor'",
            {"given": "v.given"},
        ),
    )
    fail_not_confirmed(
        work,
        span,
        f"""
        {_SUPERVISED} JOIN users u ON u.id = v.boss_id
        WHERE NOT EXISTS (SELECT 1 FROM good o JOIN staged_adoptions a ON a.row_no = o.row_no
                          WHERE o.id = u.id)
        """,
        "'Supervisor'",
        "'named as a supervisor'",
    )
    fail(
        work,
        span,
        SupervisorIsSelf,
        Fault(
            f"{_SUPERVISED} WHERE (v.boss_row = s.row_no OR v.boss_id = s.id)",
            "'Supervisor'",
            {"login": KEY},
        ),
    )


def fail_orphaned(work: Work, span: Span) -> None:
    """Note rows whose supervisor would come from a row that fails, however far down the line."""
    fail(
        work,
        span,
        SupervisorRowFailed,
        Fault(
            f"""
        {_SUPERVISED} WHERE s.row_no IN (
            WITH RECURSIVE broken (row_no) AS (
                SELECT w.row_no FROM staged w WHERE w.id IS NULL
                  AND EXISTS (SELECT 1 FROM staged_errors e WHERE e.row_no = w.row_no)
                UNION
                SELECT h.row_no FROM staged_supervisors h JOIN broken ON broken.row_no = h.boss_row
                WHERE h.boss_id IS NULL)
            SELECT row_no FROM broken)
        """,
            "'Supervisor'",
            {"given": "v.given", "other": "v.boss_row"},
        ),
    )


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody who would be changed holds, and where."""

    role_id: int
    role: str
    is_builtin: bool
    department_id: int | None
    path: str | None


@dataclass(frozen=True, slots=True)
class Allowed:
    """One permission of a custom role."""

    role_id: int
    permission: str


def held_by_changed(work: Work, span: Span) -> list[Held]:
    """Return every role, with its place, that somebody holds who would be changed."""
    return work.all(
        Held,
        f"""
        SELECT DISTINCT g.role_id, r.name AS role, r.is_builtin, gd.department_id, d.path
        FROM staged s JOIN grants g ON g.user_id = s.id JOIN roles r ON r.id = g.role_id
        LEFT JOIN grant_departments gd ON gd.grant_id = g.id
        LEFT JOIN departments d ON d.id = gd.department_id
        WHERE s.changed IS NOT NULL AND {IN_SPAN}
        """,
        **span.values,
    )


def custom_permissions(work: Work) -> list[Allowed]:
    """Return the permissions of every custom role."""
    return work.all(Allowed, "SELECT role_id, permission FROM role_permissions")


def fail_holders(work: Work, span: Span, roles: Sequence[Held]) -> None:
    """Note changes of people who hold one of `roles` at its place."""
    if roles:
        fail(
            work,
            span,
            TouchesMoreRights,
            Fault(
                f"""
            {EXISTING} WHERE s.changed IS NOT NULL AND EXISTS (
                SELECT 1 FROM grants g LEFT JOIN grant_departments gd ON gd.grant_id = g.id
                WHERE g.user_id = s.id
                  AND g.role_id || '-' || COALESCE(gd.department_id, 0) IN :held)
            """,
                "NULL",
                {"name": "u.login"},
                values={"held": [f"{role.role_id}-{role.department_id or 0}" for role in roles]},
            ),
        )
