"""Which kind of value an option or an argument takes.

It is found by what the help calls the value, else by the option, wherever that stands, else by the
noun of the command. What is in none of the tables is written freely.
"""

from collections.abc import Mapping, Sequence

# Words that mean one thing only.
_BY_WORD: Mapping[str, str] = {
    "A,-B": "sort",
    "A,B": "columns",
    "CODE[:SESSION]": "place",
    "DIR": "file",
    "EMAIL": "pending",
    "FILE": "file",
    "FORMAT": "format",
    "LOGIN": "user",
    "PATH": "department",
    "ROLE": "role",
    "SESSION": "session",
    "TOPIC | NOUN [VERB] | CODE": "topic",
    "TRAINING": "training",
    "TRAINING[:SESSION]": "place",
    "WHEN": "color",
    "ZONE": "zone",
}
_BY_OPTION: Mapping[str, str] = {
    "--add": "permission",
    "--content": "content",
    "--context": "context",
    "--department": "department",
    "--field": "field=",
    "--filter": "filter=",
    "--folder": "folder",
    "--group": "group",
    "--parent": "department",
    "--permission": "permission",
    "--remove": "permission",
    "--supervisor": "user",
    "--time-zone": "zone",
    "--training": "training",
    "--under": "department",
    "--url-file": "file",
}
# The first argument of these commands, which the help calls by one of the words below.
_BY_NOUN: Mapping[str, str] = {
    "autoenroll": "rule",
    "can-i": "permission",
    "catalog": "content",
    "config": "key",
    "content": "content",
    "context": "context",
    "field": "field",
    "group": "group",
    "registration": "pending",
    "settings": "setting=",
    "signup-profile": "profile",
    "token": "token",
    "training": "training",
}
_WORDS_OF_NOUNS = frozenset(
    (
        "CODE",
        "CODE|LINK",
        "CODE|LINK|EMAIL",
        "ITEM",
        "KEY",
        "NAME",
        "NAME=VALUE",
        "PATHWAY",
        "PERMISSION",
    )
)
# What makes something takes none of the names that are there.
_MAKING = ("create", "context add")


def find(command: Sequence[str], options: Sequence[str], word: str | None) -> str | None:
    """Return the kind of value, by the words of the command, the option and what the help says.

    An argument has no `options`. None means that the value is written freely.
    """
    name = (word or "").removesuffix("...")
    name = name[1:-1] if name.startswith("[") else name
    if options:
        found = [_BY_OPTION[option] for option in options if option in _BY_OPTION]
        return _BY_WORD.get(name) or (found[0] if found else None)
    if name in _BY_WORD:
        return _BY_WORD[name]
    is_named = name in _WORDS_OF_NOUNS and not " ".join(command).endswith(_MAKING)
    return _BY_NOUN.get(command[0]) if is_named else None
