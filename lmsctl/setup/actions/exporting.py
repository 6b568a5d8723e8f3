"""Writing the setup of a portal as one TOML file."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import tomli_w

from lmsctl.audit import actions as audit
from lmsctl.kit import zones
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.work import Work
from lmsctl.kit.writing import replacing
from lmsctl.portal import actions as portal
from lmsctl.rights import actions as rights
from lmsctl.setup import store
from lmsctl.setup.rules.kinds import KINDS, SetupKind
from lmsctl.setup.rules.things import SetupThing
from lmsctl.setup.rules.values import SetupReading

_HEAD = """\
# The setup of a portal. 'lmsctl diff FILE' shows what this file would change, 'lmsctl apply FILE'
# does it, and 'lmsctl help toml' explains every key.
"""


def record_export(work: Work, *, with_people: bool) -> None:
    """Write down that the setup is exported; needs what `check_may_see` wants."""
    check_may_see(work)
    audit.record(work, "setup.exported", "portal", with_people=with_people)


def check_may_see(work: Work) -> None:
    """Raise PermissionMissing unless the actor may see and change all that a setup file holds."""
    for permission in ("portal.settings", "token.manage", "user.view"):
        rights.require_everywhere(work, permission)


def export(work: Work, target: OutputFile, *, with_people: bool) -> int:
    """Write the whole setup of the portal to `target`; returns how many things.

    The file depends on nothing but the setup: things stand in the order of their names. People,
    and what names them, are left out unless `with_people`. Raises CsvFileUnwritable.
    """
    check_may_see(work)
    count = 0
    with replacing(target) as stream:
        stream.write(_HEAD)
        for text in written(work, with_people=with_people):
            stream.write(text)
            count += 1
            work.console.progress("Writing", count, None)
    return count


def written(work: Work, *, with_people: bool) -> Iterator[str]:
    """Yield each thing of the portal as TOML, and the heading of each kind without things."""
    zone = portal.zone(work)
    trainings: dict[str, ZoneInfo] = {}
    sessions: dict[str, dict[str, Any]] = {}
    for thing in store.list_things(work, "training", with_people=with_people):
        trainings[thing.name] = zones.from_database(thing.values["time-zone"])
    for thing in store.list_things(work, "session", with_people=with_people):
        at = SetupReading(trainings[thing.above], work.now)
        sessions.setdefault(thing.above, {})[thing.name] = as_toml(thing, at)
    for kind in KINDS.values():
        if kind.within or (kind.names_people and not with_people):
            continue
        is_empty = True
        for thing in store.list_things(work, kind.name, with_people=with_people):
            is_empty = False
            values = as_toml(thing, SetupReading(zone, work.now))
            if kind.name == "training" and thing.name in sessions:
                values["session"] = sessions[thing.name]
            yield "\n" + tomli_w.dumps(_placed(kind, thing, values))
        if is_empty:
            yield f"\n[{kind.name}]\n"


def as_toml(thing: SetupThing, at: SetupReading) -> dict[str, Any]:
    """Return the fields of a thing as TOML has them, moments on the clock of a zone."""
    fields = KINDS[thing.kind].fields
    return {
        name: fields[name].value.write(thing.values[name], at)
        for name in fields
        if name in thing.values
    }


def _placed(kind: SetupKind, thing: SetupThing, values: Mapping[str, Any]) -> dict[str, Any]:
    return {kind.name: values if kind.is_only else {thing.name: values}}
