"""Finding what a value may be: in the program, in its configuration, or in the database."""

import importlib
import importlib.resources
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

from lmsctl.completion.results import Offered, Offers, Shell
from lmsctl.kit import config, zones
from lmsctl.kit.environment import Environment
from lmsctl.kit.offers import Typed

# The rooms that look into the database for values of a kind.
ROOMS: Mapping[str, str] = {
    "content": "lmsctl.content",
    "department": "lmsctl.department",
    "field": "lmsctl.user.fields",
    "folder": "lmsctl.content",
    "group": "lmsctl.group",
    "pending": "lmsctl.registration",
    "place": "lmsctl.training",
    "profile": "lmsctl.signup_profile",
    "role": "lmsctl.role",
    "rule": "lmsctl.autoenroll",
    "session": "lmsctl.training",
    "token": "lmsctl.token",
    "training": "lmsctl.training",
    "user": "lmsctl.user",
}


def script(shell: Shell) -> str:
    """Return the script that makes a shell ask."""
    file = importlib.resources.files(__package__).joinpath("scripts", f"{shell.value}.sh")
    return file.read_text(encoding="utf-8").rstrip("\n")


def offers(env: Environment, kind: str, typed: Typed) -> Offers:
    """Return what a value of that kind may be that begins as typed; raises what a reader may."""
    if kind in ROOMS:
        return _offered(_list_rows(env, kind, typed))
    return _FINDERS[kind](env, typed)


def _offered(words: Iterable[str], *, before: str = "", is_open: bool = False) -> Offers:
    return Offers([Offered(before + word) for word in words], is_open=is_open)


def _list_rows(env: Environment, kind: str, typed: Typed) -> Sequence[str]:
    """Return the values of a kind that the database holds, for whose rights are used."""
    room = importlib.import_module(f"{ROOMS[kind]}.offers")
    offer = room.OFFERS[kind]
    found: Sequence[str] = env.read(lambda work: offer(work, typed))
    return found


# What the program knows by itself ----------------------------------------------------------------


def _topics(_env: Environment, _typed: Typed) -> Offers:
    from lmsctl.help.actions import list_topics

    return Offers([Offered(one.topic, one.about) for one in list_topics()])


def _permissions(_env: Environment, _typed: Typed) -> Offers:
    from lmsctl.rights.rules import PERMISSIONS

    return Offers([Offered(name, meaning) for name, meaning in PERMISSIONS.items()])


def _contexts(env: Environment, _typed: Typed) -> Offers:
    return _offered(env.config.contexts)


def _keys(env: Environment, _typed: Typed) -> Offers:
    """Return the keys of the configuration, with those of each connection."""
    own = [Offered(key, meaning) for key, (_, meaning) in config.KEYS.items()]
    return Offers(
        [
            *own,
            *(
                Offered(f"contexts.{name}.{key}", meaning)
                for name in env.config.contexts
                for key, (_, meaning) in config.CONTEXT_KEYS.items()
            ),
            *(Offered(f"mail.{key}", meaning) for key, (_, meaning) in config.MAIL_KEYS.items()),
        ]
    )


def _zones(_env: Environment, _typed: Typed) -> Offers:
    return _offered(sorted(zones.names()))


# Names with values -------------------------------------------------------------------------------


def _settings(env: Environment, typed: Typed) -> Offers:
    """Return the settings with an equals sign, and behind it the values that one may have."""
    from lmsctl.portal.rules import SETTINGS

    name, sign, _ = typed.start.partition("=")
    if not sign:
        return Offers(
            [Offered(f"{one}=", kind.meaning) for one, kind in SETTINGS.items()], is_open=True
        )
    if name == "time-zone":
        return _behind(f"{name}=", _zones(env, typed))
    is_switch = name in SETTINGS and SETTINGS[name].column.startswith("is_")
    return _offered(("on", "off") if is_switch else (), before=f"{name}=")


def _fields(env: Environment, typed: Typed) -> Offers:
    """Return the custom fields with an equals sign; what stands behind it is written freely."""
    if "=" in typed.start:
        return Offers()
    return _offered((f"{name}=" for name in _list_rows(env, "field", typed)), is_open=True)


def _filters(env: Environment, typed: Typed) -> Offers:
    """Return what people are filtered by, with an equals sign, and behind it what may stand there.

    Custom fields are among them.
    """
    from lmsctl.user.rules import FILTER_WORDS, FILTERS

    key, sign, start = typed.start.partition("=")
    if not sign:
        built_in = (f"{name.replace(' ', '-')}=" for name in FILTERS)
        return _offered([*built_in, *(one.word for one in _fields(env, typed).words)], is_open=True)
    if key in FILTER_WORDS:
        return _offered(_words(FILTER_WORDS[key]), before=f"{key}=")
    kind = {"login": "user", "email": "user", "supervisor": "user"}.get(key, key)
    if kind not in {"user", "department", "group"}:
        return Offers()
    return _behind(f"{key}=", offers(env, kind, Typed(start)))


def _words(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]


def _behind(before: str, found: Offers) -> Offers:
    return _offered((one.word for one in found.words), before=before)


_FINDERS: Mapping[str, Callable[[Environment, Typed], Offers]] = {
    "color": lambda _env, _typed: _offered(config.COLORS),
    "context": _contexts,
    "field=": _fields,
    "filter=": _filters,
    "format": lambda _env, _typed: _offered(config.FORMATS),
    "key": _keys,
    "permission": _permissions,
    "setting=": _settings,
    "topic": _topics,
    "zone": _zones,
}
KINDS = frozenset({"file", *ROOMS, *_FINDERS})
