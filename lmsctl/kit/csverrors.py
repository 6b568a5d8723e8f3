"""Every way a CSV file can be refused, whole or row by row, and every way one cannot be written."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class CsvFileMissing(NotFound):
    """There is no file of that name."""

    code = "csv_file_missing"
    message = "There is no such file."
    hint = "Check the path, or give - to read from standard input."


class CsvFileUnreadable(Rejected):
    """The file is there but cannot be read: a folder, no permission, a failing disk."""

    code = "csv_file_unreadable"
    message = "The file cannot be read: {reason}."
    hint = "Give a file that you may read, or - to read from standard input."


class CsvFileEndless(Rejected):
    """A pipe or a device gives more than there is room to put aside."""

    code = "csv_file_endless"
    message = "More than {limit} came without an end; so much is not put aside."
    hint = "Check what feeds it; a file that is really so large is read from its own path."


class CsvFileChanged(Conflict):
    """Somebody wrote to the file while it was being read."""

    code = "csv_file_changed"
    message = "The file changed while it was being read."
    hint = "Wait until nothing writes to it any more, then run the command again."


class CsvFileUnwritable(Rejected):
    """A file to be written cannot be: no such folder, no permission, no room."""

    code = "csv_file_unwritable"
    message = "The file cannot be written: {reason}."
    hint = "Name a file in a folder that exists, that you may write to and that has room."


class CsvOtherFormat(Rejected):
    """The file is a workbook or an archive, told by its first bytes."""

    code = "csv_other_format"
    message = "This is {format}, not a CSV file or a workbook that can be read."
    hint = "Open or unpack it and save the table as .xlsx or as CSV UTF-8."


class CsvEncodingUnknown(Usage):
    """The option names no character encoding that a file can be in."""

    code = "csv_encoding_unknown"
    message = "{given} is not a character encoding."
    hint = "Use a name such as utf-8, cp1252, latin-1, utf-16-le or shift_jis."


class CsvEncodingUnmarked(Rejected):
    """The file was announced as UTF-16 or UTF-32, but no mark tells the order of its bytes."""

    code = "csv_encoding_unmarked"
    message = "The file has no byte-order mark, so {given} leaves open which byte comes first."
    hint = "Say --encoding {given}-le or --encoding {given}-be."


class CsvUndecodable(Rejected):
    """Some bytes mean nothing in the encoding of the file."""

    code = "csv_undecodable"
    message = "The bytes {found} at byte offset {offset} are not {encoding}."
    hint = "Save the file as UTF-8, or say what it is in, for example --encoding cp1252."


class CsvNul(Rejected):
    """A NUL character: the file is not text, or UTF-16 that nothing marks as such."""

    code = "csv_nul"
    message = "There is a NUL character at byte offset {offset}, which no text has."
    hint = "Save the file as UTF-8; if it is UTF-16 without a mark, say --encoding utf-16-le."


class CsvDelimiterInvalid(Usage):
    """The option gives something that cannot stand between cells."""

    code = "csv_delimiter_invalid"
    message = "{given} cannot be a delimiter."
    hint = (
        "Give one character that is not a letter, digit, blank or quote, such as , ; | or the word"
        " tab."
    )


class CsvNoHeading(Rejected):
    """The file is empty or its first line blank."""

    code = "csv_no_heading"
    message = "The file has no heading row."
    hint = "Put the names of the columns into the first line: {known}."


class CsvHeadingUnnamed(Rejected):
    """A column without a name in the heading row."""

    code = "csv_heading_unnamed"
    message = "Column number {position} has no name in the heading row."
    hint = "Name it, take the column out, or leave it aside with --ignore-unknown."


class CsvColumnUnknown(Rejected):
    """A heading that names nothing this kind of file can have."""

    code = "csv_column_unknown"
    message = "{given} is not a column of this kind of file{reason}."
    hint = "{advice}; --map gives it a meaning and --ignore leaves it out."


class CsvColumnRepeated(Rejected):
    """Two headings that mean the same column."""

    code = "csv_column_repeated"
    message = "The headings {first} and {second} both mean the column {name}."
    hint = "Keep one of them and take the other out of the file."


class CsvColumnMissing(Rejected):
    """A column that this kind of file cannot be without."""

    code = "csv_column_missing"
    message = "The column {name} is missing."
    hint = 'Add it, or say which heading stands for it with --map "Heading={name}".'


class CsvMapHeadingUnknown(Rejected):
    """A heading was given a meaning, but the file has no such heading."""

    code = "csv_map_heading_unknown"
    message = "The file has no heading {given} that could be mapped."
    hint = "{advice}."


class CsvIgnoredHeadingUnknown(Rejected):
    """A heading was to be ignored, but the file has no such heading."""

    code = "csv_ignored_heading_unknown"
    message = "The file has no heading {given} that could be ignored."
    hint = "{advice}."


class CsvMapColumnUnknown(Usage):
    """A heading was mapped to a column that this kind of file does not have."""

    code = "csv_map_column_unknown"
    message = "{given} is not a column that a heading can be mapped to."
    hint = "{advice}."


class CsvMapRepeated(Usage):
    """One heading was mapped more than once."""

    code = "csv_map_repeated"
    message = "The heading {given} is mapped twice."
    hint = "Keep one --map for each heading."


class CsvQuoteOpen(Rejected):
    """A quote that nothing closes, so that all further rows would be one cell."""

    code = "csv_quote_open"
    message = (
        "The quote that opens here is not closed before the end of the file or within {limit}."
    )
    hint = 'Close the quoted cell; a quote inside a quoted cell is written twice: "".'


class CsvQuoteFollowed(Rejected):
    """Something between the closing quote of a cell and the next delimiter."""

    code = "csv_quote_followed"
    message = "A closing quote is followed by something other than the delimiter or the line's end."
    hint = 'Write a quote inside a quoted cell twice: "".'


class CsvQuoteStray(Rejected):
    """A quote inside a cell that does not begin with one."""

    code = "csv_quote_stray"
    message = "There is a quote inside a cell that is not quoted."
    hint = 'Put the whole cell in quotes and write the quote inside it twice: "5"" disk".'


class CsvRowRagged(Rejected):
    """A row with more or fewer cells than there are headings."""

    code = "csv_row_ragged"
    message = "This row has {cells} cells where the heading row has {headings}."
    hint = "Put cells that hold the delimiter in quotes, or add the cells that are missing."


class CsvRowTooLarge(Rejected):
    """A row of more bytes than a row may have."""

    code = "csv_row_too_large"
    message = "This row is larger than {limit}."
    hint = "Shorten its cells; a quote that is not closed can also cause this."


class CsvCellTooLarge(Rejected):
    """A cell of more bytes than a cell may have."""

    code = "csv_cell_too_large"
    message = "This cell is larger than {limit}."
    hint = "Shorten it; a quote that is not closed can also cause this."


class CsvRowsTooMany(Rejected):
    """More rows than one file may have."""

    code = "csv_rows_too_many"
    message = "The file has more than {limit} rows."
    hint = "Split it into several files, each with the heading row."


class CsvHeadingAgain(Rejected):
    """A row below the heading row that says the same once more."""

    code = "csv_heading_again"
    message = "This row repeats the headings of line {heading}."
    hint = "Take it out of the file; it comes from joining files or from a heading on every page."


class CsvTotalRow(Rejected):
    """A last row of a table, or of a page of it, that counts or sums up those above it."""

    code = "csv_total_row"
    message = "This row looks like the total of those above it, not like a row of the table."
    hint = "Take it out of the file; if it is a row like the others, move it up among them."
