"""The codes of refusals: every class of refusal in the program that has one."""

import functools
import importlib
import pkgutil
from collections.abc import Collection, Iterator, Sequence

import lmsctl
from lmsctl.help.results import ErrorCode
from lmsctl.kit.errors import EXIT_STATUS, Refusal

# These modules do something when they are imported, or declare tables only.
_NOT_FOR_REFUSALS = (".__main__", ".model")


@functools.cache
def refusals() -> Sequence[type[Refusal]]:
    """Return every class of refusal that has a code, by exit status and code."""
    for module in pkgutil.walk_packages(lmsctl.__path__, "lmsctl."):
        if not module.name.endswith(_NOT_FOR_REFUSALS) and ".migrations" not in module.name:
            vars(importlib.import_module(module.name))  # what is imported may not have run yet
    found = {kind for kind in _below(Refusal) if "code" in vars(kind)}
    ours = (kind for kind in found if kind.__module__.startswith("lmsctl."))
    return sorted(ours, key=lambda kind: (EXIT_STATUS[kind.kind], kind.code))


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def known() -> Collection[str]:
    """Return every code."""
    return [refusal.code for refusal in refusals()]


def find(code: str) -> ErrorCode | None:
    """Return what is said with this code, or None if there is no such code."""
    wanted = code.lower().replace("-", "_")
    refusal = next((one for one in refusals() if one.code == wanted), None)
    if refusal is None:
        return None
    return ErrorCode(
        code=refusal.code,
        error_class=refusal.kind.value,
        exit_code=EXIT_STATUS[refusal.kind],
        message=refusal.message,
        hint=refusal.hint,
        about=" ".join((refusal.__doc__ or "").partition("\n\n")[0].split()),
    )


def to_text(found: ErrorCode) -> str:
    """Return a code as people read it."""
    return "\n".join(
        [
            found.code,
            "",
            f"  {found.about}",
            "",
            f"  class    {found.error_class}, exit status {found.exit_code}",
            f"  message  {found.message}",
            f"  hint     {found.hint}",
            "",
            "Words in braces stand for the values of the case.",
        ]
    )
