"""What upper rooms do when something happens in a lower one: typed functions, found by folder.

The lower room declares a hook in its `hookpoints.py`: a function without a body that says what
it is called with and what it returns:

    @Hook
    def before_delete_of_group(work: Work, ids: Sequence[int]) -> Iterable[str]:
        # the docstring says what is announced

An upper room implements it in its `hooks.py`, by a function of the same name and type:

    @hookpoints.before_delete_of_group.implement
    def before_delete_of_group(work: Work, ids: Sequence[int]) -> Iterator[str]: ...

The lower room calls `hookpoints.before_delete_of_group(work, ids)` and gets a list with what each
implementation returns.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from lmsctl.kit import rooms

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something in a lower room cannot be deleted, as an upper room puts it."""

    sentence: str


class Hook(Generic[P, R]):
    """One thing that happens in a room, and what other rooms do then."""

    def __init__(self, declaration: Callable[P, R]) -> None:
        self.name = declaration.__name__
        self.__doc__ = declaration.__doc__
        self._implementations: dict[str, Callable[P, R]] = {}

    def implement(self, function: Callable[P, R]) -> Callable[P, R]:
        """Register `function` and return it; it needs the hook's name, else TypeError is raised."""
        if function.__name__ != self.name:
            message = f"{function.__module__}.{function.__name__} must be called {self.name}"
            raise TypeError(message)
        self._implementations[function.__module__] = function
        return function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """Call every implementation, in the order of the rooms, and return what each answers."""
        return [function(*args, **kwargs) for function in self.implementations]

    @property
    def implementations(self) -> tuple[Callable[P, R], ...]:
        """The functions that are called, in the order of the rooms."""
        _load()
        return tuple(function for _, function in sorted(self._implementations.items()))


def _load() -> None:
    """Let the `hooks.py` of every room register what it implements."""
    for module in rooms.modules("hooks"):
        vars(module)  # It may have been imported and not have run yet.
