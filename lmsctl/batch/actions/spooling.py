"""Plain values put aside in a file while a batch is read and run."""

import json
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from lmsctl.batch.actions.lines import BatchRequest
from lmsctl.batch.errors import BatchTooLarge
from lmsctl.kit import csvbytes


class Spool:
    """Plain values put aside in an anonymous file, to be read as often as needed."""

    def __init__(self, request: BatchRequest) -> None:
        self.count = 0
        self._request = request
        self._left = self._limit = csvbytes.spool_limit()
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - by __exit__

    def __enter__(self) -> Self:
        """Return the spool."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of the file."""
        self._file.close()

    def add(self, value: Any) -> None:
        """Put one value behind the others; raises BatchTooLarge."""
        text = json.dumps(value) + "\n"
        self._left -= len(text)
        if self._left < 0:
            raise BatchTooLarge(file=self._request.shown, limit=f"{self._limit >> 20} MiB")
        self._file.write(text)
        self.count += 1

    def clear(self) -> None:
        """Begin afresh."""
        self._file.seek(0)
        self._file.truncate()
        self.count = 0
        self._left = self._limit

    def __iter__(self) -> Iterator[Any]:
        """Yield the values from the first one on."""
        self._file.seek(0)
        yield from map(json.loads, iter(self._file.readline, ""))
