"""Every way files of enrollments can say no."""

from lmsctl.kit.errors import Rejected


class ItemUnnamed(Rejected):
    """A row of a file names neither content nor a training."""

    code = "item_unnamed"
    message = "The row names no content and no training."
    hint = "Fill in the column Content or Training."


class RowOfTwo(Rejected):
    """A row of a file names both content and a training."""

    code = "row_of_two"
    message = "The row names a content and a training."
    hint = "Write a row for each of them."


class CellIdle(Rejected):
    """A row of a file that names no training fills a cell about trainings."""

    code = "cell_idle"
    message = "'{given}' in {column} means nothing without a training."
    hint = "Fill in the column Training, or leave this cell blank."


class PairTwice(Rejected):
    """Two rows of a file put one person into one training in different ways."""

    code = "pair_twice"
    message = "Row {other} has the same person in '{training}' with another session, or without."
    hint = "Keep one of the two rows: a person has one session of a training."
