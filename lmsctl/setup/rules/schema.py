"""What can stand in a setup file, for editors as JSON Schema and for people as text."""

import textwrap
from typing import Any

from lmsctl.setup.rules.kinds import KINDS, PREVIOUS, SetupKind

_WIDTH = 100
_PREVIOUS = "what it was called before, so that it is renamed and not made anew"


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a setup file.

    Times are texts there: TOML's own dates and times are none of JSON's types, and editors that
    know TOML take them for texts.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The setup of a learning portal",
        "type": "object",
        "properties": {kind.name: _table(kind) for kind in KINDS.values() if not kind.within},
        "additionalProperties": False,
    }


def _table(kind: SetupKind) -> dict[str, Any]:
    thing = _thing(kind)
    if kind.is_only:
        return thing
    return {"description": kind.about, "type": "object", "additionalProperties": thing}


def _thing(kind: SetupKind) -> dict[str, Any]:
    properties: dict[str, Any] = {
        name: {"description": field.about, **field.value.schema()}
        for name, field in kind.fields.items()
    }
    if kind.can_be_renamed:
        properties[PREVIOUS] = {"description": _PREVIOUS, "type": "string"}
    for inner in KINDS.values():
        if inner.within == kind.name:
            properties[inner.name] = _table(inner)
    return {
        "description": kind.about,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def described() -> str:
    """Return every table and key of a setup file in words, a paragraph for each table."""
    return "\n\n".join(map(_described, KINDS.values()))


def _described(kind: SetupKind) -> str:
    above = f"{kind.within}.CODE." if kind.within else ""
    heading = f"[{above}{kind.name}]" if kind.is_only else f"[{above}{kind.name}.NAME]"
    lines = [f"{heading}  {kind.about}"]
    for name, field in kind.fields.items():
        marks = [
            word
            for word, is_so in (("needed", field.is_needed), ("stays as it is", field.is_fixed))
            if is_so
        ]
        said = f" ({', '.join(marks)})" if marks else ""
        about = f"{field.about}{said}: {field.value.expected}"
        lines += _entry(name, about)
    if kind.can_be_renamed:
        lines += _entry(PREVIOUS, _PREVIOUS)
    return "\n".join(lines)


def _entry(name: str, about: str) -> list[str]:
    return textwrap.wrap(about, _WIDTH, initial_indent=f"  {name:<20} ", subsequent_indent=" " * 23)
