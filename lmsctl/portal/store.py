"""The SQL of the portal room."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lmsctl.kit.work import Work


@dataclass(frozen=True, slots=True)
class Entrance:
    """What every unit of work must know before it does anything."""

    schema: str
    time_zone: str | None
    is_sandbox: bool | None


@dataclass(frozen=True, slots=True)
class Settings:
    """The one row of the portal."""

    name: str
    is_sandbox: bool
    time_zone: str
    is_registration_on: bool
    is_confirmation_on: bool
    is_domain_limited: bool
    domains_json: list[str]
    is_policy_on: bool
    hold_hours: int
    seat_limit: int | None
    seats_taken: int
    told_percent: int
    public_url: str


def entrance(work: Work) -> Entrance | None:
    """Return the schema's version and the portal's zone; None when there is no version at all."""
    return work.one(
        Entrance,
        """
        SELECT v.version_num AS schema, p.time_zone, p.is_sandbox
        FROM alembic_version v LEFT JOIN portals p ON p.id = 1
        """,
    )


def has_people(work: Work) -> bool:
    """Say whether there are accounts, as there are none before `init`."""
    return work.value("SELECT id FROM users LIMIT 1") is not None


_SETTINGS = """
    SELECT name, is_sandbox, time_zone, is_registration_on, is_confirmation_on, is_domain_limited,
           domains_json, is_policy_on, hold_hours, seat_limit, seats_taken, told_percent, public_url
    FROM portals WHERE id = 1
"""


def settings(work: Work) -> Settings | None:
    """Return the portal's row, or None before `init`."""
    return work.one(Settings, _SETTINGS)


def lock(work: Work) -> Settings | None:
    """Return the portal's row and keep everybody else from taking or giving back seats."""
    return work.one(Settings, _SETTINGS + work.for_update)


def add(work: Work, **values: Any) -> None:
    """Insert the portal's row."""
    work.insert("portals", id=1, **values)


def change(work: Work, **values: Any) -> None:
    """Change columns of the portal's row."""
    assignments = ", ".join(f"{name} = :{name}" for name in values)
    work.run(f"UPDATE portals SET {assignments} WHERE id = 1", **values)


def take_seats(work: Work, count: int) -> bool:
    """Take `count` seats at once, or none: the condition carries the limit."""
    return (
        work.run(
            """
            UPDATE portals SET seats_taken = seats_taken + :count
            WHERE id = 1 AND (seat_limit IS NULL OR seats_taken + :count <= seat_limit)
            """,
            count=count,
        )
        == 1
    )


def give_back_seats(work: Work, count: int) -> None:
    """Give back `count` seats."""
    work.run("UPDATE portals SET seats_taken = seats_taken - :count WHERE id = 1", count=count)


# What time alone gives back, whether or not a writer has come by since to put it into the row.


def seats_run_out(work: Work, at: datetime) -> int:
    """Return how many of the seats taken will be free at `at` because of time alone."""
    return int(
        work.value(
            """
            SELECT (SELECT count(*) FROM users WHERE expires_at <= :at)
                 + (SELECT count(*) FROM users WHERE due_at <= :at AND status = 'active')
            """,
            at=at,
        )
    )


@dataclass(frozen=True, slots=True)
class Freed:
    """When a seat comes free."""

    freed_at: datetime | None


def next_seat_at(work: Work, after: datetime) -> datetime | None:
    """Return when, after a moment, time alone will free a seat next."""
    found = work.one(
        Freed,
        """
        SELECT min(freed_at) AS freed_at FROM (
            SELECT expires_at AS freed_at FROM users WHERE expires_at > :after
            UNION ALL
            SELECT due_at FROM users WHERE due_at > :after AND status = 'active') AS f
        """,
        after=after,
    )
    return found.freed_at if found else None
