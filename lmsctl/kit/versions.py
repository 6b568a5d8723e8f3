"""Versions of rows: who asks for the state that they saw is refused when it is another one."""

from lmsctl.kit.errors import Conflict


class VersionStale(Conflict):
    """Somebody else changed it meanwhile."""

    code = "version_stale"
    message = "'{what}' has version {found}, not {wanted}: somebody changed it meanwhile."
    hint = "Look at it again, then repeat with --if-version {found}."


def check_version(what: str, found: int, wanted: int | None) -> None:
    """Raise VersionStale when a version is wanted, and `what` has another one, `found`."""
    if wanted is not None and wanted != found:
        raise VersionStale(what=what, found=found, wanted=wanted)
