"""The table of nouns that makes start-up fast; written by `python -m tests.generate`."""

# word: (module, the Typer in it, one-line help)
NOUNS: dict[str, tuple[str, str, str]] = {
    "init": ("lmsctl.init.cli", "app", "Make a new portal."),
    "doctor": ("lmsctl.db.cli", "doctor_app", "Examine this installation and say what to do."),
    "db": ("lmsctl.db.cli", "app", "The database: its schema, backups and invariants."),
    "config": (
        "lmsctl.configuration.cli",
        "config_app",
        "The configuration file and the values in effect.",
    ),
    "context": (
        "lmsctl.configuration.cli",
        "context_app",
        "The connections of the configuration file.",
    ),
    "settings": ("lmsctl.portal.cli", "app", "The settings of the portal."),
    "department": ("lmsctl.department.cli", "app", "The tree of departments."),
    "group": ("lmsctl.group.cli", "app", "Sets of people."),
    "role": ("lmsctl.role.cli", "app", "What people may do, and where."),
    "can-i": ("lmsctl.role.cli", "can_i_app", "Whether and where one may do something."),
    "user": ("lmsctl.user.cli", "app", "People: create, import, change, deactivate."),
    "field": ("lmsctl.user.field_cli", "app", "Custom fields that every person has."),
    "registration": (
        "lmsctl.registration.cli",
        "app",
        "Self-registration: switches, confirmation, holds.",
    ),
    "signup-profile": (
        "lmsctl.signup_profile.cli",
        "app",
        "Links that bring new people into a department.",
    ),
    "notification": ("lmsctl.notification.cli", "app", "Queued mails and notices in accounts."),
    "audit": ("lmsctl.audit.cli", "app", "Who did what, as whom, and what was refused."),
    "version": (
        "lmsctl.configuration.cli",
        "version_app",
        "Show the version of the program.",
    ),
    "completion": (
        "lmsctl.configuration.cli",
        "completion_app",
        "Print a script that completes command lines.",
    ),
    "help": ("lmsctl.configuration.cli", "help_app", "Explain a topic; without one, list them."),
}
