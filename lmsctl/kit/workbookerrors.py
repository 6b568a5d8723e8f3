"""Every way a workbook can be refused, whole or cell by cell."""

from lmsctl.kit.errors import NotFound, Rejected, Usage


class WorkbookEncrypted(Rejected):
    """A workbook that opens with a password only."""

    code = "workbook_encrypted"
    message = "This workbook is encrypted; it opens with a password only."
    hint = "Open it with its password and save it without one, or save the sheet as CSV UTF-8."


class WorkbookBroken(Rejected):
    """A workbook that is damaged, or says one thing in one place and another elsewhere."""

    code = "workbook_broken"
    message = "This workbook cannot be read: {reason}."
    hint = "Open it in a spreadsheet program and save it anew, or save the sheet as CSV UTF-8."


class WorkbookTooLarge(Rejected):
    """A workbook that would take more memory than one file may."""

    code = "workbook_too_large"
    message = "This workbook has more than {limit}."
    hint = "Take out what is not needed, or save the sheet as CSV UTF-8, which may be larger."


class SheetUnknown(NotFound):
    """A workbook has no sheet of that name."""

    code = "sheet_unknown"
    message = "There is no sheet {given} in this workbook."
    hint = "There are: {known}."


class WorkbookOptionIdle(Usage):
    """An option for text was given for a workbook, or the other way round."""

    code = "workbook_option_idle"
    message = "{option} is for {needed}, and {file} is {found}."
    hint = "Leave {option} out."


class CellIsError(Rejected):
    """A cell in which a formula has failed."""

    code = "cell_is_error"
    message = "This cell shows the error {given}."
    hint = "Correct its formula, or write the value into the cell."


class CellNotCalculated(Rejected):
    """A cell with a formula that nobody has calculated yet."""

    code = "cell_not_calculated"
    message = "This cell has a formula whose value was not saved."
    hint = "Open the workbook in a spreadsheet program, which calculates it, and save it."


class CellMerged(Rejected):
    """A cell that is covered by another one it was merged with."""

    code = "cell_merged"
    message = "This cell is merged with {first}, and has no value of its own."
    hint = "Unmerge the cells, and write into each what it is to say."


class CellNumberTooLong(Rejected):
    """A number of more digits than a spreadsheet keeps."""

    code = "cell_number_too_long"
    message = "This number has more than 15 digits, of which spreadsheets lose the last ones."
    hint = "Make it a cell of text and write it anew, with an apostrophe in front."
