"""Finding a row for changing it: what decides is read once the row is ours."""

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


class Row(Protocol):
    """Something with a number of its own."""

    @property
    def id(self) -> int:
        """The number."""


R = TypeVar("R", bound=Row)
S = TypeVar("S", bound="Select[*tuple[Any, ...]]")


def shared(work: Work, statement: S) -> S:
    """Return `statement` so that nobody changes what it finds, while others may share it."""
    return statement.with_for_update(read=True) if work.is_writing else statement


def hold(
    work: Work, table: "type[SQLModel]", numbers: Collection[int], *, shared: bool = False
) -> None:
    """Let nobody change the rows with the ids `numbers` until we are done.

    With `shared` others may hold them in the same way. They are locked by their ids, so that no two
    who hold several wait for each other. SQLite's writer is alone anyway.
    """
    if work.is_alone or not work.is_writing:
        return
    if numbers:
        work.values(statements.lock_of(table, numbers, shared=shared))


def hold_found(work: Work, found: "Select[Any]", *, shared: bool = False) -> None:
    """Let nobody change the rows whose ids `found` selects until we are done, however many.

    It is as `hold` is, and they are not fetched.
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
