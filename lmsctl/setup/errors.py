"""Every way the setup room can say no."""

from lmsctl.kit.errors import Conflict, NotFound, Rejected, Usage


class SetupUnreadable(NotFound):
    """The file is not there or cannot be read."""

    code = "setup_unreadable"
    message = "'{file}' cannot be read: {reason}."
    hint = "Name a file that 'lmsctl export' wrote; - is standard input."


class SetupTooLarge(Rejected):
    """The file is larger than any setup."""

    code = "setup_too_large"
    message = "The file has more than {limit} MiB."
    hint = "Split it by kinds: kinds that a file does not name are left alone."


class SetupNotToml(Rejected):
    """The text is no TOML."""

    code = "setup_not_toml"
    message = "This is not TOML: {reason}."
    hint = "'lmsctl export' writes such a file, and 'lmsctl help toml' explains it."


class SetupKeyUnknown(Rejected):
    """A table or a field that there is not."""

    code = "setup_key_unknown"
    message = "There is no '{key}'{where}."
    hint = "'lmsctl help toml' lists what can stand there."


class SetupValueWrong(Rejected):
    """A value that its field does not take."""

    code = "setup_value_wrong"
    message = "'{key}' is not understood{why}."
    hint = "It takes {expected}."


class SetupNameTwice(Rejected):
    """Two tables name the same thing in two ways of writing it."""

    code = "setup_name_twice"
    message = "'{key}' and '{other}' (line {line}) are the same {thing}."
    hint = "Keep one of the two tables."


class SetupFieldMissing(Rejected):
    """Something new lacks what it must have."""

    code = "setup_field_missing"
    message = "The {thing} '{name}' is new and has no '{key}'."
    hint = "Write '{key} = …' into its table: {about}."


class SetupFieldFixed(Rejected):
    """A field that stays what it was when the thing was made."""

    code = "setup_field_fixed"
    message = "'{key}' of the {thing} '{name}' is '{old}' and cannot become '{new}'."
    hint = "Give the new one another code, or leave '{key}' as it is."


class SetupDaysFewer(Rejected):
    """A session of which days would go."""

    code = "setup_days_fewer"
    message = "The session '{name}' has {old} days, and the file has {new} of them."
    hint = "Days of a session can be changed and added. Cancel it and make another one instead."


class SetupSessionRevived(Rejected):
    """A canceled session that would take place again."""

    code = "setup_session_revived"
    message = "The session '{name}' is canceled for good."
    hint = "Give the new session another code."


class SetupPreviousTaken(Rejected):
    """Both the old name and the new one are in the portal."""

    code = "setup_previous_taken"
    message = "Both '{previous}' and '{name}' are {things} of the portal."
    hint = "Leave 'previous-code' out, or delete one of the two first."


class SetupEmpty(Rejected):
    """A file that names nothing, with --prune."""

    code = "setup_empty"
    message = "The file names no kind of thing, so --prune has nothing to go by."
    hint = "Write the kinds that the file owns, such as [token], even if none of them shall stay."


class SetupPrunesTooMany(Rejected):
    """More would be deleted than was allowed."""

    code = "setup_prunes_too_many"
    message = "{count} things would be deleted, and without --prune-limit only {limit} may be."
    hint = "Look at 'lmsctl diff FILE --prune', then give --prune-limit {count}."


class PruneLimitAlone(Usage):
    """A limit for what is not done."""

    code = "prune_limit_alone"
    message = "--prune-limit says how many may be deleted, and nothing is deleted without --prune."
    hint = "Add --prune, or leave --prune-limit out."


class PruneLimitWrong(Rejected):
    """A limit that no number of things keeps."""

    code = "prune_limit_wrong"
    message = "{given} is not a valid number of deletions."
    hint = "Give --prune-limit a whole number of at least 0."


class PlanOrFile(Usage):
    """Neither or both of a plan and a file are given."""

    code = "plan_or_file"
    message = "Give either a file or --plan with a plan, which says itself whether it deletes."
    hint = "'lmsctl diff FILE --out PLAN' writes a plan, 'lmsctl apply --plan PLAN' carries it out."


class PlanUnreadable(Rejected):
    """The file is no plan."""

    code = "plan_unreadable"
    message = "'{file}' is not a plan of this program: {reason}."
    hint = "Write it anew with 'lmsctl diff FILE --out PLAN'."


class PlanStale(Conflict):
    """What a plan rests on has changed."""

    code = "plan_stale"
    message = "The portal is not what it was when the plan was made: {what}."
    hint = "Make a new plan with 'lmsctl diff FILE --out PLAN' and look at it."
