"""The command line of the db room."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lmsctl.db import actions, copies, doctor
from lmsctl.db.results import DatabaseStatus, Diagnosis, Finding, Health, SchemaState, Upgraded
from lmsctl.kit import dburl, options
from lmsctl.kit.answer import Done, Listing, Outcome
from lmsctl.kit.database_errors import DatabaseMissing, SchemaAbsent
from lmsctl.kit.environment import Environment
from lmsctl.kit.errors import EXIT_STATUS, RefusalKind
from lmsctl.kit.options import verb

app = options.noun("db", "The database: its schema, backups and invariants.")
doctor_app = options.single("doctor", "Examine this installation and say what to do.")

_FAILED = EXIT_STATUS[RefusalKind.CONFIG]


def _outside(env: Environment) -> Environment:
    """Return `env` for a database whose portal may not load; the verbs check rights themselves."""
    env.load_portal = None
    env.apply_due_changes = None
    return env


@verb(app, examples=("lmsctl db status", "lmsctl db status -o json"))
def status(env: Environment) -> DatabaseStatus:
    """Show the database, the version of its schema and how it stands to this program.

    The state is current, upgrade_pending, newer or absent; none of them is an error here.
    """
    address = dburl.without_password(env.connection_settings.url)
    try:
        return _outside(env).read(lambda work: actions.status(work, address))
    except DatabaseMissing as missing:
        actions.require_operator(env.options.as_login, missing.format_message().rstrip("."))
        return actions.status_without_file(address)


@verb(app, examples=("lmsctl db upgrade", "lmsctl db upgrade --dry-run"))
def upgrade(env: Environment) -> Any:
    """Bring the schema to this program's version: all of it or nothing."""
    target = env.connection_settings
    if _outside(env).read(actions.authorize)[0] is SchemaState.ABSENT:
        raise SchemaAbsent
    env.close()
    env.warn_if_interrupted("See how far it came with 'lmsctl db status'.")
    before, after = actions.upgrade(
        target.url, patience=target.patience, is_rehearsal=env.options.dry_run
    )
    if before == after:
        return Done(
            Upgraded(before, after, Outcome.UNCHANGED),
            f"Schema {after} is current.",
            is_changed=False,
        )
    return Done(
        Upgraded(before, after, Outcome.UPDATED), f"Upgraded the schema: {before} to {after}."
    )


@verb(app, examples=("lmsctl db check", "lmsctl db check -o csv"))
def check(env: Environment) -> Any:
    """Test what must hold between rows and list what does not; exit 10 when anything does not."""
    target = env.connection_settings
    findings, notes = _outside(env).read(
        lambda work: actions.check(work, target.url, patience=target.patience)
    )
    count = (
        f"{len(findings)} broken" if findings else f"all hold, {len(actions.checks())} of the rooms"
    )
    return Done(
        Listing(Finding, findings),
        f"Invariants: {count}.",
        is_changed=False,
        notes=notes,
        status=_FAILED if findings else 0,
    )


_File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


@verb(app, examples=("lmsctl db backup portal-2026-01-31.backup",))
def backup(
    env: Environment,
    file: _File,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE.")] = False,
) -> Any:
    """Write everything into one file, checked and readable by you alone, while others work on.

    SQLite: a database file. PostgreSQL: pg_dump's custom format; pg_dump must be on the PATH.
    """
    return copies.back_up(_outside(env), file, is_replacing=force)


@verb(app, examples=("lmsctl db restore portal-2026-01-31.backup --yes",))
def restore(env: Environment, file: _File) -> Any:
    """Put a backup in place of everything in the database, after a confirmation.

    The backup is checked first; a rehearsal does no more than that. Readers see the old state or
    the new one. A damaged SQLite file is kept under another name.
    """
    env.warn_if_interrupted("See what is there now with 'lmsctl db check'.")
    return copies.restore(_outside(env), file)


@verb(app, examples=("lmsctl db vacuum",))
def vacuum(env: Environment) -> Any:
    """Give back unused space.

    SQLite writes its file anew. PostgreSQL frees the space for new rows, without locking anybody
    out, and renews what the planner knows; the files keep their size. Only the tokens are put into
    new files, which takes a moment in which nobody redeems, so that deleted codes are gone.
    """
    if env.options.dry_run:
        return Done(None, "A vacuum cannot be rehearsed.", is_changed=False)
    result, notes = _outside(env).read(actions.vacuum)
    sentence = f"{result.size_before} bytes before, {result.size_after} after."
    return Done(result, sentence, notes=notes)


@verb(doctor_app, "doctor", examples=("lmsctl doctor", "lmsctl doctor -o json"))
def examine(env: Environment) -> Any:
    """Examine configuration, database, schema, clock, rows and the way that mails leave by.

    Nothing is changed or sent; the exit status is 10 when anything fails.
    """
    found = list(doctor.examine(_outside(env)))
    failed = sum(1 for item in found if item.state is Health.FAILED)
    warned = sum(1 for item in found if item.state is Health.WARNING)
    return Done(
        Listing(Diagnosis, found),
        f"{len(found)} looked at: {failed} failed, {warned} with a warning.",
        is_changed=False,
        status=_FAILED if failed else 0,
    )
