"""Pure decisions of the department room: names, paths, and what may move where."""

from lmsctl.department.errors import (
    DepartmentIsRoot,
    DepartmentNameInvalid,
    DepartmentPathTooLong,
    DepartmentTooDeep,
    DepartmentUnderItself,
)
from lmsctl.kit import canonical

ROOT = "/"
_DEPTH_LIMIT = 50
# With the word that stands before it in the audit log it is whole there, and fits into an index.
_MOST_BYTES = canonical.INDEXABLE_BYTES - 100


def check_name(name: str) -> str:
    """Return `name` fit for a path; raises DepartmentNameInvalid and what check_text raises."""
    text = canonical.check_text(name, field="department name")
    if "/" in text:
        raise DepartmentNameInvalid(name=text, field="name")
    return text


def full_name(parent: str, name: str) -> str:
    """Return how `name` under `parent` is written; raises what `check_path` raises."""
    return check_path(name if parent == ROOT else f"{parent}/{name}")


def check_path(path: str) -> str:
    """Return `path`, as it is written.

    Raises DepartmentTooDeep and DepartmentPathTooLong.
    """
    if path.count("/") >= _DEPTH_LIMIT:
        raise DepartmentTooDeep(path=path, limit=_DEPTH_LIMIT)
    size = max(len(text.encode()) for text in (path, path_key(path)))
    if size > _MOST_BYTES:
        raise DepartmentPathTooLong(path=canonical.excerpt(path), bytes=size, most=_MOST_BYTES)
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
