"""The house rules, held by reading the code, so that nobody has to remember them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import generate

PACKAGE = Path(__file__).parent.parent / "lmsctl"
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())

# What a file of a room may import of its own room, from the top down.
LEVELS = {
    "cli": 5,
    "options": 5,
    "checks": 4,
    "dependants": 4,
    "actions": 4,
    "store": 3,
    "rules": 2,
    "errors": 1,
    "results": 1,
    "model": 2,
}
SQL = re.compile(
    r"^\s*(SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE|ALTER|DROP TABLE|BEGIN(?!:)"
    r"|PRAGMA)\b"
)
SQL_PLACES = {"model", "store", "checks"}
SQL_KIT = {"kit/driver.py", "kit/outcome.py", "kit/work.py"}
# Copying a whole database and driving a migration are SQL of their own kind.
SQL_DB = re.compile(r"db/(engine|.*copy|.*copies|files|doctor)\.py")


def name(path: Path) -> str:
    """Return the path below the package, as people would write it."""
    return path.relative_to(PACKAGE).as_posix()


def kind(path: Path) -> str:
    """Return what kind of file of a room this is: `actions` for all of a package of that name."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return "actions" if "actions" in parts else parts[-1].rpartition("_")[2]


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


@pytest.fixture(params=FILES, ids=name)
def file(request: pytest.FixtureRequest) -> Path:
    """Return each file of the package in turn."""
    return Path(request.param)


@pytest.fixture
def tree(file: Path) -> ast.Module:
    """Return the file, parsed."""
    return ast.parse(file.read_text(encoding="utf-8"))


def test_every_file_says_what_lives_in_it(tree: ast.Module) -> None:
    """A module begins with one sentence."""
    text = ast.get_docstring(tree)
    assert text
    assert text[-1] == "."


def test_sql_lives_in_models_stores_and_checks(file: Path, tree: ast.Module) -> None:
    """No statement stands anywhere else, but for the few the unit of work itself needs."""
    if kind(file) in SQL_PLACES or name(file) in SQL_KIT or SQL_DB.fullmatch(name(file)):
        return
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert [text for text in texts if isinstance(text, str) and SQL.match(text)] == []


def test_rich_only_in_the_renderer(file: Path, tree: ast.Module) -> None:
    """Data never passes through Rich on its way into a pipe."""
    uses = any(module.partition(".")[0] == "rich" for module in imported(tree))
    assert not uses or name(file) in {"kit/render.py", "kit/talk.py"}


def test_typer_only_at_the_edge(file: Path, tree: ast.Module) -> None:
    """Verbs can be called without a command line."""
    uses = any(module.partition(".")[0] in {"typer", "click"} for module in imported(tree))
    assert not uses or file.stem.endswith("cli") or file.stem == "options"


def test_statements_are_made_in_stores_checks_and_models(file: Path, tree: ast.Module) -> None:
    """Nobody else needs SQLModel, SQLAlchemy or Alembic; types of theirs may be named."""
    heavy = {"sqlmodel", "sqlalchemy", "alembic"}
    uses = any(module.partition(".")[0] in heavy for module in imported(without_types(tree)))
    allowed = {"kit/columns.py", "kit/database.py", "kit/statements.py"}
    allowed |= {f"db/{one}.py" for one in ("engine", "migrating", "values", "actions")}
    assert not uses or kind(file) in SQL_PLACES or name(file) in allowed


def test_only_stores_checks_and_models_name_the_tables_of_other_rooms(
    file: Path, tree: ast.Module
) -> None:
    """A statement may be about any table; a verb asks the other room's verbs."""
    room = file.relative_to(PACKAGE).parts[0]
    if kind(file) in SQL_PLACES or room == "db":
        return
    for module in imported(tree):
        parts = module.split(".")
        assert parts[0] != "lmsctl" or "model" not in parts[2:3] or parts[1] == room


def test_only_the_unit_of_work_commits(file: Path, tree: ast.Module) -> None:
    """A transaction ends in one place."""
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "commit"
    ]
    assert not calls or name(file) == "kit/work.py" or SQL_DB.fullmatch(name(file))


def test_nothing_prints(tree: ast.Module) -> None:
    """Everything shown goes through the renderer or the talk."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert "print" not in names


def test_a_command_line_belongs_to_the_root_alone(file: Path, tree: ast.Module) -> None:
    """No room imports another room's command line, and nobody imports the root."""
    room = file.relative_to(PACKAGE).parts[0]
    for module in imported(tree):
        parts = module.split(".")
        if parts[0] != "lmsctl" or name(file) in {"cli.py", "__main__.py"}:
            continue
        assert module != "lmsctl.cli"
        is_command_line = len(parts) > 2 and parts[2].endswith("cli")
        assert not is_command_line or parts[1] == room


def test_imports_inside_a_room_point_down(file: Path, tree: ast.Module) -> None:
    """The command line uses the verbs, they use rules and SQL, those use words and refusals."""
    room = file.relative_to(PACKAGE).parts[0]
    own = LEVELS.get(kind(file))
    if room not in ROOMS or room == "kit" or own is None:
        return
    for module in imported(tree):
        parts = module.split(".")
        if parts[:2] == ["lmsctl", room] and len(parts) > 2:
            other = LEVELS.get(parts[2].rpartition("_")[2])
            assert other is None or other <= own, f"{name(file)} imports {module}"


def test_a_room_has_no_unknown_files(file: Path) -> None:
    """A reader knows from a file's name what is in it."""
    parts = file.relative_to(PACKAGE).parts
    if parts[0] in {"kit", "db"} or len(parts) == 1:
        return
    assert kind(file) in {*LEVELS, "topics"} or file.stem == "__init__" or "actions" in parts


def test_the_table_of_nouns_is_what_the_rooms_say() -> None:
    """`lmsctl --help` lists exactly the commands there are (run `python -m tests.generate`)."""
    assert generate.NOUNS_FILE.read_text(encoding="utf-8") == generate.nouns_text()


def test_the_surface_has_not_changed_unseen() -> None:
    """A changed option or JSON key shows up in review (run `python -m tests.generate`)."""
    assert generate.SURFACE_FILE.read_text(encoding="utf-8") == generate.surface_text()
