"""Writes what is generated: the table of nouns, and the surface file that reviews read.

`python -m tests.generate` writes both; a test fails while they are not what it would write.
"""

import importlib
import pkgutil
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import typer

import lmsctl

ROOT = Path(__file__).parent.parent
NOUNS_FILE = ROOT / "lmsctl" / "nouns.py"
SURFACE_FILE = ROOT / "tests" / "surface.txt"


def modules(ending: str) -> Iterator[Any]:
    """Yield every module of the package whose name ends so."""
    for item in pkgutil.walk_packages(lmsctl.__path__, "lmsctl."):
        if item.name.rpartition(".")[2].endswith(ending) and item.name != "lmsctl.cli":
            yield importlib.import_module(item.name)


def nouns() -> dict[str, tuple[str, str, str]]:
    """Return each word of the command line with its module, the Typer in it, and its help."""
    found = {
        str(value.info.name): (module.__name__, name, str(value.info.help))
        for module in modules("cli")
        for name, value in vars(module).items()
        if isinstance(value, typer.Typer) and value.info.name
    }
    return dict(sorted(found.items()))


def nouns_text() -> str:
    """Return the whole of `lmsctl/nouns.py`."""
    lines = [
        '"""The table of nouns that makes start-up fast; written by `python -m tests.generate`."""',
        "",
        "# word: (module, the Typer in it, one-line help)",
        "NOUNS: dict[str, tuple[str, str, str]] = {",
    ]
    for word, entry in nouns().items():
        parts = [f'"{part}"' for part in entry]
        line = f'    "{word}": ({", ".join(parts)}),'
        if len(line) <= 100:
            lines.append(line)
        else:
            lines += [f'    "{word}": (', *(f"        {part}," for part in parts), "    ),"]
    return "\n".join([*lines, "}", ""])


def surface_text() -> str:
    """Return the commands with their options, and the results with their JSON keys."""
    from lmsctl.commands import load_noun

    lines = ["Commands and their options; changes here are changes for scripts.", ""]
    for word in nouns():
        command = load_noun(word)
        verbs = getattr(command, "commands", None)
        for name, verb in sorted(verbs.items()) if verbs else [("", command)]:
            lines.append(f"lmsctl {word} {name}".strip())
            former = {new: old for old, new in verb.callback.formerly.items()}
            spelled = [
                _spelling(parameter, former)
                for parameter in verb.params
                if not _is_global(parameter)
            ]
            if spelled:
                lines += textwrap.wrap(
                    "  ".join(spelled),
                    96,
                    initial_indent="    ",
                    subsequent_indent="    ",
                    break_on_hyphens=False,
                )
    lines += ["", "Results and their JSON keys.", ""]
    for module in modules("results"):
        for name, value in vars(module).items():
            if is_dataclass(value) and value.__module__ == module.__name__:
                keys = " ".join(item.name for item in fields(value))
                lines += [f"{module.__name__.split('.')[1]} {name}", f"    {keys}"]
    return "\n".join(lines) + "\n"


def _spelling(parameter: Any, former: Mapping[str, str]) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    spelled = "/".join([*parameter.opts, *parameter.secondary_opts])
    once = former.get(parameter.opts[0])
    return f"{spelled} (once {once})" if once else spelled


def _is_global(parameter: Any) -> bool:
    return bool(getattr(parameter, "hidden", False)) or parameter.name == "help"


if __name__ == "__main__":
    NOUNS_FILE.write_text(nouns_text(), encoding="utf-8")
    SURFACE_FILE.write_text(surface_text(), encoding="utf-8")
