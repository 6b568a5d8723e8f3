"""The house rules, held by reading the code, so that nobody has to remember them."""

import ast
import functools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests import generate

PACKAGE = Path(__file__).parent.parent / "lmsctl"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())

# What a file of a room may import of its own room, from the top down.
LEVELS = {
    "cli": 5,
    "options": 5,
    "checks": 4,
    "offers": 4,
    "hooks": 4,
    "actions": 4,
    "store": 3,
    "rules": 2,
    "errors": 1,
    "results": 1,
    "model": 2,
    "staging": 2,
    "hookpoints": 2,
    "xapi": 2,
}
SQL = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE|ALTER|DROP TABLE|BEGIN(?!:)"
    r"|PRAGMA)\b"
)
SQL_PLACES = {"model", "store", "checks", "staging"}
# What has no expression: settings, transactions, bulk loading, and the database as a whole.
SQL_TEXT = re.compile(r"kit/(database|sqlite_connection|postgresql_connection)\.py|db/.*")
# Copying a whole database and driving a migration end transactions of their own.
COMMITS = re.compile(r"kit/work\.py|db/(engine|.*copy|.*copies|files|doctor)\.py")

# The edge outside the rooms.
TYPER_TOO = {"kit/asking.py", "cli.py", "commands.py", "kit/options.py", "kit/nouns.py"}
MOST_LINES = 300
# What is still to be split, or to say in its docstring why it is long: this only gets shorter.
TOO_LONG_YET = {
    "enrollment/participation/cli.py",
    "user/importing/actions.py",
}


def name(path: Path) -> str:
    """Return the path below the package, as people would write it."""
    return path.relative_to(PACKAGE).as_posix()


def kind(path: Path) -> str:
    """Return what kind of file of a room this is: `actions` for all of a folder of that name."""
    return kind_of(path.relative_to(PACKAGE).with_suffix("").parts[1:]) or path.stem


def kind_of(parts: Iterable[str]) -> str:
    """Return the first kind of file among the parts of a name below its room; empty without one."""
    return next((kind for part in parts if (kind := part.rpartition("_")[2]) in LEVELS), "")


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield every module a file imports, and every name it takes from one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def without_types(tree: ast.Module) -> ast.Module:
    """Return the file without what only type checkers read."""
    kept = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return ast.Module(kept, [])


@functools.cache
def modules() -> dict[Path, ast.Module]:
    """Return every file of the package, parsed."""
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}


def breaking(is_kept: Callable[[Path, ast.Module], bool]) -> list[str]:
    """Return the files in which a rule does not hold."""
    return [name(path) for path, tree in modules().items() if not is_kept(path, tree)]


def test_every_file_says_what_lives_in_it() -> None:
    """A module begins with one sentence."""
    assert breaking(lambda _, tree: (ast.get_docstring(tree) or "").endswith(".")) == []


def test_every_file_is_short_or_says_why_it_is_long() -> None:
    """Past some 300 lines a file is split, or its docstring has a sentence with "long because"."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        lines = file.read_text(encoding="utf-8").count("\n")
        return lines <= MOST_LINES or "long because" in (ast.get_docstring(tree) or "")

    assert set(breaking(is_kept)) <= TOO_LONG_YET


def test_every_room_says_what_it_owns() -> None:
    """What it is, what it owns and what it may not do, in at least three lines."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        is_room = (
            file.name == "__init__.py" and file.parent != PACKAGE and file.parent.name not in LEVELS
        )
        told = (ast.get_docstring(tree) or "").splitlines()
        return not is_room or len(list(filter(None, told))) >= 3

    assert breaking(is_kept) == []


def test_a_class_name_means_one_thing() -> None:
    """No two classes share a name, whatever file they are in."""
    places: dict[str, list[str]] = {}
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(name(path))
    assert {one: found for one, found in places.items() if len(found) > 1} == {}


def test_statements_are_expressions() -> None:
    """SQL as text stands where there is no expression for it, and nowhere else."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        return SQL_TEXT.fullmatch(name(file)) is not None or not any(
            SQL.match(text) for text in texts if isinstance(text, str)
        )

    assert breaking(is_kept) == []


def uses(tree: ast.Module, *packages: str) -> bool:
    """Say whether a file imports one of `packages`, or anything of theirs."""
    return any(module.partition(".")[0] in packages for module in imported(tree))


def test_rich_only_in_the_renderer() -> None:
    """Data never passes through Rich on its way into a pipe."""
    found = set(breaking(lambda _, tree: not uses(tree, "rich")))
    assert found == {"kit/table_lines.py", "kit/tables.py", "kit/console.py"}


def test_typer_only_at_the_edge() -> None:
    """Verbs can be called without a command line."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        is_edge = kind(file) in {"cli", "options"} or name(file) in TYPER_TOO
        return is_edge or not uses(tree, "typer", "click")

    assert breaking(is_kept) == []


