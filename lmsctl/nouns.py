"""The table of nouns that makes start-up fast; written by `python -m tests.generate`."""

# word: (module, the Typer in it, one-line help)
NOUNS: dict[str, tuple[str, str, str]] = {
    "audit": ("lmsctl.audit.cli", "app", "Who did what, as whom, and what was refused."),
    "autoenroll": ("lmsctl.autoenroll.cli", "app", "Rules that enroll whoever joins."),
    "batch": (
        "lmsctl.batch.cli",
        "app",
        "Run many commands at once, each by itself or all in one.",
    ),
    "can-i": ("lmsctl.role.cli", "can_i_app", "Whether and where one may do something."),
    "catalog": ("lmsctl.training.catalog.cli", "app", "What people may choose for themselves."),
    "completion": (
        "lmsctl.configuration.cli",
        "completion_app",
        "Print a script that completes command lines.",
    ),
    "config": (
        "lmsctl.configuration.cli",
        "config_app",
        "The configuration file and the values in effect.",
    ),
    "content": ("lmsctl.content.cli", "app", "Folders, courses, topics, articles and pathways."),
    "context": (
        "lmsctl.configuration.cli",
        "context_app",
        "The connections of the configuration file.",
    ),
    "db": ("lmsctl.db.cli", "app", "The database: its schema, backups and invariants."),
    "department": ("lmsctl.department.cli", "app", "The tree of departments."),
    "doctor": ("lmsctl.db.cli", "doctor_app", "Examine this installation and say what to do."),
    "enroll": ("lmsctl.enrollment.cli", "enroll_app", "Enroll people in content and in trainings."),
    "enrollment": ("lmsctl.enrollment.cli", "app", "Who is enrolled in what, why and until when."),
    "field": ("lmsctl.user.fields.cli", "app", "Custom fields that every person has."),
    "group": ("lmsctl.group.cli", "app", "Sets of people."),
    "help": ("lmsctl.configuration.cli", "help_app", "Explain a topic; without one, list them."),
    "init": ("lmsctl.init.cli", "app", "Make a new portal."),
    "learner": ("lmsctl.enrollment.learner.cli", "app", "What one person sees, and why."),
    "notification": ("lmsctl.notification.cli", "app", "Queued mails and notices in accounts."),
    "progress": (
        "lmsctl.enrollment.progress.cli",
        "app",
        "What people did: views, completions, quizzes, sign-ins.",
    ),
    "registration": (
        "lmsctl.registration.cli",
        "app",
        "Self-registration: switches, confirmation, holds.",
    ),
    "report": ("lmsctl.report.cli", "app", "Reports on people, to look at and to take along."),
    "role": ("lmsctl.role.cli", "app", "What people may do, and where."),
    "seed": ("lmsctl.seed.cli", "app", "Fill a test portal with people and what they do."),
    "session": (
        "lmsctl.training.sessions.cli",
        "app",
        "When and where trainings take place, and for how many.",
    ),
    "settings": ("lmsctl.portal.cli", "app", "The settings of the portal."),
    "signup-profile": (
        "lmsctl.signup_profile.cli",
        "app",
        "Links that bring new people into a department.",
    ),
    "token": ("lmsctl.token.cli", "app", "Codes that admit people and enroll them in one item."),
    "training": ("lmsctl.training.cli", "app", "Live events: what they are and who keeps them."),
    "user": ("lmsctl.user.cli", "app", "People: create, import, change, deactivate."),
    "version": ("lmsctl.configuration.cli", "version_app", "Show the version of the program."),
}
