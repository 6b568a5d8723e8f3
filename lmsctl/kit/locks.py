"""Finding a row for changing it: what decides is read once the row is ours.

`lock_rows` locks rows and reads nothing. Where a statement locks the rows that it reads, its
function says so in its name: `…_for_update` (nobody else changes or shares them) or `…_for_share`
(nobody changes them, while others may share them). SQLite knows no locks of rows, and needs none:
whoever writes is alone. There `lock_rows` does nothing, and a statement that locks only reads.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlmodel import func, select

from lmsctl.kit import statements
from lmsctl.kit.errors import NotFound
from lmsctl.kit.work import Work

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlmodel import SQLModel


class HasId(Protocol):
    """A row with an id."""

    @property
    def id(self) -> int:
        """Return the id."""


R = TypeVar("R", bound=HasId)
S = TypeVar("S", bound="Select[*tuple[Any, ...]]")


def for_share(work: Work, statement: S) -> S:
    """Return `statement` so that nobody changes what it finds, while others may share it.

    Who only reads locks nothing.
    """
    return statement.with_for_update(read=True) if work.is_writing else statement


def lock_rows(
    work: Work, table: "type[SQLModel]", ids: Collection[int], *, shared: bool = False
) -> None:
    """Let nobody change the rows with these ids until we are done.

    With `shared` others may hold them in the same way. They are locked in the order of their ids,
    so that no two who hold several wait for each other.
    """
    if work.is_alone or not work.is_writing:
        return
    if ids:
        work.values(statements.lock_of(table, ids, shared=shared))


def lock_existing(work: Work, table: "type[SQLModel]", ids: Collection[int]) -> set[int]:
    """Do what `lock_rows` does, and return the ids of those rows that are there."""
    return set(work.values(statements.lock_of(table, ids, shared=False)))


def lock_selected(work: Work, found: "Select[Any]", *, shared: bool = False) -> None:
    """Let nobody change the rows whose ids `found` selects until we are done, however many.

    It is as `lock_rows` is, and they are not fetched.
    """
    if work.is_alone or not work.is_writing:
        return
    locked = found.order_by(found.selected_columns[0]).with_for_update(read=shared)
    work.value(select(func.count()).select_from(locked.subquery("locked")))


def get_for_update(work: Work, get: Callable[[], R], lock: Callable[[Work, int], Any]) -> R:
    """Return what `get` finds, locked; `get` also asks for the rights, and raises its refusals.

    It is asked again after the lock: while we waited, the row may have changed, another one may
    have got its name, and the right to it may have gone.
    """
    found = get()
    while True:
        with suppress(NotFound):  # it has just gone: `get` says so in the words that were given
            lock(work, found.id)
        again = get()
        if again.id == found.id:
            return again
        found = again
