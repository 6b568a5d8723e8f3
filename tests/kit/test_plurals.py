"""How numbers of things are put into sentences."""

import pytest

from lmsctl.kit.plurals import counted


@pytest.mark.parametrize(
    ("count", "thing", "done", "expected"),
    [
        (0, "row", "", "0 rows"),
        (1, "row", "", "1 row"),
        (2, "blank row", "skipped", "2 blank rows were skipped"),
        (1, "notice", "queued", "1 notice was queued"),
        (1, "person", "", "1 person"),
        (2, "person", "", "2 people"),
    ],
)
def test_one_is_one_and_all_others_are_many(
    count: int, thing: str, done: str, expected: str
) -> None:
    """None are many, too, and people are no persons."""
    assert counted(count, thing, done) == expected
