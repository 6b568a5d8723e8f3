"""Everything a portal's database holds, to see whether anything changed."""

from tests.conftest import Portal

_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    False: "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
}


def all_rows(portal: Portal, *, besides: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return every row of every table but `besides`, by table."""
    names = sorted(str(name) for (name,) in portal.sql(_TABLES[portal.is_sqlite]))
    tables = [name for name in names if name not in besides]
    contents = portal.each([f"SELECT * FROM {table}" for table in tables])
    return {table: sorted(map(repr, rows)) for table, rows in zip(tables, contents, strict=True)}


def refusals(portal: Portal) -> int:
    """Return how many refusals were written down."""
    return int(portal.value("SELECT count(*) FROM audit_rows WHERE verdict = 'refused'"))
