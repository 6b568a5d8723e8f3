"""Writing people to a file that the import takes back."""

from collections.abc import Sequence
from dataclasses import replace

from lmsctl.audit import actions as audit
from lmsctl.department import store as departments
from lmsctl.kit.batches import batches
from lmsctl.kit.csvout import CsvFile
from lmsctl.kit.output_files import OutputFile
from lmsctl.kit.work import Work
from lmsctl.rights import actions as rights
from lmsctl.user.actions.filtering import read_filters
from lmsctl.user.exporting import store as export_store
from lmsctl.user.fields import store as field_store
from lmsctl.user.fields.rules import FieldRule
from lmsctl.user.importing.rules.reading import columns
from lmsctl.user.rules import UserFilter


def record_export(work: Work, wanted: UserFilter) -> None:
    """Write down that people are exported; needs `user.view`."""
    rights.require(work, "user.view")
    audit.record(
        work,
        "users.exported",
        "portal",
        department=wanted.under,
        type=wanted.type,
        status=wanted.status,
        **({"filters": list(wanted.filters)} if wanted.filters else {}),
    )


def export_people(
    work: Work, target: OutputFile, wanted: UserFilter, *, bom: bool = False, raw: bool = False
) -> int:
    """Write the people in scope who fit `wanted` to `target` as CSV.

    The headings are those of the import, which takes the file back without changing anything.
    `wanted.under` is a department as people write it. Needs `user.view`; returns how many people.
    Raises DepartmentUnknown, CsvFileUnwritable and what `read_filters` raises.
    """
    scope = rights.require(work, "user.view")
    if wanted.under is not None:
        wanted = replace(wanted, under=departments.get(work, wanted.under, scope).path)
    wanted = replace(wanted, people=read_filters(work, wanted.filters, scope))
    fields: Sequence[FieldRule] = field_store.list_fields(work)
    headings = [column.heading for column in columns(fields)]
    count = 0
    with CsvFile(target, headings, bom=bom, raw=raw) as sheet:
        for batch in batches(
            export_store.list_rows(work, scope, rights.visibility(work), fields, wanted)
        ):
            sheet.write_all([cell or "" for cell in row] for row in batch)
            count += len(batch)
            work.console.progress("Writing", count, None)
    return count