def test_statements_are_made_in_stores_checks_and_models() -> None:
    """Nobody else needs SQLModel, SQLAlchemy or Alembic; types of theirs may be named."""
    allowed = {
        f"kit/{one}.py"
        for one in (
            "cell_statements",
            "columns",
            "database",
            "first",
            "locks",
            "named",
            "statements",
        )
    }
    allowed |= {f"db/{one}.py" for one in ("migrating", "values", "actions")}

    def is_kept(file: Path, tree: ast.Module) -> bool:
        is_free = kind(file) in SQL_PLACES or name(file) in allowed
        return is_free or not uses(without_types(tree), "sqlmodel", "sqlalchemy", "alembic")

    assert breaking(is_kept) == []


def test_only_stores_checks_and_models_name_the_tables_of_other_rooms() -> None:
    """A statement may be about any table; a verb asks the other room's verbs."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        room = file.relative_to(PACKAGE).parts[0]
        found = [module.split(".") for module in imported(tree)]
        others = [
            one
            for one in found
            if one[0] == "lmsctl" and kind_of(one[2:]) == "model" and one[1] != room
        ]
        return kind(file) in SQL_PLACES or room == "db" or not others

    assert breaking(is_kept) == []


def test_only_the_unit_of_work_commits() -> None:
    """A transaction ends in one place."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        calls = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "commit"
        ]
        return not calls or COMMITS.fullmatch(name(file)) is not None

    assert breaking(is_kept) == []


def test_nothing_prints() -> None:
    """Everything shown goes through the renderer or the talk."""

    def is_kept(_: Path, tree: ast.Module) -> bool:
        return "print" not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    assert breaking(is_kept) == []


def test_a_command_line_belongs_to_the_root_alone() -> None:
    """No room imports another room's command line, and nobody imports the root."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        room = file.relative_to(PACKAGE).parts[0]
        found = [module.split(".") for module in imported(tree)]
        own = [one for one in found if one[0] == "lmsctl"]
        lines = [one for one in own if kind_of(one[2:]) == "cli" and one[1] != room]
        return name(file) in {"cli.py", "__main__.py"} or (
            ["lmsctl", "cli"] not in own and not lines
        )

    assert breaking(is_kept) == []


def test_imports_inside_a_room_point_down() -> None:
    """The command line uses the verbs, they use rules and SQL, those use words and refusals."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        room = file.relative_to(PACKAGE).parts[0]
        own = LEVELS.get(kind(file))
        if room not in ROOMS or room == "kit" or own is None:
            return True
        found = [module.split(".") for module in imported(tree)]
        inside = [kind_of(one[2:]) for one in found if one[:2] == ["lmsctl", room]]
        return all(LEVELS.get(one, 0) <= own for one in inside)

    assert breaking(is_kept) == []


def test_rules_ask_no_store() -> None:
    """A rule decides by what it is given, whichever room that came from."""

    def is_kept(file: Path, tree: ast.Module) -> bool:
        found = {kind_of(module.split(".")[2:]) for module in imported(without_types(tree))}
        return kind(file) != "rules" or found.isdisjoint({"store", "actions", "checks", "cli"})

    assert breaking(is_kept) == []


def test_a_room_has_no_unknown_files() -> None:
    """A reader knows from a file's name what is in it."""

    def is_kept(file: Path, _: ast.Module) -> bool:
        parts = file.relative_to(PACKAGE).parts
        is_known = kind(file) in {*LEVELS, "topics"} or file.stem == "__init__"
        return parts[0] in {"kit", "db"} or len(parts) == 1 or is_known or "actions" in parts

    assert breaking(is_kept) == []


def test_a_broken_rule_names_the_file() -> None:
    """What looks at the files finds them all, and tells those that do not keep to a rule."""
    assert breaking(lambda file, _: name(file) != "kit/work.py") == ["kit/work.py"]
    assert len(breaking(lambda *_: False)) == len(FILES) > 250


def test_the_table_of_nouns_is_what_the_rooms_say() -> None:
    """`lmsctl --help` lists exactly the commands there are (run `python -m tests.generate`)."""
    assert generate.NOUNS_FILE.read_text(encoding="utf-8") == generate.nouns_text()


def test_the_surface_has_not_changed_unseen() -> None:
    """A changed option or JSON key shows up in review (run `python -m tests.generate`)."""
    assert generate.SURFACE_FILE.read_text(encoding="utf-8") == generate.surface_text()
