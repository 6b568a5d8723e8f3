"""Taking many things in lists of a few thousand, so that neither memory nor statements grow."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
SIZE = 5_000


def batches(items: Iterable[T], size: int = SIZE) -> Iterator[list[T]]:
    """Yield all `items`, in their order, in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
