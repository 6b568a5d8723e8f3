"""Setup files that the tests of the room share."""

from pathlib import Path

from tests.conftest import Portal

# A thing of every kind, with names that a shell, a spreadsheet or an option could mistake.
WHOLE = """\
[settings]
name = "-x \\"A\\" = ü"
time-zone = "Europe/Berlin"
registration = true
public-url = "https://learn.example.com"
domains = ["example.com", "*.example.org"]

[field."-Cost; center"]
kind = "list"
choices = ["-a", "b"]

[department."-Sales"]
code = "S"

[department."-Sales/EMEA 'x'"]

[group."--help"]
department = "-Sales"

[role."My role"]
permissions = ["user.view"]

[content.folder]
kind = "folder"
title = "-F"

[content."a.b"]
kind = "topic"
title = "=1+1"
folder = "folder"
status = "archived"
due-on = 2027-01-05
open-to = ["organization", "group:--help", "department:-Sales"]
catalog = ["everybody", "type:client"]
open-link = true

[content.p]
kind = "pathway"
title = "P"
items = ["d", { item = "c", optional = true }]

[content.c]
kind = "course"
title = "C"
status = "draft"

[content.d]
kind = "article"
title = "D"
catalog = ["everybody"]

[autoenroll.r1]
content = "c"
who = ["department:-Sales"]
subdepartments = false

[signup-profile.p1]
name = "-n"
department = "-Sales/EMEA 'x'"
starts = 2026-03-01
ends = 2026-12-31
activations = "unlimited"
domains = "any"

[token."=T1"]
content = "a.b"
expires = 2026-12-31T10:00:00
limit = 3
active = false
domains = ["a.example"]

[training.t]
title = "-T"
time-zone = "America/New_York"
stop-registration = "2d"
catalog = ["group:--help"]
description = \"\"\"
two
lines\"\"\"

[training.t.session.s]
days = [
    { starts = 2026-03-30T09:00:00, duration = "90min", place = "-P" },
    { starts = "2026-04-02 09:00", duration = "8h" },
]
canceled = true
capacity = 4

[training.t.session.s2]
days = [{ starts = 2026-11-01T09:00:00, duration = "2h", url = "https://example.com/" }]
"""


def put(portal: Portal, text: str, name: str = "portal.toml") -> Path:
    """Write a setup file beside a portal and return where."""
    file = portal.folder / name
    file.write_text(text, encoding="utf-8")
    return file


def apply(portal: Portal, text: str, *more: str) -> None:
    """Make a portal like a text."""
    portal.ok("apply", str(put(portal, text)), "--yes", *more)


def diff(portal: Portal, text: str, *more: str) -> list[dict[str, str | None]]:
    """Return what a text would change."""
    found = portal.ok("diff", str(put(portal, text)), "-o", "json", *more).json
    assert isinstance(found, list)
    return found


def export(portal: Portal, *more: str) -> str:
    """Return the setup of a portal."""
    return portal.ok("export", *more).out
