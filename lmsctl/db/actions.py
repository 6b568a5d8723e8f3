"""The verbs on the schema and on the database as a whole."""

import importlib.resources
from typing import Any

from lmsctl.audit import actions as audit
from lmsctl.db import store
from lmsctl.db.errors import RightsUnreadable, SchemaForeign
from lmsctl.db.results import DatabaseStatus, Finding, SchemaState, Vacuumed
from lmsctl.kit import clock, driver, environment, rooms, schema, zones
from lmsctl.kit.check import Check
from lmsctl.kit.database_errors import DatabaseDamaged, DatabaseIncomplete
from lmsctl.kit.work import Work, run_write
from lmsctl.portal import actions as portal
from lmsctl.portal.errors import SchemaNewer
from lmsctl.rights import actions as rights
from lmsctl.token.actions import deleting

_SOUND = "The file and its indexes are sound."
_NOT_COMPARED = (
    "The server lets no temporary tables be made, so only the names of tables and columns were"
    " compared."
)


def upgrade(url: str, *, patience: float, is_rehearsal: bool = False) -> tuple[str | None, str]:
    """Bring the database at `url` to this program's schema; return its version before and now.

    A missing SQLite file is made, readable by its owner only. All steps are one transaction, so
    that a kill leaves the old schema. Of two upgrades at once the second finds it done. `patience`
    is how many seconds to wait for others; a rehearsal does everything and undoes it. Raises
    SchemaNewer, SchemaForeign and the refusals of the driver.
    """
    from lmsctl.db import engine

    engine.make_private_file(url)
    connection = driver.open_database(url, patience=patience, create=True)

    def make() -> Work:
        return Work(
            connection,
            now=clock.read(),
            operator=environment.operator(),
            command="db upgrade",
            is_rehearsal=is_rehearsal,
        )

    try:

        def verb(work: Work) -> str | None:
            store.lock_schema(work)
            return _upgrade(work, work.session.connection())

        before = run_write(make, verb)
        if not is_rehearsal and before not in {None, schema.VERSION}:
            audit.seal_all(connection)
        return before, schema.VERSION
    finally:
        connection.close()


def _upgrade(work: Work, bound: Any) -> str | None:
    from lmsctl.db import migrating

    before = store.find_version(work)
    _require_known_schema(work, before)
    if before != schema.VERSION:
        migrating.migrate(bound, schema.VERSION)
        if before is not None:
            audit.record(work, "db.upgraded", schema.VERSION, before=before)
    return before


def _require_known_schema(work: Work, version: str | None) -> None:
    """Raise SchemaForeign or SchemaNewer when the database is not a portal of this program."""
    if version is None:
        tables = store.list_tables(work)
        if tables:
            raise SchemaForeign(count=len(tables), example=tables[0])
    elif version not in versions():
        raise SchemaNewer(found=version, wanted=schema.VERSION)


def versions() -> tuple[str, ...]:
    """Return the versions of the schema that this program knows, oldest first."""
    files = importlib.resources.files("lmsctl.db").joinpath("migrations", "versions").iterdir()
    names = (file.name.partition("_")[0] for file in files if file.name.endswith(".py"))
    return tuple(sorted(name for name in names if name))


# Status ------------------------------------------------------------------------------------------


def list_foreign_tables(work: Work) -> list[str]:
    """Return the tables that are not this program's; raises SchemaForeign if all tables are."""
    from sqlmodel import SQLModel

    from lmsctl.db import engine

    engine.load_models()
    found = store.list_tables(work)
    foreign = [name for name in found if name not in SQLModel.metadata.tables]
    if foreign and foreign == found:
        raise SchemaForeign(count=len(foreign), example=foreign[0])
    return foreign


def find_schema_state(work: Work) -> tuple[SchemaState, str | None]:
    """Return the state of the schema and its version, None without one; raises nothing of ours."""
    found = store.find_version(work)
    if found is None:
        return SchemaState.ABSENT, None
    if found != schema.VERSION:
        return (SchemaState.UPGRADE_PENDING if found in versions() else SchemaState.NEWER), found
    return (SchemaState.CURRENT if store.has_portal(work) else SchemaState.ABSENT), found


def authorize(work: Work) -> tuple[SchemaState, str | None]:
    """Check the right to manage a database of any state; return what `find_schema_state` returns.

    Needs `db.manage` everywhere; raises RightsUnreadable for --as without a current schema.
    """
    found, version = find_schema_state(work)
    if found is SchemaState.CURRENT:
        portal.load_portal(work)
        rights.require_everywhere(work, "db.manage")
    else:
        require_operator(work.as_login, f"its schema is {found.value.replace('_', ' ')}")
    return found, version


