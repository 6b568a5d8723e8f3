"""Which kind of value an option or an argument takes.

Kinds are named by the option wherever it stands, else by what stands for the value in the help,
else by the noun of the command. What is in none of the tables is written freely.
"""

from collections.abc import Iterable, Mapping

# By the option, or by what its value is called in the help.
KINDS: Mapping[str, str] = {
    "--as": "user",
    "--user": "user",
    "--organizer": "user",
    "--supervisor": "user",
    "--instructor": "user",
    "LOGIN": "user",
    "LOGIN...": "user",
}


def find(names: Iterable[str]) -> str | None:
    """Return the kind of the first of these names that has one."""
    return next((KINDS[name] for name in names if name in KINDS), None)
