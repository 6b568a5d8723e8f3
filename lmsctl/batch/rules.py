"""What a line of a batch says, and which commands and options may stand in one."""

import json
import shlex

from lmsctl.batch.errors import (
    ActorOfBatch,
    CommandAlone,
    CommandNotAtomic,
    LineUnreadable,
    OptionOfBatch,
)
from lmsctl.kit import canonical
from lmsctl.kit.invocation import Invocation, Options

LINE_BYTES_LIMIT = 1 << 20
# What these do is about the program, its configuration or the database as a whole.
ALONE = frozenset(
    {
        "apply",
        "batch",
        "completion",
        "config",
        "context",
        "db backup",
        "db restore",
        "db upgrade",
        "db vacuum",
        "doctor",
        "help",
        "init",
        "seed",
        "version",
    }
)
# These leave or destroy something in files, which no transaction takes back.
NOT_ATOMIC = frozenset(
    {"learner calendar", "progress import", "token bulk-upload", "token delete", "token mint"}
    | {"export", "token template", "user export", "user import"}
)
_OF_A_LINE = frozenset({"as_login", "dry_run", "no_input", "tz", "yes"})
_OF_AN_ATOMIC_LINE = _OF_A_LINE - {"dry_run"}


def words(raw: bytes) -> list[str] | None:
    """Return the words of one line, without `lmsctl` in front; None if it is blank or a comment.

    A line is taken apart as a POSIX shell would, without substitutions; a comment begins with `#`
    where the command would. A line that begins with `[` is a JSON list of the words. Raises
    LineUnreadable.
    """
    if len(raw) > LINE_BYTES_LIMIT:
        raise LineUnreadable(reason=f"it is longer than {LINE_BYTES_LIMIT >> 20} MiB")
    try:
        text = raw.decode().strip()
    except UnicodeDecodeError as error:
        raise LineUnreadable(reason="it is not text in UTF-8") from error
    if not text or text.startswith("#"):
        return None
    found = _from_json(text) if text.startswith("[") else _from_shell(text)
    return found[1:] if found[:1] == ["lmsctl"] else found


def _from_shell(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise LineUnreadable(reason=f"there is {str(error).lower()}") from error


def _from_json(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineUnreadable(reason="it begins with [ and is not JSON") from error
    if not isinstance(found, list) or not all(isinstance(word, str) for word in found):
        raise LineUnreadable(reason="its JSON is not a list of words")
    return found


def check(call: Invocation, batch: Options, *, is_atomic: bool) -> None:
    """Refuse what cannot be one command of many.

    Raises CommandAlone, CommandNotAtomic, OptionOfBatch and ActorOfBatch.
    """
    if not ALONE.isdisjoint({call.command, call.command.partition(" ")[0]}):
        raise CommandAlone(command=call.command)
    if is_atomic and call.command in NOT_ATOMIC:
        raise CommandNotAtomic(command=call.command)
    for name in call.given:
        if name not in (_OF_AN_ATOMIC_LINE if is_atomic else _OF_A_LINE):
            raise OptionOfBatch(option=f"--{name.replace('_', '-')}")
    if batch.as_login is not None and "as_login" in call.given:
        raise ActorOfBatch(actor=canonical.excerpt(batch.as_login))
