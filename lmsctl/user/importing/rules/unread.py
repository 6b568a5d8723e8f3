"""Remembering what rows that cannot be read may call their people."""

from collections.abc import Mapping

from lmsctl.bulk.rules import PutRow
from lmsctl.kit.address import login_key


def put_unread_names(row_no: int, cells: Mapping[str, str], put: PutRow) -> None:
    """Put aside what a row calls its person of which some cell, or the whole, cannot be read."""
    for name in ("login", "email"):
        key = login_key(cells.get(name, ""))
        if key:
            put("staged_unread_names", (row_no, key))
