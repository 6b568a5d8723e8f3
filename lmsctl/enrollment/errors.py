"""Every way the enrollment room can say no."""

from lmsctl.kit.errors import NotFound, Rejected, Usage


class PersonNotActive(Rejected):
    """Only active people are enrolled."""

    code = "person_not_active"
    says = "'{login}' is {status} and cannot be enrolled."
    hint = "Activate the person first ('lmsctl user activate {login}'), or leave them out."


class PairsRefused(Rejected):
    """Several pairs of people and items cannot be."""

    code = "pairs_refused"
    says = "{count} things stand in the way; nobody was {done}."
    hint = "Correct these, or give --keep-going to do the rest."


class ContentUnnamed(Usage):
    """Nothing to enroll people in."""

    code = "content_unnamed"
    says = "It is not said in which content or training."
    hint = "Give --content or --training; a file given to 'enroll --from' has such a column."


class FileNotAlone(Usage):
    """A file of people and items, and something that belongs to the other way of enrolling."""

    code = "file_not_alone"
    says = "{option} does not go with {other}."
    hint = "Rows say whom and what; one --content or one --training may speak for blank cells."


class ItemUnnamed(Rejected):
    """A row of a file that does not say what to enroll somebody in."""

    code = "item_unnamed"
    says = "The row names no content and no training."
    hint = "Fill in Content or Training, or give --content or --training for such rows."


class RowOfTwo(Rejected):
    """A row of a file that names a content and a training."""

    code = "row_of_two"
    says = "The row names a content and a training."
    hint = "Write a row for each of them."


class CellIdle(Rejected):
    """A cell about trainings in a row that names none."""

    code = "cell_idle"
    says = "'{given}' in {column} means nothing without a training."
    hint = "Fill in the column Training, or leave this cell blank."


class PairTwice(Rejected):
    """Two rows of one file with one person in one training, and not with the same session."""

    code = "pair_twice"
    says = "Row {other} has the same person in '{training}' with another session, or without."
    hint = "Keep one of the two rows: a person has one session of a training."


class OptionIdle(Usage):
    """An option for something that is not asked for."""

    code = "option_idle"
    says = "{option} means nothing without {needed}."
    hint = "Leave it out, or give {needed}."


class SelectionMissing(Usage):
    """Nobody named."""

    code = "selection_missing"
    says = "Nobody is named."
    hint = "Give --user, --department or --group; 'enroll' knows --filter and --from too."


class FilterOnNames(Usage):
    """A filter beside names."""

    code = "filter_on_names"
    says = "--filter narrows departments and groups, not people named with --user."
    hint = "Leave out --user, or --filter."


class FilterWrong(Usage):
    """A filter that is not KEY=VALUE, or has a value that its key never has."""

    code = "filter_wrong"
    says = "'{given}' is no filter: {reason}."
    hint = "Write type=, status=, origin= or the name of a custom field, as in type=staff."


class EnrollmentUnknown(NotFound):
    """That person is not in that item."""

    code = "enrollment_unknown"
    says = "'{login}' is not enrolled in '{content}'."
    hint = "'lmsctl enrollment list --user {login}' shows in what."


class EnrollmentUnclear(Usage):
    """A question about a content and a training at once, or about neither."""

    code = "enrollment_unclear"
    says = "It is not clear which enrollment is meant: one in content, or one in a training."
    hint = "Give --content or --training, not both."


class EventNeedsContent(Usage):
    """Something done with nothing, or a sign-in to an item."""

    code = "event_needs_content"
    says = "The event {event} {needs} --content."
    hint = "Only signed-in stands alone; every other event concerns an item."


class EventMomentMissing(Usage):
    """Something that never happened."""

    code = "event_moment_missing"
    says = "'{given}' is no moment at which something happened."
    hint = "Give --at a moment such as -2h or 2026-03-01T09:00, or leave it out for now."


class EventInFuture(Rejected):
    """Something that has not happened yet."""

    code = "event_in_future"
    says = "{happened_at} is still to come."
    hint = "Record what happened, when it has happened."


class ScoreWrong(Rejected):
    """A score that is none, or of something that has none."""

    code = "score_wrong"
    says = "{given} is no score of the event {event}."
    hint = "completed, passed and failed may have a score: whole percent from 0 to 100."


class EventUnknown(Rejected):
    """A word in a file that is no event."""

    code = "event_unknown"
    says = "'{given}' is no event."
    hint = "Write viewed, completed, passed, failed or signed-in."


class StatementUnreadable(Rejected):
    """A line that holds no xAPI statement."""

    code = "statement_unreadable"
    says = "This is no statement: {reason}."
    hint = "Write one xAPI statement on each line, as JSON."


class StatementPartMissing(Rejected):
    """A statement that does not say what we need to know."""

    code = "statement_part_missing"
    says = "The statement has no usable {part}."
    hint = "It needs actor.mbox or actor.account.name, verb.id, object.id and timestamp."


class VerbUnknown(Rejected):
    """A verb that means no event."""

    code = "verb_unknown"
    says = "The verb '{given}' means no event here."
    hint = "The verbs experienced, completed, passed and failed are taken; leave out the others."
