"""In which line of a TOML text a key stands, which the parser of the standard library forgets."""

import tomllib
from collections.abc import Mapping
from typing import Any

KeyPath = tuple[str, ...]

_OPENING, _CLOSING = "[{", "]}"


def lines_of(text: str) -> Mapping[KeyPath, int]:
    """Return the number of the line of every key and table of a text that is valid TOML.

    Lines count from 1. What stands in inline tables and in arrays has the line of their key. An
    array of tables has the line of its first one.
    """
    found: dict[KeyPath, int] = {}
    table: KeyPath = ()
    scanner = _Scanner()
    for number, line in enumerate(text.split("\n"), 1):
        is_within = scanner.is_within
        if not is_within:
            written = line.strip()
            if written.startswith("["):
                table = _header(written)
                for length in range(1, len(table) + 1):
                    found.setdefault(table[:length], number)
            elif written and not written.startswith("#"):
                path = table + _path(_before_equals(written) + " = 0")
                for length in range(len(table) + 1, len(path) + 1):
                    found.setdefault(path[:length], number)
        scanner.pass_over(line, is_header=not is_within and line.lstrip().startswith("["))
    return found


def _header(written: str) -> KeyPath:
    """Return the path of a line that begins a table."""
    scanner = _Scanner()
    end = next(
        (index for index, sign in enumerate(written) if scanner.step(sign, written, index) == "#"),
        len(written),
    )
    return _path(written[:end])


def _path(text: str) -> KeyPath:
    """Return the one path in a text of TOML that has one key or table."""
    path: list[str] = []
    value: Any = tomllib.loads(text)
    while isinstance(value, list | dict) and value:
        if isinstance(value, list):
            value = value[0]
            continue
        [(key, value)] = value.items()
        path.append(key)
    return tuple(path)


def _before_equals(written: str) -> str:
    """Return the key of a line, which may be quoted."""
    scanner = _Scanner()
    for index, sign in enumerate(written):
        if scanner.step(sign, written, index) == "=":
            return written[:index]
    return written


class _Scanner:
    """What of a text is inside strings, arrays and inline tables."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0
        self._skip = 0

    @property
    def is_within(self) -> bool:
        """Whether the next line belongs to a value that began before."""
        return bool(self._quote) or self._depth > 0

    def step(self, sign: str, line: str, index: int) -> str:
        """Go one character on; return it if it stands outside all strings, else nothing."""
        if self._skip:
            self._skip -= 1
            return ""
        if self._quote:
            if sign == "\\" and self._quote[0] == '"':
                self._skip = 1
            elif line.startswith(self._quote, index):
                self._close(line, index)
            return ""
        if sign in "\"'":
            self._quote = sign * 3 if line.startswith(sign * 3, index) else sign
            self._skip = len(self._quote) - 1
            return ""
        return sign

    def _close(self, line: str, index: int) -> None:
        """Leave a string; up to two quotes may stand before the three that end one."""
        width = len(self._quote)
        if width > 1:
            while line.startswith(self._quote[0], index + width):
                width += 1
        self._skip = width - 1
        self._quote = ""

    def pass_over(self, line: str, *, is_header: bool) -> None:
        """Go over a line, to its comment if it has one."""
        for index, sign in enumerate(line):
            outside = self.step(sign, line, index)
            if outside == "#":
                break
            if outside and not is_header:
                self._depth += (outside in _OPENING) - (outside in _CLOSING)
        self._skip = 0
        if len(self._quote) == 1:
            self._quote = ""
