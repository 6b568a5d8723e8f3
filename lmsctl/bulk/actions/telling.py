"""Telling what became of the rows: refusals, the files about them, and the answer."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lmsctl.bulk.actions.requests import FileImport, ImportSpec, Rejects
from lmsctl.bulk.actions.writing import RunProgress
from lmsctl.bulk.errors import (
    RowFailed,
    RowsRejected,
)
from lmsctl.bulk.results import ImportReport, RowResult
from lmsctl.bulk.staging import listed_changes
from lmsctl.bulk.store import faults, outcomes
from lmsctl.bulk.store.faults import RowFault
from lmsctl.kit import canonical
from lmsctl.kit.answer import Done
from lmsctl.kit.csvin import Sheet
from lmsctl.kit.errors import EXIT_STATUS, RefusalKind
from lmsctl.kit.plurals import counted
from lmsctl.kit.work import Work

_FAULTS_SHOWN = 50
_ONCE = (
    "Fix these rows in a file of their own (--rejects writes it) and upload that: the whole file, "
    "once changed, would make the others again."
)


def rows_rejected(
    work: Work, sheet: Sheet, spec: ImportSpec, progress: RunProgress, failed: int
) -> RowsRejected:
    """Return the refusal of a file with `failed` wrong rows, the first faults as its details."""
    shown, more = _first_faults(work, sheet, spec)
    return RowsRejected(
        failed=failed,
        rows=progress.rows,
        file=sheet.file,
        more="".join(f" {sentence}" for sentence in more),
        location=None,
        details=shown,
    )


def _first_faults(work: Work, sheet: Sheet, spec: ImportSpec) -> tuple[list[RowFailed], list[str]]:
    """Return the first faults as refusals, and sentences on all of them."""
    written = _written(sheet, spec)
    found = faults.list_first_faults(work, spec.staged, _FAULTS_SHOWN + 1)
    shown = [_failed(sheet, fault, written) for fault in found[:_FAULTS_SHOWN]]
    behind = faults.count_consequences(work)
    more = [_counted_consequences(behind)] if behind else []
    if len(found) > _FAULTS_SHOWN:
        more.append(f"The first {_FAULTS_SHOWN} faults are:")
    return shown, more


def _counted_consequences(count: int) -> str:
    """Return the sentence on rows that fail only because of others."""
    fails = "fails" if count == 1 else "fail"
    return f"{count:,} of them {fails} only because of another row."


def _written(sheet: Sheet, spec: ImportSpec) -> Mapping[str | None, str]:
    """Return how the file itself writes the headings of our columns."""
    ours = {column.name: column.heading for column in spec.columns}
    return {
        ours[name]: canonical.excerpt(canonical.trim(heading))
        for name, heading in zip(sheet.columns, sheet.headings, strict=True)
        if name is not None
    }


def _failed(sheet: Sheet, fault: RowFault, written: Mapping[str | None, str]) -> RowFailed:
    heading = written.get(fault.heading, fault.heading)
    place = replace(sheet.place(fault.row, fault.line, fault.heading), column=heading)
    return RowFailed(place, fault.code, fault.message, fault.hint)


def write_reports(  # noqa: PLR0913 - everything that is known in the end
    work: Work,
    upload: FileImport,
    sheet: Sheet,
    spec: ImportSpec,
    progress: RunProgress,
    *,
    is_written: bool,
) -> None:
    """Fill the files about the rows."""
    written = _written(sheet, spec)
    if upload.results:
        found = outcomes.list_results(
            work,
            spec.staged,
            key=spec.key,
            number=spec.number,
            done=progress.start,
            is_written=is_written,
        )
        upload.results.write_all(
            [
                str(line.row),
                str(line.line),
                line.key or "",
                line.outcome,
                str(line.id or ""),
                listed_changes(line.changed),
                line.code or "",
                written.get(line.column, line.column or ""),
                line.message or "",
                *_cell(sheet, line),
            ]
            for line in found
        )
        upload.results.flush()
    if upload.rejects:
        _reject(faults.list_faults(work, spec.staged), upload.rejects, sheet, written)
        upload.rejects.flush()


def _cell(sheet: Sheet, line: RowResult) -> tuple[str, ...]:
    """Return the sheet and the cell of what is wrong with a row; nothing for text."""
    if sheet.sheet is None:
        return ()
    place = sheet.place(line.row, line.line, line.column)
    return sheet.sheet, place.cell or ""


def _reject(
    found: Iterator[RowFault], rejects: Rejects, sheet: Sheet, written: Mapping[str | None, str]
) -> None:
    """Read the file once more beside what is wrong with it, both in the order of the rows."""
    fault = next(found, None)
    for row in sheet.rows():
        if fault is None:
            break
        reasons = []
        while fault is not None and fault.row == row.row:
            cell = sheet.place(fault.row, fault.line, fault.heading).cell
            parts = (cell, written.get(fault.heading, fault.heading))
            place = " ".join(part for part in parts if part)
            said = f"{fault.message} {fault.hint}".rstrip()
            reasons.append(f"{place}: {said}" if place else said)
            fault = next(found, None)
        if reasons:
            rejects.add(row.raw, " ".join(reasons))


def build_answer(work: Work, sheet: Sheet, spec: ImportSpec, progress: RunProgress) -> Done:
    """Return the answer of a run that is over: its ImportReport, a sentence and notes."""
    counted = progress.counted
    skipped = progress.rows - counted.created - counted.updated - counted.unchanged - counted.failed
    report = ImportReport(
        run=None if work.is_rehearsal else progress.number,
        file=sheet.file,
        rows=progress.rows,
        created=counted.created,
        updated=counted.updated,
        unchanged=counted.unchanged,
        failed=counted.failed,
        skipped=skipped,
        trimmed_cells=sheet.notes["trimmed_cells"],
        blank_rows=sheet.notes["blank_rows"],
        notices=progress.notices,
    )
    also = f", {counted.failed} failed" if counted.failed else ""
    also += f", {skipped} dealt with before" if skipped else ""
    done = f"{counted.created} created, {counted.updated} updated, {counted.unchanged} unchanged"
    return Done(
        report,
        f"{done}{also}.",
        is_changed=bool(counted.created or counted.updated),
        status=EXIT_STATUS[RefusalKind.PARTIAL] if counted.failed else 0,
        notes=[
            *spec.notes(work),
            *progress.notes,
            *_notes(sheet, progress),
            *_fault_notes(work, sheet, spec, progress),
        ],
    )


def _fault_notes(
    work: Work, sheet: Sheet, spec: ImportSpec, progress: RunProgress
) -> Iterator[str]:
    """Yield what is wrong with rows that were left out, and where to read it again."""
    if not progress.counted.failed:
        return
    shown, more = _first_faults(work, sheet, spec)
    yield from more
    for fault in shown:
        yield f"  - {fault.format_message()} {fault.format_hint()}"
    if spec.is_once:
        yield _ONCE
    if not work.is_rehearsal:
        yield f"'lmsctl run show {progress.number}' tells this again."


def _notes(sheet: Sheet, progress: RunProgress) -> Iterator[str]:
    yield from sheet.remarks
    trimmed, blank = (sheet.notes.get(name, 0) for name in ("trimmed_cells", "blank_rows"))
    if trimmed:
        yield f"{counted(trimmed, 'cell')} had blanks around, which were left out."
    if blank:
        yield f"{counted(blank, 'blank row', 'skipped')}."
    if progress.notices:
        yield f"{counted(progress.notices, 'notice', 'queued')}."
    else:
        yield "No notices were queued."
