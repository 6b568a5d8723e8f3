"""Modules that load when they are first used: --help does not pay for what it never does."""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGE = "lmsctl."


class _Finder:
    """Finds our own modules and puts off running them until somebody takes something from them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the usual spec of one of our modules with a loader that waits; None for others."""
        if not fullname.startswith(_PACKAGE):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def install() -> None:
    """Let every module of ours that is imported from now on wait until it is used.

    It works for `from lmsctl.user import actions`; `from lmsctl.user.results import User` takes
    something at once (Python's documentation, importlib.util.LazyLoader).
    """
    sys.meta_path.insert(0, _Finder())
