"""Reading rows of files: what reads one, what it tells its caller, and one cell of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lmsctl.kit.errors import Refusal

# Called with a row's number, the heading of the cell if one is at fault, and the refusal.
NoteFault = Callable[[int, str | None, Refusal], None]
# Called with the name of a further table and a row for it.
PutRow = Callable[[str, Sequence[Any]], None]
# Called with a row's number and cells; returns what is staged of it.
ReadRow = Callable[[int, list[str], NoteFault, PutRow], Sequence[Any]]

# With which permissions files of a kind are taken in, any one of them; the rooms ask for them.
PERMISSIONS_OF_KINDS: Mapping[str, tuple[str, ...]] = {
    "user import": ("user.manage",),
    "token bulk-upload": ("token.manage",),
    "enroll": ("enrollment.manage", "training.enroll"),
    "progress import": ("progress.manage",),
}


def read_or_note(
    row_no: int, name: str, cell: str, read: Callable[[str], Any], note: NoteFault
) -> Any:
    """Return what a cell holds; note what is wrong with it and return None."""
    try:
        return read(cell)
    except Refusal as refusal:
        note(row_no, name, refusal)
        return None
