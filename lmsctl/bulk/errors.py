"""Every way the bulk room can say no."""

from lmsctl.kit.errors import Location, NotFound, Rejected, Usage


class MapNotAssigned(Usage):
    """An argument of --map without its `=`."""

    code = "map_not_assigned"
    message = "'{given}' gives no meaning to a heading."
    hint = 'Write --map "Heading=column", for example --map "Staff no=login".'


class RowFailed(Rejected):
    """What is wrong with one row, read back from where it was noted with its own code and words."""

    code = "row_failed"
    message = "{message}"
    hint = "{advice}"

    def __init__(self, place: Location, code: str, message: str, advice: str) -> None:
        super().__init__(field=place.column, location=place, message=message, advice=advice)
        self.code = code  # type: ignore[misc]  # the code of the refusal that was noted


class RowsRejected(Rejected):
    """Some rows of a file cannot be taken, so none was."""

    code = "rows_rejected"
    message = "{failed} of {rows} rows in {file} cannot be taken; nothing was written.{more}"
    hint = (
        "Fix them (--rejects FILE collects them, --results FILE lists every row),"
        " or take the others with --keep-going."
    )


class RowsUnexpected(Rejected):
    """The file has another number of rows than was announced."""

    code = "rows_unexpected"
    message = "{file} has {rows} rows, not {expected}; nothing was written."
    hint = "Check that it is the right file and complete, or correct --expect-rows."


class RunNotInterrupted(NotFound):
    """Nothing to resume: these rows have no unfinished run."""

    code = "run_not_interrupted"
    message = "No run of these rows was interrupted, so there is nothing to resume in {file}."
    hint = "Leave out --resume to work through the file from its beginning."


class RowRepeated(Rejected):
    """Two rows of one file mean the same thing."""

    code = "row_repeated"
    message = "Row {other} has the same {what}."
    hint = "{advice}"


class FileTakenAlready(Rejected):
    """The same rows once more, when that would make the same things twice."""

    code = "bytes_taken_already"
    message = "Run {run} of {started_at} has created {created} from the rows of {file}."
    hint = "If it was interrupted, --resume ends it; to create them once more, give --again."


class RunUnknown(NotFound):
    """There is no run of that number, or not for this actor."""

    code = "run_unknown"
    message = "There is no run {given}."
    hint = "'lmsctl run list' shows the runs; a file that was refused as a whole has none."
