"""Copying a PostgreSQL database out and back in by its own programs, pg_dump and pg_restore."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lmsctl.db import actions, shape
from lmsctl.db.errors import BackupUnsound, ToolFailed, ToolMissing
from lmsctl.db.shape_store import Shape
from lmsctl.kit import schema
from lmsctl.kit.driver import Connection
from lmsctl.portal.errors import SchemaNewer

_VERSION = re.compile(r"^COPY \S*alembic_version .*?;\n(\S+)$", re.MULTILINE)

# How the list of an archive calls what stands in it on its own, and what we call that.
_LISTED = {
    "TABLE": "table",
    "VIEW": "view",
    "MATERIALIZED VIEW": "view",
    "FOREIGN TABLE": "table",
    "CONSTRAINT": "constraint",
    "FK CONSTRAINT": "constraint",
    "CHECK CONSTRAINT": "constraint",
    "INDEX": "index",
    "TRIGGER": "trigger",
    "RULE": "rule",
}
_OBJECT = re.compile(rf"^\d+; \d+ \d+ ({'|'.join(_LISTED)}) (?!DATA )\S+ (.+) \S+$", re.MULTILINE)


def back_up(source: Connection, file: Path, *, patience: float) -> None:  # noqa: ARG001 - one shape
    """Write the whole database of `source` into the empty `file`, in pg_dump's custom format.

    Raises ToolMissing and ToolFailed.
    """
    _run("pg_dump", ["--format=custom", f"--file={file}", *_address(source)], _secret(source))


def check(file: Path, url: str, *, patience: float) -> str:
    """Return the version of the schema in the backup `file`, of which every object is there.

    What a table's columns are like shows only once it is restored.

    Raises BackupUnsound, SchemaNewer when this program does not know its schema, and ToolMissing.
    """
    arguments = ["--data-only", "--table=alembic_version", "--file=-", str(file)]
    try:
        found = _VERSION.search(_run("pg_restore", arguments))
    except ToolFailed as failure:
        raise BackupUnsound(file=file, reason=failure.values["reason"]) from failure
    if found is None:
        raise BackupUnsound(file=file, reason="it holds no portal")
    if found[1] not in actions.versions():
        raise SchemaNewer(found=found[1], wanted=schema.VERSION)
    _check_objects(file, shape.expected_at(url, found[1], patience=patience))
    return found[1]


def _check_objects(file: Path, expected: Shape) -> None:
    names = {
        f"{_LISTED[kind]} {rest.replace(' ', '.')}"
        for kind, rest in _OBJECT.findall(_run("pg_restore", ["--list", str(file)]))
    }
    listed = {name: expected.get(name, "") for name in names}
    named = {
        name: says
        for name, says in expected.items()
        if name.partition(" ")[0] in _LISTED.values() and not says.startswith("CHECK")
    }
    wrong = shape.differences(listed, named)
    if wrong:
        raise BackupUnsound(file=file, reason=wrong[0].sentence)


def put_back(file: Path, target: Connection, *, patience: float) -> None:  # noqa: ARG001 - in the address
    """Replace everything in `target` that the backup `file` holds, in one transaction.

    Raises ToolMissing and ToolFailed.
    """
    choices = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", [*choices, *_address(target), str(file)], _secret(target))


def is_installed() -> bool:
    """Say whether both programs are on the PATH."""
    return all(shutil.which(tool) for tool in ("pg_dump", "pg_restore"))


def _address(connection: Connection) -> list[str]:
    # The driver leaves the password out; what stands in argv is seen by everybody.
    return [f"--dbname={connection.raw.info.dsn}"]


def _secret(connection: Connection) -> dict[str, str]:
    password = connection.raw.info.password
    return {"PGPASSWORD": password} if password else {}


def _run(tool: str, arguments: Sequence[str], secret: dict[str, str] | None = None) -> str:
    path = shutil.which(tool)
    if path is None:
        raise ToolMissing(tool=tool)
    done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's, the arguments are ours
        [path, "--no-password", *arguments] if secret is not None else [path, *arguments],
        env={**os.environ, **(secret or {}), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if "error:" in line]
        reason = lines[0] if lines else f"it ended with status {done.returncode}"
        raise ToolFailed(tool=tool, reason=reason.rstrip("."))
    return done.stdout
