"""Taking tokens in from a file, and writing them out so that the file can be taken in again."""

from collections.abc import Sequence

from lmsctl.audit import actions as audit
from lmsctl.bulk.actions import importing as bulk
from lmsctl.bulk.actions.requests import FileImport, ImportSpec
from lmsctl.bulk.rules import ReadRow
from lmsctl.bulk.staging import RowRange
from lmsctl.bulk.store.runs import UnfinishedRun
from lmsctl.kit.answer import Done
from lmsctl.kit.celltimes import DateOrder
from lmsctl.kit.csvout import CsvFile
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.token import store
from lmsctl.token.actions.tokens import new_code
from lmsctl.token.upload import rules as file_rules
from lmsctl.token.upload import staging
from lmsctl.token.upload.store import faults, finding, writing

_ROWS_BETWEEN_LOOKS = 1_000


def bulk_upload(work: Work, upload: FileImport) -> Done:
    """Make and change tokens as a file says; needs `token.manage`.

    The unit of work must not have begun. A row with a token id changes that token and never makes
    one; a row without makes one. No file changes a code, an item or a count of uses, and none
    deletes. Bytes that have made tokens are not taken again unless the request says so. Raises what
    `bulk.run` raises.
    """
    work.about = f"file {upload.request.path}"
    rights.require_everywhere(work, "token.manage")
    tokens = _TokenUpload(upload.request.reading.dates)
    spec = ImportSpec(
        kind="token bulk-upload",
        event="tokens.uploaded",
        columns=file_rules.columns(upload.request.reading),
        tables=staging.TABLES,
        reader=lambda names: tokens.reader(work, names),
        resolve=tokens.resolve,
        write=tokens.write,
        notes=lambda _work: (),
        key_columns=frozenset({"token", "knowledge_code"}),
        meanings=file_rules.meanings(upload.request.reading.dates),
        key=staging.RESULT_KEY,
        number=staging.TOKEN_ID,
        is_once=True,
        resume=tokens.resume,
    )
    return bulk.run(work, upload, spec)


class _TokenUpload:
    """The upload of one file of tokens, with what is known of it while it runs."""

    def __init__(self, dates: DateOrder) -> None:
        self._dates = dates
        self._present: Sequence[str] = ()
        self._resumed: UnfinishedRun | None = None
        self._is_first = True
        self._names_tokens = False

    def reader(self, work: Work, names: Sequence[str]) -> ReadRow:
        """Return what reads one row of a file that has the columns `names`."""
        self._present = names
        return file_rules.row_reader(names, work.now, work.zone, new_code, self._dates)

    def resume(self, run: UnfinishedRun) -> None:
        """Keep in mind that the tokens of the first rows may be there already."""
        self._resumed = run

    def resolve(self, work: Work, rows: RowRange) -> None:
        """Find out which tokens and items `rows` mean, and what is wrong with them."""
        finding.find_items(work, rows)
        if not work.is_alone:
            finding.share_items(work, rows)
            rights.refresh(work)
            finding.find_items(work, rows)
        rights.require_everywhere(work, "token.manage")
        if self._is_first and self._resumed:
            finding.recall_codes(work, self._resumed.id, self._resumed.rows_done)
        if self._is_first:
            faults.fail_repeated_codes(work, rows)
        faults.fail_contents(work, rows)
        faults.fail_taken(work, rows, self._resumed.id if self._resumed else None)
        self._names_tokens = finding.names_tokens(work, rows)
        if self._names_tokens:
            self._resolve_tokens(work, rows)
        self._is_first = False

    def _resolve_tokens(self, work: Work, rows: RowRange) -> None:
        """Find out which tokens `rows` change, and what is wrong with that."""
        finding.find_tokens(work, rows)
        faults.allow_known_codes(work, rows)
        if self._is_first:
            faults.fail_repeated_numbers(work, rows)
        faults.fail_unknown(work, rows)
        faults.fail_changes(work, rows)
        writing.compare(work, rows, self._present)

    def write(self, work: Work, rows: RowRange, run: int) -> int:
        """Write what the good ones of `rows` want; queues no notices."""
        if self._names_tokens:
            writing.change(work, rows, self._present)
        writing.add(work, rows, run)
        return 0


# Out ---------------------------------------------------------------------------------------------


def record_export(work: Work) -> None:
    """Write down that the tokens are written out with their codes; needs `token.view`."""
    rights.require_everywhere(work, "token.view")
    audit.record(work, "tokens.exported", "portal")


def template(work: Work, target: OutputFile, *, bom: bool = False, raw: bool = False) -> int:
    """Write every token to `target` as the upload takes it; returns how many.

    Moments are written in the zone of this unit of work. Needs `token.view`. Raises
    CsvFileUnwritable.
    """
    rights.require_everywhere(work, "token.view")
    count = 0
    with CsvFile(target, file_rules.HEADINGS, bom=bom, raw=raw) as sheet:
        for row in store.listed(work):
            sheet.write(list(file_rules.to_cells(row, work.zone)))
            count += 1
            if not count % _ROWS_BETWEEN_LOOKS:
                work.console.progress("Writing", count, None)
    return count
