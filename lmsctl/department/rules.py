"""Pure decisions of the department room: names, paths, and what may move where."""

from lmsctl.department.errors import (
    DepartmentIsRoot,
    DepartmentNameInvalid,
    DepartmentTooDeep,
    DepartmentUnderItself,
)
from lmsctl.kit import canonical

ROOT = "/"
_DEPTH_LIMIT = 50


def check_name(name: str) -> str:
    """Return `name` fit for a path; raises DepartmentNameInvalid and what check_text raises."""
    text = canonical.check_text(name, field="department name")
    if "/" in text:
        raise DepartmentNameInvalid(name=text, field="name")
    return text


def full_name(parent: str, name: str) -> str:
    """Return how `name` under `parent` is written; raises DepartmentTooDeep."""
    return check_depth(name if parent == ROOT else f"{parent}/{name}")


def check_depth(path: str) -> str:
    """Return `path`, as it is written, unless it lies too deep; raises DepartmentTooDeep."""
    if path.count("/") >= _DEPTH_LIMIT:
        raise DepartmentTooDeep(path=path, limit=_DEPTH_LIMIT)
    return path


def path_key(written: str) -> str:
    """Return the form in which written paths are compared; `/Sales / EMEA/` is `sales/emea`."""
    parts = [canonical.key(part) for part in written.split("/")]
    # Only a slash names the root: an empty text is most often a variable that was not set.
    return "/".join(part for part in parts if part) or (ROOT if "/" in written else "")


def check_may_move(path: str, written: str, target_path: str, target_written: str) -> None:
    """Raise when the department at `path` is the root, or `target_path` lies within it."""
    if written == ROOT:
        raise DepartmentIsRoot(done="moved")
    if target_path.startswith(path):
        raise DepartmentUnderItself(path=written, target=target_written)
