"""Every way progress can say no."""

from lmsctl.kit.errors import Rejected, Usage


class EventNeedsContent(Usage):
    """An event lacks its content, or signing in was given some."""

    code = "event_needs_content"
    message = "The event {event} {needs} --content."
    hint = "Only signed-in stands alone; every other event concerns an item."
    cell_message = "The event {event} {needs} content."
    cell_hint = (
        "Only signed-in leaves the column Content blank; every other event concerns an item."
    )


class EventMomentMissing(Usage):
    """The moment at which something happened never comes."""

    code = "event_moment_missing"
    message = "'{given}' is not a valid moment of an event."
    hint = "Give --at a moment such as -2h or 2026-03-01T09:00, or leave it out for now."


class EventInFuture(Rejected):
    """An event has not happened yet."""

    code = "event_in_future"
    message = "{happened_at} is still to come."
    hint = "Record what happened, when it has happened."


class ScoreWrong(Rejected):
    """A score is no whole percent, or the event has no score."""

    code = "score_wrong"
    message = "{given} is not a valid score of the event {event}."
    hint = "completed, passed and failed may have a score: whole percent from 0 to 100."


class EventUnknown(Rejected):
    """A word in a file is no event."""

    code = "event_unknown"
    message = "'{given}' is not a valid event."
    hint = "Write viewed, completed, passed, failed or signed-in."


class StatementUnreadable(Rejected):
    """A line of a file holds no xAPI statement."""

    code = "statement_unreadable"
    message = "This is not a valid statement: {reason}."
    hint = "Write one xAPI statement on each line, as JSON."


class StatementPartMissing(Rejected):
    """An xAPI statement lacks a part that is needed."""

    code = "statement_part_missing"
    message = "The statement has no usable {part}."
    hint = "It needs actor.mbox or actor.account.name, verb.id, object.id and timestamp."


class VerbUnknown(Rejected):
    """The verb of an xAPI statement means no event."""

    code = "verb_unknown"
    message = "The verb '{given}' means no event here."
    hint = "The verbs experienced, completed, passed and failed are taken; leave out the others."
