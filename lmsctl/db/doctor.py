"""Examining an installation from the configuration to the rows, and saying what to do."""

import os
import stat
from collections.abc import Callable, Iterator

from lmsctl.db import actions, postgresql_tools, store
from lmsctl.db.results import Diagnosis, Health, SchemaState
from lmsctl.kit import database_errors, dburl, schema, sqlite
from lmsctl.kit.database_errors import SchemaAbsent
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import Refusal, RefusalKind
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work
from lmsctl.notification.delivery.actions import trying as delivery
from lmsctl.portal import actions as portal
from lmsctl.portal import store as portal_store
from lmsctl.portal.errors import ClockFrozen, SchemaNewer, SchemaOutdated

_READABLE = stat.S_IRGRP | stat.S_IROTH


def examine(env: Environment) -> Iterator[Diagnosis]:
    """Yield what is found, in the order in which things depend on each other.

    What cannot be examined because something before it failed is left out. Needs `db.manage`
    everywhere if a portal can be read. `env` must not load the portal by itself.
    """
    for name, check in _BEFORE_THE_DATABASE.items():
        found = _run_check(name, env, check)
        yield found
        if found.state is Health.FAILED:
            return
    if env.connection_settings.url.startswith("sqlite"):
        yield from _file(env)
    reached = _run_check("database", env, _database)
    yield reached
    if reached.state is Health.FAILED:
        return
    try:
        found_in_rows = env.read(_rows)
    except Refusal as refusal:
        if refusal.kind is RefusalKind.FORBIDDEN:
            raise
        yield _failed("rows", refusal)
        return
    yield from found_in_rows
    if found_in_rows[0].state is Health.OK:
        yield _run_check("mail", env, _mail)


def _run_check(name: str, env: Environment, check: Callable[[Environment], Diagnosis]) -> Diagnosis:
    """Return what `check` finds, or the refusal that it raises as a failure."""
    try:
        return check(env)
    except Refusal as refusal:
        return _failed(name, refusal)


def _failed(name: str, refusal: Refusal) -> Diagnosis:
    return Diagnosis(name, Health.FAILED, refusal.format_message(), refusal.format_hint())


def _ok(name: str, sentence: str) -> Diagnosis:
    return Diagnosis(name, Health.OK, sentence)


# Without the database ----------------------------------------------------------------------------


def _configuration(env: Environment) -> Diagnosis:
    if not env.config.exists:
        return _ok("configuration", "There is no configuration file; options and variables apply.")
    return _ok("configuration", f"'{env.config.path}' is read.")


def _options(env: Environment) -> Diagnosis:
    zone = env.time_zone or "the portal's"
    return _ok("options", f"Output {env.output}, time zone {zone}.")


def _connection(env: Environment) -> Diagnosis:
    target = env.connection_settings
    address = dburl.without_password(target.url)
    return _ok("connection", f"{address} (from {target.source}).")


_BEFORE_THE_DATABASE = {
    "configuration": _configuration,
    "options": _options,
    "connection": _connection,
}


def _file(env: Environment) -> Iterator[Diagnosis]:
    path = dburl.sqlite_path(env.connection_settings.url)
    if not path.exists():
        return  # the database says so
    if not os.access(path, os.W_OK) or not os.access(path.absolute().parent, os.W_OK):
        yield _failed("file", database_errors.DatabaseReadOnly(place=path))
    elif path.stat().st_mode & _READABLE:
        sentence = f"Other accounts of this machine may read '{path}', with everybody in it."
        yield Diagnosis("file", Health.WARNING, sentence, f"Run: chmod 600 {path}")
    else:
        yield _ok("file", f"'{path}' is its owner's alone.")


# With the database -------------------------------------------------------------------------------


