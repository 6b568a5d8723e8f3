"""Workbooks made by hand, sound and hostile ones."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
SHEET = "xl/worksheets/sheet1.xml"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def xlsx_parts(rows: str, after: str = "") -> dict[str, str]:
    """Return the parts of an Excel workbook whose only sheet, `People`, has these rows of XML."""
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="a"'
        f' Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        SHEET: f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>',
    }


def xlsx(rows: str, after: str = "", **changed: str | bytes) -> bytes:
    """Return an Excel workbook with these rows of XML; `changed` are parts by `sheet` and so on."""
    names = {
        "sheet": SHEET,
        "strings": "xl/sharedStrings.xml",
        "workbook": "xl/workbook.xml",
        "other": "xl/other.xml",
    }
    parts: dict[str, str | bytes] = {**xlsx_parts(rows, after)}
    return packed(parts | {names[key]: part for key, part in changed.items()})


def text(name: str, value: str) -> str:
    """Return a cell of text."""
    return f'<c r="{name}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, *cells: str) -> str:
    """Return a row; what is no XML is the text of the next column."""
    found = []
    for index, cell in enumerate(cells):
        name = f"{chr(ord('A') + index)}{number}"
        found.append(cell.replace("@", name, 1) if cell.startswith("<") else text(name, cell))
    return f'<row r="{number}">{"".join(found)}</row>'


def number(value: str) -> str:
    """Return a cell with a number, to be put into a row."""
    return f'<c r="@"><v>{value}</v></c>'


def ods(table: str, *, manifest: str = "") -> bytes:
    """Return an OpenDocument workbook whose only sheet, `People`, has this content."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    return packed(
        {
            "mimetype": ODS_TYPE,
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{urn}:manifest:1.0">'
            f"{manifest}</manifest:manifest>",
            "content.xml": f'<office:document-content xmlns:office="{urn}:office:1.0"'
            f' xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0"'
            ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
            '<office:body><office:spreadsheet><table:table table:name="People">'
            f"{table}</table:table></office:spreadsheet></office:body></office:document-content>",
        }
    )


def ods_row(*cells: str, repeated: int = 1) -> str:
    """Return a row; what is no XML is text."""
    found = [
        cell
        if cell.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
        "</table:table-cell>"
        for cell in cells
    ]
    return (
        f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(found)}'
        "</table:table-row>"
    )


def typed_ods_row(*values: str | float | bool | date) -> str:
    """Return a row whose cells have the types of these values."""
    return ods_row(*map(_typed, values))


def _typed(value: str | float | bool | date) -> str:
    kind, said = "float", str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        kind, said = "boolean", said.lower()
    elif isinstance(value, date):
        kind, said = "date", value.isoformat()
    part = "value" if kind == "float" else f"{kind}-value"
    return f'<table:table-cell office:value-type="{kind}" office:{part}="{said}"/>'
