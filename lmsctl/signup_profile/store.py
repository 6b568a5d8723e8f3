"""The SQL of the sign-up profile room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit import canonical
from lmsctl.kit.errors import Ambiguous
from lmsctl.kit.work import Work
from lmsctl.registration.rules import secret_part
from lmsctl.rights.rules import Scope
from lmsctl.signup_profile.errors import ProfileUnknown
from lmsctl.signup_profile.results import Activated
from lmsctl.signup_profile.rules import Row

# Holds that have run out no longer count, whether or not a writer has come by since.
_RUN_OUT = """
    (SELECT count(*) FROM activations a JOIN registrations r ON r.id = a.registration_id
     WHERE a.profile_id = p.id AND r.state = 'pending' AND r.expires_at <= :now)
"""
_ROW = f"""
    SELECT p.id, p.name, p.code, p.department_id, d.path, d.full_name AS department, p.starts_at,
           p.ends_at, p.activation_limit, p.activations_used - {_RUN_OUT} AS used, p.link,
           p.domains_json, p.version
    FROM signup_profiles p JOIN departments d ON d.id = p.department_id
"""


def find(work: Work, given: str, scope: Scope, *, at: datetime | None = None) -> Row | None:
    """Return the profile with that code or number, or None when absent or out of `scope`.

    `used` is counted as at `at`, now when None. Raises Ambiguous when `given` fits two in scope.
    """
    digits = canonical.trim(given)
    is_number = digits.isascii() and digits.isdigit() and len(digits) < 18  # noqa: PLR2004 - what an id can hold
    found = work.all(
        Row,
        f"""
        {_ROW} WHERE (p.code_key = :code OR p.id = :number) AND {scope.clause("d.path")}
        """,
        code=canonical.key(given),
        number=int(digits) if is_number else None,
        now=at or work.now,
    )
    if len(found) > 1:
        raise Ambiguous(given=given, what="sign-up profile")
    return found[0] if found else None


def get(work: Work, given: str, scope: Scope, *, at: datetime | None = None) -> Row:
    """Return what `find` finds; raises ProfileUnknown."""
    found = find(work, given, scope, at=at)
    if found is None:
        raise ProfileUnknown
    return found


def find_by_code(work: Work, code: str) -> Row | None:
    """Return the profile with that code, wherever it is."""
    return work.one(Row, f"{_ROW} WHERE p.code_key = :code", code=canonical.key(code), now=work.now)


def find_by_link(work: Work, given: str) -> Row | None:
    """Return the profile with that link."""
    return work.one(Row, f"{_ROW} WHERE p.link = :link", link=secret_part(given), now=work.now)


def lock(work: Work, number: int) -> Row:
    """Return the profile as it is now and keep everybody else from claiming or changing it.

    The portal must have been locked before. Raises ProfileUnknown when it has just been deleted.
    """
    work.value(
        f"SELECT id FROM signup_profiles WHERE id = :id{work.for_update}",
        id=number,
    )
    found = work.one(Row, f"{_ROW} WHERE p.id = :id", id=number, now=work.now)
    if found is None:
        raise ProfileUnknown
    return found


def listed(work: Work, scope: Scope, under: str | None) -> Iterator[Row]:
    """Yield the profiles in scope, below the department at path `under` when given, by code."""
    return work.each(
        Row,
        f"""
        {_ROW} WHERE {scope.clause("d.path")} AND (:under IS NULL OR d.path LIKE :under)
        ORDER BY p.code_key
        """,
        under=under,
        now=work.now,
    )


def all_of(work: Work) -> list[Row]:
    """Return every profile, by code."""
    return work.all(Row, f"{_ROW} ORDER BY p.code_key", now=work.now)


def in_departments(work: Work, ids: Sequence[int]) -> list[Row]:
    """Return the profiles of these departments, by code."""
    return work.all(
        Row,
        f"{_ROW} WHERE p.department_id IN :ids ORDER BY p.code_key",
        ids=list(ids),
        now=work.now,
    )


def add(work: Work, **values: Any) -> int:
    """Insert a profile and return its id."""
    return work.insert("signup_profiles", **values)


def change(work: Work, number: int, **values: Any) -> None:
    """Change columns of one profile and count up its version."""
    assignments = "".join(f"{name} = :{name}, " for name in values)
    work.run(
        f"UPDATE signup_profiles SET {assignments}version = version + 1 WHERE id = :id",
        id=number,
        **values,
    )


def delete(work: Work, ids: Sequence[int]) -> None:
    """Delete profiles with their history; the people stay."""
    work.run("DELETE FROM signup_profiles WHERE id IN :ids", ids=list(ids))


def claim(work: Work, number: int) -> bool:
    """Take one activation, or none: the condition carries the limit."""
    return (
        work.run(
            """
            UPDATE signup_profiles SET activations_used = activations_used + 1
            WHERE id = :id
              AND (activation_limit IS NULL OR activations_used < activation_limit)
            """,
            id=number,
        )
        == 1
    )


def note(work: Work, profile_id: int, registration_id: int) -> None:
    """Remember by which profile a registration came."""
    work.run(
        "INSERT INTO activations (registration_id, profile_id) VALUES (:registration, :profile)",
        registration=registration_id,
        profile=profile_id,
    )


def give_back(work: Work, registration_ids: Sequence[int]) -> None:
    """Give back the activations of registrations that came to nothing."""
    work.run(
        """
        UPDATE signup_profiles SET activations_used = activations_used - (
            SELECT count(*) FROM activations a
            WHERE a.profile_id = signup_profiles.id AND a.registration_id IN :ids)
        WHERE id IN (SELECT profile_id FROM activations WHERE registration_id IN :ids)
        """,
        ids=list(registration_ids),
    )


@dataclass(frozen=True, slots=True)
class Expiry:
    """When a hold runs out."""

    expires_at: datetime | None


def next_expiry(work: Work, profile_id: int, after: datetime) -> datetime | None:
    """Return when, after a moment, the next hold of a profile runs out."""
    found = work.one(
        Expiry,
        """
        SELECT min(r.expires_at) AS expires_at
        FROM registrations r JOIN activations a ON a.registration_id = r.id
        WHERE r.state = 'pending' AND r.expires_at > :after AND a.profile_id = :profile
        """,
        profile=profile_id,
        after=after,
    )
    return found.expires_at if found else None


# History -----------------------------------------------------------------------------------------

# A person is seen by their current department; one who is gone, by the one they registered into.
_HISTORY = """
    FROM activations a
    JOIN registrations r ON r.id = a.registration_id
    LEFT JOIN users u ON u.id = r.user_id AND (u.expires_at IS NULL OR u.expires_at > :now)
    LEFT JOIN departments d ON d.id = COALESCE(u.department_id, r.department_id)
    WHERE a.profile_id = :profile
"""


def history(work: Work, profile_id: int, scope: Scope) -> Iterator[Activated]:
    """Yield the activations whose person is in scope, oldest first."""
    return work.each(
        Activated,
        f"""
        SELECT u.login, u.first_name, u.last_name, u.email, d.full_name AS department,
               r.registered_at,
               CASE WHEN r.state = 'pending' AND r.expires_at <= :now THEN 'expired'
                    ELSE r.state END AS state
        {_HISTORY} AND {_seen(scope)} ORDER BY r.registered_at, r.id
        """,
        profile=profile_id,
        now=work.now,
    )


def hidden(work: Work, profile_id: int, scope: Scope) -> int:
    """Return how many activations are withheld from somebody with this scope."""
    return int(
        work.value(
            f"SELECT count(*) {_HISTORY} AND NOT {_seen(scope)}",
            profile=profile_id,
            now=work.now,
        )
    )


def _seen(scope: Scope) -> str:
    return f"COALESCE({scope.clause('d.path')}, FALSE)"
