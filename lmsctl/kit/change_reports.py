"""Files that tell about a change, put in place when it is committed."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self, TypeVar

from lmsctl.kit.csverrors import CsvFileUnwritable
from lmsctl.kit.errors import Partial

T = TypeVar("T")


class ReportUnwritten(Partial):
    """A change was made, and the file that tells of it could not be written."""

    code = "report_unwritten"
    message = "{done} This stands, but '{path}' could not be written: {reason}."
    hint = "{advice}"


class Reports:
    """Files that tell of a change, put in place when the change is made; use it in a `with`.

    `done` says what was done, once it is; a file that cannot be written then takes nothing back.
    `told` are exceptions after which the files are wanted as well.
    """

    def __init__(self, advice: str, told: type[BaseException] | tuple[()] = ()) -> None:
        self.done = ""
        self._advice = advice
        self._told = told
        self._opened: list[AbstractContextManager[object]] = []
        self._failed: list[CsvFileUnwritable] = []

    def __enter__(self) -> Self:
        """Return the reports; none is opened yet."""
        return self

    def open(self, file: AbstractContextManager[T]) -> T:
        """Return what `file` is entered as; it ends with the `with`."""
        entered = file.__enter__()
        self._opened.append(file)
        return entered

    def give_up(self, error: OSError) -> None:
        """Throw the files away, because `error` keeps them from being written; the change stays."""
        self._end(type(error), error, error.__traceback__)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put the files in place, or throw them away; raises CsvFileUnwritable, ReportUnwritten."""
        is_told = kind is None or issubclass(kind, self._told)
        self._end(*((None, None, None) if is_told else (kind, error, trace)))
        if not self._failed or not (is_told or issubclass(kind or object, OSError)):
            return
        failure = self._failed[0]
        if not self.done or kind is not None:
            raise failure
        raise ReportUnwritten(
            done=self.done,
            path=failure.location.file if failure.location else "",
            reason=failure.values["reason"],
            advice=self._advice,
        ) from failure

    def _end(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._opened:
            try:
                self._opened.pop().__exit__(kind, error, trace)
            except CsvFileUnwritable as failed:
                self._failed.append(failed)
            except BaseException as stop:
                # Whoever interrupts one file gives up the others, too.
                self._end(type(stop), stop, stop.__traceback__)
                raise
