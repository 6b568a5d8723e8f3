"""Finding what a value may be: in the program, in its configuration, or in the database."""

import importlib
import importlib.resources
from collections.abc import Mapping, Sequence

from lmsctl.completion.results import Offered, Offers, Shell
from lmsctl.kit.environment import Environment
from lmsctl.kit.offers import Typed

# The rooms that look into the database for values of a kind.
_ROOMS: Mapping[str, str] = {"user": "lmsctl.user"}


def script(shell: Shell) -> str:
    """Return the script that makes a shell ask."""
    file = importlib.resources.files(__package__).joinpath("scripts", f"{shell.value}.sh")
    return file.read_text(encoding="utf-8").rstrip("\n")


def offers(env: Environment, kind: str, typed: Typed) -> Offers:
    """Return what a value of that kind may be that begins as typed; raises what a reader may."""
    return Offers([Offered(text) for text in _list_rows(env, kind, typed)])


def _list_rows(env: Environment, kind: str, typed: Typed) -> Sequence[str]:
    """Return the values of a kind that the database holds, for whose rights are used."""
    room = importlib.import_module(f"{_ROOMS[kind]}.offers")
    found: Sequence[str] = env.read(lambda work: room.offer(work, typed))
    return found
