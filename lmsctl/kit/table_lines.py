"""The lines of tables for people: padded, cut or broken to a width, and styled for the terminal."""

from collections.abc import Iterator, Sequence

from lmsctl.kit.table_cells import TableCell
from lmsctl.kit.table_data import View

GAP = 2
_CUT = "…"


class Styles:
    """How a terminal makes texts bold, faint and colored; it may do none of it."""

    def __init__(self, view: View) -> None:
        self._has_color = view.color
        self.rule = "-" if view.is_dumb else "─"

    def bold(self, text: str) -> str:
        """Return a text in bold."""
        return self._styled("1", text)

    def faint(self, text: str) -> str:
        """Return a text that stands back."""
        return self._styled("2", text)

    def colored(self, cell: TableCell, text: str) -> str:
        """Return the text of a cell in its color."""
        return self._styled(cell.color, text) if cell.color else text

    def _styled(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._has_color else text


def joined(parts: Sequence[str] | Iterator[str]) -> str:
    """Return the cells of a line with gaps between them."""
    return (" " * GAP).join(parts).rstrip()


def aligned(cell: TableCell, width: int, *, is_right: bool) -> str:
    """Return a cell as wide as its column, cut if it must be."""
    return padded(cut(cell.text, width), width, is_right=is_right)


def padded(text: str, width: int, *, is_right: bool = False) -> str:
    """Return a text with blanks behind it, or before it, up to a width."""
    from rich.cells import cell_len

    blanks = " " * (width - cell_len(text))
    return blanks + text if is_right else text + blanks


def cut(text: str, width: int) -> str:
    """Return a text that is not wider, with `…` where something was cut off."""
    from rich.cells import cell_len, set_cell_size

    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(width - 1, 0)).rstrip() + _CUT


def wrapped(text: str, width: int) -> list[str]:
    """Return a text as lines that are not wider, broken between words where that is possible."""
    from rich.cells import cell_len, chop_cells

    lines: list[str] = []
    for word in text.split(" "):
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines += chop_cells(word, width) or [""]
    return lines
