"""Every way the content room can say no."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class ContentUnknown(NotFound):
    """No item of that code or number, or not one the actor may touch."""

    code = "content_unknown"
    message = "There is no content '{given}'."
    hint = "'lmsctl content list' shows what there is; authors change only their own."


class ContentExists(Conflict):
    """An item of that code exists."""

    code = "content_exists"
    message = "The content '{given}' exists already, as a {kind}."
    hint = "Choose another code, or give --if-exists skip or update."


class OpenLinkUnknown(NotFound):
    """No item has that link, or no longer: one answer for both."""

    code = "open_link_unknown"
    message = "There is no such open link."
    hint = "Ask whoever gave it to you for the present one."


class ContentArchived(Rejected):
    """An archived item takes nobody in and is not worked on."""

    code = "content_archived"
    message = "'{given}' is archived."
    hint = "Restore it first: lmsctl content restore {given}."


class ContentIsFolder(Rejected):
    """A folder only holds other things."""

    code = "content_is_folder"
    message = "'{given}' is a folder, which cannot be {done}."
    hint = "Name something in it; 'lmsctl content list --folder {given}' shows what is."


class DraftImpossible(Rejected):
    """Folders and pathways are there or not."""

    code = "draft_impossible"
    message = "A {kind} is never a draft."
    hint = "Leave out --draft."


class FolderWrong(Rejected):
    """Only folders hold other things."""

    code = "folder_wrong"
    message = "'{given}' is a {kind}, so nothing can lie in it."
    hint = "Name a folder; 'lmsctl content list --kind folder' shows them."


class FolderInItself(Rejected):
    """A folder moved into something that lies in it would be lost."""

    code = "folder_in_itself"
    message = "'{given}' cannot move into '{folder}', which lies within it."
    hint = "Choose a folder outside of it."


class FolderNotEmpty(Rejected):
    """A folder that still holds something."""

    code = "folder_not_empty"
    message = "'{given}' cannot be deleted: it holds {count} items, among them '{example}'."
    hint = "Move or delete what is in it first."


class ContentInUse(Rejected):
    """Something else needs the item."""

    code = "content_in_use"
    message = "'{given}' cannot be deleted: {obstacles}."
    hint = "Archive it instead: lmsctl content archive {given}."


class PathwayWrong(Rejected):
    """Only pathways have items."""

    code = "pathway_wrong"
    message = "'{given}' is a {kind}, and only a pathway has items."
    hint = "Name a pathway; 'lmsctl content list --kind pathway' shows them."


class PathwayItemWrong(Rejected):
    """Something that no pathway leads over."""

    code = "pathway_item_wrong"
    message = "'{given}' is a {kind}, which cannot be an item of a pathway."
    hint = "Add courses, topics and articles."


class PathwayItemUnknown(NotFound):
    """Not an item of that pathway."""

    code = "pathway_item_unknown"
    message = "'{item}' is not an item of '{pathway}'."
    hint = "'lmsctl content show {pathway}' lists its items."


class PositionWrong(Rejected):
    """A place beyond the end of a pathway."""

    code = "position_wrong"
    message = "{given} is no position in '{pathway}'."
    hint = "Give a number from 1 to {last}, or leave --position out for the end."


class DueContradicts(Usage):
    """Two due dates for one item."""

    code = "due_contradicts"
    message = "Only one of --due-days, --due-on and --no-due can be given."
    hint = "Choose one of them."


class DueDaysWrong(Rejected):
    """A number of days that means nothing."""

    code = "due_days_wrong"
    message = "{given} is no number of days until something is due."
    hint = "Give --due-days a whole number from 1 to {most}, or leave it out."


class DueDayMissing(Rejected):
    """A due day that never comes."""

    code = "due_day_missing"
    message = "'{given}' is no day."
    hint = "Give --due-on a day such as 2026-12-31, or leave it out."


class AudienceUnclear(Usage):
    """Nobody named to give something to, or several at once."""

    code = "audience_unclear"
    message = "Exactly one of {options} must be given."
    hint = "Run the command once for each of them."
