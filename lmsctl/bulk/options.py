"""The options of every command that takes a file in, declared once for all of them."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated

import typer

from lmsctl.bulk.errors import MapNotAssigned
from lmsctl.kit.celltimes import DateOrder

if TYPE_CHECKING:
    from lmsctl.bulk.actions.requests import ImportRequest
    from lmsctl.kit.environment import Environment

FilePath = Annotated[
    str, typer.Argument(metavar="FILE", help="A CSV file or a workbook; - is standard input.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """How a file is read, what becomes of its bad rows, and what is told about each row.

    A verb takes all of it with one parameter, `file: FileOptions` (`kit.options.verb` spreads the
    fields over the command line), beside the path: `path: FilePath`, or an option of its own.
    `file.request(env, path)` is what `FileImport` wants.
    """

    encoding: Annotated[
        str | None, typer.Option("--encoding", help="If it is not UTF-8, such as cp1252.")
    ] = None
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="One character or `tab`; detected if omitted.")
    ] = None
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar="NAME", help="Which sheet of a workbook.")
    ] = None
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADING=COLUMN", help="What a heading means; repeatable."),
    ] = None
    ignore_unknown: Annotated[
        bool, typer.Option("--ignore-unknown", help="Ignore all unknown columns, and name them.")
    ] = False
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="HEADING", help="Ignore this column; repeatable."),
    ] = None
    dates: Annotated[
        DateOrder, typer.Option("--dates", help="How dates like 01/02/2026 are meant: dmy or mdy.")
    ] = DateOrder.DAY_FIRST
    expect_rows: Annotated[
        int | None,
        typer.Option("--expect-rows", min=0, help="Refuse a file with another number of rows."),
    ] = None
    keep_going: Annotated[
        bool, typer.Option("--keep-going", help="Write what is good although the rest fails.")
    ] = False
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where --keep-going was interrupted.")
    ] = False
    results: Annotated[
        str | None, typer.Option("--results", metavar="FILE", help="Write what became of each row.")
    ] = None
    rejects: Annotated[
        str | None,
        typer.Option("--rejects", metavar="FILE", help="Write the failed rows, to fix."),
    ] = None

    def request(self, env: "Environment", path: str) -> "ImportRequest":
        """Return the request to import the file at `path`; raises MapNotAssigned and FilesClash."""
        from lmsctl.bulk.actions.requests import (
            ImportRequest,  # what reads files takes long to load
        )
        from lmsctl.kit.csvin import Reading

        env.files.reads(path)
        return ImportRequest(
            path,
            Reading(
                self.encoding,
                self.delimiter,
                _mapping(self.map_ or []),
                self.ignore_unknown,
                tuple(self.ignore or ()),
                self.dates,
                self.sheet,
            ),
            expect_rows=self.expect_rows,
            keep_going=self.keep_going,
            resume=self.resume,
            results=env.files.claim(self.results, "--results")
            if self.results is not None
            else None,
            rejects=env.files.claim(self.rejects, "--rejects")
            if self.rejects is not None
            else None,
        )

    def given(self) -> list[str]:
        """Return the names of the fields that were given."""
        return [item.name for item in fields(self) if getattr(self, item.name) != item.default]


def _mapping(given: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in given:
        heading, sign, column = text.rpartition("=")
        if not sign or not heading.strip() or not column.strip():
            raise MapNotAssigned(given=text, field="--map")
        pairs.append((heading, column))
    return tuple(pairs)
