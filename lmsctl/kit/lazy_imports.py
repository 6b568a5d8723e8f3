"""Modules that load when they are first used: --help does not pay for what it never does."""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader
from importlib.machinery import ModuleSpec
from types import ModuleType

from lmsctl.kit import signals

_PACKAGE = "lmsctl."
# The modules that are imported and have not run yet.
_waiting: set[str] = set()


class _Whole(Loader):
    """Loads a module without being interrupted: half of it would stay, and be used as if whole."""

    def __init__(self, usual: Loader) -> None:
        self._usual = usual

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return what the usual loader makes."""
        return self._usual.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module; a signal that ends the program waits for that."""
        _waiting.discard(module.__name__)
        with signals.delay_signals():
            self._usual.exec_module(module)

    def __getattr__(self, name: str) -> object:
        """Lend what else the usual loader knows: its source for tracebacks, resources."""
        return getattr(self._usual, name)


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
            spec.loader = importlib.util.LazyLoader(_Whole(spec.loader))
            _waiting.add(fullname)
        return spec


def install() -> None:
    """Let every module of ours that is imported from now on wait until it is used.

    It works for `from lmsctl.user import actions`; `from lmsctl.user.results import User` takes
    something at once (Python's documentation, importlib.util.LazyLoader).
    """
    sys.meta_path.insert(0, _Finder())


def load() -> None:
    """Let every module that waits run now, before something begins that others wait for."""
    while names := _waiting & sys.modules.keys():
        for name in names:
            vars(sys.modules[name])