def require_operator(as_login: str | None, reason: str) -> None:
    """Raise RightsUnreadable when --as names somebody whose rights cannot be read for `reason`."""
    if as_login is not None:
        raise RightsUnreadable(login=as_login, reason=reason)


def status(work: Work, address: str) -> DatabaseStatus:
    """Return the status of a database of any state; needs what `authorize` needs."""
    found, version = authorize(work)
    return DatabaseStatus(
        address,
        work.connection.dialect,
        found,
        version,
        schema.VERSION,
        store.find_journal_mode(work),
        store.get_size(work),
    )


def status_without_file(address: str) -> DatabaseStatus:
    """Return the status of a SQLite file that is not there."""
    return DatabaseStatus(address, "sqlite", SchemaState.ABSENT, None, schema.VERSION, None, None)


# Invariants --------------------------------------------------------------------------------------


def checks() -> list[Check]:
    """Return every invariant that a room has declared."""
    return [check for module in rooms.modules("checks") for check in module.CHECKS]


def check(work: Work, url: str, *, patience: float) -> tuple[list[Finding], list[str]]:
    """Return every difference of the schema and every broken invariant, and notes.

    Needs `db.manage` everywhere. The portal is loaded only if all its tables are there.
    """
    try:
        return _check_schema_and_rows(work, url, patience)
    except DatabaseIncomplete as lost:
        require_operator(work.as_login, lost.format_message().rstrip("."))
        return [
            Finding("schema_agrees", 1, lost.format_message(), "Put a backup in its place.")
        ], []


def _check_schema_and_rows(
    work: Work, url: str, patience: float
) -> tuple[list[Finding], list[str]]:
    # SQLAlchemy costs more to load than most commands may spend.
    from lmsctl.db import shape, shape_store, values

    # No time is shown, and the portal's zone may be what is wrong.
    work.asked_zone = work.asked_zone or zones.by_name("UTC")
    if store.find_version(work) != schema.VERSION:
        portal.load_portal(work)
    expected = shape.expected_at(url, schema.VERSION, patience=patience)
    found = shape_store.read_shape(work)
    notes = [_NOT_COMPARED] if expected is None else []
    differences = shape.differences(found, expected or values.known_to_models(found))
    findings = [
        Finding("schema_agrees", 1, item.sentence, item.remedy, item.remedy) for item in differences
    ]
    if any(item.is_unreadable for item in differences):
        # Neither rights nor the invariants between rows can be read from what is not there.
        require_operator(work.as_login, differences[0].sentence)
        return findings, notes
    portal.load_portal(work)
    rights.require_everywhere(work, "db.manage")
    return findings + list_broken(work), notes


def list_broken(work: Work) -> list[Finding]:
    """Return every broken invariant: of the file, of references, of the rooms, of values."""
    from lmsctl.db import values

    try:
        lines = store.list_damage(work)
    except DatabaseDamaged as damaged:
        # Nothing that is read from such a file means anything.
        return [Finding("file_sound", 1, damaged.format_message(), _SOUND)]
    found = [Finding("file_sound", len(lines), lines[0], _SOUND)] if lines else []
    found += [
        Finding(
            "no_orphans",
            breaches.count,
            f"{name} {breaches.example}",
            "Every reference leads to a row.",
        )
        for name, breaches in store.list_orphans(work)
        if breaches.count
    ]
    found += [
        Finding(
            "ids_counted",
            breaches.count,
            f"{table} {breaches.example}",
            "New rows get ids that no row has: set the table's sequence to its highest id.",
            "Set the table's sequence to its highest id.",
        )
        for table, breaches in store.list_ids_ahead(work)
        if breaches.count
    ]
    found += [
        Finding(item.name, breaches.count, str(breaches.example), item.description)
        for item in checks()
        for breaches in [store.find_breaches(work, item)]
        if breaches.count
    ]
    return found + values.list_broken(work)


# Space -------------------------------------------------------------------------------------------


def vacuum(work: Work) -> tuple[Vacuumed, list[str]]:
    """Give back unused space and wipe out deleted tokens; needs `db.manage` everywhere.

    Returns the sizes, and what the caller should know. Ends the transaction of `work`.
    """
    found, _ = authorize(work)
    before = store.get_size(work)
    work.connection.rollback()
    store.vacuum(work.connection)
    notes = deleting.finish_vacuum(work.connection) if found is SchemaState.CURRENT else []
    return Vacuumed(before, store.get_size(work)), notes
