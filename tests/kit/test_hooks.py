"""What hooks promise: those that lower rooms declare, and what upper rooms do then."""

import inspect
from collections.abc import Callable

import pytest

from lmsctl.kit import rooms
from lmsctl.kit.hooks import Hook

IMPLEMENTING = rooms.modules("hooks")
DECLARED = {
    hook.name: hook
    for module in rooms.modules("hookpoints")
    for hook in vars(module).values()
    if isinstance(hook, Hook)
}


def implementation(name: str, module: str) -> Callable[[int], str]:
    """Return a function that looks as if it stood in `module`."""

    def function(number: int) -> str:
        return f"{module} {number}"

    function.__name__, function.__module__ = name, module
    return function


def test_a_hook_asks_all_who_implement_it_in_the_order_of_their_rooms() -> None:
    """Whoever was registered first is asked by the name of its module all the same."""
    hook = Hook(implementation("after_event", "lmsctl.user.hookpoints"))
    for module in ("lmsctl.token.hooks", "lmsctl.group.hooks"):
        hook.implement(implementation("after_event", module))
    assert hook(7) == ["lmsctl.group.hooks 7", "lmsctl.token.hooks 7"]


def test_a_function_of_another_name_implements_nothing() -> None:
    """A misspelt name is an error as soon as the file is loaded."""

    def after_event() -> None:
        """Do what follows."""

    def after_events() -> None:
        """Do what follows."""

    with pytest.raises(TypeError, match="after_events must be called after_event"):
        Hook(after_event).implement(after_events)


@pytest.mark.parametrize("module", IMPLEMENTING, ids=lambda module: module.__name__)
def test_every_public_function_in_hooks_is_called(module: object) -> None:
    """One that implements no hook would never run."""
    found = {
        name: function
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__  # type: ignore[attr-defined]
        if not name.startswith("_")
    }
    assert found
    idle = [
        name
        for name, function in found.items()
        if name not in DECLARED or function not in DECLARED[name].implementations
    ]
    assert idle == []


@pytest.mark.parametrize("hook", DECLARED.values(), ids=DECLARED.keys())
def test_every_hook_has_somebody_who_implements_it(hook: Hook[..., object]) -> None:
    """What nobody hears need not be announced."""
    assert hook.implementations
