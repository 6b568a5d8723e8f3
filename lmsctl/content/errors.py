"""The refusals of the content room."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class ContentUnknown(NotFound):
    """Raised when no item has that code or number, or the actor may not touch it."""

    code = "content_unknown"
    message = "There is no content '{given}'."
    hint = "'lmsctl content list' shows what there is; authors change only their own."
    learner_hint = "'lmsctl learner catalog LOGIN' shows what you may take."


class ContentExists(Conflict):
    """Raised when an item of that code exists."""

    code = "content_exists"
    message = "The content '{given}' exists already, as a {kind}."
    hint = "Choose another code; 'content create' takes --if-exists skip or update too."


class OpenLinkUnknown(NotFound):
    """Raised when no item has that link, or has it no longer: one answer for both."""

    code = "open_link_unknown"
    message = "There is no such open link."
    hint = "Ask whoever gave it to you for the present one."


class ContentArchived(Rejected):
    """Raised when an item is archived, so that it takes nobody in and is not worked on."""

    code = "content_archived"
    message = "'{given}' is archived."
    hint = "Restore it first: lmsctl content restore {given}."


class ContentIsFolder(Rejected):
    """Raised when something is done to a folder that only items allow."""

    code = "content_is_folder"
    message = "'{given}' is a folder, which cannot be {done}."
    hint = "Name something in it; 'lmsctl content list --folder {given}' shows what is."
    cell_hint = "Write the code of something in it; 'lmsctl content list' shows what there is."


class DraftImpossible(Rejected):
    """Raised when a folder or a pathway would become a draft."""

    code = "draft_impossible"
    message = "A {kind} is never a draft."
    hint = "Leave out --draft."


class FolderWrong(Rejected):
    """Raised when something is put into an item that is no folder."""

    code = "folder_wrong"
    message = "'{given}' is a {kind}, so nothing can lie in it."
    hint = "Name a folder; 'lmsctl content list --kind folder' shows them."


class FolderInItself(Rejected):
    """Raised when a folder would be moved into something that lies in it."""

    code = "folder_in_itself"
    message = "'{given}' cannot move into '{folder}', which lies within it."
    hint = "Choose a folder outside of it."


class FolderNotEmpty(Rejected):
    """Raised when a folder still has something in it."""

    code = "folder_not_empty"
    message = "'{given}' cannot be deleted: it holds {count} items, among them '{example}'."
    hint = "Move or delete what is in it first."


class ContentInUse(Rejected):
    """Raised when something else still needs the item."""

    code = "content_in_use"
    message = "'{given}' cannot be deleted: {obstacles}."
    hint = "Archive it instead: lmsctl content archive {given}."


class PathwayWrong(Rejected):
    """Raised when an item is no pathway, so that it has no items."""

    code = "pathway_wrong"
    message = "'{given}' is a {kind}, and only a pathway has items."
    hint = "Name a pathway; 'lmsctl content list --kind pathway' shows them."


class PathwayItemWrong(Rejected):
    """Raised when an item is of a kind that no pathway has."""

    code = "pathway_item_wrong"
    message = "'{given}' is a {kind}, which cannot be an item of a pathway."
    hint = "Add courses, topics and articles."


class PathwayItemUnknown(NotFound):
    """Raised when an item is not in that pathway."""

    code = "pathway_item_unknown"
    message = "'{item}' is not an item of '{pathway}'."
    hint = "'lmsctl content show {pathway}' lists its items."


class PositionWrong(Rejected):
    """Raised when a position is beyond the end of a pathway."""

    code = "position_wrong"
    message = "{given} is not a valid position in '{pathway}'."
    hint = "Give a number from 1 to {last}, or leave --position out for the end."


class DueContradicts(Usage):
    """Raised when more than one due date is given for an item."""

    code = "due_contradicts"
    message = "Only one of --due-days, --due-on and --no-due can be given."
    hint = "Choose one of them."


class DueDaysWrong(Rejected):
    """Raised when a number of days until something is due is out of bounds."""

    code = "due_days_wrong"
    message = "{given} is not a valid number of days."
    hint = "Give --due-days a whole number from 1 to {most}, or leave it out."


class DueDayMissing(Usage):
    """Raised when the day on which something is due is none, such as `never`."""

    code = "due_day_missing"
    message = "'{given}' is not a valid date."
    hint = "Give --due-on a day such as 2026-12-31, or leave it out."


class AudienceUnclear(Usage):
    """Raised when nobody is named to give something to, or several at once."""

    code = "audience_unclear"
    message = "Exactly one of {options} must be given."
    hint = "Run the command once for each of them."