def _database(env: Environment) -> Diagnosis:
    connection = env.connect()
    version = env.read(store.get_server_version)
    connection.rollback()
    if connection.dialect == "sqlite":
        return _sqlite(version)
    try:
        postgresql_tools.check_versions(connection)
    except Refusal as refusal:
        sentence = (
            f"PostgreSQL {version} answers; no backup can be made: {refusal.format_message()}"
        )
        return Diagnosis("database", Health.WARNING, sentence, refusal.format_hint())
    return _ok("database", f"PostgreSQL {version} answers.")


def _sqlite(version: str) -> Diagnosis:
    if sqlite.log_is_sound():
        return _ok("database", f"SQLite {version} answers; its write-ahead log is safe.")
    sentence = (
        f"SQLite {version} answers; its write-ahead log can damage files, so it is not used"
        " and readers wait for writers."
    )
    return Diagnosis(
        "database", Health.WARNING, sentence, "Use a Python with SQLite 3.51.3 or later."
    )


def _rows(work: Work) -> list[Diagnosis]:
    state, version = actions.find_schema_state(work)
    if state is not SchemaState.CURRENT:
        actions.require_operator(work.as_login, f"its schema is {state.value.replace('_', ' ')}")
        return [_failed("schema", _wrong_schema(work, state, version))]
    clock_found = _clock(work)
    if clock_found.state is not Health.FAILED:
        actions.authorize(work)
    return [
        _ok("schema", f"Schema {version} is current."),
        clock_found,
        *_log(work),
        *_invariants(work),
    ]


def _mail(env: Environment) -> Diagnosis:
    """Try the way that mails leave by, as far as that goes without sending one."""
    env.connect().rollback()
    waiting = env.read(delivery.count_waiting)
    env.connect().rollback()
    if env.config.mail.transport is None:
        sentence = "The configuration does not say how mails leave."
        if not waiting.due:
            return _ok("mail", f"{sentence} None is due.")
        sentence += f" {counted(waiting.due, 'mail')} that should have left stay here."
        return Diagnosis("mail", Health.WARNING, sentence, "See 'lmsctl help mail'.")
    where = delivery.try_transport(env.config)
    if not waiting.failed:
        return _ok("mail", f"Mails leave by {where}; {waiting.due} due.")
    sentence = f"Mails leave by {where}; {waiting.due} due, {waiting.failed} failed."
    hint = "See why: lmsctl notification list --state failed"
    return Diagnosis("mail", Health.WARNING, sentence, hint)


def _wrong_schema(work: Work, state: SchemaState, version: str | None) -> Refusal:
    if state is SchemaState.ABSENT:
        try:
            portal.load_portal(work)
        except Refusal as found:
            return found
        return SchemaAbsent()
    refusal = SchemaOutdated if state is SchemaState.UPGRADE_PENDING else SchemaNewer
    return refusal(found=version, wanted=schema.VERSION)


def _clock(work: Work) -> Diagnosis:
    state = portal_store.find_portal_state(work)
    if not work.is_frozen:
        return _ok("clock", "The clock is the machine's.")
    if state is None or not state.is_sandbox:
        return _failed("clock", ClockFrozen())
    sentence = "LMSCTL_NOW holds the clock still; this portal is a sandbox."
    return Diagnosis("clock", Health.WARNING, sentence, "Unset LMSCTL_NOW for the real time.")


def _log(work: Work) -> list[Diagnosis]:
    if store.find_journal_mode(work) != "wal":
        return []
    if sqlite.log_is_sound():
        return [_ok("journal", "The database uses the write-ahead log.")]
    sentence = "The database uses the write-ahead log, and this SQLite can damage it."
    hint = "Use a Python with SQLite 3.51.3 or later, or back up and restore into a new file."
    return [Diagnosis("journal", Health.WARNING, sentence, hint)]


def _invariants(work: Work) -> list[Diagnosis]:
    findings = [
        Diagnosis(
            item.check,
            Health.FAILED,
            f"Broken in {item.count} places, for example {item.example}. {item.expected}",
            item.hint,
        )
        for item in actions.list_broken(work)
    ]
    return findings or [_ok("invariants", f"{len(actions.checks())} invariants of the rows hold.")]
