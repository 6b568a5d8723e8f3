"""One calendar entry for each enrollment, whose name is its own, and for who holds a session."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

# Frozen here, so that this version stays what it was when the models go on.
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TOGETHER = 500


def upgrade() -> None:
    """Name the entries that there are as calendars know them, and rewrite those not sent yet.

    A session of several days had an entry for each; the one of its first day goes on.
    """
    op.add_column(
        "training_enrollments", sa.Column("calendar_uid", TEXT, nullable=False, server_default="")
    )
    op.add_column("training_enrollments", sa.Column("organizer_address", TEXT, nullable=True))
    is_sqlite = op.get_context().dialect.name == "sqlite"
    chance = (
        "lower(hex(randomblob(16)))" if is_sqlite else "replace(gen_random_uuid()::text, '-', '')"
    )
    op.execute(
        f"""
        UPDATE training_enrollments SET
            calendar_uid = coalesce((
                SELECT d.uid || '-' || training_enrollments.id FROM session_days d
                WHERE d.session_id = training_enrollments.session_id
                ORDER BY d.starts_at, d.id LIMIT 1), {chance}) || '@lmsctl.invalid',
            moves = moves + coalesce((
                SELECT max(d.revision) FROM session_days d
                WHERE d.session_id = training_enrollments.session_id), 0)
        """
    )
    op.create_index(
        "training_enrollments_by_uid", "training_enrollments", ["calendar_uid"], unique=True
    )
    op.create_table(
        "host_entries",
        sa.Column("id", NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("session_id", NUMBER, nullable=False),
        sa.Column("user_id", NUMBER, nullable=False),
        sa.Column("uid", TEXT, nullable=False),
        sa.Column("changes", NUMBER, nullable=False, server_default="0"),
        sa.Column("organizer_address", TEXT, nullable=True),
        sa.CheckConstraint("changes >= 0", name="changes_count"),
        sa.ForeignKeyConstraint(["session_id"], ["training_sessions.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id", "user_id"),
        sa.UniqueConstraint("uid"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("ix_host_entries_user_id", "host_entries", ["user_id"])
    _rewrite_messages()


def _rewrite_messages() -> None:
    bind = op.get_bind()
    kept = sa.text(
        f"""
        SELECT n.id, n.calendar, t.time_zone, e.calendar_uid, e.moves
        FROM notifications n
        LEFT JOIN training_enrollments e ON n.about = 'participation ' || e.id
        LEFT JOIN trainings t ON t.id = e.training_id
        WHERE n.id > :last AND n.calendar IS NOT NULL ORDER BY n.id LIMIT {TOGETHER}
        """
    )
    change = sa.text("UPDATE notifications SET calendar = :calendar WHERE id = :number")
    last = 0
    while found := bind.execute(kept, {"last": last}).all():
        last = found[-1][0]
        bind.execute(
            change,
            [
                {"number": number, "calendar": _rewritten(text, zone or "UTC", uid, moves)}
                for number, text, zone, uid, moves in found
            ],
        )


def _rewritten(text: str, zone: str, uid: str | None, moves: int | None) -> str | None:
    """Return what a message keeps of the entry that its old text puts into a calendar, or out."""
    entries = list(_entries(text))
    told = [one for one in entries if one["METHOD"] == "REQUEST"] or entries
    if not told:
        return None
    first = told[0]
    days: list[list[Any]] = [
        [_seconds(one["DTSTART"]), _seconds(one["DTEND"]), one.get("LOCATION"), one.get("URL")]
        for one in told
    ]
    entry = {
        "stamped": _seconds(first["DTSTAMP"]),
        "summary": first["SUMMARY"],
        "days": sorted(days, key=lambda day: day[0]),
        "zone": zone,
        "description": first.get("DESCRIPTION", ""),
        "host": first["HOST"],
        "canceled": first["METHOD"] == "CANCEL",
    }
    sequence = max(moves or 0, *(int(one["SEQUENCE"]) for one in told), 0)
    return f"{uid or first['UID']} {sequence} NEEDS-ACTION - {json.dumps(entry)}"


def _entries(text: str) -> Iterator[dict[str, Any]]:
    """Yield the properties of each entry, of which every calendar had one."""
    for calendar in text.replace("\r\n ", "").split("BEGIN:VCALENDAR\r\n")[1:]:
        found: dict[str, Any] = {"HOST": ""}
        for line in calendar.split("\r\n"):
            name, _, value = line.partition(":")
            if line.startswith("ORGANIZER;"):
                found["HOST"] = line.partition('"')[2].partition('"')[0]
            else:
                found[name] = re.sub(r"\\(.)", _unescaped, value)
        yield found


def _unescaped(sign: re.Match[str]) -> str:
    return "\n" if sign[1] in "nN" else sign[1]


def _seconds(written: str) -> int:
    moment = datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
