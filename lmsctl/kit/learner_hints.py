"""What learners are advised: never a command that only administrators can run."""

import re

# What everybody runs for themselves; any other command needs a role.
LEARNER_COMMANDS = (
    "can-i",
    "enrollment confirm",
    "enrollment decline",
    "enrollment explain",
    "enrollment join",
    "enrollment leave",
    "enrollment switch",
    "help",
    "learner",
    "registration submit",
    "session list",
    "session show",
    "signup-profile sign-up",
    "token redeem",
)
ASK = "Ask an administrator."

_COMMAND = re.compile(rf"\blmsctl (?!(?:{'|'.join(LEARNER_COMMANDS)})\b)")


def names_other_command(hint: str) -> bool:
    """Say whether a hint names a command that learners cannot run."""
    return _COMMAND.search(hint) is not None
