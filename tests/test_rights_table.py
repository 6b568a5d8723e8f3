"""The table of rights, cell by cell: who may run which command in which department."""

import shlex
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lmsctl import commands
from lmsctl.kit.errors import EXIT_STATUS
from lmsctl.rights.rules import BUILT_IN, PORTAL_WIDE
from tests import connections
from tests.conftest import Portal, Templates

TABLE: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("rights_table.toml").read_text(encoding="utf-8")
)
CUSTOM: dict[str, list[str]] = TABLE["custom"]
LINES: list[str] = [line for line, cells in TABLE.items() if isinstance(cells, dict)]
LINES.remove("custom")
PLACES = {
    "own": "Parent/Own",
    "child": "Parent/Own/Child",
    "parent": "Parent",
    "sibling": "Parent/Sibling",
    "none": "Parent/Nowhere",
}
ACTORS = ["operator", *BUILT_IN, *CUSTOM]
VERDICTS = {"ok", "forbidden", "not_found", "rejected", "config"}
CLASS = {0: "ok", **{status: kind.value for kind, status in EXIT_STATUS.items()}}


@pytest.fixture(scope="module")
def portal_with_actors(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """Return a portal with one actor for each role and something in every place."""
    portal = templates.copy(request.param, tmp_path_factory.mktemp("rights"))
    with connections.keep_connections():
        yield gather(portal)


def gather(portal: Portal) -> Portal:
    """Put one actor for each role into a portal, and something into every place."""
    for line in TABLE["first"]:
        portal.ok(*shlex.split(line))
    for path in ("Parent", "Parent/Own", "Parent/Own/Child", "Parent/Sibling"):
        parent, _, name = path.rpartition("/")
        portal.ok("department", "create", name, "--parent", parent or "/")
    for role, permissions in CUSTOM.items():
        wanted = [word for name in permissions for word in ("--permission", name)]
        portal.ok("role", "create", role, *wanted)
    for role in ACTORS[1:]:
        login = f"actor-{role}"
        names = ("--first-name", "A", "--last-name", "A")
        portal.ok("user", "create", "--login", login, *names, "--department", PLACES["own"])
        where = () if role in PORTAL_WIDE else ("--department", PLACES["own"])
        portal.ok("role", "grant", login, role, *where)
    for place, department in PLACES.items():
        people = f"Login,First name,Last name,Department\nnew-{place},N,N,{department}\n"
        portal.folder.joinpath(f"people-{place}.csv").write_text(people, encoding="utf-8")
        pairs = f"Login,Content\nperson-{place},topic-own\n"
        portal.folder.joinpath(f"pairs-{place}.csv").write_text(pairs, encoding="utf-8")
        rows = "Knowledge code,Token label,Creates,Limit,Expires\n" + f"lesson-{place},L,staff,,\n"
        portal.folder.joinpath(f"tokens-{place}.csv").write_text(rows, encoding="utf-8")
        line = f"user show person-{place}\n"
        portal.folder.joinpath(f"batch-{place}.txt").write_text(line, encoding="utf-8")
        group = f'[group."New {place}"]\n'
        portal.folder.joinpath(f"setup-{place}.toml").write_text(group, encoding="utf-8")
        for line in TABLE["each_place"] if place != "none" else ():
            portal.ok(*argv_of(line, place, department))
    for line in TABLE["once"]:
        portal.ok(*argv_of(line, "own", PLACES["own"]))
    return portal


def argv_of(line: str, place: str, department: str) -> list[str]:
    return [word.format(place=place, department=department) for word in shlex.split(line)]


def rows_of(line: str) -> dict[str, list[str]]:
    """Return the five cells of each actor in the table of one command line."""
    return {
        actor.strip(): [cells] * len(PLACES) if isinstance(cells, str) else cells
        for actors, cells in TABLE[line].items()
        for actor in actors.split(",")
    }


def _mistakes(portal: Portal, line: str, places: Sequence[int] = ()) -> Iterator[str]:
    """Yield what is not as the table says: in every place, or for each actor in one of `places`."""
    for number, (actor, cells) in enumerate(rows_of(line).items()):
        who = () if actor == "operator" else ("--as", f"actor-{actor}")
        seen: dict[tuple[str, ...], str] = {}
        table = list(zip(PLACES.items(), cells, strict=True))
        for (place, department), expected in [table[places[number]]] if places else table:
            argv = (*who, "--dry-run", *argv_of(line, place, department))
            if argv not in seen:
                seen[argv] = CLASS[portal.run(*argv).status]
            if seen[argv] != expected:
                yield f"{actor}, {place}: {seen[argv]}, not {expected}"


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    "portal_with_actors",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.heavy)],
    indirect=True,
)
def test_every_actor_gets_the_answer_of_the_table_in_every_place(
    portal_with_actors: Portal, line: str
) -> None:
    """Rights hold in the departments they were given for and below, nowhere above or beside.

    What is out of scope and what does not exist get one answer, and whoever holds the right
    nowhere is told only that.
    """
    _check(line, _mistakes(portal_with_actors, line))


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("portal_with_actors", ["postgresql"], indirect=True)
def test_every_actor_gets_the_answer_of_the_table_in_some_place(
    portal_with_actors: Portal, line: str
) -> None:
    """On PostgreSQL too each command answers each actor, another one in each place.

    Five commands after another of one actor are tried in all five places.
    """
    first = LINES.index(line)
    places = [(first + number) % len(PLACES) for number in range(len(ACTORS))]
    _check(line, _mistakes(portal_with_actors, line, places))


def _check(line: str, mistakes: Iterable[str]) -> None:
    found = list(mistakes)
    assert not found, f"lmsctl {line}\n" + "\n".join(found)


@pytest.mark.parametrize("line", LINES)
def test_the_table_has_a_cell_for_every_actor_and_place(line: str) -> None:
    """No actor and no place is forgotten, and each cell says ok or how it is refused."""
    actors = [actor.strip() for names in TABLE[line] for actor in names.split(",")]
    assert sorted(actors) == sorted(ACTORS)
    for actor, cells in rows_of(line).items():
        assert len(cells) == len(PLACES), actor
        assert set(cells) <= VERDICTS, actor


def test_the_table_has_a_line_for_every_command_of_its_nouns() -> None:
    """A new verb cannot come without saying who may use it."""
    wanted = {command for noun in TABLE["nouns"] for command in commands_of(noun)}
    told = {command for command in wanted for line in LINES if f"{line} ".startswith(f"{command} ")}
    assert wanted == told


def commands_of(noun: str) -> Iterator[str]:
    """Yield the full names of a noun's commands."""
    command = commands.load_noun(noun)
    verbs: Mapping[str, object] = getattr(command, "commands", {})
    yield from (f"{noun} {verb}" for verb in verbs) if verbs else (noun,)
